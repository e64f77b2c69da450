/**
 * Owning a process, side by side in one run: how long a 300 ms limit takes when
 * a grandchild holds the pipe, orphans after SIGTERM, memory when 400 MB meet a
 * slow consumer (the chunks themselves wait for V8's collector: the target is
 * counted from plain `Deno.Command`), and the time to start `true`.
 *
 *     deno run --allow-all bench/process.ts
 */
import { median, printTable } from "./measure.ts";

const CASE = import.meta.resolve("./process_case.ts");
const PEERS = ["Deno.Command", "execa", "dax", "tinyexec", "nano-spawn", "zx"];
const NAMES = ["basic-pipes", ...PEERS];
const STRIKES = 5;
const ROUNDS = 5;

function start(name: string, ...words: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", CASE, name, ...words],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
}

/** The number that one run in a process of its own prints. */
async function measure(name: string, situation: string): Promise<number> {
  const { stdout } = await start(name, situation).output();
  return Number(new TextDecoder().decode(stdout) || NaN);
}

/** The median time to start `true` of each, in turns: the machine's load
 * changes more within a minute than the libraries differ. */
async function startTimes(): Promise<Map<string, number>> {
  const times = new Map(NAMES.map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, values] of times) {
      values.push(await measure(name, "start"));
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

/** The `sleep`s of so many seconds that run. */
function sleeps(seconds: string): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      const words = line.split("\0");
      if (words.length === 3 && words[1] === seconds) found.push(Number(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many of the parents that got SIGTERM left their child behind. */
async function orphans(name: string): Promise<number> {
  let count = 0;
  for (let strike = 0; strike < STRIKES; strike++) {
    const seconds = `30.${Deno.pid}${strike}`;
    const parent = start(name, "sleep", seconds);
    for (let look = 0; look < 400 && !sleeps(seconds).length; look++) {
      await pause(5);
    }
    parent.kill("SIGTERM");
    await parent.stdout.cancel();
    await pause(300);
    const left = sleeps(seconds);
    if (left.length > 0) count++;
    for (const pid of left) Deno.kill(pid, "SIGKILL");
    await parent.status;
  }
  return count;
}

const times = await startTimes();
const rows = [[
  "",
  "settle (ms)",
  `orphans of ${STRIKES}`,
  "memory (MiB)",
  "true (ms)",
]];
const memory = new Map<string, number>();
for (const name of NAMES) {
  memory.set(name, await measure(name, "memory"));
  rows.push([
    name,
    (await measure(name, "settle")).toFixed(0),
    String(await orphans(name)),
    memory.get(name)!.toFixed(1),
    times.get(name)!.toFixed(2),
  ]);
}
rows.push([
  "target",
  "<= 350",
  "0",
  `< ${(10 + memory.get("Deno.Command")!).toFixed(1)}`,
  `<= ${(1.3 * times.get("Deno.Command")!).toFixed(2)}`,
]);
printTable(rows);
