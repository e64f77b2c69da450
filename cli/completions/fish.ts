import {
  type Completed,
  completed,
  type CompletionPage,
  functionName,
} from "./page.ts";

/** The completion script for fish 3.0 and later. */
export function fishCompletions(page: CompletionPage): string {
  const command = `_${functionName(page.name)}_command`;
  const name = quoted(page.name);
  const lines = completed(page).map((option) =>
    `complete -c ${name} -n 'not ${command}' ${described(option)}\n`
  );
  return `# Completions of ${page.name} for fish:
#   ${page.name} --completions fish > ~/.config/fish/completions/${page.name}.fish

# The command line after the first --, or false if there is none.
function ${command}
    set -l words (commandline -opc)
    set -l border (contains -i -- -- $words)
    or return
    set -e words[1..$border]
    string join ' ' -- (string escape -- $words) (commandline -ct)
    # Of a single word, string join says that it joined nothing.
    return 0
end

complete -c ${name} -f
# After the first -- is another command: it is completed as it is alone.
complete -c ${name} -n '${command} >/dev/null' -a '(complete -C (${command}))'
complete -c ${name} -n 'not ${command}' -a '--' -d 'a command follows'
${lines.join("")}`;
}

function described({ spellings, help, kind }: Completed): string {
  const [long, short] = spellings;
  const letter = short === undefined ? "" : `-s ${short.slice(1)} `;
  const value = kind === null ? "" : `${valueOf(kind)} `;
  return `-l ${long.slice(2)} ${letter}${value}-d ${quoted(help)}`;
}

function valueOf({ words, completes }: NonNullable<Completed["kind"]>): string {
  // fish reads the value of -a as a command line: each word is quoted for that.
  if (words !== undefined) {
    return `-x -a ${quoted(words.map(quoted).join(" "))}`;
  }
  if (completes === "file") return "-r -F";
  return completes === "folder"
    ? "-x -a '(__fish_complete_directories)'"
    : "-x";
}

/** A word in single quotes of fish. */
function quoted(word: string): string {
  return `'${word.replaceAll(/[\\']/g, "\\$&")}'`;
}
