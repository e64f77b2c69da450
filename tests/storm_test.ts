/**
 * The storm on the program: one or two signals at random moments, from its
 * start to 1 s after its command's end. The log is compared with what the
 * command wrote. Short by default; `STORM_STARTS=500` is the long one.
 */
import { fileURLToPath } from "node:url";
import { assertEquals } from "./support/std_assert.ts";
import { fixture, isAlive, needs, quote, until } from "./support/processes.ts";
import { seededRandom } from "./support/random.ts";
import { onTerminal, TERMINAL_PROGRAM } from "./support/terminal.ts";
import { ROOT } from "./support/whole_program.ts";

const STARTS = Number(Deno.env.get("STORM_STARTS") ?? 12);
const SEED = Number(Deno.env.get("STORM_SEED") ?? 20261126);
const AT_ONCE = 6;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** What a shell sees of an end by each. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 };
/** After a second request, or the grace. */
const KILLED = 137;
/** The keys by which a terminal sends a signal to all in front. */
const KEYS: Partial<Record<Deno.Signal, string>> = {
  SIGINT: "\x03",
  SIGQUIT: "\x1c",
};
/** A run that takes longer hangs. */
const HANG_MS = 20_000;
const LINE_BYTES = 10;
/** What the program says where it gave a stuck reader up. */
const SAYS_CUT = /is not complete|incomplete|cut short/;

interface Strike {
  number: number;
  lines: number;
  terminal: boolean;
  /** Where the log goes: into a file, or to a reader that is slow or fast. */
  log: "file" | "slow" | "fast";
  summary: boolean;
  signals: { signal: typeof SIGNALS[number]; atMs: number }[];
}

/** The content of a file; `""` if there is none. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** The first process whose command line contains the text and begins so. */
function find(text: string, start: string): number | undefined {
  const ids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name));
  return ids.find((id) => {
    const line = id > 0 ? read(`/proc/${id}/cmdline`) : "";
    return line.startsWith(start) && line.includes(text) && isAlive(id);
  });
}

/** Starts the program, strikes it, and tells what went wrong. */
async function strike(each: Strike): Promise<string[]> {
  const { lines, terminal, log, summary, signals } = each;
  const folder = await Deno.makeTempDir();
  const [counts, output, errors] = ["counts", "log", "errors"].map((name) =>
    `${folder}/${name}`
  ) as [string, string, string];
  const main = [
    ...[Deno.execPath(), "run", "-q", "--allow-all", "--no-prompt"],
    fileURLToPath(new URL("main.ts", ROOT)),
    ...["--format", "raw"],
    ...(log === "file" ? ["--output", output] : []),
    ...(summary ? ["--summary"] : []),
    ...["--", "python3", fixture("writes_and_counts.py"), counts],
    String(lines),
  ].map(quote).join(" ");
  const pause = log === "slow" ? "0.02" : "0";
  const reader = log === "file"
    ? ""
    // It ignores the keys of the terminal from the start: Python takes a while.
    : `| (trap "" INT QUIT HUP; exec python3 ${
      quote(fixture("passes_on.py"))
    } ${pause} >${quote(output)})`;
  // bash outlives the keys of its terminal, and gives the program's own status.
  const line = `trap : INT QUIT HUP; ${main} 2>${quote(errors)} ${reader}; ` +
    `echo "\${PIPESTATUS[0]}" >${quote(`${folder}/status`)}`;
  const [command, ...args] = terminal
    ? [TERMINAL_PROGRAM, ...onTerminal(line)]
    : ["bash", "-c", line];
  const process = new Deno.Command(command!, {
    args,
    stdin: terminal ? "piped" : "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  const keys = terminal ? process.stdin.getWriter() : undefined;
  const program = () => find(counts, Deno.execPath());
  await until(() => program() !== undefined);
  const pid = program();
  // Three of four from the command's start on, as on a busy machine most would
  // come before it.
  if (each.number % 4 !== 0) {
    await until(() => read(counts) + read(`${folder}/status`) !== "");
  }
  const startMs = performance.now();
  for (const { signal, atMs } of signals) {
    const waitMs = startMs + atMs - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
    const key = KEYS[signal];
    try {
      if (keys && key) await keys.write(new TextEncoder().encode(key));
      else if (pid !== undefined && isAlive(pid)) Deno.kill(pid, signal);
    } catch {
      // It was faster.
    }
  }
  const failures: string[] = [];
  const isOver = await until(() => read(`${folder}/status`) !== "", HANG_MS);
  if (!isOver) failures.push("hangs");
  const left = find(counts, "python3") ?? program();
  if (left !== undefined) {
    failures.push(`leaves process ${left}`);
    Deno.kill(left, "SIGKILL");
  }
  if (!isOver) {
    try {
      Deno.kill(-process.pid, "SIGKILL");
    } catch {
      // Its leader has ended.
    }
  }
  await keys?.close().catch(() => {});
  await process.status;
  failures.push(...judge(each, {
    status: Number(read(`${folder}/status`)),
    counts: read(counts),
    log: read(output),
    errors: read(errors),
  }));
  await Deno.remove(folder, { recursive: true });
  return failures.map((failure) => `${failure}: ${JSON.stringify(each)}`);
}

/** What is wrong with the status or the log. */
function judge(
  { log: place, signals }: Strike,
  { status, counts, log, errors }: {
    status: number;
    counts: string;
    log: string;
    errors: string;
  },
): string[] {
  // A signal before the program listened, or before the command was there.
  if (counts === "") {
    return status >= 128 || log === ""
      ? []
      : [`status ${status} and no command`];
  }
  const [bytes = "0", end = "-"] = counts.trim().split(/\s+/);
  const failures: string[] = [];
  const isKilled = end === "-";
  // A write that the count missed: one line at most.
  const written = Number(bytes);
  const isWhole = log.length === written ||
    isKilled && log.length === written + LINE_BYTES;
  // A file takes all: only a reader can be too slow.
  if (!isWhole && (place === "file" || !SAYS_CUT.test(errors))) {
    failures.push(`log of ${log.length} bytes, written ${written}`);
  }
  const expected = Array.from(
    { length: Math.ceil(log.length / LINE_BYTES) },
    (_, number) => `${String(number).padStart(9, "0")}\n`,
  ).join("").slice(0, log.length);
  if (log !== expected) failures.push("the log differs");
  if (!isKilled && status !== Number(end)) {
    failures.push(`status ${status}, the command's was ${end}`);
  }
  const ends = [KILLED, ...signals.map(({ signal }) => CODES[signal])];
  if (isKilled && !ends.includes(status)) {
    failures.push(`status ${status} after a kill`);
  }
  return failures;
}

Deno.test(
  `a storm of ${STARTS} signals on the program, seed ${SEED}, loses no byte`,
  needs(TERMINAL_PROGRAM, "python3", "bash"),
  async () => {
    const next = seededRandom(SEED);
    const pick = <T>(words: readonly T[]): T =>
      words[Math.floor(next() * words.length)]!;
    const strikes = Array.from({ length: STARTS }, (_, number): Strike => {
      const first = { signal: pick(SIGNALS), atMs: next() * 1800 };
      const second = { signal: pick(SIGNALS), atMs: first.atMs + next() * 800 };
      return {
        number,
        lines: pick([10, 2000, 20_000]),
        terminal: next() < 0.5,
        log: pick(["file", "slow", "fast"]),
        summary: next() < 0.5,
        signals: next() < 0.5 ? [first] : [first, second],
      };
    });
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
