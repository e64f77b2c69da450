/**
 * `main.ts replay` of long recordings: how fast and in how much memory their
 * bytes come, and how many requests a stand-in answers.
 */
import {
  type Cases,
  inTurns,
  pathOf,
  report,
  temporaryFolder,
} from "./measure.ts";

const HEADER = {
  recording: 1,
  program: "bench",
  command: ["server"],
  startedAt: "2026-11-26T10:00:00.000000Z",
  frame: "json",
};

/** Writes a recording, a thousand lines at a time. */
async function write(
  path: string,
  count: number,
  lines: (n: number) => object[],
): Promise<void> {
  using file = await Deno.create(path);
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  let text = `${JSON.stringify(HEADER)}\n`;
  for (let n = 0; n < count; n++) {
    for (const line of lines(n)) text += `${JSON.stringify(line)}\n`;
    if (text.length < 1_000_000 && n < count - 1) continue;
    await writer.write(encoder.encode(text));
    text = "";
  }
  writer.releaseLock();
}

/** Pieces of stdout, the n-th after n ms. */
function pieces(bytes: number): (n: number) => object[] {
  const line = `${"x".repeat(bytes - 1)}\n`;
  const base64 = btoa(line);
  const content = bytes < 16_384 ? { text: line } : { base64 };
  return (n) => [{ ms: n, from: "out", offset: n * bytes, ...content }];
}

/** A request and its answer. */
function asked(id: number): object[] {
  const message = { jsonrpc: "2.0", id };
  const params = { n: id, text: "Spam" };
  const request = `${JSON.stringify({ ...message, method: "add", params })}\n`;
  const answer = `${JSON.stringify({ ...message, result: params })}\n`;
  return [
    { ms: id, from: "in", offset: 0, text: request },
    { ms: id, from: "out", offset: 0, text: answer },
  ];
}

/** Runs a line of shell, in which `"$@"` is the replay; its time and peak. */
async function run(
  line: string,
  args: readonly string[],
): Promise<{ ms: number; peakMiB: number }> {
  const words = ["run", "-q", "--allow-read", pathOf("../main.ts"), "replay"];
  const startMs = performance.now();
  const { success, stderr } = await new Deno.Command("sh", {
    args: [
      ...["-c", line, "sh", "/usr/bin/time", "-f", "peak %M"],
      ...[Deno.execPath(), ...words, "--speed", "max", ...args],
    ],
    stdin: "null",
    stdout: "null",
  }).output();
  const ms = performance.now() - startMs;
  const peak = /peak (\d+)/.exec(new TextDecoder().decode(stderr))?.[1];
  if (!success || peak === undefined) throw new Error(`Failed: ${line}`);
  return { ms, peakMiB: Number(peak) / 1024 };
}

export async function replaying(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const rates: Cases = {};
  const peaks: Cases = {};
  const files = [
    { count: 100_000, bytes: 100 },
    { count: 100_000, bytes: 1000 },
    { count: isFull ? 16_000 : 4000, bytes: 65_536 },
  ];
  for (const { count, bytes } of files) {
    const path = `${folder.path}/${count}-${bytes}.jsonl`;
    await write(path, count, pieces(bytes));
    const name = `${count} pieces of ${bytes}`;
    const line = '"$@" | cat >/dev/null';
    rates[name] = async () =>
      count * bytes / 1000 / (await run(line, [path])).ms;
    peaks[name] = async () => (await run(line, [path])).peakMiB;
  }
  const rounds = isFull ? 5 : 3;
  report("replay --speed max, MB/s", await inTurns(rates, rounds));
  report("replay --speed max, peak MiB", await inTurns(peaks, 1));
  const count = 100_000;
  const session = `${folder.path}/session.jsonl`;
  await write(session, count, asked);
  const requests = `${folder.path}/requests`;
  const all = Array.from({ length: count }, (_, id) => asked(id)[0]);
  await Deno.writeTextFile(
    requests,
    (all as { text: string }[]).map(({ text }) => text).join(""),
  );
  const line = `cat '${requests}' | "$@" | cat >/dev/null`;
  const serve = () => run(line, ["--serve", "--strict", session]);
  report(
    `replay --serve, ${count} requests: seconds with reading it, peak MiB`,
    await inTurns({
      seconds: async () => (await serve()).ms / 1000,
      "peak MiB": async () => (await serve()).peakMiB,
    }, 1),
  );
}
