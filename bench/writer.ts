/**
 * Writing to stdout: `PipeWriter` and Deno's own ways, 25-byte lines and 64 KiB
 * pieces, GB/s.
 */
import {
  type Cases,
  type Claim,
  DENO,
  inTurns,
  pathOf,
  report,
} from "./measure.ts";

/** Each case, and how many lines of 25 bytes it writes. */
const COUNTS: Record<string, number> = {
  "await Deno.stdout.write": 10_000,
  "console.log": 50_000,
  writeSync: 100_000,
  "await writer.write": 4_000_000,
  "await writer.write, text": 2_000_000,
  "writer.write, flushed every 10,000": 4_000_000,
  "one 64 KiB buffer, by hand": 4_000_000,
  "64 KiB, await writer.write": 20_000_000,
  "64 KiB, await Deno.stdout.write": 20_000_000,
  "64 KiB, writeSync": 20_000_000,
};

const SINKS: Record<string, string> = {
  "a pipe": '"$@" 2>&3 | cat >/dev/null',
  "2>&1, a pipe": '"$@" 3>&2 2>&1 | tail -c 12 >&3',
  "/dev/null": '"$@" 2>&3 >/dev/null',
  "a file": 'f=$(mktemp); "$@" 2>&3 >"$f"; rm "$f"',
};

const CLAIMS: Claim[] = [
  { ours: "await writer.write", peer: "await Deno.stdout.write", atLeast: 10 },
  {
    ours: "writer.write, flushed every 10,000",
    peer: "one 64 KiB buffer, by hand",
    atLeast: 0.5,
  },
  {
    ours: "64 KiB, await writer.write",
    peer: "64 KiB, await Deno.stdout.write",
  },
];

/** GB/s of one run; the case itself says it on stderr. */
async function rate(name: string, sink: string): Promise<number> {
  const count = COUNTS[name]! / (sink === "2>&1, a pipe" ? 10 : 1);
  const { stdout } = await new Deno.Command("bash", {
    args: [
      "-c",
      `exec 3>&1; ${SINKS[sink]}`,
      "bash",
      ...DENO,
      pathOf("writer_case.ts"),
      name,
      String(count),
    ],
    stdin: "null",
    stderr: "inherit",
  }).output();
  // After `2>&1` the figure stands behind the last line.
  const figure = new TextDecoder().decode(stdout).split("\n").at(-1);
  return Number(figure) / 1e9;
}

export async function writer(isFull: boolean): Promise<void> {
  for (const sink of Object.keys(SINKS)) {
    if (!isFull && sink !== "a pipe") continue;
    const cases: Cases = {};
    for (const name of Object.keys(COUNTS)) {
      if (sink === "2>&1, a pipe" && !name.includes("writer")) continue;
      cases[name] = () => rate(name, sink);
    }
    const claims = sink === "a pipe" ? CLAIMS : [];
    const samples = await inTurns(cases, isFull ? 9 : 5);
    report(`into ${sink}, GB/s`, samples, claims);
  }
}
