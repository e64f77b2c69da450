/**
 * What stands out in a session, in sentences. They say only what the recording
 * shows.
 */
import {
  RECORDED_STREAMS,
  type RecordedPiece,
  type RecordedStatus,
  type RecordedStream,
} from "../../src/recording/event.ts";
import type {
  RpcMessage,
  SessionBroken,
  SessionGap,
  SessionItem,
  SessionNoise,
  SessionPending,
  SessionTotals,
} from "../../src/recording/session_item.ts";
import {
  countOf,
  failureOf,
  formatBytes,
  formatCount,
  formatMs,
  isExcused,
  messagesOf,
  methodAndId,
  safe,
  WHY_ENDED,
} from "../words.ts";
import { quoteBytes } from "../../src/text_safety.ts";

/** A sentence of the page. */
export interface Finding {
  /** `bad` needs a look, a `note` is good to know, `good` says that all is well. */
  readonly tone: "bad" | "note" | "good";
  readonly text: string;
  /** The row that it speaks of. */
  readonly row?: number;
}

/** A silence is told from so long on, */
const MIN_SILENCE_MS = 1000;
/** and from such a part of the whole on. */
const MIN_SILENT_SHARE = 0.1;

const NAMES: Record<RecordedStream, string> = {
  in: "stdin",
  out: "stdout",
  err: "stderr",
};

/** Notes what stands out while a session is read. */
export class Findings {
  /** The bytes of each stream, as the recorder counted them. */
  passed: RecordedStatus["bytes"] = {};
  readonly #noise = new First<SessionNoise>();
  readonly #broken = new First<SessionBroken>();
  readonly #gaps = new First<SessionGap>();
  readonly #errors = new First<{ rpc: RpcMessage; json: unknown }>();
  readonly #pending = new First<SessionPending>();
  readonly #silence = { fromMs: 0, ms: 0, isWaiting: false };
  #lastMs = 0;
  #openRequests = 0;

  /** Notes a silence that ends with this piece. */
  piece({ ms }: RecordedPiece): void {
    const silentMs = ms - this.#lastMs;
    if (silentMs > this.#silence.ms) {
      this.#silence.ms = silentMs;
      this.#silence.fromMs = this.#lastMs;
      this.#silence.isWaiting = this.#openRequests > 0;
    }
    this.#lastMs = ms;
  }

  /** Notes an item, and how many requests wait from here on. */
  item(item: SessionItem, row: number, openRequests: number): void {
    this.#openRequests = openRequests;
    if (isExcused(item)) return;
    switch (item.kind) {
      case "noise":
        this.#noise.add(item, row);
        break;
      case "broken":
        this.#broken.add(item, row);
        break;
      case "gap":
        this.#gaps.add(item, row);
        break;
      case "status":
        this.passed = item.bytes;
        break;
      case "message":
        for (const rpc of messagesOf(item)) {
          // Who has cancelled a request expects an error.
          if (rpc.kind !== "error" || rpc.isCancelled) continue;
          this.#errors.add({ rpc, json: item.json }, row);
        }
    }
  }

  /** Notes a request without an answer. */
  pending(item: SessionPending, row: number): void {
    if (!isExcused(item)) this.#pending.add(item, row);
  }

  /** All sentences, the worst first. */
  sentences(
    cutBytes: number,
    totals: SessionTotals,
    rowOf: (index: number) => number,
  ): Finding[] {
    const bad = [
      ...this.#brokenFrames(),
      ...this.#strayBytes(),
      ...this.#missing(totals),
      ...this.#unanswered(),
      ...this.#failed(totals),
      ...this.#untaken(),
      ...ending(totals, cutBytes),
    ];
    const notes = [
      ...slowest(totals, rowOf),
      ...this.#longSilence(totals),
      ...oddities(totals),
    ];
    const isWell = bad.every(({ tone }) => tone !== "bad");
    return [...isWell ? [wellDone(totals)] : [], ...bad, ...notes];
  }

