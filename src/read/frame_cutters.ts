import { NO_BYTES } from "../bytes.ts";
import { checkInteger, MAX_READ_BYTES } from "../check.ts";
import { frameName, TooLongError, UnexpectedEndError } from "../errors.ts";
import type { DelimitedRule, Framing, MeasuredRule } from "../frame/framing.ts";
import type { ByteBuffer } from "./byte_buffer.ts";
import { type Cutter, DelimiterSearch, payloadBytes } from "./cutters.ts";

/** The cutter that a framing describes, which may be the caller's own. */
export function frameCutter<Frame>(framing: Framing<Frame>): Cutter<Frame> {
  const { rule } = framing;
  // `x > NaN` is false, so NaN would mean no limit.
  checkLimit("the framing's maxBytes", framing.maxBytes);
  if (rule.kind === "delimited") return new DelimitedCutter(framing, rule);
  const { header } = rule;
  // An empty header with an empty payload would give frames without end.
  if ("bytes" in header) checkLimit("the header's bytes", header.bytes);
  else checkLimit("the header's maxBytes", header.maxBytes);
  return new MeasuredCutter(framing, rule);
}

function checkLimit(name: string, bytes: number): void {
  checkInteger("read frames", name, bytes, 1, Number.MAX_SAFE_INTEGER);
}

/** Frames that end with a delimiter. */
class DelimitedCutter<Frame> implements Cutter<Frame> {
  readonly #framing: Framing<Frame>;
  readonly #rule: DelimitedRule;
  readonly #search: DelimiterSearch;

  constructor(framing: Framing<Frame>, rule: DelimitedRule) {
    this.#framing = framing;
    this.#rule = rule;
    this.#search = new DelimiterSearch([rule.delimiter]);
  }

  reset(): void {
    this.#search.reset();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): Frame | undefined {
    const { stripCarriageReturn, allowUnended, delimiter } = this.#rule;
    const search = this.#search;
    const found = search.find(buffer);
    const length = payloadBytes(
      buffer,
      search,
      found,
      hasEnded,
      stripCarriageReturn,
    );
    if (length > this.#framing.maxBytes) {
      throw new TooLongError({
        what: frameName(this.#framing.name),
        maxBytes: this.#framing.maxBytes,
        // This many bytes are here, however the stream was cut.
        head: buffer.view(this.#framing.maxBytes + 1),
      });
    }
    if (found >= 0) return this.#take(buffer, length, found + delimiter.length);
    if (!hasEnded || buffer.length === 0) return undefined;
    if (allowUnended) return this.#take(buffer, length, length);
    throw new UnexpectedEndError({
      expected: `a whole ${frameName(this.#framing.name)}`,
      partial: buffer.view(length),
    });
  }

  #take(buffer: ByteBuffer, length: number, size: number): Frame {
    // In this order: a decode() that throws must have taken nothing.
    const frame = this.#framing.decode(NO_BYTES, buffer.view(length));
    buffer.skip(size);
    return frame;
  }
}

/** Frames with a header that says how long the rest is. */
class MeasuredCutter<Frame> implements Cutter<Frame> {
  readonly #framing: Framing<Frame>;
  readonly #rule: MeasuredRule;
  readonly #search: DelimiterSearch | undefined;
  #headerBytes = -1;
  #payloadBytes = -1;
  /** The header that was measured; not while the payload is collected. */
  #header: Uint8Array<ArrayBuffer> | undefined;
  /** How many bytes of a header that is not complete were checked. */
  #checkedBytes = 0;
  /** Where the end of the header was found, if it was. */
  #found = -1;

  constructor(framing: Framing<Frame>, rule: MeasuredRule) {
    this.#framing = framing;
    this.#rule = rule;
    if ("until" in rule.header) {
      this.#search = new DelimiterSearch([rule.header.until]);
    }
  }

