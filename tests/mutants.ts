// deno-lint-ignore-file no-console -- its table is for a person
/**
 * Breaks the library on purpose, one small break at a time, in a copy of the
 * tree, and shows that the tests notice each. Ends with 1 if one survives.
 *
 *     deno task mutants [words of a break's name]
 */

/** One planted fault: `from` stands once in `file`, and becomes `to`. */
interface Mutant {
  name: string;
  file: string;
  from: string;
  to: string;
  tests: readonly string[];
}

const READER_TESTS = [
  "tests/reader_test.ts",
  "tests/reader_waits_test.ts",
  "tests/reader_views_test.ts",
  "tests/reader_properties_test.ts",
  "tests/framing_test.ts",
  "tests/cut_streams_test.ts",
];

const READER_MUTANTS: Omit<Mutant, "tests">[] = [
  {
    name: "the tail at the end of the stream is lost",
    file: "src/_size_cutters.ts",
    from:
      "if (hasEnded) return length === 0 ? undefined : buffer.take(length);",
    to: "if (hasEnded) return undefined;",
  },
  {
    name: "tryRead is off by one at a chunk's border",
    file: "src/reader.ts",
    from: "      end = buffer.end;\n",
    to: "      end = buffer.end - 1;\n",
  },
  {
    name: "tryRead goes past what has arrived",
    file: "src/reader.ts",
    from: "      end = buffer.end;\n",
    to: "",
  },
  {
    name: "a delimiter that is split over two chunks is not found",
    file: "src/_delimiter_search.ts",
    from: "    this.#matched = matched;\n",
    to: "",
  },
  {
    name: "a delimiter that begins like itself is missed",
    file: "src/_delimiter_search.ts",
    from: "matched = this.#borders[matched - 1]!;\n      }\n      if (byte",
    to: "matched = 0;\n      }\n      if (byte",
  },
  {
    name: "a search begins again at every chunk",
    file: "src/_delimiter_search.ts",
    from: "      this.#searched = end - start;\n      return -1;",
    to: "      return -1;",
  },
  {
    name: "a NUL in the room behind the bytes is found",
    file: "src/_delimiter_search.ts",
    from: "const at = end === bytes.length\n",
    to: "const at = end <= bytes.length\n",
  },
  {
    name: "bytes that were given out are written to",
    file: "src/_byte_buffer.ts",
    from: "    const bytes = new Uint8Array(capacity);\n",
    to:
      "    const bytes = capacity <= this.bytes.length ? this.bytes : new Uint8Array(capacity);\n",
  },
  {
    name: "a borrowed chunk is written to",
    file: "src/_byte_buffer.ts",
    from: "this.#become(chunk, chunk.length, false);",
    to:
      "this.#become(new Uint8Array(chunk.buffer, chunk.byteOffset), chunk.length, true);",
  },
  {
    name: "a known length is not reserved",
    file: "src/_byte_buffer.ts",
    from: "    this.#wantedBytes = size;",
    to: "    this.#wantedBytes = size * 0;",
  },
  {
    name: "a wish for room outlives its read",
    file: "src/_cut_source.ts",
    from: "        this.buffer.reserve(0);\n",
    to: "",
  },
  {
    name: "the buffer grows by no more than a chunk",
    file: "src/_byte_buffer.ts",
    from: "Math.max(2 * length, length + added)",
    to: "length + added",
  },
  {
    name: "one byte keeps a big buffer alive",
    file: "src/_byte_buffer.ts",
    from: "chunk.length * 8 >= chunk.buffer.byteLength",
    to: "chunk.length >= 0",
  },
  {
    name: "lines go back behind a chunk that landed in between",
    file: "src/_byte_buffer.ts",
    from: "if (isInFront) {",
    to: "if (isInFront || this.length > 0) {",
  },
  {
    name: "a timeout takes a byte",
    file: "src/_cut_source.ts",
    from: "      } finally {\n",
    to:
      "      } catch (error) {\n        this.buffer.start++;\n        throw error;\n      } finally {\n",
  },
  {
    name: "a read that still waits is not waited for",
    file: "src/_intake.ts",
    from: "if (!this.#isReading) this.#read();",
    to: "this.#read();",
  },
  {
    name: "a listener stays on the signal",
    file: "src/_intake.ts",
    from: '        signal?.removeEventListener("abort", abort);\n',
    to: "",
  },
  {
    name: "a timer is left behind",
    file: "src/_intake.ts",
    from: "        clearTimeout(timer);\n",
    to: "",
  },
  {
    name: "an empty chunk wakes a read",
    file: "src/_intake.ts",
    from: "    if (chunk.length === 0) {\n",
    to: "    if (chunk.length < 0) {\n",
  },
  {
    name: "a trickle outruns a deadline",
    file: "src/_cut_source.ts",
    from: "if (waitMs <= 0 && !isFirst) throw timeoutError();",
    to: "",
  },
  {
    name: "an aborted signal is not looked at first",
    file: "src/_cut_source.ts",
    from: "    signal?.throwIfAborted();\n",
    to: "",
  },
  {
    name: "idleTimeoutMs counts between frames too",
    file: "src/_cut_source.ts",
    from: "idleTimeoutMs !== undefined && this.buffer.length > 0",
    to: "idleTimeoutMs !== undefined",
  },
  {
    name: "two reads may wait at once",
    file: "src/_cut_source.ts",
    from: "      this.holder = WAITING;\n",
    to: "",
  },
  {
    name: "a line at its limit is refused",
    file: "src/_frame_cutters.ts",
    from: "if (length > this.#framing.maxBytes) {",
    to: "if (length >= this.#framing.maxBytes) {",
  },
  {
    name: "a claim is not checked",
    file: "src/_frame_cutters.ts",
    from: "if (measure.payloadBytes > this.#framing.maxBytes) {",
    to: "if (measure.payloadBytes > 2 ** 60) {",
  },
  {
    name: "the end within a frame is taken for the end of the stream",
    file: "src/_frame_cutters.ts",
    from: "    throw new UnexpectedEndError({\n      expected,",
    to:
      "    if (hasEnded) return undefined;\n    throw new UnexpectedEndError({\n      expected,",
  },
  {
    name: "a carriage return stays when it is cut off from its LF",
    file: "src/_frame_cutters.ts",
    from: "const last = buffer.bytes[buffer.start + length - 1];",
    to:
      "const last = length > 1 ? buffer.bytes[buffer.start + length - 1] : 0;",
  },
  {
    name: "a frame() that throws takes its bytes",
    file: "src/_frame_cutters.ts",
    from:
      "    const frame = this.#framing.frame(NO_BYTES, buffer.view(length));\n    buffer.start += size;\n",
    to:
      "    const view = buffer.view(length);\n    buffer.start += size;\n    const frame = this.#framing.frame(NO_BYTES, view);\n",
  },
  {
    name: "lines that were not given are lost at a break",
    file: "src/_line_iterator.ts",
    from: "if (at < bytes.length) {",
    to: "if (at > bytes.length) {",
  },
  {
    name: "a line is given again after a break",
    file: "src/_line_iterator.ts",
    from: "for (let i = 0; i < this.#given; i++) {",
    to: "for (let i = 1; i < this.#given; i++) {",
  },
  {
    name: "a run holds a line above the limit",
    file: "src/_line_cutter.ts",
    from: "      this.#maxBytes + 1,\n",
    to: "      this.#maxBytes + 2,\n",
  },
  {
    name: "a run is searched from its start at every chunk",
    file: "src/_line_cutter.ts",
    from: "if (unsearched.length > 0) this.#searched = window;",
    to: "",
  },
  {
    name: "an invalid line is taken by its error",
    file: "src/_line_cutter.ts",
    from: "      buffer.start = start;\n",
    to: "",
  },
  {
    name: "a BOM vanishes",
    file: "src/_line_cutter.ts",
    from: 'const decoder = new TextDecoder("utf-8", { ignoreBOM: true });',
    to: 'const decoder = new TextDecoder("utf-8");',
  },
  {
    name: "a length has its bytes the wrong way round",
    file: "src/length_prefix.ts",
    from: "bytes[littleEndian ? last - i : i]!",
    to: "bytes[littleEndian ? i : last - i]!",
  },
  {
    name: "a length that does not fit its prefix wraps around",
    file: "src/length_prefix.ts",
    from: "checkPayload(name, payload, sendableBytes);",
    to: "checkPayload(name, payload, maxBytes);",
  },
  {
    name: "a delimiter may travel in a payload",
    file: "src/delimited_framings.ts",
    from: "if (at >= 0) {",
    to: "if (at > payload.length) {",
  },
  {
    name: "Python's long header is sent too late",
    file: "src/python_connection.ts",
    from: "payload.length > MAX_SHORT_BYTES;",
    to: "payload.length > MAX_SHORT_BYTES + 1;",
  },
  {
    name: "the name Content-Length must be written so",
    file: "src/content_length.ts",
    from: 'return name.toLowerCase() === "content-length";',
    to: 'return name === "Content-Length";',
  },
  {
    name: "rest forgets what had arrived",
    file: "src/_rest_stream.ts",
    from: "if (buffer.length === 0) {",
    to: "buffer.clear();\n      if (buffer.length === 0) {",
  },
  {
    name: "a transform's source is not told of a failure",
    file: "src/_cut_stream.ts",
    from: "    await source.cancel(error);\n",
    to: "",
  },
  {
    name: "sliceChunk loses the last slice",
    file: "src/slice_chunk.ts",
    from: "if (start >= this.#end)",
    to: "if (start + this.#size > this.#end)",
  },
];

