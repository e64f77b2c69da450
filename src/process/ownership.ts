import type { Input } from "./inlet.ts";
import type { StopLadder } from "./stop_ladder.ts";

/** What `spawn` has decided about a child. */
export interface Ownership {
  /** When it was started, by `performance.now()`. */
  startMs: number;
  command: string;
  args: readonly string[];
  stdin: "piped" | "inherit" | "null" | Input;
  stderr: "piped" | "inherit" | "null" | "tail";
  stdout: "piped" | "inherit" | "null";
  ladder: StopLadder;
  exitDelayMs: number;
  group: boolean;
  onSignal: "end" | "pass" | "none";
  timeoutMs: number | undefined;
  idleTimeoutMs: number | undefined;
  signal: AbortSignal | undefined;
}

/** Refuses a stream that is not there. */
export function notPiped(what: string, value: unknown): never {
  throw new TypeError(
    `Cannot ${what} as it is not "piped": current value is ${
      typeof value === "string" ? JSON.stringify(value) : "an input"
    }`,
  );
}
