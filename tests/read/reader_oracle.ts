/**
 * What a reader must give, in the plainest way: all bytes in one text, one
 * character per byte, and a position. Shares no code with the reader.
 */
export class ReaderOracle {
  at = 0;

  constructor(readonly input: string) {}

  get left(): string {
    return this.input.slice(this.at);
  }

  #give(text: string, size = text.length): string {
    this.at += size;
    return text;
  }

  /** `peek`. */
  peek(size: number): string | null {
    return this.left === "" ? null : this.left.slice(0, size);
  }

  /** One step of `slices` with `fill`. */
  fill(size: number): string | null {
    return this.left === "" ? null : this.#give(this.left.slice(0, size));
  }

  /** `readExactly`. */
  exactly(size: number): string {
    if (this.left.length < size) return `UnexpectedEndError ${this.left}`;
    return this.#give(this.left.slice(0, size));
  }

  /** Where the first of the delimiters begins, and where it ends; -1 if none. */
  #find(delimiters: readonly string[]): [start: number, end: number] {
    for (let end = 1; end <= this.left.length; end++) {
      const here = this.left.slice(0, end);
      const sizes = delimiters.filter((one) => here.endsWith(one))
        .map((one) => one.length);
      if (sizes.length > 0) return [end - Math.max(...sizes), end];
    }
    return [-1, -1];
  }

  /** `readUntil`. */
  until(delimiters: readonly string[], maxBytes: number): string {
    const [start, end] = this.#find(delimiters);
    if (start > maxBytes) return `TooLongError ${maxBytes}`;
    if (start >= 0) return this.#give(this.left.slice(0, end));
    // The longest end of the input that could still become a delimiter.
    let open = Math.min(
      Math.max(...delimiters.map((one) => one.length)) - 1,
      this.left.length,
    );
    const isOpen = () =>
      delimiters.some((one) =>
        open < one.length && this.left.endsWith(one.slice(0, open))
      );
    while (open > 0 && !isOpen()) open--;
    return this.left.length - open > maxBytes
      ? `TooLongError ${maxBytes}`
      : `UnexpectedEndError ${this.left}`;
  }

  /** `skip`. */
  skip(size: number): number {
    return this.#give(this.left.slice(0, size)).length;
  }

  /** `skipUntil`. */
  skipUntil(delimiters: readonly string[]): number {
    const [, end] = this.#find(delimiters);
    return this.skip(end < 0 ? this.left.length : end);
  }

  /** `readAll`. */
  all(maxBytes: number): string {
    return this.left.length > maxBytes
      ? `TooLongError ${maxBytes}`
      : this.#give(this.left);
  }

  /** A line of bytes, by the framing `lines`. */
  line(maxBytes: number): string | null {
    const found = this.left.indexOf("\n");
    if (found < 0) {
      if (this.left.length > maxBytes) return `TooLongError ${maxBytes}`;
      return this.left === "" ? null : this.#give(this.left);
    }
    const line = this.left.slice(0, found).replace(/\r$/, "");
    if (line.length > maxBytes) return `TooLongError ${maxBytes}`;
    return this.#give(line, found + 1);
  }

  /** A frame by the framing `nul`. */
  nul(maxBytes: number): string | null {
    const found = this.left.indexOf("\0");
    const size = found < 0 ? this.left.length : found;
    if (size > maxBytes) return `TooLongError ${maxBytes}`;
    if (found >= 0) return this.#give(this.left.slice(0, found), found + 1);
    return this.left === "" ? null : `UnexpectedEndError ${this.left}`;
  }

  /** A frame with its length in `bytes` bytes in front. */
  prefixed(bytes: number, isLittle: boolean, maxBytes: number): string | null {
    if (this.left === "") return null;
    if (this.left.length < bytes) return `UnexpectedEndError ${this.left}`;
    const header = [...this.left.slice(0, bytes)];
    if (isLittle) header.reverse();
    const hex = header.map((c) =>
      c.charCodeAt(0).toString(16).padStart(2, "0")
    );
    const size = Number(BigInt("0x" + hex.join("")));
    if (size > maxBytes) return `TooLongError ${maxBytes} claims ${size}`;
    return this.#payload(bytes, size);
  }

  /** A frame of Python's `Connection`. */
  python(maxBytes: number): string | null {
    const sign = this.left.charCodeAt(0);
    if (this.left.length >= 4 && sign >= 0x80) {
      if (!this.left.startsWith("\xff\xff\xff\xff")) return "FramingError";
      if (this.left.length < 12) return `UnexpectedEndError ${this.left}`;
      this.at += 4;
      const long = this.prefixed(8, false, maxBytes)!;
      if (!/^\w+Error/.test(long)) return long;
      this.at -= 4;
      return long.replace(/^(UnexpectedEndError ).*/s, `$1${this.left}`);
    }
    return this.prefixed(4, false, maxBytes);
  }

  /** A frame of a language server, its other headers in front of it. */
  contentLength(maxBytes: number): string | null {
    if (this.left === "") return null;
    const end = this.left.indexOf("\r\n\r\n");
    const block = end < 0 ? this.left : this.left.slice(0, end + 2);
    const others: string[] = [];
    const sizes = new Set<string>();
    for (const line of block.match(/[^\n]*\n/g) ?? []) {
      const [, name, value] = /^([^:\s]+):([^\r\n]*)\r\n$/.exec(line) ?? [];
      if (name === undefined) return "FramingError";
      if (name.toLowerCase() !== "content-length") {
        others.push(`${name}=${value!.trim()};`);
      } else if (/^[0-9]+$/.test(value!.trim())) {
        sizes.add(value!.trim());
      } else return "FramingError";
    }
    if (end < 0) return `UnexpectedEndError ${this.left}`;
    const [size] = sizes;
    if (sizes.size !== 1) return "FramingError";
    if (+size! > maxBytes) return `TooLongError ${maxBytes} claims ${+size!}`;
    const payload = this.#payload(end + 4, +size!);
    return payload.startsWith("UnexpectedEndError")
      ? payload
      : others.join("") + payload;
  }

  #payload(headerBytes: number, size: number): string {
    if (this.left.length < headerBytes + size) {
      return `UnexpectedEndError ${this.left}`;
    }
    const payload = this.left.slice(headerBytes, headerBytes + size);
    return this.#give(payload, headerBytes + size);
  }
}
