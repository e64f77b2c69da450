/** What must not reach a terminal as it is, and how it is shown instead. */

/**
 * Code points above ASCII that are never sent to a terminal as they are.
 *
 * All of the Unicode 17 categories Cc, Cf, Zl and Zp, the noncharacters, and
 * every Default_Ignorable_Code_Point (variation selectors, Hangul fillers, tag
 * characters): what could act on a terminal, reorder or end a line, or be
 * there without being seen. Combining marks, spaces and private use are shown.
 */
const BMP_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x80, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xfffe, 0xffff],
];

const ASTRAL_RANGES: typeof BMP_RANGES = [
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** One byte for each code point up to U+FFFF: 1 if it is hidden. */
let bmp: Uint8Array | undefined;

/** Made when it is first needed: most programs start without it. */
function bmpTable(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (const [first, last] of BMP_RANGES) table.fill(1, first, last + 1);
  return table;
}

/** Whether this code point, not ASCII, is escaped on a terminal. */
export function isHidden(codePoint: number): boolean {
  if (codePoint < 0x10000) return (bmp ??= bmpTable())[codePoint] === 1;
  // The last two code points of each plane are noncharacters.
  if ((codePoint & 0xfffe) === 0xfffe) return true;
  for (const [first, last] of ASTRAL_RANGES) {
    if (codePoint < first) return false;
    if (codePoint <= last) return true;
  }
  return false;
}

/** How a character that could act is spelled: `\n`, `\x1b`, `\u{202e}`. */
function spell(codePoint: number): string {
  if (codePoint === 0x09) return "\\t";
  if (codePoint === 0x0a) return "\\n";
  if (codePoint === 0x0d) return "\\r";
  const hex = codePoint.toString(16);
  return codePoint < 0x80 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}

/** Text with everything escaped that could act on a terminal or end a line. */
export function escapeText(text: string): string {
  let escaped = "";
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    const isAscii = codePoint < 0x80;
    const isLone = codePoint >= 0xd800 && codePoint < 0xe000;
    const acts = isAscii
      ? codePoint < 0x20 || codePoint === 0x7f
      : isLone || isHidden(codePoint);
    escaped += acts ? spell(codePoint) : character;
  }
  return escaped;
}

const MAX_LENGTH = 300;

/** Text as errors quote it: escaped, at most 300 characters long. */
export function quote(text: string): string {
  const line = escapeText(text);
  if (line.length <= MAX_LENGTH) return line;
  // A pair of surrogates that is cut would be no text any more.
  const start = line.slice(0, MAX_LENGTH);
  return `${start.isWellFormed() ? start : start.slice(0, -1)}…`;
}

const SHOWN_BYTES = 64;

/** Bytes as text in quotes, safe on a terminal: the rest as `\xNN`. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) {
    if (byte === 0x22 || byte === 0x5c) text += "\\";
    text += byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text + (bytes.length > SHOWN_BYTES ? '"…' : '"');
}

/** A word as sh, bash and zsh read it, in single quotes where it must be. */
export function shellWord(word: string): string {
  // Not a plain "=": at the start of a word it names a command to zsh.
  return /^[\w%+,./:@-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command as a line for bash and zsh: what could act on a terminal is spelled
 * as those read it, in `$'…'`.
 */
export function shellLine(command: readonly string[]): string {
  return command.map((word) =>
    escapeText(word) === word ? shellWord(word) : `$'${spellInQuotes(word)}'`
  ).join(" ");
}

function spellInQuotes(word: string): string {
  return [...word].map((character) => {
    if (character === "'" || character === "\\") return `\\${character}`;
    if (escapeText(character) === character) return character;
    const codePoint = character.codePointAt(0)!;
    const hex = codePoint.toString(16);
    if (codePoint < 0x80) return escapeText(character);
    return codePoint < 0x10000
      ? `\\u${hex.padStart(4, "0")}`
      : `\\U${hex.padStart(8, "0")}`;
  }).join("");
}
