import type { Mutant } from "./mutant.ts";

const TESTS = [
  "tests/read/reader_test.ts",
  "tests/read/reader_at_once_test.ts",
  "tests/read/reader_waits_test.ts",
  "tests/read/reader_views_test.ts",
  "tests/read/reader_properties_test.ts",
  "tests/frame/framing_test.ts",
  "tests/read/cut_streams_test.ts",
];

const BREAKS: readonly Omit<Mutant, "tests">[] = [
  {
    name: "the tail at the end of the stream is lost",
    file: "src/read/size_cutters.ts",
    from:
      "if (hasEnded) return length === 0 ? undefined : buffer.take(length);",
    to: "if (hasEnded) return undefined;",
  },
  {
    name: "tryRead is off by one at a chunk's border",
    file: "src/read/reader.ts",
    from: "      end = buffer.end;\n",
    to: "      end = buffer.end - 1;\n",
  },
  {
    name: "tryRead goes past what has arrived",
    file: "src/read/reader.ts",
    from: "      end = buffer.end;\n",
    to: "",
  },
  {
    name: "a delimiter that is split over two chunks is not found",
    file: "src/read/delimiter_search.ts",
    from: "    this.#matched = matched;\n",
    to: "",
  },
  {
    name: "a delimiter that begins like itself is missed",
    file: "src/read/delimiter_search.ts",
    from: "matched = this.#borders[matched - 1]!;\n      }\n      if (byte",
    to: "matched = 0;\n      }\n      if (byte",
  },
  {
    name: "a search begins again at every chunk",
    file: "src/read/delimiter_search.ts",
    from: "      this.#searched = end - start;\n      return -1;",
    to: "      return -1;",
  },
  {
    name: "a search for several bytes begins again at every chunk",
    file: "src/read/delimiter_search.ts",
    from: "    this.#searched = end - start;\n    this.#matched = matched;\n",
    to: "",
  },
  {
    name: "a NUL in the room behind the bytes is found",
    file: "src/read/delimiter_search.ts",
    from: "const at = end === bytes.length\n",
    to: "const at = end <= bytes.length\n",
  },
  {
    name: "bytes that were given out are written to",
    file: "src/read/byte_buffer.ts",
    from: "    const bytes = new Uint8Array(capacity);\n",
    to:
      "    const bytes = capacity <= this.bytes.length ? this.bytes : new Uint8Array(capacity);\n",
  },
  {
    name: "a borrowed chunk is written to",
    file: "src/read/byte_buffer.ts",
    from: "this.#become(asPlain(chunk), chunk.length, false);",
    to:
      "this.#become(new Uint8Array(chunk.buffer, chunk.byteOffset), chunk.length, true);",
  },
  {
    name: "a known length is not reserved",
    file: "src/read/byte_buffer.ts",
    from: "    this.#wantedBytes = size;",
    to: "    this.#wantedBytes = size * 0;",
  },
  {
    name: "a wish for room outlives its read",
    file: "src/read/source.ts",
    from: "        this.buffer.reserve(0);\n",
    to: "",
  },
  {
    name: "the buffer grows by no more than a chunk",
    file: "src/read/byte_buffer.ts",
    from: "Math.max(2 * length, length + added)",
    to: "length + added",
  },
  {
    name: "one byte keeps a big buffer alive",
    file: "src/read/byte_buffer.ts",
    from: "chunk.length * 8 >= chunk.buffer.byteLength",
    to: "chunk.length >= 0",
  },
  {
    name: "lines go back behind a chunk that landed in between",
    file: "src/read/byte_buffer.ts",
    from: "if (isInFront) {",
    to: "if (isInFront || this.length > 0) {",
  },
  {
    name: "a timeout takes a byte",
    file: "src/read/source.ts",
    from: "      } finally {\n",
    to:
      "      } catch (error) {\n        this.buffer.start++;\n        throw error;\n      } finally {\n",
  },
  {
    name: "a read that still waits is not waited for",
    file: "src/read/source.ts",
    from: "if (!this.#isReading) this.#read(waitMs > 0);",
    to: "this.#read(waitMs > 0);",
  },
  {
    name: "a listener stays on the signal",
    file: "src/read/source.ts",
    from: '        signal?.removeEventListener("abort", abort);\n',
    to: "",
  },
  {
    name: "a timer is left behind",
    file: "src/read/source.ts",
    from: "        clearTimeout(timer);\n",
    to: "",
  },
  {
    name: "an empty chunk wakes a read",
    file: "src/read/source.ts",
    from: "    if (chunk.length === 0) {\n",
    to: "    if (chunk.length < 0) {\n",
  },
  {
    name: "a trickle outruns a deadline",
    file: "src/read/source.ts",
    from: "if (waitMs <= 0 && !isFirst) throw timeoutError();",
    to: "",
  },
  {
    name: "an aborted signal is not looked at first",
    file: "src/read/source.ts",
    from: "    signal?.throwIfAborted();\n",
    to: "",
  },
  {
    name: "idleTimeoutMs counts between frames too",
    file: "src/read/source.ts",
    from: "idleTimeoutMs !== undefined && this.buffer.length > 0",
    to: "idleTimeoutMs !== undefined",
  },
  {
    name: "two reads may wait at once",
    file: "src/read/source.ts",
    from: '      this.user = "wait";\n',
    to: "",
  },
  {
    name: "a line at its limit is refused",
    file: "src/read/frame_cutters.ts",
    from: "if (length > this.#framing.maxBytes) {",
    to: "if (length >= this.#framing.maxBytes) {",
  },
  {
    name: "a claim is not checked",
    file: "src/read/frame_cutters.ts",
    from: "if (measure.payloadBytes > this.#framing.maxBytes) {",
    to: "if (measure.payloadBytes > 2 ** 60) {",
  },
  {
    name: "the end within a frame is taken for the end of the stream",
    file: "src/read/frame_cutters.ts",
    from: "    throw new UnexpectedEndError({\n      expected,",
    to:
      "    if (hasEnded) return undefined;\n    throw new UnexpectedEndError({\n      expected,",
  },
  {
    name: "a carriage return stays when it is cut off from its LF",
    file: "src/read/frame_cutters.ts",
    from: "const last = buffer.bytes[buffer.start + length - 1];",
    to:
      "const last = length > 1 ? buffer.bytes[buffer.start + length - 1] : 0;",
  },
  {
    name: "a decode() that throws takes its bytes",
    file: "src/read/frame_cutters.ts",
    from:
      "    const frame = this.#framing.decode(NO_BYTES, buffer.view(length));\n    buffer.start += size;\n",
    to:
      "    const view = buffer.view(length);\n    buffer.start += size;\n    const frame = this.#framing.decode(NO_BYTES, view);\n",
  },
  {
    name: "lines that were not given are lost at a break",
    file: "src/read/line_iterator.ts",
    from: "if (at < bytes.length) {",
    to: "if (at > bytes.length) {",
  },
  {
    name: "a line is given again after a break",
    file: "src/read/line_iterator.ts",
    from: "for (let i = 0; i < this.#given; i++) {",
    to: "for (let i = 1; i < this.#given; i++) {",
  },
  {
    name: "a run holds a line above the limit",
    file: "src/read/line_cutter.ts",
    from: "      this.#maxBytes + 1,\n",
    to: "      this.#maxBytes + 2,\n",
  },
  {
    name: "a run is searched from its start at every chunk",
    file: "src/read/line_cutter.ts",
    from: "if (unsearched.length > 0) this.#searched = window;",
    to: "",
  },
  {
    name: "an invalid line is taken by its error",
    file: "src/read/line_cutter.ts",
    from: "      buffer.start = start;\n",
    to: "",
  },
  {
    name: "a BOM vanishes",
    file: "src/read/line_cutter.ts",
    from: 'const decoder = new TextDecoder("utf-8", { ignoreBOM: true });',
    to: 'const decoder = new TextDecoder("utf-8");',
  },
  {
    name: "a length has its bytes the wrong way round",
    file: "src/frame/length_prefix.ts",
    from: "bytes[littleEndian ? last - i : i]!",
    to: "bytes[littleEndian ? i : last - i]!",
  },
  {
    name: "a length that does not fit its prefix wraps around",
    file: "src/frame/length_prefix.ts",
    from: "checkPayload(name, payload, sendableBytes);",
    to: "checkPayload(name, payload, maxBytes);",
  },
  {
    name: "a delimiter may travel in a payload",
    file: "src/frame/delimited_framings.ts",
    from: "if (at >= 0) {",
    to: "if (at > payload.length) {",
  },
  {
    name: "Python's long header is sent too late",
    file: "src/frame/python_connection.ts",
    from: "payload.length > MAX_SHORT_BYTES;",
    to: "payload.length > MAX_SHORT_BYTES + 1;",
  },
  {
    name: "the name Content-Length must be written so",
    file: "src/frame/content_length.ts",
    from: 'return name.toLowerCase() === "content-length";',
    to: 'return name === "Content-Length";',
  },
  {
    name: "rest forgets what had arrived",
    file: "src/read/source.ts",
    from: "if (buffer.length === 0) {",
    to: "buffer.clear();\n      if (buffer.length === 0) {",
  },
  {
    name: "a transform's source is not told of a failure",
    file: "src/read/cut_stream.ts",
    from: "    await source.cancel(error);\n",
    to: "",
  },
  {
    name: "sliceChunk loses the last slice",
    file: "src/read/slice_chunk.ts",
    from: "if (start >= this.#end)",
    to: "if (start + this.#size > this.#end)",
  },
  {
    name: "buffered forgets the lines that are held",
    file: "src/read/reader.ts",
    from: "    this.#source.giveBack();\n    return this.#buffer.length;\n",
    to: "    return this.#buffer.length;\n",
  },
  {
    name: "buffered counts what was given",
    file: "src/read/reader.ts",
    from: "    return this.#buffer.length;\n",
    to: "    return this.#buffer.end;\n",
  },
  {
    name: "buffered counts all that has arrived",
    file: "src/read/reader.ts",
    from: "    return this.#buffer.length;\n",
    to: "    return this.#source.arrivedBytes;\n",
  },
  {
    name: "buffered is refused while a read waits",
    file: "src/read/reader.ts",
    from: "    this.#source.giveBack();\n    return this.#buffer.length;\n",
    to: "    this.#source.checkFree();\n    return this.#buffer.length;\n",
  },
  {
    name: "a frame is tried although a read waits, or lines are held",
    file: "src/read/source.ts",
    from: "    this.checkFree();\n    cutter.reset();\n",
    to: "    cutter.reset();\n",
  },
  {
    name: "a cutter goes on where the frame before it ended",
    file: "src/read/source.ts",
    from: "    this.checkFree();\n    cutter.reset();\n",
    to: "    this.checkFree();\n",
  },
  {
    name: "a frame that is tried ends with what has arrived",
    file: "src/read/source.ts",
    from:
      "    cutter.reset();\n    return cutter.cut(this.buffer, this.hasEnded);",
    to: "    cutter.reset();\n    return cutter.cut(this.buffer, true);",
  },
  {
    name: "a frame that is tried never meets the end",
    file: "src/read/source.ts",
    from:
      "    cutter.reset();\n    return cutter.cut(this.buffer, this.hasEnded);",
    to: "    cutter.reset();\n    return cutter.cut(this.buffer, false);",
  },
  {
    name: "a wish for room outlives a frame that was tried",
    file: "src/read/reader.ts",
    from: "    this.#buffer.reserve(0);\n",
    to: "",
  },
  {
    name: "a frame is tried by the framing before",
    file: "src/read/reader.ts",
    from: "if (this.#framed?.framing !== framing) {",
    to: "if (this.#framed === undefined) {",
  },
  {
    name: "held lines go in front of a neighbour in the same memory",
    file: "src/read/byte_buffer.ts",
    from: "this.start >= view.length &&",
    to: "",
  },
  {
    name: "views are of the chunk's own class",
    file: "src/read/byte_buffer.ts",
    from: "this.#become(asPlain(chunk), chunk.length, false);",
    to: "this.#become(chunk, chunk.length, false);",
  },
  {
    name: "an abort in the turn of a chunk is lost",
    file: "src/read/source.ts",
    from: "    if (signal?.aborted) return Promise.reject(signal.reason);\n",
    to: "",
  },
  {
    name: "what cancel drops counts as given",
    file: "src/read/source.ts",
    from: "    this.arrivedBytes -= this.buffer.length;\n",
    to: "",
  },
  {
    name: "a stream that has failed cannot be given up quietly",
    file: "src/read/source.ts",
    from: "if (!hasFailed) throw error;",
    to: "throw error;",
  },
  {
    name: "a cancel that fails is not told",
    file: "src/read/source.ts",
    from: "if (!hasFailed) throw error;",
    to: "",
  },
  {
    name: "a stream that has failed reads as ended",
    file: "src/read/source.ts",
    from: "    if (failure) return Promise.reject(failure.error);\n",
    to: "",
  },
  {
    name: "the time of a read is not told",
    file: "src/read/source.ts",
    from: "this.onRead?.(chunk, atMs);",
    to: "this.onRead?.(chunk, 0);",
  },
  {
    name: "an error of onRead that nobody waits for is lost",
    file: "src/read/source.ts",
    from: "else this.#onReadFailure ??= failure;",
    to: "",
  },
  {
    name: "an error of onRead ends the stream",
    file: "src/read/source.ts",
    from: "    this.#onReadFailure = undefined;\n    if (failure)",
    to: "    if (failure)",
  },
  {
    name: "a source of empty chunks takes the event loop",
    file: "src/read/source.ts",
    from: "      this.#read(true);\n",
    to: "      this.#read(false);\n",
  },
  {
    name: "a flood of chunks takes the event loop",
    file: "src/read/source.ts",
    from: "this.#read(waitMs > 0);",
    to: "this.#read(false);",
  },
  {
    name: "held lines are given after cancel",
    file: "src/read/source.ts",
    from: "    this.giveBack();\n    await",
    to: "    await",
  },
  {
    name: "an idle limit outruns a shorter timeout",
    file: "src/read/source.ts",
    from: "if (idleTimeoutMs < waitMs) {",
    to: "{",
  },
  {
    name: "an iterator that was ended takes bytes",
    file: "src/read/source.ts",
    from: "source.user === undefined && !this.#isDone &&",
    to: "source.user === undefined &&",
  },
  {
    name: "the caller's change of a delimiter is seen",
    file: "src/read/delimiter_search.ts",
    from: "this.#delimiter = delimiter.slice();",
    to: "this.#delimiter = delimiter;",
  },
  {
    name: "the default limit before a delimiter is off by one",
    file: "src/read/until_cutter.ts",
    from: "maxBytes = 1_048_576)",
    to: "maxBytes = 1_048_577)",
  },
  {
    name: "the default limit of a line is off by one",
    file: "src/frame/delimited_framings.ts",
    from: "maxBytes = 1_048_576 }",
    to: "maxBytes = 1_048_577 }",
  },
  {
    name: "a slice has 33 bytes",
    file: "src/read/reader.ts",
    from: "    size = 32,\n",
    to: "    size = 33,\n",
  },
  {
    name: "rest reads ahead",
    file: "src/read/source.ts",
    from: "highWaterMark: 0",
    to: "highWaterMark: 1",
  },
  {
    name: "a custom framing needs no limit",
    file: "src/read/frame_cutters.ts",
    from: `  checkLimit("the framing's maxBytes", framing.maxBytes);\n`,
    to: "",
  },
  {
    name: "a header of no bytes is taken",
    file: "src/read/frame_cutters.ts",
    from: `checkLimit("the header's bytes", header.bytes);`,
    to: ";",
  },
  {
    name: "two ways to write one length are two lengths",
    file: "src/frame/content_length.ts",
    from: "Number(value) : NaN",
    to: "Number(value + value.length) : NaN",
  },
  {
    name: "a header block of 8192 bytes is not encoded",
    file: "src/frame/content_length.ts",
    from: "if (length <= HEADER_MAX_BYTES) return bytes;",
    to: "if (length < HEADER_MAX_BYTES) return bytes;",
  },
  {
    name: "a header's value that is no text is encoded",
    file: "src/frame/content_length.ts",
    from: " &&\n    value.isWellFormed()",
    to: "",
  },
  {
    name: "a timeout may be text",
    file: "src/check.ts",
    from: "if (isNumber && value",
    to: "if (value",
  },
];

/** Breaks of the reader and of the framings. */
export const READER_MUTANTS: readonly Mutant[] = BREAKS.map(
  (mutant) => ({ ...mutant, tests: TESTS }),
);
