import type { ByteBuffer } from "./byte_buffer.ts";
import { checkInteger, MAX_READ_BYTES } from "../check.ts";
import type { Cutter } from "./cutter.ts";
import { DelimiterSearch } from "./delimiter_search.ts";
import { TooLongError } from "../errors.ts";
import { UnexpectedEndError } from "../errors.ts";

/** All up to and with a delimiter. */
export class UntilCutter implements Cutter<Uint8Array<ArrayBuffer>> {
  readonly #search: DelimiterSearch;
  readonly #delimiterBytes: number;
  readonly #maxBytes: number;

  constructor(delimiter: Uint8Array | string, maxBytes = 1_048_576) {
    checkInteger("read", "maxBytes", maxBytes, 1, MAX_READ_BYTES);
    const bytes = typeof delimiter === "string"
      ? new TextEncoder().encode(delimiter)
      : delimiter;
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot read as the delimiter must be a Uint8Array or a string: current value is ${typeof bytes}`,
      );
    }
    this.#search = new DelimiterSearch(bytes);
    this.#delimiterBytes = bytes.length;
    this.#maxBytes = maxBytes;
  }

  reset(): void {
    this.#search.reset();
  }

  cut(
    buffer: ByteBuffer,
    hasEnded: boolean,
  ): Uint8Array<ArrayBuffer> | undefined {
    const found = this.#search.find(buffer);
    const length = found < 0 ? this.#search.earliest : found;
    if (length > this.#maxBytes) {
      throw new TooLongError({
        what: "part before a delimiter",
        maxBytes: this.#maxBytes,
        head: buffer.view(this.#maxBytes + 1),
      });
    }
    if (found >= 0) return buffer.take(found + this.#delimiterBytes);
    if (!hasEnded) return undefined;
    throw new UnexpectedEndError({
      expected: "up to a delimiter",
      partial: buffer.view(buffer.length),
    });
  }
}
