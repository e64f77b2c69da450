/**
 * Writing to stdout, side by side in one run: `PipeWriter` and Deno's own ways,
 * 25-byte lines and 64 KiB pieces, into a pipe, /dev/null and a file.
 *
 *     deno run --allow-all bench/writer.ts
 */
const CASE = import.meta.resolve("./writer_case.ts");
const ROUNDS = 5;

/** Each case, and how many lines of 25 bytes it writes. */
const COUNTS: Record<string, number> = {
  "await Deno.stdout.write": 20_000,
  "console.log": 50_000,
  "writeSync": 100_000,
  "await writer.write": 10_000_000,
  "await writer.write, text": 5_000_000,
  "writer.write, flushed every 10,000": 10_000_000,
  "one 64 KiB buffer, by hand": 10_000_000,
  "64 KiB, await writer.write": 30_000_000,
  "64 KiB, await Deno.stdout.write": 30_000_000,
  "64 KiB, writeSync": 30_000_000,
};

const SINKS: Record<string, string> = {
  "a pipe": '"$@" 2>&3 | cat >/dev/null',
  "2>&1, a pipe": '"$@" 3>&2 2>&1 | tail -c 12 >&3',
  "/dev/null": '"$@" 2>&3 >/dev/null',
  "a file": 'f=$(mktemp); "$@" 2>&3 >"$f"; rm "$f"',
};

/** Bytes per second of one run. */
async function measure(name: string, sink: string): Promise<number> {
  const count = COUNTS[name]! / (sink === "2>&1, a pipe" ? 10 : 1);
  const { stdout } = await new Deno.Command("bash", {
    args: [
      "-c",
      `exec 3>&1; ${SINKS[sink]}`,
      "bash",
      Deno.execPath(),
      ...["run", "-q", "--no-prompt", CASE, name, String(count)],
    ],
    stdin: "null",
    stderr: "inherit",
  }).output();
  // After `2>&1` the figure stands behind the last line.
  return Number(new TextDecoder().decode(stdout).split("\n").at(-1));
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

// deno-lint-ignore no-console -- a benchmark's table is for a person
const print = (...cells: string[]) => console.log(cells.join("  "));

const rates = new Map<string, number>();
for (const sink of Object.keys(SINKS)) {
  print(`\ninto ${sink}`.padEnd(38), "M lines/s".padStart(10), "   GB/s");
  const names = Object.keys(COUNTS)
    .filter((name) => sink !== "2>&1, a pipe" || name.includes("writer"));
  const samples = new Map<string, number[]>(names.map((name) => [name, []]));
  // In turns, so that a busy moment of the machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      samples.get(name)!.push(await measure(name, sink));
    }
  }
  for (const name of names) {
    const rate = median(samples.get(name)!);
    rates.set(`${name} > ${sink}`, rate);
    const lines = (rate / 25e6).toFixed(2);
    print(
      name.padEnd(37),
      lines.padStart(10),
      (rate / 1e9).toFixed(2).padStart(7),
    );
  }
}

const rateOf = (name: string) => rates.get(`${name} > a pipe`)!;
const TARGETS = [
  {
    what: "25 bytes, awaited, against await Deno.stdout.write",
    ratio: rateOf("await writer.write") / rateOf("await Deno.stdout.write"),
    target: 10,
  },
  {
    what: "25 bytes in bulk, against one big buffer",
    ratio: rateOf("writer.write, flushed every 10,000") /
      rateOf("one 64 KiB buffer, by hand"),
    target: 0.5,
  },
  {
    what: "64 KiB pieces, GB/s",
    ratio: rateOf("64 KiB, await writer.write") / 1e9,
    target: 1,
  },
];
print("\ninto a pipe".padEnd(53), "ratio", "at least");
for (const { what, ratio, target } of TARGETS) {
  print(
    what.padEnd(50),
    ratio.toFixed(2).padStart(7),
    String(target).padStart(7),
  );
}
