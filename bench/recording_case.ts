/**
 * One way to keep bytes, timed from within: `recording_case.ts PLACE KIND SIZE`
 * (`memory`, `file`, or the name of a file that stays)
 * records pieces of so many bytes and prints MB/s, from the first piece to the
 * end of the last write. `recording_case.ts read FILE` reads a recording.
 */
import {
  PipeWriter,
  Recorder,
  Recording,
  type Redaction,
  type Sink,
} from "../mod.ts";

const BYTES = 100_000_000;

/** What a language server answers: many quotes, some characters beyond ASCII. */
const JSON_TEXT = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  result: {
    isIncomplete: false,
    items: Array.from({ length: 40 }, (_, n) => ({
      label: `completion${n}`,
      kind: n % 25,
      detail: `(method) Array<string>.completion${n}(): string … “é”`,
      sortText: `${11 + n}`,
      textEdit: { range: [n, 4, n, 12], newText: `\tcompletion${n}()\n` },
    })),
  },
}) + "\n";

const REDACTIONS: Record<string, Redaction | undefined> = {
  plain: undefined,
  names: { names: ["password", "token"] },
  patterns: { patterns: [/sk-[a-z0-9]{20}/] },
};

/** Takes bytes as a disk does, but for the disk. */
const nowhere: Sink = {
  givesBack: true,
  write: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

async function record(
  place: string,
  kind: string,
  size: number,
): Promise<number> {
  const isKept = place !== "memory" && place !== "file";
  const path = place === "memory"
    ? null
    : isKept
    ? place
    : await Deno.makeTempFile();
  const to = path === null
    ? new PipeWriter(nowhere)
    : (await Deno.open(path, { write: true, create: true })).writable;
  const redact = REDACTIONS[kind];
  const recorder = new Recorder(to, {
    program: "bench",
    command: [],
    ...(redact && { redact }),
  });
  const text = new TextEncoder().encode(
    JSON_TEXT.repeat(Math.ceil(size / JSON_TEXT.length) + 1),
  );
  const startMs = performance.now();
  for (let bytes = 0; bytes < BYTES; bytes += size) {
    // As pieces of a stream: at another place of a message each.
    const at = bytes % JSON_TEXT.length;
    recorder.piece("out", text.subarray(at, at + size), performance.now());
    while (recorder.pendingBytes > 4_000_000) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await recorder.finish();
  const rate = BYTES / (performance.now() - startMs) / 1000;
  if (path !== null && !isKept) await Deno.remove(path);
  return rate;
}

async function read(path: string): Promise<number> {
  const startMs = performance.now();
  let bytes = 0;
  const file = await Deno.open(path);
  for await (const event of await Recording.read(file.readable)) {
    if (event.kind === "piece") bytes += event.bytes.length;
  }
  return bytes / (performance.now() - startMs) / 1000;
}

const [place = "", kind = "", size] = Deno.args;
const rate = place === "read"
  ? await read(kind)
  : await record(place, kind, Number(size));
// deno-lint-ignore no-console -- what is measured
console.log(rate);
