import { NO_BYTES, PIPE_BYTES } from "../../src/bytes.ts";
import type { RecordingHeader } from "../../src/recording/event.ts";
import type {
  SessionItem,
  SessionSpan,
} from "../../src/recording/session_item.ts";
import { shellWord } from "../../src/text_safety.ts";
import { stdoutWriter } from "../../src/write/stdout.ts";
import {
  type Format,
  formatOptions,
  FORMATS,
  shouldColor,
} from "../formats/formats.ts";
import { colored, RED, YELLOW } from "../formats/line_format.ts";
import { Log } from "../log/log.ts";
import type { TimeKind } from "../options/option.ts";
import { talk } from "../stderr/talk.ts";
import { failureOf, formatBytes, headOf, safe } from "../words.ts";
import {
  ShowFormat,
  ShowJsonFormat,
  type ShownArrival,
} from "./show_format.ts";
import type { ShowSettings } from "./show_program.ts";

/** What a line of `show` tells of. */
export type Shown =
  | SessionItem
  | { readonly kind: "recording" } & RecordingHeader
  | Read;

/** What one read gave. */
export type Read =
  & { readonly kind: "read" }
  & Omit<SessionSpan, "index" | "startMs">;

/** Far from the last date that the platform knows, in the year 275760. */
const MAX_WALL_MS = 8e15;

/** The directions, as wide as `err`. */
const ARROWS = { in: "-> ", out: "<- ", err: "err" } as const;
/** Of the session, not of a stream. */
const NO_ARROW = "-- ";

/** Writes what was recorded as log lines. */
export class ShowLines {
  readonly #log: Log;
  readonly #mostBytes: number;
  readonly #color: boolean;
  readonly #startMs: number;

  private constructor(
    log: Log,
    options: { color: boolean; startMs: number; mostBytes: number },
  ) {
    this.#log = log;
    this.#color = options.color;
    this.#startMs = options.startMs;
    this.#mostBytes = options.mostBytes;
  }

  /** The lines that the command line asks for, to stdout. */
  static async open(
    settings: ShowSettings,
    startedAt: string,
  ): Promise<ShowLines> {
    const color = shouldColor(settings.color, true);
    const startMs = wallMsOf(startedAt);
    let { time } = settings;
    if (startMs === null && (time === "iso" || time === "epoch")) {
      time = "elapsed";
      await talk(
        "the times are those since the start, as the recording does not say " +
          `when that was: current value is "${safe(startedAt)}"`,
      );
    }
    const format = await formatOf(settings, color, time);
    const log = new Log(stdoutWriter(), format, {
      sliceBytes: PIPE_BYTES,
      maxLines: Infinity,
    });
    const mostBytes = settings.payload ?? Infinity;
    return new ShowLines(log, { color, startMs: startMs ?? 0, mostBytes });
  }

  /** Rejects as soon as the lines cannot be written; never resolves. */
  get failure(): Promise<never> {
    return this.#log.failure;
  }

  /**
   * Adds the lines of one thing, whose payload begins at `offset`; the promise is
   * `null` as long as there is room for more.
   */
  add(shown: Shown, ms: number, offset = 0): Promise<void> | null {
    const whole = "payload" in shown ? shown.payload : NO_BYTES;
    // What is no message is what a person looks for.
    const most = shown.kind === "message" ? this.#mostBytes : Infinity;
    const length = Math.min(whole.length, most);
    const arrival = this.#arrival(shown, ms, length);
    const isCut = length > 0 && length < whole.length;
    const isUnfinished = isCut || (shown.kind === "text" && !shown.isWhole);
    this.#log.piece(whole, 0, length, arrival, offset, isUnfinished);
    return this.#log.shouldSend ? this.#log.send() : null;
  }

