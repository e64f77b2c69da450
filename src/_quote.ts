/** Everything that is not printed as itself, or could reorder what is. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;
const MAX_LENGTH = 300;

/** One line that cannot act on a terminal, at most 300 characters long. */
export function quote(text: string): string {
  const line = text.replace(
    UNSAFE,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}