  reset(): void {
    this.#search?.reset();
    this.#found = -1;
    this.#checkedBytes = 0;
    this.#begin();
  }

  /** The next frame begins here: nothing is known of its length. */
  #begin(): void {
    const { header } = this.#rule;
    this.#headerBytes = "bytes" in header ? header.bytes : -1;
    this.#payloadBytes = -1;
    this.#header = undefined;
  }

  forget(size: number): void {
    const search = this.#search;
    if (!search) return this.reset();
    const end = this.#found >= 0 ? this.#found : search.earliest;
    if (size > end) return this.reset();
    search.forget(size);
    if (this.#found >= 0) this.#found -= size;
    this.#checkedBytes = Math.max(0, this.#checkedBytes - size);
    this.#begin();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): Frame | undefined {
    if (this.#payloadBytes < 0 && !this.#measure(buffer)) {
      return this.#unfinished(buffer, hasEnded, "a whole header");
    }
    const size = this.#headerBytes + this.#payloadBytes;
    if (buffer.length < size) {
      buffer.hint = size;
      this.#header = undefined;
      return this.#unfinished(
        buffer,
        hasEnded,
        `a frame of ${this.#payloadBytes} bytes after its header`,
      );
    }
    const start = buffer.start + this.#headerBytes;
    const frame = this.#framing.decode(
      this.#header ?? buffer.view(this.#headerBytes),
      buffer.bytes.subarray(start, start + this.#payloadBytes),
    );
    buffer.skip(size);
    return frame;
  }

  /** Whether the header is all there; its numbers are known then. */
  #measure(buffer: ByteBuffer): boolean {
    if (this.#headerBytes < 0 && !this.#findHeader(buffer)) return false;
    while (buffer.length >= this.#headerBytes) {
      const header = buffer.view(this.#headerBytes);
      const measure = this.#rule.measure(header);
      if ("headerBytes" in measure) {
        // A header that does not grow would be measured again without end.
        checkInteger(
          "measure a header",
          "headerBytes",
          measure.headerBytes,
          this.#headerBytes + 1,
          MAX_READ_BYTES,
        );
        this.#headerBytes = measure.headerBytes;
        continue;
      }
      // Checked before anything is allocated: the claim may be anything.
      if (measure.payloadBytes > this.#framing.maxBytes) {
        throw new TooLongError({
          what: frameName(this.#framing.name),
          maxBytes: this.#framing.maxBytes,
          claimedBytes: measure.payloadBytes,
          head: header,
        });
      }
      checkInteger(
        "measure a frame",
        "payloadBytes",
        measure.payloadBytes,
        0,
        this.#framing.maxBytes,
      );
      this.#payloadBytes = measure.payloadBytes;
      this.#header = header;
      return true;
    }
    return false;
  }

  #findHeader(buffer: ByteBuffer): boolean {
    const { header } = this.#rule;
    if (!("until" in header) || !this.#search) return true;
    if (this.#found < 0) this.#found = this.#search.find(buffer);
    const found = this.#found;
    const length = found < 0 ? this.#search.earliest : found;
    if (found >= 0 && length <= header.maxBytes) {
      this.#headerBytes = found + header.until.length;
      return true;
    }
    // Said now: the rest of a header that is wrong already may never come.
    if (header.check) {
      this.#checkedBytes = header.check(
        buffer.view(buffer.length),
        this.#checkedBytes,
      );
    }
    if (length <= header.maxBytes) return false;
    throw new TooLongError({
      what: `${this.#framing.name} header`,
      maxBytes: header.maxBytes,
      head: buffer.view(header.maxBytes + 1),
    });
  }

  #unfinished(
    buffer: ByteBuffer,
    hasEnded: boolean,
    expected: string,
  ): undefined {
    if (!hasEnded || buffer.length === 0) return undefined;
    throw new UnexpectedEndError({
      expected,
      partial: buffer.view(buffer.length),
    });
  }
}
