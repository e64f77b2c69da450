// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * A pool of Deno children that share a queue of jobs. Each worker gets its next
 * job when it has answered, so that a slow one holds nobody up. One of them is
 * killed while it has a job: another one does that job, and no result comes
 * twice.
 *
 *     deno run --allow-run examples/worker_pool.ts 4 100
 */
import {
  channelOf,
  DisconnectedError,
  jsonLines,
  spawn,
} from "@basic-pipes/basic-pipes";

const [workers = 4, jobs = 100] = Deno.args.map(Number);
const WORKER = import.meta.resolve("./worker.ts");

const queue = Array.from({ length: jobs }, (_, n) => n + 1);
const results = new Map<number, number>();

/** Starts a worker, and gives it jobs until there are no more. */
async function work(isKilled: boolean): Promise<void> {
  await using child = spawn(Deno.execPath(), ["run", "-q", WORKER], {
    stdin: "piped",
  });
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
      return await work(false); // And a new worker takes its place.
    }
  }
  await channel.close(); // The end of its stdin ends the worker.
}

await Promise.all(Array.from({ length: workers }, (_, n) => work(n === 0)));

const total = [...results.values()].reduce((sum, each) => sum + each, 0);
console.log(`${results.size} jobs, total ${total}`);
