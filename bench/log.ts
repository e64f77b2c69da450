/**
 * The whole program beside the seed's own in Python, the dumpers, `ts` and
 * `cat`: a file of text and one of random bytes, to each sink, MB/s of input.
 *
 *     deno run --allow-all bench/log.ts [MiB, default 256] [rounds, default 1]
 *
 * A contender that is not installed is left out by name. The slow ones get the
 * first eighth of the file, once: they take minutes, and MB/s compare.
 */
import { fileURLToPath } from "node:url";
import { type Contender, median, printTable, run, SINKS } from "./measure.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MIB = Number(Deno.args[0] ?? 256);
const ROUNDS = Number(Deno.args[1] ?? 1);
const BYTES = MIB * 1024 ** 2;
const SLOW_BYTES = BYTES / 8;

/** Writes the input: lines of 63 letters and a newline, or random bytes. */
async function makeInput(
  kind: "text" | "random",
  bytes: number,
): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: `bench-${kind}-` });
  const block = new Uint8Array(65536);
  using file = await Deno.open(path, { write: true });
  for (let at = 0; at < bytes; at += block.length) {
    if (kind === "random") crypto.getRandomValues(block);
    else {
      for (let i = 0; i < block.length; i++) {
        block[i] = i % 64 === 63 ? 10 : 97 + (i * 7 + at / 65536) % 26;
      }
    }
    for (let done = 0; done < block.length;) {
      done += await file.write(block.subarray(done));
    }
  }
  return path;
}

/** Ours, and what each is measured against: at least so many times as fast. */
interface Row extends Contender {
  kinds: readonly ("text" | "random")[];
  /** It takes minutes: the first eighth, once, is enough to know. */
  isSlow?: boolean;
}

function rows(path: string, slowPath: string): Row[] {
  const deno = [Deno.execPath(), "run", "-q", "--allow-run"];
  const cat = ["cat", path];
  const slowCat = ["cat", slowPath];
  const ours = (...options: string[]) => [
    ...deno,
    `${HERE}../main.ts`,
    ...options,
    "--",
    ...cat,
  ];
  const both = ["text", "random"] as const;
  const text = ["text"] as const;
  return [
    { name: "main.ts (seed)", argv: ours(), kinds: both },
    {
      name: "main.ts --format hex",
      argv: ours("-fhex", "-tnone", "-s1M"),
      kinds: both,
    },
    { name: "main.ts --format json", argv: ours("-fjson"), kinds: both },
    { name: "main.ts --format text", argv: ours("-ftext"), kinds: both },
    {
      name: "main.ts --format text --lines",
      argv: ours("-ftext", "-l", "-tiso"),
      kinds: text,
    },
    { name: "main.ts --format raw", argv: ours("-fraw"), kinds: both },
    {
      name: "Python: os.read(fd, 32), print",
      argv: ["python3", `${HERE}seed.py`, ...slowCat],
      kinds: both,
      isSlow: true,
    },
    {
      name: "first draft: BYOB(32), console.log",
      argv: [...deno, `${HERE}first_draft.ts`, ...slowCat],
      kinds: both,
      isSlow: true,
    },
    { name: "xxd", argv: ["xxd", path], kinds: both },
    {
      name: "hexdump -C",
      argv: ["hexdump", "-C", slowPath],
      kinds: both,
      isSlow: true,
    },
    {
      name: "od -A x -t x1z",
      argv: ["od", "-A", "x", "-t", "x1z", slowPath],
      kinds: both,
      isSlow: true,
    },
    { name: "hexyl", argv: ["hexyl", slowPath], kinds: both, isSlow: true },
    { name: "ts", argv: ["sh", "-c", 'ts <"$0"', path], kinds: text },
    {
      name: "cat, in our place: cat FILE | cat",
      argv: ["sh", "-c", 'cat "$0" | cat', path],
      kinds: both,
    },
    { name: "cat FILE alone", argv: cat, kinds: both },
  ];
}

function isInstalled({ argv, name }: Row): boolean {
  const program = name === "ts" ? "ts" : argv[0] ?? "";
  return new Deno.Command("sh", {
    args: ["-c", `command -v "$0" >/dev/null`, program],
  }).outputSync().success;
}

/** The contender that ours is measured against, and how many times as fast. */
const TARGETS = [
  { ours: "main.ts (seed)", than: "Python", kind: "text", times: 20 },
  { ours: "main.ts (seed)", than: "Python", kind: "random", times: 10 },
  { ours: "main.ts --format hex", than: "xxd", times: 1 },
  { ours: "main.ts --format hex", than: "hexdump", times: 1 },
  { ours: "main.ts --format hex", than: "od", times: 1 },
  { ours: "main.ts --format hex", than: "hexyl", times: 1 },
  { ours: "main.ts --format text --lines", than: "ts", times: 1 },
  { ours: "main.ts --format raw", than: "cat, in our place", times: 0.5 },
];

const table = [["input", "sink", "program", "MB/s", "seconds"]];
const verdicts = [["input", "sink", "ours", "than", "times", "target"]];
for (const kind of ["text", "random"] as const) {
  const path = await makeInput(kind, BYTES);
  const slowPath = await makeInput(kind, SLOW_BYTES);
  try {
    const entered = rows(path, slowPath).filter((row) =>
      row.kinds.includes(kind) && isInstalled(row)
    );
    for (const sink of Object.keys(SINKS) as (keyof typeof SINKS)[]) {
      const seconds = new Map<string, number[]>();
      for (let round = 0; round < ROUNDS; round++) {
        for (const row of entered) {
          if (row.isSlow && round > 0) continue;
          const before = seconds.get(row.name) ?? [];
          seconds.set(row.name, [...before, (await run(row, sink)).seconds]);
        }
      }
      const speed = (name: string) => {
        const isSlow = entered.find((row) => row.name === name)?.isSlow;
        const bytes = isSlow ? SLOW_BYTES : BYTES;
        return bytes / 1e6 / median(seconds.get(name) ?? []);
      };
      for (const name of seconds.keys()) {
        const s = median(seconds.get(name) ?? []);
        table.push([kind, sink, name, speed(name).toFixed(1), s.toFixed(2)]);
      }
      for (const target of TARGETS) {
        const peer = [...seconds.keys()].find((name) =>
          name.startsWith(target.than)
        );
        const isAsked = (target.kind ?? kind) === kind &&
          seconds.has(target.ours);
        if (peer === undefined || !isAsked) continue;
        const times = speed(target.ours) / speed(peer);
        verdicts.push([
          kind,
          sink,
          target.ours,
          peer,
          times.toFixed(2),
          String(target.times),
        ]);
      }
    }
  } finally {
    await Deno.remove(path);
    await Deno.remove(slowPath);
  }
}
printTable(table);
printTable(verdicts);
