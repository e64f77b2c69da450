/**
 * Owning a process: how long a 300 ms limit takes when a grandchild holds the
 * pipe, orphans after SIGTERM, memory when 400 MB meet a slow consumer (the
 * chunks themselves wait for V8's collector, so it is asked beside plain
 * `Deno.Command`), and the time to start `true`.
 */
import {
  type Cases,
  type Claim,
  DENO,
  inTurns,
  pathOf,
  printed,
  report,
} from "./measure.ts";

const NAMES = ["basic-pipes", "Deno.Command"];
const PEERS = ["execa", "dax", "tinyexec", "nano-spawn", "zx"];
const STRIKES = 5;

const argvOf = (name: string, ...words: string[]) => [
  ...DENO,
  // The peers are not in the lock file: whoever runs the program would
  // download them.
  "--no-lock",
  pathOf("process_case.ts"),
  name,
  ...words,
];

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
    const [command = "", ...args] = argvOf(name, "sleep", seconds);
    const parent = new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    for (let look = 0; look < 400 && !sleeps(seconds).length; look++) {
      await pause(5);
    }
    parent.kill("SIGTERM");
    await pause(300);
    const left = sleeps(seconds);
    if (left.length > 0) count++;
    for (const pid of left) Deno.kill(pid, "SIGKILL");
    await parent.status;
  }
  return count;
}

interface Situation {
  title: string;
  rounds: number;
  measure(name: string): Promise<number>;
  claim: Claim;
}

const [ours, peer] = ["basic-pipes", "Deno.Command"];

export async function owning(isFull: boolean): Promise<void> {
  const situations: Situation[] = [
    {
      title: "a limit of 300 ms settles after, ms",
      rounds: 1,
      measure: (name) => printed(argvOf(name, "settle")),
      claim: { ours, atMost: 350 },
    },
    {
      title: `orphans of ${STRIKES} parents that got SIGTERM`,
      rounds: 1,
      measure: orphans,
      claim: { ours, atMost: 0 },
    },
    {
      title: "400 MB and a slow consumer, MiB over the start",
      rounds: isFull ? 5 : 3,
      measure: (name) => printed(argvOf(name, "memory")),
      claim: { ours, peer, atMost: 1.5 },
    },
    {
      title: "from the start of `true` to its end, ms",
      rounds: isFull ? 9 : 5,
      measure: (name) => printed(argvOf(name, "start")),
      claim: { ours, peer, atMost: 1.3 },
    },
  ];
  for (const { title, rounds, measure, claim } of situations) {
    const cases: Cases = {};
    for (const name of isFull ? [...NAMES, ...PEERS] : NAMES) {
      cases[name] = () => measure(name);
    }
    report(title, await inTurns(cases, rounds), [claim]);
  }
}