  #brokenFrames(): Finding[] {
    const { first, count, row } = this.#broken;
    if (first === null) return [];
    const text = count === 1
      ? `A frame on ${NAMES[first.from]} could not be read: ${safe(first.why)}.`
      : `${formatCount(count)} frames could not be read. The first, on ` +
        `${NAMES[first.from]}: ${safe(first.why)}.`;
    return [{ tone: "bad", text, row }];
  }

  #strayBytes(): Finding[] {
    const { first, count, row } = this.#noise;
    if (first === null) return [];
    const what = count === 1
      ? `Noise on ${
        NAMES[first.from]
      }: bytes that are no message, such as a stray print.`
      : `Noise came ${
        formatCount(count)
      } times: bytes that are no message, such as a stray print.`;
    const text = `${what} ${count === 1 ? "It begins" : "The first begins"} ` +
      `with ${quoteBytes(first.payload)}.`;
    return [{ tone: "bad", text, row }];
  }

  #missing({ streams }: SessionTotals): Finding[] {
    const { first, row } = this.#gaps;
    if (first === null) return [];
    const bytes = RECORDED_STREAMS.reduce(
      (sum, each) => sum + streams[each].missingBytes,
      0,
    );
    const text = `${formatBytes(bytes)} passed and were not recorded: ${
      safe(first.why)
    }.`;
    return [{ tone: "bad", text, row }];
  }

  #unanswered(): Finding[] {
    const { first, count, row } = this.#pending;
    if (first === null) return [];
    const one = `${methodAndId(first)}, which had ` +
      `waited for ${formatMs(first.durationMs)} when the recording ended`;
    const text = count === 1
      ? `A request has no answer: ${one}.`
      : `${formatCount(count)} requests have no answer. The first is ${one}.`;
    return [{ tone: "bad", text, row }];
  }

  #failed({ answered }: SessionTotals): Finding[] {
    const { first, count, row } = this.#errors;
    if (first === null) return [];
    const what = count === 1
      ? `One of ${countOf(answered, "answer")} is an error`
      : `${formatCount(count)} of ${countOf(answered, "answer")} are errors`;
    const { rpc, json } = first;
    const method = rpc.method === null
      ? "an unknown request"
      : safe(rpc.method);
    const said = failureOf(json, rpc);
    const text = `${what}. ${count === 1 ? "It is" : "The first is"} to ` +
      `${method}${said === "" ? "." : `, and says ${JSON.stringify(said)}.`}`;
    return [{ tone: "bad", text, row }];
  }

  #untaken(): Finding[] {
    return RECORDED_STREAMS.flatMap((from): Finding[] => {
      const { read = 0, passed = 0 } = this.passed[from] ?? {};
      if (passed >= read) return [];
      const side = from === "in" ? "the command" : "the reader";
      const text = `${formatBytes(read)} of ${NAMES[from]} were read and ` +
        `${formatBytes(passed)} passed on: ${side} did not take the rest.`;
      return [{ tone: "bad", text }];
    });
  }

  #longSilence({ ms: wholeMs }: SessionTotals): Finding[] {
    const { ms, fromMs, isWaiting } = this.#silence;
    if (ms < MIN_SILENCE_MS || ms < MIN_SILENT_SHARE * wholeMs) return [];
    const who = isWaiting
      ? "A request was waiting for its answer."
      : "No request was waiting.";
    const text = `The longest silence took ${formatMs(ms)}, from ` +
      `${formatMs(fromMs)} after the start. ${who}`;
    return [{ tone: "note", text }];
  }
}

/** The first of something, and how many there are. */
class First<T> {
  first: T | null = null;
  count = 0;
  /** The row of the first. */
  row = 0;

  add(each: T, row: number): void {
    if (this.count++ > 0) return;
    this.first = each;
    this.row = row;
  }
}

function ending({ status }: SessionTotals, cutBytes: number): Finding[] {
  if (status === null) {
    const cut = cutBytes === 0
      ? ""
      : `, and its last line is cut after ${formatBytes(cutBytes)}`;
    const text = `The recording has no end${cut}: it still grows, or its ` +
      "recorder was killed.";
    return [{ tone: "bad", text }];
  }
  const { code, signal, reason } = status;
  if (code === 0 && signal === null) return [];
  const tone = WANTED.has(reason) ? "note" : "bad";
  return [{ tone, text: `The command ${endingOf(status)}.` }];
}

/** Reasons with which somebody wanted the command to end. */
const WANTED: ReadonlySet<string> = new Set([
  "received",
  "stopped",
  "disposed",
  "aborted",
]);

/** Reasons that the status says by itself. */
const SAID: ReadonlySet<string> = new Set(["exited", "signaled"]);

/** How a command ended, to follow its name. */
export function endingOf(
  { code, signal, reason }: RecordedStatus["status"],
): string {
  const isTold = Object.hasOwn(WHY_ENDED, reason) && !SAID.has(reason);
  const why = isTold ? `, ${WHY_ENDED[reason]}` : "";
  const how = signal === null
    ? `ended with status ${code}`
    : `was ended by ${safe(signal)}`;
  return how + why;
}

function slowest(
  { slowest, answered }: SessionTotals,
  rowOf: (index: number) => number,
): Finding[] {
  if (slowest === null || answered < 2) return [];
  const { method, durationMs, index } = slowest;
  const text = `The slowest of ${formatCount(answered)} answers took ` +
    `${formatMs(durationMs)}: ${safe(method)}.`;
  return [{ tone: "note", text, row: rowOf(index) }];
}

function oddities(totals: SessionTotals): Finding[] {
  const { unasked, duplicates, cancelled, streams } = totals;
  const { err } = streams;
  const found: string[] = [];
  if (unasked > 0) {
    found.push(
      `${countOf(unasked, "answer")} to no request that was recorded.`,
    );
  }
  if (duplicates > 0) {
    found.push(
      `${countOf(duplicates, "request")} with an id that was still waiting.`,
    );
  }
  if (cancelled > 0) found.push(`${countOf(cancelled, "request")} cancelled.`);
  const hasFrames = streams.in.messages + streams.out.messages > 0;
  if (hasFrames && err.lines > 0) {
    found.push(
      `The command wrote ${
        countOf(err.lines, "line")
      } to stderr, which carries no messages.`,
    );
  }
  return found.map((text) => ({ tone: "note", text }));
}

function wellDone({ requests, streams }: SessionTotals): Finding {
  const messages = streams.in.messages + streams.out.messages;
  const text = requests > 0
    ? "Every request has its answer, no frame is broken, and nothing but messages came."
    : messages > 0
    ? "No frame is broken, and nothing but messages came."
    : "The command ended well, and all of its bytes are here.";
  return { tone: "good", text };
}
