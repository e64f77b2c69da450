/** A word as sh, bash and zsh read it, in single quotes where it must be. */
export function shellWord(word: string): string {
  // Not a plain "=": at the start of a word it names a command to zsh.
  return /^[\w%+,./:@-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
