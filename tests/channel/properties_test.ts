/** Random messages, sizes, deadlines, cancels and ends; each seed is a test. */
import { testNeeding } from "../support/processes.ts";
import {
  type Channel,
  channelOf,
  DisconnectedError,
  type Format,
  jsonHeader,
  jsonLines,
  RequestError,
  spawn,
  structured,
} from "../../mod.ts";
import { seededRandom } from "../support/random.ts";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
} from "../support/std_assert.ts";

const test = testNeeding("sh", "cat");

const SEEDS = Number(Deno.env.get("CHANNEL_SEEDS") ?? 8);
const FORMATS: Record<string, () => Format<unknown>> = {
  jsonHeader,
  jsonLines,
  structured,
};
/** Nothing takes as long: what does, hangs. */
const HANG_MS = 20_000;

const WORKS = new URL("../programs/works.ts", import.meta.url).href;

interface Chance {
  (): number;
}

function whole(chance: Chance, max: number): number {
  return Math.floor(chance() * (max + 1));
}

function pick<T>(chance: Chance, from: readonly T[]): T {
  return from[Math.floor(chance() * from.length)]!;
}

/** Fails instead of waiting longer than anything may take. */
async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), HANG_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One request of a random kind; returns what became of it. */
async function ask(channel: Channel<unknown>, chance: Chance): Promise<string> {
  const kind = pick(chance, ["plain", "plain", "late", "cancel", "ask"]);
  const text = "ü".repeat(pick(chance, [0, 1, 30, 5_001, 70_000]));
  const ms = whole(chance, 8);
  const controller = new AbortController();
  const { signal } = controller;
  const options = kind === "late"
    ? { timeoutMs: whole(chance, 6) }
    : kind === "cancel"
    ? { signal }
    : {};
  const timer = kind === "cancel"
    ? setTimeout(() => controller.abort(), whole(chance, 6))
    : undefined;
  try {
    if (kind === "ask") {
      const n = whole(chance, 1_000);
      assertEquals(await channel.request("ask", { n }), { n });
    } else {
      const result = await channel.request("work", { ms, text }, options);
      assert(result === text, "another request's answer");
    }
    return "answered";
  } catch (error) {
    if (error instanceof DisconnectedError) return "disconnected";
    if (error instanceof DOMException && kind === "late") return "late";
    if (error instanceof DOMException && kind === "cancel") return "cancelled";
    // The way back was cut while the child asked.
    if (error instanceof RequestError && kind === "ask") return "cut";
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

for (let seed = 1; seed <= SEEDS; seed++) {
  Deno.test(`seed ${seed}: every request is answered, given up or disconnected, and none is left`, async () => {
    const chance = seededRandom(seed);
    const format = pick(chance, Object.keys(FORMATS));
    const end = pick(chance, ["none", "kill", "die", "close", "dispose"]);
    const words = [format, String(pick(chance, [1, 4, 1_024]))];
    await using child = spawn(Deno.execPath(), [
      ...["run", "-q", "--no-prompt", WORKS],
      ...words,
    ], { stdin: "piped" });
    const channel = channelOf(child, FORMATS[format]!());
    channel.serve({ back: (params) => params });
    const asked: Promise<string>[] = [];
    const count = 20 + whole(chance, 200);
    const endsAt = whole(chance, count);
    for (let n = 0; n < count; n++) {
      asked.push(ask(channel, chance));
      if (chance() < 0.05) {
        await new Promise((resolve) => setTimeout(resolve, whole(chance, 5)));
      }
      if (n !== endsAt) continue;
      if (end === "kill") child.kill("SIGKILL");
      if (end === "die") channel.notify("die", { code: 5 });
      if (end === "close") channel.close();
      if (end === "dispose") await channel[Symbol.asyncDispose]();
      // What comes after close() is refused at once.
      if (end === "close" || end === "dispose") break;
    }
    const outcomes = await inTime("a request", Promise.all(asked));
    const isCut = outcomes.includes("disconnected");
    if (end === "none") assert(!isCut, `${outcomes}`);
    if (end === "kill" || end === "die") {
      const late = await inTime("a late request", ask(channel, chance));
      assert(["disconnected", "late", "cancelled"].includes(late), late);
    }
  });

  test(`seed ${seed}: messages come once and in order, up to the end of either side`, async () => {
    const chance = seededRandom(1_000 + seed);
    const format = pick(chance, Object.keys(FORMATS));
    await using child = spawn("cat", [], { stdin: "piped" });
    const channel = channelOf(child, FORMATS[format]!());
    const count = whole(chance, 3_000);
    const killsAt = chance() < 0.5 ? whole(chance, count) : Infinity;
    let undelivered: unknown;
    const sending = (async () => {
      const sent: Promise<void>[] = [];
      for (let n = 0; n < count; n++) {
        const size = chance() < 0.01 ? 100_000 : whole(chance, 300);
        const send = channel.send({ n, text: "x".repeat(size) });
        send.catch((error) => undelivered = error);
        sent.push(send);
        if (chance() < 0.1) await send.catch(() => {});
        if (n === killsAt) child.kill("SIGKILL");
      }
      await Promise.allSettled(sent);
      await channel.flush().catch((error) => undelivered = error);
      await channel.close();
    })();
    let next = 0;
    const receiving = (async () => {
      for (;;) {
        // At times with a deadline, which must not take a message.
        const options = chance() < 0.1 ? { timeoutMs: whole(chance, 2) } : {};
        let message: unknown;
        try {
          message = channel.tryReceive() ?? await channel.receive(options);
        } catch (error) {
          if (error instanceof DOMException) continue;
          // It was killed in the middle of one.
          assert(killsAt !== Infinity, String(error));
          break;
        }
        if (message === null) break;
        assertEquals((message as { n: number }).n, next++);
      }
    })();
    await inTime("a message", Promise.all([sending, receiving]));
    assertLessOrEqual(next, count);
    const { signal } = await child.status;
    // All came, or it is known that not all did.
    assert(next === count || undelivered !== undefined || signal === "SIGKILL");
    // Deno ends what listened for signals on a thread of its own, and counts it
    // as a leak of this test if that thread is late.
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
}

test("heap and descriptors are flat over 100,000 requests", async () => {
  const program = new URL("../programs/asks_often.ts", import.meta.url).href;
  await using child = spawn(Deno.execPath(), [
    ...["run", "-q", "-A", "--v8-flags=--expose-gc", program, "100000"],
  ]);
  const { heapMiB, descriptors, pending } = await child.stdout.json() as Record<
    string,
    [before: number, after: number]
  >;
  await child.check();
  assertLessOrEqual(heapMiB![1] - heapMiB![0], 3);
  assertEquals(descriptors![1], descriptors![0]);
  assertEquals(pending![1], 0);
});
