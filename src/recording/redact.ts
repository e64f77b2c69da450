import { checkKeys, checkList, shown } from "../check.ts";
import {
  RECORDED_STREAMS,
  type RecordedEvent,
  type RecordedStream,
} from "./event.ts";
import { NameRedactor } from "./redact_names.ts";
import { PatternRedactor } from "./redact_patterns.ts";

const PURPOSE = "redact";

/**
 * What a {@linkcode Recorder} leaves out of a recording, in all three streams.
 *
 * Every byte keeps its place: offsets, sizes, and lengths that stand in front of
 * a message are those of what passed. The size of what was left out can be seen.
 *
 * @example A password in a message
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Recorder, Recording } from "@basic-pipes/basic-pipes";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const recorder = new Recorder(writable, {
 *   program: "example 1.0",
 *   command: ["server"],
 *   redact: { names: ["password"], patterns: [/sk-[a-z0-9]+/] },
 * });
 * const message = '{"password": "swordfish", "id": 1, "key": "sk-0a1b"}\n';
 * recorder.piece("in", new TextEncoder().encode(message), performance.now());
 * const finished = recorder.finish();
 *
 * for await (const event of await Recording.read(readable)) {
 *   if (event.kind !== "piece") continue;
 *   assertEquals(
 *     new TextDecoder().decode(event.bytes),
 *     '{"password": "…"      , "id": 1, "key": "*******"}\n',
 *   );
 * }
 * await finished;
 * ```
 */
export interface Redaction {
  /**
   * Names of JSON keys, each without quotes, of any depth, also of JSON that
   * stands in a JSON string. Their values, of any kind, become `"…"` and as many
   * spaces as they were longer; a value of fewer bytes than that, or of which the
   * piece has fewer, `0` and spaces. A value that never ends, as that of a message
   * that was cut, goes up to the end of the stream, a text up to the next quote.
   *
   * JSON in a JSON string is known by its quotes as nearly all programs write
   * them, `\"`. Where one writes them as `\u0022`, no name is found: that needs a
   * pattern, as `/(?<=\\u0022token\\u0022:\\u0022).+?(?=\\u0022)/`.
   */
  names?: readonly string[];
  /**
   * What else is secret. A pattern is looked for in each line, or in each frame
   * where the recording's `frame` says that there are frames; what matches becomes
   * a `*` for each byte. The flags `g` and `y` mean nothing here. While a slow
   * pattern is looked for, nothing else runs in the program.
   *
   * For this a line is held until it is whole, at most 1 MiB of it, 256 bytes
   * added for each piece. Of one that is longer, or that has lost bytes to a gap,
   * nothing is kept: it is a gap. What is held is written behind pieces of other
   * streams that came after it.
   */
  patterns?: readonly RegExp[];
}

/** Takes out of a recording what is secret. */
export class Redactor {
  readonly #names: Record<RecordedStream, NameRedactor> | undefined;
  readonly #patterns: Record<RecordedStream, PatternRedactor> | undefined;

  /**
   * For a recording whose header has this `frame`.
   *
   * @throws {TypeError} If a name or pattern is unusable.
   */
  constructor(redaction: Redaction, frame: string) {
    checkKeys(PURPOSE, redaction, ["names", "patterns"]);
    const { names = [], patterns = [] } = redaction;
    checkList(PURPOSE, "names", names);
    checkList(PURPOSE, "patterns", patterns);
    for (const name of names) checkName(name);
    for (const pattern of patterns) checkPattern(pattern);
    if (names.length > 0) {
      this.#names = perStream(() => new NameRedactor(names));
    }
    if (patterns.length > 0) {
      this.#patterns = perStream((from) =>
        new PatternRedactor(from, patterns, frame)
      );
    }
  }

  /**
   * Blanks the values of keys in place. It must see all bytes of a stream, also
   * those that are not kept.
   */
  blank(from: RecordedStream, bytes: Uint8Array): void {
    this.#names?.[from].redact(bytes);
  }

  /** Takes an event; gives those that can be written by now, in order. */
  take(event: RecordedEvent): RecordedEvent[] {
    const patterns = this.#patterns;
    if (patterns === undefined) return [event];
    switch (event.kind) {
      case "piece":
        return patterns[event.from].piece(event);
      case "gap":
        return patterns[event.from].gap(event);
      case "end":
        return [...patterns[event.from].end(), event];
      case "status":
        return [...this.end(), event];
    }
  }

  /** What is still held. */
  end(): RecordedEvent[] {
    const patterns = this.#patterns;
    if (patterns === undefined) return [];
    return RECORDED_STREAMS.flatMap((from) => patterns[from].end());
  }
}

function perStream<T>(
  make: (from: RecordedStream) => T,
): Record<RecordedStream, T> {
  return { in: make("in"), out: make("out"), err: make("err") };
}

function checkName(name: unknown): void {
  const isName = typeof name === "string" && name !== "" &&
    !name.includes('"') && name.isWellFormed();
  if (isName) return;
  throw new TypeError(
    "Cannot redact as each name must be that of a JSON key, without quotes: " +
      `current value is ${shown(name)}`,
  );
}

function checkPattern(pattern: unknown): void {
  if (pattern instanceof RegExp) return;
  throw new TypeError(
    "Cannot redact as each pattern must be a RegExp: " +
      `current value is ${shown(pattern)}`,
  );
}
