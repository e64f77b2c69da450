/** What a value of JSON that is no object, array or string consists of. */
const SCALAR = /[^\s,\]}]+/y;
const STRING = /"(?:[^"\\]|\\.)*"/ys;
const SPACE = /[ \t\r\n]*/y;

/** Where a value stands in a text: from its first character to behind its last. */
type Span = readonly [start: number, end: number];

/**
 * The text of JSON with one value replaced, and not a character of the rest
 * changed: a parsed and written number can be another one.
 *
 * @param text Valid JSON.
 * @param path The keys that lead to the value, from the top.
 * @param value The other value, as JSON.
 * @returns The text; unchanged if there is nothing at the path.
 */
export function replaceValue(
  text: string,
  path: readonly string[],
  value: string,
): string {
  const span = spanOf(text, path);
  return span === null
    ? text
    : text.slice(0, span[0]) + value + text.slice(span[1]);
}

/** The JSON of the value at a path, as it is written; `null` if there is none. */
export function valueText(
  text: string,
  path: readonly string[],
): string | null {
  const span = spanOf(text, path);
  return span === null ? null : text.slice(span[0], span[1]);
}

function spanOf(text: string, path: readonly string[]): Span | null {
  let span: Span | null = [after(SPACE, text, 0), text.length];
  for (const key of path) {
    span = memberOf(text, span[0], key);
    if (span === null) return null;
  }
  return span;
}

/** The value of a key in the object that begins at `start`. */
function memberOf(text: string, start: number, key: string): Span | null {
  if (text[start] !== "{") return null;
  let found: Span | null = null;
  let at = after(SPACE, text, start + 1);
  while (text[at] === '"') {
    const nameEnd = after(STRING, text, at);
    const name = JSON.parse(text.slice(at, nameEnd));
    // Behind the colon.
    const from = after(SPACE, text, after(SPACE, text, nameEnd) + 1);
    const to = valueEnd(text, from);
    // Of two members of one name the last one counts, as `JSON.parse` has it.
    if (name === key) found = [from, to];
    at = after(SPACE, text, to);
    if (text[at] !== ",") break;
    at = after(SPACE, text, at + 1);
  }
  return found;
}

/** Where the value that begins at `start` ends. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text[at]!;
    if (character === '"') at = after(STRING, text, at);
    else if (character === "{" || character === "[") {
      depth++;
      at++;
    } else if (character === "}" || character === "]") {
      depth--;
      at++;
    } else if (depth === 0) at = after(SCALAR, text, at);
    else at++;
    if (depth === 0) return at;
  }
  return text.length;
}

/** Where a pattern that matches at `start` ends. */
function after(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start + 1;
}
