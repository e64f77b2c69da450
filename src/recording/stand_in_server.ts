import { concat, decodeText } from "../bytes.ts";
import { contentLength } from "../frame/content_length.ts";
import { lines, nul } from "../frame/delimited.ts";
import { lengthPrefix, pythonConnection } from "../frame/length_prefix.ts";
import type { Sink } from "../write/sink.ts";
import { refusal, replaceValue, shown, valueAt, valueText } from "./answer.ts";
import type { RecordedEndOfChild, Stage } from "./recorded_child.ts";
import { type ReplayClock, waitUntil } from "./replay_clock.ts";
import { type SameParams, TOKEN_PATHS } from "./same_params.ts";
import {
  type Cue,
  entriesOf,
  type Entry,
  type Fields,
  type Line,
  type Script,
} from "./script.ts";
import { Session } from "./session.ts";
import type { SessionFrame, SessionItem } from "./session_item.ts";

/** How much of a message without JSON-RPC is quoted. */
const SHOWN_BYTES = 120;

const ENCODER = new TextEncoder();

/** What a stand-in goes by. */
export interface StandInSettings {
  readonly script: Script;
  readonly same: SameParams;
  readonly clock: ReplayClock;
  readonly speed: number;
  readonly maxFrameBytes: number | undefined;
  /** Gets a sentence for each request that the recording cannot answer. */
  onUnknown(sentence: string): void;
  /** Gets what the client wrote that is no message. */
  onNoise(bytes: Uint8Array): void;
}

/** Who waits for an answer. */
interface Asker {
  /** The id, as JSON. */
  readonly id: string;
  /** Gets the answer, where it is a part of a batch. */
  readonly collect?: (answer: string) => void;
}

/**
 * Answers a client as the recorded server did. It is the stdin of the server
 * that is not there.
 *
 * Both directions go through a `Session`, which pairs what the client answers
 * with what was asked of it.
 */
export class StandInServer implements Sink {
  // The session copies what it has to keep.
  readonly givesBack = true;
  /** Bytes that the client wrote. */
  bytes = 0;
  readonly #settings: StandInSettings;
  readonly #session: Session;
  readonly #stage = Promise.withResolvers<Stage>();
  readonly #end = Promise.withResolvers<RecordedEndOfChild>();
  /** Answers that are still to be written. */
  readonly #owed = new Set<Promise<void>>();
  /** By the number of its item: what the client has been asked. */
  readonly #askedBack = new Map<number, Line>();
  /** Who waits until the client has answered. */
  readonly #waits = new Map<Line, PromiseWithResolvers<void>>();
  /** The tokens of this client, by those of the recorded one, as JSON. */
  readonly #tokens = new Map<string, string>();
  #out: Stage["out"] | undefined;
  #signal: AbortSignal = new AbortController().signal;
  #room: Promise<void> | undefined;
  #outBytes = 0;
  #frames = 0;
  #hasStopped = false;

  constructor(settings: StandInSettings) {
    const { script, maxFrameBytes } = settings;
    this.#settings = settings;
    this.#session = new Session({ frame: script.frame, maxFrameBytes });
  }

  /** Begins; resolves to how the server ended. */
  play(stage: Stage): Promise<RecordedEndOfChild> {
    this.#out = stage.out;
    this.#signal = stage.signal;
    // A test that does not read stderr must not be held up by it.
    stage.err.keepFlowing();
    this.#stage.resolve(stage);
    this.#perform(this.#settings.script.start);
    return this.#end.promise;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    await this.#stage.promise;
    try {
      await this.#hearAll(pieces);
    } catch (error) {
      // Its client would wait for answers that do not come.
      this.#end.reject(error);
      throw error;
    }
  }

