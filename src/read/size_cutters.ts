import type { ByteBuffer } from "./byte_buffer.ts";
import { checkInteger, MAX_READ_BYTES } from "../check.ts";
import type { Cutter } from "./cutter.ts";
import { UnexpectedEndError } from "../errors.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Up to `max` bytes of whatever is there. */
export class AvailableCutter implements Cutter<Bytes> {
  readonly #max: number;

  constructor(max: number) {
    checkInteger("read", "the size", max, 1, MAX_READ_BYTES);
    this.#max = max;
  }

  reset(): void {}

  cut(buffer: ByteBuffer): Bytes | undefined {
    const length = buffer.length;
    return length === 0 ? undefined : buffer.take(Math.min(this.#max, length));
  }
}

/** What `slices` cuts. */
export function sliceCutter(size: number, fill = false): Cutter<Bytes> {
  return fill ? new FullCutter(size) : new AvailableCutter(size);
}

/** `size` bytes; fewer only at the end of the stream. */
class FullCutter implements Cutter<Bytes> {
  readonly #size: number;

  constructor(size: number) {
    checkInteger("read", "the size", size, 1, MAX_READ_BYTES);
    this.#size = size;
  }

  reset(): void {}

  cut(buffer: ByteBuffer, hasEnded: boolean): Bytes | undefined {
    const length = buffer.length;
    if (length >= this.#size) return buffer.take(this.#size);
    if (hasEnded) return length === 0 ? undefined : buffer.take(length);
    if (length > 0) buffer.reserve(this.#size);
    return undefined;
  }
}

/** As {@linkcode FullCutter}, but takes nothing. */
export class PeekCutter implements Cutter<Bytes> {
  readonly #size: number;

  constructor(size: number) {
    checkInteger("peek", "the size", size, 1, MAX_READ_BYTES);
    this.#size = size;
  }

  reset(): void {}

  cut(buffer: ByteBuffer, hasEnded: boolean): Bytes | undefined {
    const length = buffer.length;
    if (length >= this.#size) return buffer.view(this.#size);
    if (hasEnded) return length === 0 ? undefined : buffer.view(length);
    if (length > 0) buffer.reserve(this.#size);
    return undefined;
  }
}

/** `size` bytes, or an error at the end of the stream. */
export class ExactCutter implements Cutter<Bytes> {
  readonly #size: number;

  constructor(size: number) {
    checkInteger("read", "the size", size, 0, MAX_READ_BYTES);
    this.#size = size;
  }

  reset(): void {}

  cut(buffer: ByteBuffer, hasEnded: boolean): Bytes | undefined {
    const length = buffer.length;
    if (length >= this.#size) return buffer.take(this.#size);
    if (hasEnded) {
      throw new UnexpectedEndError({
        expected: `${this.#size} bytes`,
        partial: buffer.view(length),
      });
    }
    if (length > 0) buffer.reserve(this.#size);
    return undefined;
  }
}
