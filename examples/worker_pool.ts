// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * A pool of Deno children that share a queue of jobs. Each worker gets its next
 * job when it has answered, so that a slow one holds nobody up. One of them is
 * killed while it has a job: another one does that job, and no result comes
 * twice.
 *
 *     deno run --allow-run examples/worker_pool.ts 4 100
 *     deno run --allow-run examples/worker_pool.ts 4 100 ssh host deno run …/worker.ts
 *
 * What follows the two numbers is the command of every second worker: one on
 * another machine takes the same jobs.
 */
import {
  channelOf,
  DisconnectedError,
  jsonLines,
  spawn,
} from "@basic-pipes/basic-pipes";

const [workers = "4", jobs = "100", ...elsewhere] = Deno.args;
const WORKER = import.meta.resolve("./worker.ts");
const HERE = [Deno.execPath(), "run", "-q", WORKER];

const queue = Array.from({ length: Number(jobs) }, (_, n) => n + 1);
const results = new Map<number, number>();

/** Starts a worker, and gives it jobs until there are no more. */
async function work(words: string[], isKilled = false): Promise<void> {
  const [command, ...args] = words;
  await using child = spawn(command!, args, { stdin: "piped" });
  const channel = channelOf(child, jsonLines());
  for (let job = queue.pop(); job !== undefined; job = queue.pop()) {
    try {
      const answer = channel.request<number>("sum", [job]);
      if (isKilled) child.kill("SIGKILL"); // While it has a job.
      results.set(job, await answer);
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error;
      console.error(error.message);
      queue.push(job); // Its job is for another worker.
      return await work(words); // And a new worker takes its place.
    }
  }
  await channel.close(); // The end of its stdin ends the worker.
}

await Promise.all(Array.from({ length: Number(workers) }, (_, n) => {
  const isElsewhere = n % 2 === 1 && elsewhere.length > 0;
  return work(isElsewhere ? elsewhere : HERE, n === 0);
}));

const total = [...results.values()].reduce((sum, each) => sum + each, 0);
console.log(`${results.size} jobs, total ${total}`);