  async #hearAll(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      const offset = this.bytes;
      this.bytes += piece.length;
      const ms = this.#settings.clock.now();
      const bytes = piece.slice();
      this.#take(
        this.#session.take({ kind: "piece", ms, from: "in", offset, bytes }),
      );
      // A client that does not read is not read either.
      await this.#room;
    }
  }

  /** The client has closed: what was asked is answered, then the server ends. */
  async close(): Promise<void> {
    await this.#stage.promise;
    if (this.#hasStopped) return;
    this.#hasStopped = true;
    const { clock, script } = this.#settings;
    const ms = clock.now();
    this.#take(this.#session.take({ kind: "end", ms, from: "in" }));
    // No answer to the server's own requests will come.
    for (const wait of this.#waits.values()) wait.resolve();
    if (script.stop !== null) this.#perform(script.stop, undefined, true);
    this.#settle(ms);
  }

  async #settle(ms: number): Promise<void> {
    const { clock, script, speed } = this.#settings;
    while (this.#owed.size > 0) await Promise.all(this.#owed);
    const end = script.end;
    if (end !== null && script.stop !== null) {
      const dueMs = ms + Math.max(0, end.ms - script.stop.ms) / speed;
      await waitUntil(clock, dueMs, this.#signal);
    }
    this.#end.resolve(
      end?.status ?? { code: 0, signal: null, reason: "exited" },
    );
  }

  #take(items: readonly SessionItem[]): void {
    for (const item of items) {
      // What the server wrote comes back, as the session pairs it.
      if (!("from" in item) || item.from !== "in") continue;
      if (item.kind === "message" && item.rpc !== null) {
        if (item.rpc.kind === "batch") {
          this.#batch(entriesOf(item.rpc, item.json));
        } else this.#hear([item.rpc, item.json as Fields], item.payload);
      } else if (item.kind === "message" || item.kind === "text") {
        this.#frame(item.payload);
      } else if (item.kind === "noise" || item.kind === "broken") {
        this.#settings.onNoise(item.payload);
      }
    }
  }

  #hear([rpc, json]: Entry, payload: Uint8Array): void {
    if (rpc.kind === "request") {
      // A number of many digits stays what it is.
      const id = valueText(decodeText(payload), ["id"]) ?? "null";
      this.#ask(rpc.method ?? "", json.params, { id });
    } else if (rpc.kind === "notification") {
      this.#notify(rpc.method ?? "", json);
    } else if (rpc.requestIndex !== null) this.#answered(rpc.requestIndex);
  }

  #batch(entries: readonly Entry[]): void {
    const asked = entries.filter(([{ kind }]) => kind === "request").length;
    const answers: string[] = [];
    const collect = (answer: string) => {
      if (answers.push(answer) === asked) this.#send(`[${answers}]`);
    };
    for (const [rpc, json] of entries) {
      if (rpc.kind === "request") {
        const id = JSON.stringify(json.id);
        this.#ask(rpc.method ?? "", json.params, { id, collect });
      } else this.#hear([rpc, json], new Uint8Array(0));
    }
  }

  #ask(method: string, params: unknown, asker: Asker): void {
    const { script, same, onUnknown } = this.#settings;
    const cue = script.request(method, params);
    if (cue !== undefined && (cue.answer !== null || cue.isLeft)) {
      this.#meet(cue.params, params);
      this.#perform(cue, asker, true);
      return;
    }
    const error = refusal(script, same, method, cue === undefined, params);
    onUnknown(error.message);
    const answer = `{"jsonrpc":"2.0","id":${asker.id},"error":${
      JSON.stringify(error)
    }}`;
    if (asker.collect !== undefined) asker.collect(answer);
    else this.#send(answer);
  }

  #notify(method: string, { params }: Fields): void {
    const { script } = this.#settings;
    const cue = script.notification(method, params);
    if (cue !== undefined) this.#perform(cue);
    // A language server ends here; a client may wait for it with an open stdin.
    else if (method === "exit") this.close();
  }

  #answered(index: number): void {
    const line = this.#askedBack.get(index);
    if (line === undefined) return;
    this.#askedBack.delete(index);
    this.#waits.get(line)?.resolve();
    this.#waits.delete(line);
    const cue = this.#settings.script.answerTo(line);
    if (cue !== undefined) this.#perform(cue);
  }

  #frame(payload: Uint8Array): void {
    const { script, onUnknown, onNoise } = this.#settings;
    if (script.isRpc) return onNoise(payload);
    const cue = script.frames[this.#frames++];
    if (cue !== undefined) return this.#perform(cue, undefined, true);
    onUnknown(
      `Cannot answer message ${this.#frames} as the recording has ` +
        `${script.frames.length}: current value is ${
          shown(decodeText(payload.subarray(0, SHOWN_BYTES)))
        }`,
    );
  }

  /** Learns which token of this client stands for which recorded one. */
  #meet(recorded: unknown, given: unknown): void {
    for (const path of TOKEN_PATHS) {
      const [old, now] = [valueAt(recorded, path), valueAt(given, path)];
      if (old === undefined || now === undefined) continue;
      this.#tokens.set(JSON.stringify(old), JSON.stringify(now));
    }
  }

  /** Writes what follows a cue. What is owed is waited for at the end. */
  #perform(cue: Cue, asker?: Asker, isOwed = false): void {
    const answered = Promise.withResolvers<void>();
    const performed = this.#performAll(cue, asker, answered.resolve)
      .catch((error) => this.#end.reject(error));
    if (!isOwed) return;
    // A server may have gone on for an hour after it had answered.
    const owed = Promise.race([performed, answered.promise])
      .finally(() => this.#owed.delete(owed));
    this.#owed.add(owed);
  }

  async #performAll(
    cue: Cue,
    asker: Asker | undefined,
    hasAnswered: () => void,
  ): Promise<void> {
    const { clock, speed, script } = this.#settings;
    const startMs = clock.now();
    const isAgain = cue.uses++ > 0;
    const reach = (ms: number) =>
      waitUntil(
        clock,
        startMs + Math.max(0, ms - cue.ms) / speed,
        this.#signal,
      );
    for (const line of cue.lines) {
      const due = reach(line.ms);
      if (due !== undefined) await due;
      if (this.#signal.aborted) return;
      if (line !== cue.answer) {
        if (isAgain || line.sent === 0) this.#say(line);
      } else {
        const heard = this.#hasHeard(line);
        // Only then: an await would let a later message go first.
        if (heard !== undefined) await heard;
        if (this.#signal.aborted) return;
        for (const before of script.unasked(cue.position, line.position)) {
          if (before.sent === 0) this.#say(before);
        }
        this.#answer(line, asker);
        hasAnswered();
      }
      if (this.#room !== undefined) await this.#room;
    }
    const { end } = script;
    const isExit = cue.kind === "notification" && cue.method === "exit";
    if (end?.cue === cue || (isExit && !this.#hasStopped)) {
      if (end !== null) await reach(end.ms);
      this.#end.resolve(
        end?.status ?? { code: 0, signal: null, reason: "exited" },
      );
    }
  }

  /** Waits for the client where it had answered the server before this. */
  #hasHeard({ waitsFor }: Line): Promise<unknown> | undefined {
    const waits = waitsFor.flatMap((line) =>
      this.#waits.get(line)?.promise ?? []
    );
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  #answer(line: Line, asker: Asker | undefined): void {
    line.sent++;
    const text = decodeText(line.payload);
    const answer = replaceValue(text, ["id"], asker?.id ?? "null");
    if (asker?.collect !== undefined) asker.collect(answer);
    else if (answer === text) this.#sendLine(line);
    else this.#send(answer, line);
  }

  #say(line: Line): void {
    line.sent++;
    const { params } = Object(line.json) as Fields;
    const name = ["token", "progressToken"].find((each) =>
      valueAt(params, [each]) !== undefined
    );
    const token = name &&
      this.#tokens.get(JSON.stringify(valueAt(params, [name])));
    if (token !== undefined) {
      const text = decodeText(line.payload);
      const meant = replaceValue(text, ["params", name!], token);
      if (meant !== text) return this.#send(meant, line);
    }
    this.#sendLine(line);
  }

  #sendLine(line: Line): void {
    if (line.raw === null) return this.#send(decodeText(line.payload), line);
    this.#write(line.from, line.raw, line);
  }

  /** A message that is not, byte for byte, a recorded one. */
  #send(text: string, like?: Line): void {
    const payload = ENCODER.encode(text);
    const { frame } = this.#settings.script;
    const raw = like?.raw ?? null;
    const encoded = raw === null
      ? concat(FRAMINGS[frame].encode(payload))
      : reframed(frame, raw, like!.payload.length, payload);
    this.#write("out", encoded, like);
  }

  #write(from: "out" | "err", bytes: Uint8Array, line?: Line): void {
    const stage = this.#out;
    if (stage === undefined) return;
    if (from === "err") {
      this.#stage.promise.then(({ err }) => err.give(bytes));
      return;
    }
    const ms = this.#settings.clock.now();
    const offset = this.#outBytes;
    this.#outBytes += bytes.length;
    const items = this.#session.take({
      kind: "piece",
      ms,
      from,
      offset,
      bytes,
    });
    for (const item of items) {
      if (line !== undefined && isRequest(item)) {
        this.#askedBack.set(item.index, line);
        if (line.isAnswered && !this.#hasStopped) {
          this.#waits.set(line, Promise.withResolvers());
        }
      }
    }
    const room = stage.give(bytes);
    if (room === undefined) return;
    this.#room = room;
    room.then(() => {
      if (this.#room === room) this.#room = undefined;
    });
  }
}

const ANY_SIZE = { maxBytes: 0x7fff_ffff };
const FRAMINGS = {
  lines: lines(ANY_SIZE),
  json: lines(ANY_SIZE),
  auto: lines(ANY_SIZE),
  nul: nul(ANY_SIZE),
  length: lengthPrefix(ANY_SIZE),
  connection: pythonConnection(ANY_SIZE),
  header: contentLength(ANY_SIZE),
};

/** Another payload in the frame of a recorded one: its other headers stay. */
function reframed(
  frame: SessionFrame,
  raw: Uint8Array,
  size: number,
  payload: Uint8Array,
): Uint8Array {
  if (frame === "header") {
    const header = decodeText(raw.subarray(0, raw.length - size))
      .replace(/^(content-length[ \t]*:[ \t]*)\d+/im, `$1${payload.length}`);
    return concat([ENCODER.encode(header), payload]);
  }
  if (frame === "length" || frame === "connection") {
    return concat(FRAMINGS[frame].encode(payload));
  }
  // Its delimiter, with the carriage return if there is one.
  return concat([payload, raw.subarray(size)]);
}

function isRequest(item: SessionItem): item is SessionItem & { index: number } {
  return item.kind === "message" && item.from === "out" &&
    item.rpc?.kind === "request";
}