  /** Adds what one read gave, at `offset` of its stream. */
  async addRead(shown: Read): Promise<void> {
    const { payload, ms, offset, from } = shown;
    this.#log.seek(from, offset);
    await this.#log.slices(
      payload,
      this.#arrival(shown, ms, payload.length),
    );
  }

  /** Adds what is held of a stream that has ended. */
  async endReads(shown: Shown, ms: number): Promise<void> {
    await this.#log.end(this.#arrival(shown, ms, 0));
  }

  #arrival(shown: Shown, ms: number, length: number): ShownArrival {
    const wholeLength = "payload" in shown ? shown.payload.length : 0;
    // What a file says need not be a time that the platform knows.
    const elapsedMs = Math.min(ms, MAX_WALL_MS);
    return {
      wallMs: Math.min(this.#startMs + elapsedMs, MAX_WALL_MS),
      elapsedMs,
      stream: "from" in shown ? shown.from : "out",
      mark: this.#markOf(shown, length, wholeLength),
      shown,
    };
  }

  /** Hands on what was added. */
  send(): Promise<void> {
    return this.#log.send();
  }

  /** Resolves when all has been written. */
  close(): Promise<void> {
    return this.#log.close();
  }

  /** The direction, and the words in front of the bytes. */
  #markOf(shown: Shown, length: number, wholeLength: number): string {
    const from = "from" in shown ? shown.from : null;
    const arrow = from === null ? NO_ARROW : ARROWS[from];
    const parts = [from === "err" ? this.#colored(arrow, RED) : arrow];
    let words = wordsOf(shown);
    if (length < wholeLength) {
      // The message of an error stands at the end of the bytes.
      const isError = shown.kind === "message" && shown.rpc?.kind === "error";
      const why = isError ? failureOf(shown.json, shown.rpc!) : "";
      if (why !== "") words += `, ${why}`;
      const whole = formatBytes(wholeLength);
      const sizes = length === 0
        ? whole
        : `${formatBytes(length)} of ${whole}:`;
      words = words === "" ? sizes : `${words.replace(/:$/, "")}, ${sizes}`;
    }
    if (words !== "") parts.push(this.#colored(words, colorOf(shown)));
    // Nothing follows: no blank stands at the end of the line.
    if (length > 0 || words === "") parts.push("");
    return parts.join(" ");
  }

  #colored(text: string, color: number | null): string {
    return this.#color && color !== null ? colored(text, color) : text;
  }
}

function wordsOf(shown: Shown): string {
  if (shown.kind === "read") return "";
  if (shown.kind !== "recording") return headOf(shown);
  const command = shown.command.map(shellWord).join(" ");
  return command === "" ? "a recording" : `a recording of: ${safe(command)}`;
}

function colorOf(shown: Shown): number | null {
  switch (shown.kind) {
    case "message":
      return shown.rpc?.kind === "error" ? RED : null;
    case "noise":
      return shown.reason === "blank" ? null : RED;
    case "broken":
    case "gap":
      return RED;
    case "pending":
      return YELLOW;
  }
  return null;
}

/** A wall time of RFC 3339 with its microseconds, in ms since 1970, or `null`. */
function wallMsOf(startedAt: string): number | null {
  const [, start = "", digits = "", zone = ""] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/
      .exec(startedAt) ?? [];
  const wholeMs = Date.parse(start + zone);
  return Number.isNaN(wholeMs) ? null : wholeMs + Number(`0.${digits}`) * 1000;
}

async function formatOf(
  settings: ShowSettings,
  color: boolean,
  time: TimeKind,
): Promise<Format> {
  const { format } = settings;
  const options = formatOptions(
    { ...settings, time },
    { color, streams: true },
  );
  if (format === "json") return new ShowJsonFormat(options);
  const Bytes = await FORMATS[format]();
  if (format === "raw") return new Bytes(options);
  const Words = await FORMATS.text();
  const wordsAbove = format === "hex" && settings.frame !== "slice";
  const bytes = new Bytes(wordsAbove ? { ...options, time: "none" } : options);
  return new ShowFormat(
    new Words({ ...options, marks: false }),
    bytes,
    wordsAbove,
  );
}
