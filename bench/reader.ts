/**
 * The reader beside its peers: each case in a process of its own, millions a
 * second. Slow ones read less.
 */
import {
  type Cases,
  type Claim,
  DENO,
  inTurns,
  pathOf,
  printed,
  report,
  temporaryFolder,
  writeBlocks,
} from "./measure.ts";

/** What a case prints, ours or Python's. */
interface Result {
  perSecond: number;
  ms: number;
}

/** What ours prints as well. */
interface OurResult extends Result {
  peakMiB: number;
}

type Command = readonly string[];

const ours = (name: string, command: Command): Command => [
  ...DENO,
  pathOf("reader_case.ts"),
  name,
  ...command,
];

const python = (name: string, command: Command): Command => [
  "sh",
  "-c",
  '"$@" | python3 "$0" ' + name,
  pathOf("reader_peer.py"),
  ...command,
];

const zeros = (mb: number): Command => [
  "head",
  "-c",
  `${mb * 1_000_000}`,
  "/dev/zero",
];

/** A frame of so many bytes behind its length, as `lengthPrefix()` has it. */
function framed(size: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(4 + size);
  new DataView(frame.buffer).setUint32(0, size);
  return frame;
}

/** So many of one unit, as one block. */
function times(count: number, unit: Uint8Array): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(unit.length * count);
  for (let n = 0; n < count; n++) block.set(unit, n * unit.length);
  return block;
}

const CLAIMS: Claim[] = [
  { ours: "tryRead ?? await read", peer: "os.read(fd, 32)", atLeast: 10 },
  { ours: "tryRead ?? await read", peer: "BYOB reads of 32", atLeast: 60 },
  { ours: "tryRead ?? await read", peer: "bare chunks", atLeast: 0.85 },
  { ours: "await read(32)", peer: "os.read(fd, 32)", atLeast: 1 },
  { ours: "for await slices(32)", peer: "os.read(fd, 32)", atLeast: 4 },
  { ours: "for await lines()", peer: "TextLineStream", atLeast: 1.5 },
  { ours: "readLine", peer: "TextLineStream", atLeast: 1 },
  { ours: "lineArrays()", peer: "Python's for line", atLeast: 1 },
  { ours: "for await frames()", peer: "recv_bytes", atLeast: 5 },
  { ours: "readFrame", peer: "recv_bytes", atLeast: 5 },
  {
    ours: "contentLength(), 200 bytes",
    peer: "lines(), 200 bytes",
    atLeast: 0.5,
  },
];

export async function reader(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const scale = isFull ? 2 : 1;
  const file = async (
    name: string,
    unit: Uint8Array,
    count: number,
  ): Promise<Command> => {
    const path = `${folder.path}/${name}`;
    return ["cat", await writeBlocks(path, times(1000, unit), count / 1000)];
  };
  const encode = (text: string) => new TextEncoder().encode(text);
  const message = "x".repeat(200);
  const lines = await file(
    "lines",
    encode("x".repeat(31) + "\n"),
    2_000_000 * scale,
  );
  const frames = await file("frames", framed(32), 800_000 * scale);
  const fewFrames = await file("few-frames", framed(32), 100_000 * scale);
  const header = encode("Content-Length: 200\r\n\r\n" + message);
  const longLine = encode(message + "\n");
  const longLines = await file("long-lines", longLine, 200_000 * scale);
  const headers = await file("headers", header, 200_000 * scale);
  const many = zeros(300 * scale);
  const commands: Record<string, Command> = {
    "os.read(fd, 32)": python("slices", zeros(16 * scale)),
    "BYOB reads of 32": ours("byob reads", zeros(4 * scale)),
    "bare chunks": ours("bare chunks", many),
    "tryRead ?? await read": ours("tryRead ?? read", many),
    "await read(32)": ours("read", zeros(64 * scale)),
    "for await slices(32)": ours("slices", many),
    TextLineStream: ours("TextLineStream", lines),
    "for await lines()": ours("lines", lines),
    readLine: ours("readLine", lines),
    "Python's for line": python("lines", lines),
    "lineArrays()": ours("lineArrays", lines),
    recv_bytes: python("frames", fewFrames),
    "for await frames()": ours("frames", frames),
    readFrame: ours("readFrame", frames),
    "contentLength(), 200 bytes": ours("contentLength frames", headers),
    "lines(), 200 bytes": ours("line frames", longLines),
  };
  const cases: Cases = {};
  for (const [name, command] of Object.entries(commands)) {
    cases[name] = async () => (await printed<Result>(command)).perSecond / 1e6;
  }
  const samples = await inTurns(cases, isFull ? 7 : 5);
  report("the reader, M/s", samples, CLAIMS);

  const big = `${folder.path}/frame`;
  await writeBlocks(big, framed(100_000_000), 1);
  const frame = await printed<OurResult>(ours("frames", ["cat", big]));
  const slow = await printed<OurResult>(
    ours("slow slices", zeros(isFull ? 1000 : 100)),
  );
  const rows = new Map([
    ["a frame of 100 MB, ms", [frame.ms]],
    ["its peak, MiB", [frame.peakMiB]],
    ["slices(32) with a pause per 64 KiB: peak, MiB", [slow.peakMiB]],
  ]);
  report("memory", rows, [
    { ours: "a frame of 100 MB, ms", atMost: 200 },
    { ours: "its peak, MiB", atMost: 248 },
  ]);
}
