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

  /** `readUntil`. */
  until(delimiter: string, maxBytes: number): string {
    const found = this.left.indexOf(delimiter);
    if (found > maxBytes) return `TooLongError ${maxBytes}`;
    if (found >= 0) {
      return this.#give(this.left.slice(0, found + delimiter.length));
    }
    // The longest end of the input that could still become the delimiter.
    let open = Math.min(delimiter.length - 1, this.left.length);
    while (open > 0 && !this.left.endsWith(delimiter.slice(0, open))) open--;
    return this.left.length - open > maxBytes
      ? `TooLongError ${maxBytes}`
      : `UnexpectedEndError ${this.left}`;
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
    if (end < 0) return `UnexpectedEndError ${this.left}`;
    const others: string[] = [];
    const sizes = new Set<string>();
    for (const line of this.left.slice(0, end).split("\r\n")) {
      const colon = line.indexOf(":");
      if (colon < 1) return "FramingError";
      const name = line.slice(0, colon);
      const value = line.slice(colon + 1).trim();
      if (name.toLowerCase() === "content-length") sizes.add(value);
      else others.push(`${name}=${value};`);
    }
    const [size] = sizes;
    if (sizes.size !== 1 || !/^[0-9]+$/.test(size!)) return "FramingError";
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
