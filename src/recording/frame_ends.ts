import { LF } from "../bytes.ts";
import { contentLength } from "../frame/content_length.ts";
import type { MeasuredRule } from "../frame/framing.ts";
import { lengthPrefix, pythonConnection } from "../frame/length_prefix.ts";

const NUL = 0;
/** The first byte of `Content-Length`, in both cases. */
const HEADER_STARTS: readonly number[] = [0x43, 0x63];

/** How frames are measured, by their name in a recording's header. */
const MEASURED = {
  header: contentLength,
  length: lengthPrefix,
  connection: pythonConnection,
} as const;

/**
 * Where the frames of a stream end that is seen from its first byte on, as the
 * header of its recording names them. Where one breaks its rule, and where bytes
 * are missing, lines are all that is left.
 */
export class FrameEnds {
  /**
   * How many bytes the frame has that was looked at last, if its header is here
   * and the rest is not.
   */
  size: number | undefined;
  #rule: MeasuredRule | undefined;
  #maxBytes = 0;
  #isAuto: boolean;
  readonly #delimiter: number;

  /** `frame` is the name of the rule: what is unknown has lines. */
  constructor(frame: string) {
    this.#isAuto = frame === "auto";
    this.#delimiter = frame === "nul" ? NUL : LF;
    if (Object.hasOwn(MEASURED, frame)) {
      this.#measureAs(frame as keyof typeof MEASURED);
    }
  }

  #measureAs(frame: keyof typeof MEASURED): void {
    const { rule, maxBytes } = MEASURED[frame]();
    if (rule.kind === "measured") this.#rule = rule;
    this.#maxBytes = maxBytes;
  }

  /** From here on the end of a line is the end of a frame. */
  fallBack(): void {
    this.#rule = undefined;
    this.#isAuto = false;
    this.size = undefined;
  }

  /**
   * The index behind the frame that begins at `start`, if its end is here. Up to
   * `searched` a line was looked through before.
   */
  find(
    bytes: Uint8Array,
    start: number,
    searched: number,
  ): number | undefined {
    if (start === bytes.length) return undefined;
    if (this.#isAuto) {
      this.#isAuto = false;
      if (HEADER_STARTS.includes(bytes[start]!)) this.#measureAs("header");
    }
    let from = searched;
    if (this.#rule !== undefined) {
      try {
        this.size = this.#measure(this.#rule, bytes.subarray(start));
        if (this.size === undefined) return undefined;
        const end = start + this.size;
        if (end > bytes.length) return undefined;
        this.size = undefined;
        return end;
      } catch {
        this.fallBack();
        from = start;
      }
    }
    const found = bytes.indexOf(this.#delimiter, from);
    return found === -1 ? undefined : found + 1;
  }

  /** The size of a frame; `undefined` if more of its header has to come. */
  #measure(rule: MeasuredRule, bytes: Uint8Array): number | undefined {
    let headerBytes = headerSize(rule, bytes);
    while (headerBytes !== undefined && headerBytes <= bytes.length) {
      const measure = rule.measure(bytes.subarray(0, headerBytes));
      if (!("payloadBytes" in measure)) {
        headerBytes = measure.headerBytes;
        continue;
      }
      const { payloadBytes } = measure;
      // A print is no length: `Warn` would be one of 1.4 GB.
      if (payloadBytes > this.#maxBytes) throw new RangeError("too long");
      return headerBytes + payloadBytes;
    }
    return undefined;
  }
}

function headerSize(
  { header }: MeasuredRule,
  bytes: Uint8Array,
): number | undefined {
  if ("bytes" in header) return header.bytes;
  const { until, maxBytes } = header;
  const limit = maxBytes + until.length;
  const part = bytes.subarray(0, limit);
  for (let from = 0;;) {
    const at = part.indexOf(until[0]!, from);
    if (at === -1) break;
    if (until.every((byte, n) => part[at + n] === byte)) {
      return at + until.length;
    }
    from = at + 1;
  }
  header.check?.(part, 0);
  if (part.length === limit) throw new RangeError("too long");
  return undefined;
}
