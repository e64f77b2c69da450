import { quote } from "../text_safety.ts";
import type { SameParams } from "./same_params.ts";
import type { Cue, Fields, Script } from "./script.ts";

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
