import {
  checkInteger,
  checkKeys,
  checkList,
  checkType,
  shown,
} from "../check.ts";
import type { Redaction } from "./redact.ts";

const PURPOSE = "record";
const OPTIONS = [
  ...["program", "command", "startedAt", "startMs", "frame", "redact"],
  ...["maxPendingBytes", "maxBytes", "patienceMs", "onTrouble"],
];

/**
 * Options of a {@linkcode Recorder}.
 *
 * @example What happens where the recording cannot be written
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Recorder } from "@basic-pipes/basic-pipes";
 *
 * const disk = new WritableStream<Uint8Array>({
 *   write() {
 *     throw new Error("the disk is full");
 *   },
 * });
 * const troubles: string[] = [];
 * const recorder = new Recorder(disk, {
 *   program: "example 1.0",
 *   command: ["server"],
 *   maxBytes: 100_000_000,
 *   onTrouble: (sentence) => troubles.push(sentence),
 * });
 * recorder.piece("out", new Uint8Array(3), performance.now());
 * await recorder.finish();
 * assertEquals(troubles, ["the recording stops here: the disk is full"]);
 * ```
 */
export interface RecorderOptions {
  /** What records, as `basic-pipes 0.2.0`. */
  program: string;
  /** The command that is recorded, and its arguments. */
  command: readonly string[];
  /**
   * The moment from which `ms` counts, by `performance.now()`.
   *
   * @default {performance.now()} That of the constructor.
   */
  startMs?: number;
  /**
   * The wall time of `startMs`, as RFC 3339.
   *
   * @default {Date.now()} By the system's clock, to the microsecond, in UTC.
   */
  startedAt?: string;
  /** Where one message ends: a name that `--frame` takes. @default {"auto"} */
  frame?: string;
  /** What is left out of the recording. @default {undefined} Nothing. */
  redact?: Redaction;
  /**
   * How many bytes may wait for what they are written to (1,024 to
   * 2,147,483,647); each event counts 256 more. What comes above it is not kept
   * and marked by a gap.
   *
   * @default {8_388_608} 8 MiB
   */
  maxPendingBytes?: number;
  /**
   * The most bytes of the recording (0 to 9,007,199,254,740,991). At the first
   * piece with which it would have more, it keeps no more pieces and marks a gap.
   * The lines that say so, the ends and the status come all the same: less than
   * 4 KiB.
   *
   * @default {undefined} No limit.
   */
  maxBytes?: number;
  /**
   * How many milliseconds {@linkcode Recorder.finish} waits for what accepts
   * nothing of the rest (0 to 2,147,483,647). What accepts a part of it is given
   * the same time again.
   *
   * @default {1000}
   */
  patienceMs?: number;
  /**
   * Called once for each kind of trouble: it fell behind, it cannot write.
   *
   * @param sentence What it is, in a sentence without its full stop.
   */
  onTrouble?: (sentence: string) => void;
}

/**
 * The same options.
 *
 * @throws {TypeError | RangeError} If one is unknown or unusable.
 */
export function checked(options: RecorderOptions): RecorderOptions {
  checkKeys(PURPOSE, options, OPTIONS);
  const { command, startMs, maxPendingBytes, maxBytes, patienceMs } = options;
  checkText("program", options.program);
  checkList(PURPOSE, "command", command);
  for (const word of command) checkText("each word of command", word);
  if (options.startedAt !== undefined) {
    checkText("startedAt", options.startedAt);
  }
  if (options.frame !== undefined) checkText("frame", options.frame);
  if (startMs !== undefined && !Number.isFinite(startMs)) {
    refuse("startMs must be a number", startMs);
  }
  const check = (name: string, value: number | undefined, min: number) => {
    const max = name === "maxBytes" ? Number.MAX_SAFE_INTEGER : 0x7fff_ffff;
    if (value !== undefined) checkInteger(PURPOSE, name, value, min, max);
  };
  check("maxPendingBytes", maxPendingBytes, 1024);
  check("maxBytes", maxBytes, 0);
  check("patienceMs", patienceMs, 0);
  checkType(PURPOSE, "onTrouble", options.onTrouble, "function");
  return options;
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== "string") refuse(`${name} must be a text`, value);
}

function refuse(rule: string, value: unknown): never {
  throw new TypeError(
    `Cannot ${PURPOSE} as ${rule}: current value is ${shown(value)}`,
  );
}
