import { checkMs } from "../check.ts";

/** One step of a {@linkcode StopLadder}; what is named in it happens in order. */
export interface StopStep {
  /** Closes the child's stdin, if it is piped. */
  readonly close?: "stdin";
  /** Sends this signal; SIGCONT follows, so that a stopped child hears it. */
  readonly signal?: Deno.Signal;
  /**
   * How long to wait for the child's end before the next step, 0 to
   * 2,147,483,647 ms.
   *
   * @default {0}
   */
  readonly waitMs?: number;
}

/**
 * The steps that end a child, in order, until it has ended.
 *
 * `spawn` and `child.stop` refuse one without a step, or with a step that is
 * out of its range. It may end without SIGKILL; a child that is still there
 * when its scope is left is then killed.
 *
 * @example A ladder by hand: time to finish, Ctrl-C, SIGKILL
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn, type StopLadder } from "@basic-pipes/basic-pipes";
 *
 * const ladder: StopLadder = [
 *   { close: "stdin", waitMs: 5000 },
 *   { signal: "SIGINT", waitMs: 1000 },
 *   { signal: "SIGKILL", waitMs: 1000 },
 * ];
 * await using child = spawn("cat", [], { stdin: "piped", ladder });
 * assertEquals(await child.stop(), true);
 * const { code, reason, stopSteps } = await child.status;
 * assertEquals([code, reason, stopSteps], [0, "stopped", 1]);
 * ```
 */
export type StopLadder = readonly StopStep[];

/** Options of {@linkcode stopLadder}. */
export interface StopLadderOptions {
  /**
   * Milliseconds between SIGTERM and SIGKILL, 0 to 2,147,483,647.
   *
   * @default {5000}
   */
  graceMs?: number;
}

/**
 * The usual ladder: close stdin, SIGTERM, a grace, SIGKILL, and 1 s for the
 * system to take the process away.
 *
 * The order is that of `timeout(1)` and `systemd.kill(5)`, with the end of
 * stdin in front, which ends a child that reads and one that watches its
 * life line.
 *
 * @param options The grace.
 * @returns The three steps, in a new array. A ladder is a plain array of plain
 *   objects: take parts of this one, or write your own.
 * @throws {RangeError} When `graceMs` is out of its range.
 *
 * @example A ladder with a short grace
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stopLadder } from "@basic-pipes/basic-pipes";
 *
 * assertEquals(stopLadder({ graceMs: 200 }), [
 *   { close: "stdin" },
 *   { signal: "SIGTERM", waitMs: 200 },
 *   { signal: "SIGKILL", waitMs: 1000 },
 * ]);
 * ```
 */
export function stopLadder(
  { graceMs = 5000 }: StopLadderOptions = {},
): StopLadder {
  checkMs("make a stop ladder", "graceMs", graceMs);
  return [
    { close: "stdin" },
    { signal: "SIGTERM", waitMs: graceMs },
    { signal: "SIGKILL", waitMs: 1000 },
  ];
}
