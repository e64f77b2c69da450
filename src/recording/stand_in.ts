import {
  checkInteger,
  checkKeys,
  checkList,
  checkOneOf,
  checkType,
  shown,
} from "../check.ts";
import {
  type Playable,
  PlayedChild,
  type RecordedChild,
  type RecordedChildSettings,
} from "./recorded_child.ts";
import { checkClock } from "./replay.ts";
import { REAL_CLOCK, type ReplayClock } from "./replay_clock.ts";
import { SameParams } from "./same_params.ts";
import { Script } from "./script.ts";
import { SESSION_FRAMES, type SessionFrame } from "./session_item.ts";
import { StandInServer } from "./stand_in_server.ts";

const PURPOSE = "stand in for a recorded server";
const KEYS = [
  ...["clock", "speed", "ignore", "frame", "maxFrameBytes"],
  ...["onUnknown", "onNoise"],
];

/** Options of {@linkcode standIn}. */
export interface StandInOptions {
  /** The clock by which it delays what it writes. @default {performance.now} */
  clock?: ReplayClock;
  /**
   * How many times as fast as recorded: more than 0. `Infinity` does not wait:
   * then a notification and the answer after it may come in one read. Some clients
   * lose progress by that, as the one of the MCP SDK does: give those a number.
   *
   * @default {Infinity}
   */
  speed?: number;
  /**
   * Keys of parameters that say nothing of what is asked, as `timestamp`: two
   * requests that differ in them are the same.
   *
   * @default {[]}
   */
  ignore?: readonly string[];
  /**
   * Where a message ends, in both directions.
   *
   * @default What the recording says, or its first bytes show.
   */
  frame?: SessionFrame;
  /** The most bytes of a message. @default {16_777_216} 16 MiB. */
  maxFrameBytes?: number;
  /**
   * Gets a sentence for each request that the recording cannot answer. The
   * client gets it as a JSON-RPC error.
   */
  onUnknown?: (sentence: string) => void;
  /** Gets what the client wrote that is no message: a stray print. */
  onNoise?: (bytes: Uint8Array) => void;
}

/** A recorded server that answers: see {@linkcode standIn}. */
export interface StandIn extends RecordedChild {
  /**
   * A sentence for each request that the recording could not answer: the first
   * 100 of them. `onUnknown` gets all.
   */
  readonly unknown: readonly string[];
  /** How many requests the recording could not answer, in all. */
  readonly unknownCount: number;
}

/**
 * Stands in for the server of a recorded session: a client's tests run without
 * that server. It is a child like any other, for `channelOf` or a client's own
 * code.
 *
 * **A request** gets the answer that the recorded one with the same method and
 * parameters got, with its own id. Several recorded ones are answered in their
 * order, and when more come, the last answer is given again, with what came with
 * it. Keys may come in any order. Two requests are also the same if they differ in a progress token
 * (`_meta.progressToken`, `workDoneToken`, `partialResultToken`), in a key of
 * `ignore`, or in what `--redact` kept out of the recording; `initialize` is the
 * same whatever a client says of itself. What the recording does not know gets a
 * JSON-RPC error that names the nearest request: code -32601 for a method, -32602
 * for parameters, and for a request without a recorded answer.
 *
 * **What came before an answer comes before it again**: notifications, with the
 * progress tokens of this client, and requests of the server. If the client had
 * answered those first, the answer waits for the client. All else that was not
 * asked for, stderr too, comes after the message of the client that it came after
 * in the recording; what the server wrote first comes at once.
 *
 * **Without JSON-RPC** the first message gets what followed the first recorded
 * one, and so on, whatever it says. If there are as many messages as answers, each
 * gets one, also where the recorded client did not wait. Lines that are no messages
 * come in the recorded pieces, so that a prompt is there before it is answered.
 *
 * **The end**: when the client closes stdin, all that was asked is answered, and
 * the recorded status follows; code 0 where the recording has none. If the server
 * had ended by itself after a message, as after LSP's `exit`, it does so again.
 *
 * Memory: the whole recording, and what a {@linkcode RecordedChild} has.
 *
 * @param recording A recording, or a list of its events.
 * @param options The speed, and what makes two requests the same.
 * @returns The child, when the recording was read.
 * @throws {RecordingError} When the recording cannot be read.
 * @throws {RangeError | TypeError} When an option is unusable.
 *
 * @example A client without its server
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   channelOf,
 *   jsonLines,
 *   type RecordedEvent,
 *   standIn,
 * } from "@basic-pipes/basic-pipes";
 *
 * const passed = (from: "in" | "out", message: object): RecordedEvent => {
 *   const line = `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
 *   const bytes = new TextEncoder().encode(line);
 *   return { kind: "piece", ms: 0, from, offset: 0, bytes };
 * };
 * await using server = await standIn([
 *   passed("in", { id: 1, method: "add", params: { a: 2, b: 3 } }),
 *   passed("out", { id: 1, result: 5 }),
 * ]);
 *
 * const channel = channelOf(server, jsonLines());
 * assertEquals(await channel.request("add", { b: 3, a: 2 }), 5);
 * await channel.request("add", { a: 9, b: 3 }).catch(() => {});
 * assertEquals(server.unknown, [
 *   'Cannot answer "add" as the recording has it with other parameters: ' +
 *   "the nearest has params.a 2, current value is 9",
 * ]);
 * ```
 */
