/** What a recorder leaves of a value that it was told to keep out. */
const REDACTED = "…";

/**
 * Where parameters hold what a client makes up anew each time, so that it says
 * nothing of what is asked: the tokens by which progress names its request, in
 * MCP and in LSP.
 */
export const TOKEN_PATHS: readonly (readonly string[])[] = [
  ["_meta", "progressToken"],
  ["workDoneToken"],
  ["partialResultToken"],
];

/** Which parameters are taken for the same. */
export class SameParams {
  readonly #ignored: ReadonlySet<string>;

  /** Keys that are left out, wherever they stand. */
  constructor(ignored: readonly string[]) {
    this.#ignored = new Set(ignored);
  }

  /**
   * A text that is equal for a method and parameters that are the same: keys in
   * any order, without tokens and without the ignored keys. How a client begins
   * is the same however it describes itself.
   *
   * What is nested deeper than a call can be is told apart by its method alone.
   */
  keyOf(method: string, params: unknown): string {
    if (method === "initialize") return method;
    try {
      return `${method} ${this.#write(params, [])}`;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return `${method} too deep`;
    }
  }

  /**
   * Whether parameters are the recorded ones, of which parts may have been kept
   * out of the recording: a `…` stands for anything.
   */
  fits(recorded: unknown, given: unknown): boolean {
    return this.#differ(recorded, given, [], true) === null;
  }

  /** Where parameters differ first, as `params.position.line`; `null`: nowhere. */
  difference(recorded: unknown, given: unknown): string | null {
    return this.#differ(recorded, given, [], true);
  }

  /** How many values differ. */
  distance(recorded: unknown, given: unknown): number {
    const left = this.#leaves(recorded);
    const right = this.#leaves(given);
    let count = 0;
    for (const [path, value] of left) if (right.get(path) !== value) count++;
    for (const path of right.keys()) if (!left.has(path)) count++;
    return count;
  }

  #leaves(value: unknown): Map<string, string> {
    const leaves = new Map<string, string>();
    const walk = (each: unknown, path: readonly string[]) => {
      const members = this.#members(each, path);
      if (members === null || members.length === 0) {
        leaves.set(path.join("."), JSON.stringify(each) ?? "");
      } else for (const [key, inner] of members) walk(inner, [...path, key]);
    };
    walk(value, []);
    return leaves;
  }

  /** The members that count, by name; `null` if it has none. */
  #members(
    value: unknown,
    path: readonly string[],
  ): [string, unknown][] | null {
    if (typeof value !== "object" || value === null) return null;
    if (Array.isArray(value)) return value.map((each, at) => [`${at}`, each]);
    return Object.entries(value).filter(([key]) =>
      !this.#ignored.has(key) && !isToken([...path, key])
    ).sort(([one], [other]) => one < other ? -1 : 1);
  }

  #write(value: unknown, path: readonly string[]): string {
    const members = this.#members(value, path);
    if (members === null) return JSON.stringify(value) ?? "";
    const isArray = Array.isArray(value);
    const inner = members.flatMap(([key, each]) => {
      const text = this.#write(each, [...path, key]);
      // A `_meta` that has held nothing but its token.
      if (key === "_meta" && text === "{}") return [];
      return [isArray ? text : `${JSON.stringify(key)}:${text}`];
    });
    return isArray ? `[${inner}]` : `{${inner}}`;
  }

  #differ(
    recorded: unknown,
    given: unknown,
    path: readonly string[],
    mayBeRedacted: boolean,
  ): string | null {
    if (mayBeRedacted && isRedacted(recorded, given)) return null;
    const left = this.#members(recorded, path);
    const right = this.#members(given, path);
    const here = ["params", ...path].join(".");
    if (left === null || right === null) {
      const isSame = left === right && recorded === given;
      return isSame || isEmptyMeta(path, left, right) ? null : here;
    }
    if (Array.isArray(recorded) !== Array.isArray(given)) return here;
    const others = new Map(right);
    for (const [key, each] of left) {
      const deeper = this.#differ(
        each,
        others.get(key),
        [...path, key],
        mayBeRedacted,
      );
      if (deeper !== null) return deeper;
      others.delete(key);
    }
    for (const [key, each] of others) {
      const deeper = this.#differ(undefined, each, [...path, key], false);
      if (deeper !== null) return deeper;
    }
    return null;
  }
}

function isToken(path: readonly string[]): boolean {
  return TOKEN_PATHS.some((token) =>
    token.length === path.length && token.every((key, at) => key === path[at])
  );
}

/** One side has a `_meta` that has held nothing but its token, the other none. */
function isEmptyMeta(
  path: readonly string[],
  left: readonly unknown[] | null,
  right: readonly unknown[] | null,
): boolean {
  return path.length === 1 && path[0] === "_meta" &&
    (left ?? right)?.length === 0;
}

/** Whether a recorded text stands for the given value, parts of it kept out. */
function isRedacted(recorded: unknown, given: unknown): boolean {
  if (typeof recorded !== "string" || !recorded.includes(REDACTED)) {
    return false;
  }
  if (recorded === REDACTED) return true;
  const parts = recorded.split(REDACTED).map((part) => RegExp.escape(part));
  return typeof given === "string" &&
    new RegExp(`^${parts.join(".*")}$`, "su").test(given);
}

/** Whether a part of a recorded value was kept out of the recording. */
export function hasRedacted(value: unknown): boolean {
  if (typeof value === "string") return value.includes(REDACTED);
  return typeof value === "object" && value !== null &&
    Object.values(value).some(hasRedacted);
}
