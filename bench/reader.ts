// deno-lint-ignore-file no-console -- its table is for a person
/**
 * The reader beside its peers, in one run: each case in a process of its own,
 * the cases in turn, the best of the rounds (others' load only slows).
 *
 *     deno run -A bench/reader.ts [rounds, default 3] [GiB for the memory row]
 */
import { printTable } from "./measure.ts";

interface Result {
  perSecond: number;
  ms: number;
  peakMiB: number;
}

type Command = [string, ...string[]];

const here = import.meta.dirname!;
const rounds = Number(Deno.args[0] ?? 3);
const memoryGiB = Number(Deno.args[1] ?? 1);
const directory = await Deno.makeTempDir({ prefix: "bench-reader-" });

/** Writes `unit` `count` times. */
async function makeFile(name: string, unit: Uint8Array, count: number) {
  const path = `${directory}/${name}`;
  using file = await Deno.open(path, { write: true, create: true });
  const block = new Uint8Array(unit.length * 1000);
  for (let n = 0; n < 1000; n++) block.set(unit, n * unit.length);
  const writer = file.writable.getWriter();
  for (let n = 0; n < count; n += 1000) await writer.write(block);
  writer.releaseLock();
  return path;
}

function framed(size: number): Uint8Array {
  const frame = new Uint8Array(4 + size);
  new DataView(frame.buffer).setUint32(0, size);
  return frame;
}

const ours = (name: string, command: Command): Command => [
  Deno.execPath(),
  "run",
  "--allow-all",
  `${here}/reader_case.ts`,
  name,
  ...command,
];

const python = (name: string, command: Command): Command => [
  "sh",
  "-c",
  '"$@" | python3 "$0" ' + name,
  `${here}/reader_peer.py`,
  ...command,
];

const zeros = (
  bytes: number,
): Command => ["head", "-c", `${bytes}`, "/dev/zero"];

async function run([command, ...args]: Command): Promise<Result> {
  const child = new Deno.Command(command, { args, stderr: "inherit" });
  const { stdout, success } = await child.output();
  if (!success) throw new Error(`failed: ${command} ${args.join(" ")}`);
  const result: number | Result = JSON.parse(new TextDecoder().decode(stdout));
  return typeof result === "number"
    ? { perSecond: result, ms: 0, peakMiB: 0 }
    : result;
}

const line = new TextEncoder().encode("x".repeat(31) + "\n");
const lines: Command = ["cat", await makeFile("lines", line, 3_000_000)];
const frames: Command = [
  "cat",
  await makeFile("frames", framed(32), 2_000_000),
];
const frame = framed(100_000_000);
await Deno.writeFile(`${directory}/frame`, frame);

const CASES: Record<string, Command> = {
  "os.read(fd, 32)": python("slices", zeros(50_000_000)),
  "BYOB reads of 32": ours("byob reads", zeros(10_000_000)),
  "bare chunks + subarray": ours("bare chunks", zeros(400_000_000)),
  "tryRead ?? await read": ours("tryRead ?? read", zeros(400_000_000)),
  "await read(32)": ours("read", zeros(200_000_000)),
  "for await slices(32)": ours("slices", zeros(400_000_000)),
  "chunks + sliceChunk": ours("sliceChunk", zeros(400_000_000)),
  "TextLineStream": ours("TextLineStream", lines),
  "for await lines()": ours("lines", lines),
  "readLine": ours("readLine", lines),
  "Python's for line": python("lines", lines),
  "lineArrays()": ours("lineArrays", lines),
  "recv_bytes": python("frames", frames),
  "for await frames()": ours("frames", frames),
  "readFrame": ours("readFrame", frames),
  "a 100 MB frame": ours("frames", ["cat", `${directory}/frame`]),
};

const best = new Map<string, Result>();
try {
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(CASES)) {
      const result = await run(command);
      const before = best.get(name);
      if (!before || result.perSecond > before.perSecond) {
        best.set(name, result);
      }
    }
  }
} finally {
  await Deno.remove(directory, { recursive: true });
}

const rate = (name: string) => best.get(name)!.perSecond;
const TARGETS: [name: string, peer: string, target: number][] = [
  ["tryRead ?? await read", "os.read(fd, 32)", 10],
  ["tryRead ?? await read", "BYOB reads of 32", 60],
  ["tryRead ?? await read", "bare chunks + subarray", 0.85],
  ["await read(32)", "os.read(fd, 32)", 1],
  ["for await slices(32)", "os.read(fd, 32)", 4],
  ["chunks + sliceChunk", "bare chunks + subarray", 0.75],
  ["for await lines()", "TextLineStream", 1.5],
  ["readLine", "TextLineStream", 1],
  ["lineArrays()", "Python's for line", 1],
  ["for await frames()", "recv_bytes", 5],
  ["readFrame", "recv_bytes", 5],
];

printTable([
  ["case", "M/s", "peer", "M/s", "ratio", "target", "met"],
  ...TARGETS.map(([name, peer, target]) => {
    const ratio = rate(name) / rate(peer);
    return [
      name,
      (rate(name) / 1e6).toFixed(2),
      peer,
      (rate(peer) / 1e6).toFixed(2),
      ratio.toFixed(2),
      `${target}`,
      ratio >= target ? "yes" : "NO",
    ];
  }),
]);
const big = best.get("a 100 MB frame")!;
console.log(
  `\na 100 MB frame in 64 KiB pieces: ${big.ms.toFixed(0)} ms (target 200), ${
    big.peakMiB.toFixed(0)
  } MiB at the peak (target 260 MB)`,
);
const slow = await run(ours("slow slices", zeros(memoryGiB * 2 ** 30)));
console.log(
  `${memoryGiB} GiB through slices(32), a pause per 64 KiB: ${
    (slow.ms / 1000).toFixed(1)
  } s, ${slow.peakMiB.toFixed(0)} MiB at the peak`,
);