const MUTANTS: Mutant[] = [
  ...READER_MUTANTS.map((mutant) => ({ ...mutant, tests: READER_TESTS })),
];

/** A break that makes the code wait for ever is caught by this. */
const TIMEOUT_MS = 30_000;

const top = `${import.meta.dirname}/..`;

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name.startsWith(".") || name === "coverage") continue;
    const target = `${to}/${name}`;
    if (isDirectory) await copyTree(`${from}/${name}`, target);
    else await Deno.copyFile(`${from}/${name}`, target);
  }
}

/** Whether all the tests pass in the copy. */
async function pass(tree: string, tests: readonly string[]): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-check", "--fail-fast", ...tests],
    cwd: tree,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const { success } = await child.status;
  clearTimeout(timer);
  return success;
}

async function isCaught(tree: string, mutant: Mutant): Promise<boolean> {
  const { file, from, to, tests } = mutant;
  const path = `${tree}/${file}`;
  const sound = await Deno.readTextFile(path);
  if (sound.split(from).length !== 2) {
    throw new Error(`"${mutant.name}": its text must stand once in ${file}`);
  }
  await Deno.writeTextFile(path, sound.replace(from, () => to));
  try {
    return !await pass(tree, tests);
  } finally {
    await Deno.writeTextFile(path, sound);
  }
}

const wanted = Deno.args.join(" ");
const tree = await Deno.makeTempDir({ prefix: "mutants-" });
let survivors = 0;
try {
  await copyTree(top, tree);
  const mutants = MUTANTS.filter(({ name }) => name.includes(wanted));
  for (const tests of new Set(mutants.map(({ tests }) => tests))) {
    if (!await pass(tree, tests)) {
      throw new Error(`unbroken, these must pass first: ${tests.join(" ")}`);
    }
  }
  for (const mutant of mutants) {
    const caught = await isCaught(tree, mutant);
    if (!caught) survivors++;
    console.log(`${caught ? "caught  " : "SURVIVED"}  ${mutant.name}`);
  }
  console.log(`${mutants.length - survivors} of ${mutants.length} caught`);
} finally {
  await Deno.remove(tree, { recursive: true });
}
Deno.exitCode = survivors > 0 ? 1 : 0;
