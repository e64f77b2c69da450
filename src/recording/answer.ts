import { quote } from "../text_safety.ts";
import type { SameParams } from "./same_params.ts";
import type { Cue, Fields, Script } from "./script.ts";

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

/** The JSON-RPC error of a method that the recording does not have. */
const METHOD_NOT_FOUND = -32601;
/** The JSON-RPC error of parameters that the recording does not have. */
const INVALID_PARAMS = -32602;
/** How much of a method or a value is quoted. */
const QUOTED_LENGTH = 120;

/** A JSON-RPC error. */
interface RpcError {
  readonly code: number;
  readonly message: string;
}

/**
 * Why a recording has no answer to a request, with the nearest request that it
 * has.
 */
export function refusal(
  script: Script,
  same: SameParams,
  method: string,
  isUnknown: boolean,
  params: unknown,
): RpcError {
  const because = (code: number, rule: string) => ({
    code,
    message: `Cannot answer "${quoted(method)}" as ${rule}`,
  });
  if (!isUnknown) {
    return because(INVALID_PARAMS, "the recording has no answer to it");
  }
  const others = script.requests.get(method);
  if (others === undefined) {
    const near = nearest(
      [...script.requests.keys()],
      (each) => unlikeness(each, method),
    );
    const hint = near === undefined
      ? "it has no requests"
      : `the nearest is "${quoted(near)}"`;
    return because(
      METHOD_NOT_FOUND,
      `the recording has no such request: ${hint}`,
    );
  }
  return because(
    INVALID_PARAMS,
    `the recording has it with other parameters: ${
      nearestParams(others, same, params)
    }`,
  );
}

function nearestParams(
  others: readonly Cue[],
  same: SameParams,
  params: unknown,
): string {
  try {
    const near = nearest(others, (each) => same.distance(each.params, params))!;
    const place = same.difference(near.params, params) ?? "params";
    return `the nearest has ${place} ${shown(at(near.params, place))}, ` +
      `current value is ${shown(at(params, place))}`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return "current value is nested too deep to be shown";
  }
}

/** The value at a path of keys. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (!Object.hasOwn(Object(found), key)) return undefined;
    found = (found as Fields)[key];
  }
  return found;
}

/** The value at a place that is written as `params.a.b`. */
function at(params: unknown, place: string): unknown {
  return valueAt(params, place.split(".").slice(1));
}

/** A value in a sentence. */
export function shown(value: unknown): string {
  return value === undefined ? "none" : quoted(JSON.stringify(value));
}

function quoted(text: string): string {
  const short = text.length > QUOTED_LENGTH
    ? `${text.slice(0, QUOTED_LENGTH)}…`
    : text;
  return quote(short);
}

function nearest<T>(
  all: readonly T[],
  distance: (each: T) => number,
): T | undefined {
  let near: T | undefined;
  let least = Infinity;
  for (const each of all) {
    const far = distance(each);
    if (far < least) [near, least] = [each, far];
  }
  return near;
}

/** How many letters two words do not share at their beginning and end. */
function unlikeness(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let head = 0;
  while (head < most && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < most - head && one.at(-1 - tail) === other.at(-1 - tail)) {
    tail++;
  }
  return Math.max(one.length, other.length) - head - tail;
}
