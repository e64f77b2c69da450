import { checkKeys } from "../check.ts";
import type { Framing } from "../frame/framing.ts";
import { type Cutter, sizeCutter } from "./cutters.ts";
import { frameCutter } from "./frame_cutters.ts";
import { LineRunCutter, RUN_BYTES } from "./lines.ts";
import type { LineOptions, SliceOptions } from "./read_options.ts";
import { BufferedSource } from "./buffered_source.ts";

/** How many cuts are queued at most before the next pull. */
const CUTS_PER_PULL = 256;

/** The two ends of a transform. */
interface CutStream<T> {
  readable: ReadableStream<T>;
  writable: WritableStream<Uint8Array>;
}

/**
 * A transform that cuts with the cutters of the reader.
 *
 * A pull queues what has arrived, but no more than `most` cuts: a chunk of
 * 4 MiB that holds 4 million lines would otherwise be 700 MB of queue. The next
 * chunk is read only when all of this one was taken.
 */
function cutStream<Cut, T>(
  cutter: Cutter<Cut>,
  most: number,
  give: (cut: Cut, controller: ReadableStreamDefaultController<T>) => void,
): CutStream<T> {
  const identity = new TransformStream<Uint8Array, Uint8Array>();
  const source = new BufferedSource(identity.readable);
  const readable = new ReadableStream<T>({
    async pull(controller) {
      let cut: Cut | null | undefined = await takeOrCancel(source, cutter);
      if (cut === null) return controller.close();
      for (let left = most; cut !== undefined && left > 0; left--) {
        give(cut as Cut, controller);
        cut = left > 1 ? tryTake(source, cutter) : undefined;
      }
    },
    cancel: (reason) => source.cancel(reason),
  }, { highWaterMark: 0 });
  return { readable, writable: identity.writable };
}

async function takeOrCancel<Cut>(
  source: BufferedSource,
  cutter: Cutter<Cut>,
): Promise<Cut | null> {
  try {
    return await source.take(cutter);
  } catch (error) {
    // The writable side must fail too. Otherwise its next write would hang.
    await source.cancel(error);
    throw error;
  }
}

/** Nothing was taken by an error: the next pull throws it again. */
function tryTake<Cut>(
  source: BufferedSource,
  cutter: Cutter<Cut>,
): Cut | undefined {
  try {
    return source.tryTake(cutter);
  } catch {
    return undefined;
  }
}

/**
 * Cuts a byte stream into slices of at most `size` bytes: `slices` of a
 * {@linkcode PipeReader}, for `pipeThrough`.
 *
 * The slices are views, valid for as long as they are held: a chunk must not be
 * written to again after it was given to `writable`. Up to 256 slices are
 * queued at once. An error or a cancel on one side reaches the other.
 *
 * @example Slices of exactly eight bytes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SliceStream } from "@basic-pipes/basic-pipes";
 *
 * const slices = new Blob(["Spam 0Spam 1"]).stream()
 *   .pipeThrough(new SliceStream(8, { fill: true }));
 * const sizes: number[] = [];
 * for await (const slice of slices) sizes.push(slice.length);
 * assertEquals(sizes, [8, 4]);
 * ```
 */
export class SliceStream {
  /** The slices, cut from what was written to `writable`. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes the bytes, in chunks of any size. */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * Makes both ends.
   *
   * @param size The most bytes of a slice (1 to 2,147,483,647).
   * @param options With `fill`, exactly `size`; only the last may be shorter.
   * @throws {RangeError} If `size` is out of its range.
   * @throws {TypeError} If an option is unknown.
   */
  constructor(size: number, options: Pick<SliceOptions, "fill"> = {}) {
    checkKeys("cut slices", options, ["fill"]);
    ({ readable: this.readable, writable: this.writable } = cutStream(
      sizeCutter(size, options),
      CUTS_PER_PULL,
      (slice, controller: ReadableStreamDefaultController) =>
        controller.enqueue(slice),
    ));
  }
}

/**
 * Cuts a byte stream into lines of text: `lines` of a {@linkcode PipeReader},
 * for `pipeThrough`.
 *
 * Lines end in LF or CRLF; a last line without an ending is given too. A BOM
 * is kept as U+FEFF. Up to 8 KiB of lines are decoded and queued at once. A line
 * that is too long is a `TooLongError` of `readable`, and aborts `writable`. A
 * chunk must not be written to again after it was given to `writable`.
 *
 * @example Three lines
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { TextLineStream } from "@basic-pipes/basic-pipes";
 *
 * const stream = new Blob(["a\r\n\nb"]).stream()
 *   .pipeThrough(new TextLineStream());
 * const lines: string[] = [];
 * for await (const line of stream) lines.push(line);
 * assertEquals(lines, ["a", "", "b"]);
 * ```
 */
export class TextLineStream {
  /** The lines, without their endings. */
  readonly readable: ReadableStream<string>;
  /** Takes the bytes, in chunks of any size. */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * Makes both ends.
   *
   * @param options The longest line, and what invalid UTF-8 is.
   * @throws {RangeError} If `maxBytes` is out of its range.
   * @throws {TypeError} If an option is unknown.
   */
  constructor(options: Pick<LineOptions, "maxBytes" | "fatal"> = {}) {
    checkKeys("cut lines", options, ["maxBytes", "fatal"]);
    ({ readable: this.readable, writable: this.writable } = cutStream(
      new LineRunCutter(options, RUN_BYTES),
      1,
      (run, controller: ReadableStreamDefaultController<string>) => {
        for (const line of run.lines) controller.enqueue(line);
      },
    ));
  }
}

/**
 * Cuts a byte stream into frames: `frames` of a {@linkcode PipeReader}, for
 * `pipeThrough`. {@linkcode FrameEncoderStream} is the way back.
 *
 * Payloads are views, valid for as long as they are held: a chunk must not be
 * written to again after it was given to `writable`. Up to 256 frames are
 * queued at once. A frame that is too long, breaks the framing or does not end
 * is an error of `readable`, and aborts `writable`. An error or a cancel on one
 * side reaches the other.
 *
 * @typeParam Frame What the framing makes of a frame.
 *
 * @example Names that end in NUL
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FrameDecoderStream, nul } from "@basic-pipes/basic-pipes";
 *
 * const frames = new Blob(["a\0bc\0"]).stream()
 *   .pipeThrough(new FrameDecoderStream(nul()));
 * const sizes: number[] = [];
 * for await (const frame of frames) sizes.push(frame.length);
 * assertEquals(sizes, [1, 2]);
 * ```
 */
export class FrameDecoderStream<Frame = Uint8Array> {
  /** The frames, cut from what was written to `writable`. */
  readonly readable: ReadableStream<Frame>;
  /** Takes the bytes, in chunks of any size. */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * Makes both ends.
   *
   * @param framing Says where one frame ends.
   * @throws {RangeError} If a number or a delimiter of the framing is out of its
   *   range.
   */
  constructor(framing: Framing<Frame>) {
    ({ readable: this.readable, writable: this.writable } = cutStream(
      frameCutter(framing),
      CUTS_PER_PULL,
      (frame, controller: ReadableStreamDefaultController) =>
        controller.enqueue(frame),
    ));
  }
}
