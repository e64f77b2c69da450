/**
 * The whole program beside the seed's own in Python and the first draft that
 * everybody writes: 64 MiB of text and of random bytes, to each sink.
 *
 *     deno run --allow-all bench/log.ts
 */
import { fileURLToPath } from "node:url";
import { type Contender, median, printTable, run, SINKS } from "./measure.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const RUNS = 3;
const MIB = 64;
const BYTES = MIB * 1024 ** 2;
const SLICES = BYTES / 32;

/** Writes the input: lines of 63 letters and a newline, or random bytes. */
async function makeInput(kind: "text" | "random"): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: `bench-${kind}-` });
  const block = new Uint8Array(65536);
  using file = await Deno.open(path, { write: true });
  for (let at = 0; at < BYTES; at += block.length) {
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

function contenders(path: string): Contender[] {
  const source = ["head", "-c", String(BYTES), path];
  const deno = [Deno.execPath(), "run", "-q", "--allow-run"];
  return [
    { name: "main.ts", argv: [...deno, `${HERE}../main.ts`, "--", ...source] },
    {
      name: "Python: os.read(fd, 32), print",
      argv: ["python3", `${HERE}seed.py`, ...source],
    },
    {
      name: "first draft: BYOB(32), console.log",
      argv: [...deno, `${HERE}first_draft.ts`, ...source],
    },
  ];
}

const rows = [[
  "64 MiB in slices of 32",
  "sink",
  "s",
  "M lines/s",
  "main.ts is",
]];
for (const kind of ["text", "random"] as const) {
  const path = await makeInput(kind);
  try {
    for (const sink of Object.keys(SINKS) as (keyof typeof SINKS)[]) {
      const seconds = new Map<string, number[]>();
      for (let turn = 0; turn < RUNS; turn++) {
        for (const contender of contenders(path)) {
          const before = seconds.get(contender.name) ?? [];
          seconds.set(contender.name, [
            ...before,
            (await run(contender, sink)).seconds,
          ]);
        }
      }
      const ours = median(seconds.get("main.ts") ?? []);
      for (const [name, all] of seconds) {
        const s = median(all);
        rows.push([
          `${kind}: ${name}`,
          sink,
          s.toFixed(2),
          (SLICES / s / 1e6).toFixed(2),
          `${(s / ours).toFixed(1)} x`,
        ]);
      }
    }
  } finally {
    await Deno.remove(path);
  }
}
printTable(rows);