export async function standIn(
  recording: Playable,
  options: StandInOptions = {},
): Promise<StandIn> {
  const settings = settingsOf(options);
  const { clock, frame, maxFrameBytes } = settings;
  const same = new SameParams(settings.ignore);
  const script = await Script.read(recording, { frame, maxFrameBytes, same });
  const unknown = new Unknown();
  const server = new StandInServer({
    ...settings,
    script,
    same,
    onUnknown(sentence) {
      unknown.add(sentence);
      settings.onUnknown(sentence);
    },
  });
  return new StandInChild({
    header: recording.header,
    streams: ["out", "err"],
    clock,
    stdin: server,
    play: (stage) => server.play(stage),
  }, unknown);
}

/** So many sentences of unknown requests are kept. */
const MAX_UNKNOWN = 100;

/** The requests that the recording could not answer. */
class Unknown {
  readonly first: string[] = [];
  count = 0;

  add(sentence: string): void {
    this.count++;
    // A client that goes on asking must not fill the memory.
    if (this.first.length < MAX_UNKNOWN) this.first.push(sentence);
  }
}

class StandInChild extends PlayedChild implements StandIn {
  readonly #unknown: Unknown;

  constructor(settings: RecordedChildSettings, unknown: Unknown) {
    super(settings);
    this.#unknown = unknown;
  }

  get unknown(): readonly string[] {
    return this.#unknown.first;
  }

  get unknownCount(): number {
    return this.#unknown.count;
  }
}

function settingsOf(options: StandInOptions) {
  checkKeys(PURPOSE, options, KEYS);
  const {
    clock = REAL_CLOCK,
    speed = Infinity,
    ignore = [],
    frame,
    maxFrameBytes,
    onUnknown = () => {},
    onNoise = () => {},
  } = options;
  checkClock(clock);
  if (!(typeof speed === "number" && speed > 0)) {
    throw new RangeError(
      `Cannot ${PURPOSE} as speed must be more than 0: current value is ${
        shown(speed)
      }`,
    );
  }
  checkList(PURPOSE, "ignore", ignore);
  checkOneOf(PURPOSE, "frame", frame, SESSION_FRAMES);
  if (maxFrameBytes !== undefined) {
    checkInteger(PURPOSE, "maxFrameBytes", maxFrameBytes, 1, 0x7fff_ffff);
  }
  checkType(PURPOSE, "onUnknown", onUnknown, "function");
  checkType(PURPOSE, "onNoise", onNoise, "function");
  return { clock, speed, ignore, frame, maxFrameBytes, onUnknown, onNoise };
}
