/** Characters that mean nothing to a shell, or a quoted text without `$`. */
const WORD = /(?:[^\s'"\\$`|&;<>()*?[\]{}#!]|'[^']*'|"[^"\\$`]*")+/g;
const COMMAND = new RegExp(`^${WORD.source}(?:[ \\t]+${WORD.source})*$`);
/**
 * What stderr and stdin are does not matter for stdout. Without the look behind
 * a text with 100,000 blanks would take ten seconds.
 */
const REDIRECTION =
  /(?<![ \t])[ \t]+(?:2>&1|2>>?[ \t]*[\w./-]+|<[ \t]*[\w./-]+)(?![^ \t])/g;

/**
 * The words of a shell's text that is one simple command of plain words:
 * `python3 slow.py 'a b' 2>&1`. `null` for any other, as pipelines and lists
 * are, and where a word is not known before it runs.
 */
export function simpleCommand(text: string): string[] | null {
  const command = text.replaceAll(REDIRECTION, "").trim();
  if (!COMMAND.test(command)) return null;
  return (command.match(WORD) ?? []).map((word) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2")
  );
}
