/**
 * The storm: parents that get a signal at a random moment, and what is left.
 * Short by default; `STORM_STARTS=300` is the long one, `STORM_SEED` another.
 */
import {
  assert,
  assertEquals,
  assertLessOrEqual,
} from "./support/std_assert.ts";
import { run } from "../mod.ts";
import {
  fixture,
  isAlive,
  needs,
  quote,
  testNeeding,
  until,
} from "./support/processes.ts";
import { seededRandom } from "./support/random.ts";
import { together } from "./support/together.ts";
import { onTerminal, TERMINAL_PROGRAM } from "./support/terminal.ts";

const test = testNeeding("sh");

const STARTS = Number(Deno.env.get("STORM_STARTS") ?? 40);
const SEED = Number(Deno.env.get("STORM_SEED") ?? 20240601);
const AT_ONCE = 6;
/** A process that is still there then was left. */
const LEFT_MS = 30_000;
/** Each look reads of every process of the machine. */
const LOOK_MS = 50;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const KEYS: Partial<Record<Deno.Signal, string>> = {
  SIGINT: "\x03",
  SIGQUIT: "\x1c",
};
const OWNER = fixture("../parents/owner.ts");

interface Strike {
  number: number;
  signal: Deno.Signal;
  terminal: boolean;
  /** `wait` for one child, or run one after the other. */
  way: string;
  afterMs: number;
}

/** The processes whose command line contains the text, and begins so. */
function running(text: string, start = ""): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      if (!line.startsWith(start)) continue;
      if (line.includes(text) && isAlive(Number(name))) {
        found.push(Number(name));
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Starts a parent, strikes it, and tells what went wrong. */
async function strike(
  { number, signal, terminal, way, afterMs }: Strike,
): Promise<string[]> {
  // No other process of this machine sleeps for exactly so long.
  const nap = `300.${Deno.pid}${String(number).padStart(4, "0")}`;
  const words = [
    ...[Deno.execPath(), "run", "--quiet", "--allow-run", "--no-prompt"],
    ...[
      OWNER,
      '{"stdout":"null"}',
      way,
      way === "wait" ? "sleep" : "true",
      nap,
    ],
  ];
  const [command = "", ...args] = terminal
    ? [TERMINAL_PROGRAM, ...onTerminal(words.map(quote).join(" "))]
    : words;
  const process = new Deno.Command(command, {
    args,
    stdin: terminal ? "piped" : "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  const keys = terminal ? process.stdin.getWriter() : undefined;
  // Before that, the terminal has nobody to send a signal to.
  const parents = () => running(nap, Deno.execPath());
  await until(() => !terminal || parents().length > 0);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const key = terminal ? KEYS[signal] : undefined;
  try {
    if (key) await keys?.write(new TextEncoder().encode(key));
    // A terminal that is closed hangs up.
    else if (terminal && signal === "SIGHUP") process.kill("SIGKILL");
    else {
      const pid = terminal ? parents()[0] : process.pid;
      if (pid !== undefined) Deno.kill(pid, signal);
    }
  } catch {
    // It was faster.
  }
  // What is left would nap on for 300 s.
  const endMs = performance.now() + LEFT_MS;
  while (running(nap).length > 0 && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const isClean = performance.now() < endMs;
  const left = running(nap);
  for (const pid of left) Deno.kill(pid, "SIGKILL");
  await keys?.close().catch(() => {});
  await process.status;
  const where = terminal ? "on a terminal" : "without a terminal";
  return isClean ? [] : [
    `${left.length} left by ${signal} ${where}, ${way}, after ${
      afterMs.toFixed(1)
    } ms`,
  ];
}

test(
  `a storm of ${STARTS} signals, seed ${SEED}, leaves no orphan and no hang`,
  needs(TERMINAL_PROGRAM),
  async () => {
    const next = seededRandom(SEED);
    const strikes = Array.from({ length: STARTS }, (_, number) => ({
      number,
      signal: SIGNALS[Math.floor(next() * SIGNALS.length)] ?? "SIGTERM",
      terminal: next() < 0.5,
      way: next() < 0.75 ? "wait" : "sequence",
      afterMs: next() * 120,
    }));
    const failures: string[] = [];
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let each = strikes.pop(); each; each = strikes.pop()) {
        failures.push(...await strike(each));
      }
    });
    await Promise.all(workers);
    assertEquals(failures, []);
  },
);

const CROWDS = [
  { what: "1,000 children, one after the other", kind: "sequence" },
  { what: "500 children whose status alone is awaited", kind: "status" },
  { what: "300 children at once", kind: "at-once" },
];

const beside = together("what many children leave", 4, ["sh"]);

for (const { what, kind } of CROWDS) {
  beside(`${what} leave no descriptor, no zombie and no memory`, async () => {
    const program = new URL("./parents/crowd.ts", import.meta.url).href;
    const { text } = await run(Deno.execPath(), [
      "run",
      "-A",
      "--v8-flags=--expose-gc",
      program,
      kind,
    ]);
    const { descriptors, zombies, heldMiB } = JSON.parse(text());
    assertEquals({ descriptors, zombies }, { descriptors: 0, zombies: 0 });
    // A few lists have grown; 1,000 pairs of 64 KiB buffers would be 125 MiB.
    assertLessOrEqual(heldMiB, 4);
  });
}

beside(
  "a reader that is slow slows the child, and the memory stays flat",
  async () => {
    const program = new URL("./parents/reads_slowly.ts", import.meta.url).href;
    const { text } = await run(Deno.execPath(), ["run", "-A", program]);
    const { bytes, mostMiB } = JSON.parse(text());
    assert(bytes > 0 && bytes <= 200 * 65_536, `${bytes} bytes`);
    assertLessOrEqual(mostMiB, 30);
  },
);
