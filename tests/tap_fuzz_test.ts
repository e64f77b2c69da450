/**
 * `main.ts tap` between a client and a server that both do what chance says.
 *
 * FUZZ_RUNS says how many sessions, FUZZ_MINUTES for how long, FUZZ_SEED which
 * one is the first. `deno task fuzz` runs for ten minutes.
 */
import { isAlive, testNeeding, until } from "./support/processes.ts";
import { seededRandom } from "./support/random.ts";
import { difference, extent, readRecording } from "./support/recordings.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { startTap } from "./support/taps.ts";
import { fixture } from "./support/processes.ts";

const ASKED_RUNS = Deno.env.get("FUZZ_RUNS");
const RUNS = Number(ASKED_RUNS ?? 12);
/** `deno task fuzz` sets FUZZ. */
const isLong = Deno.env.get("FUZZ") === "long" && ASKED_RUNS === undefined;
const MINUTES = Number(Deno.env.get("FUZZ_MINUTES") ?? (isLong ? 10 : 0));
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1);

/** A session that takes longer is stuck: it is planned for less than a second. */
const STUCK_MS = 60_000;

type Step = readonly [what: string, amount?: number];

/** What both sides do, and what happens to them. */
interface Plan {
  readonly sends: readonly Step[];
  readonly reads: readonly Step[];
  /** What the client waits for before it ends what it writes. */
  readonly waitsForEnd: boolean;
  readonly server: {
    readonly writes: readonly Step[];
    readonly reads: readonly Step[];
    readonly end: readonly [string, ...(string | number)[]];
  };
  /** A signal to the tap, and when. */
  readonly signal: readonly ["SIGKILL" | "SIGTERM", number] | null;
  readonly isRecorded: boolean;
}

/** Numbers and choices that a seed decides. */
class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** From 0 up to, and without, `most`. */
  below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  happens(share: number): boolean {
    return this.#random() < share;
  }

  /** Small, middle and large amounts alike. */
  amount(): number {
    return 1 +
      this.below(
        this.happens(0.5) ? 200 : this.happens(0.8) ? 20_000 : 400_000,
      );
  }

  /** Some steps of a kind, with pauses between. */
  steps(...kinds: string[]): Step[] {
    return Array.from(
      { length: this.below(8) },
      () =>
        this.happens(0.3)
          ? ["pause", this.below(25)] as const
          : [kinds[this.below(kinds.length)]!, this.amount()] as const,
    );
  }
}

function planOf(seed: number): Plan {
  const chance = new Chance(seed);
  const closes = chance.happens(0.2);
  const reads = chance.steps("read");
  // Most servers read to the end; some leave in the middle, or close stdin.
  const ending = chance.happens(0.7)
    ? "all"
    : chance.happens(0.5)
    ? "close"
    : null;
  const end = chance.happens(0.15)
    ? [
      "kill",
      chance.happens(0.5) ? "SIGKILL" : "SIGTERM",
      chance.below(150),
    ] as const
    : ["exit", chance.below(3)] as const;
  const signal = chance.happens(0.2)
    ? [chance.happens(0.5) ? "SIGKILL" : "SIGTERM", chance.below(300)] as const
    : null;
  return {
    sends: chance.steps("send"),
    reads: [
      ...chance.steps("read"),
      [chance.happens(0.8) ? "all" : "leave"],
    ],
    waitsForEnd: closes && ending === "all",
    server: {
      writes: [
        ...chance.steps("out", "out", "err"),
        ...(closes ? [["close"] as const] : []),
      ],
      reads: ending === null ? reads : [...reads, [ending]],
      end,
    },
    signal,
    isRecorded: chance.happens(0.9),
  };
}

/** Bytes that differ from place to place: JSON lines in front, noise behind. */
function bytesFor(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const line = random() < 0.7
      ? new TextEncoder().encode(
        `{"id":${at},"é":"${"x".repeat(random() * 99)}"}\n`,
      )
      : Uint8Array.from({ length: 50 }, () => random() * 256);
    const part = line.subarray(0, size - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function total(steps: readonly Step[], kind: string): number {
  return steps.reduce((sum, [what, n = 0]) => what === kind ? sum + n : sum, 0);
}

function pause(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Sends what the plan says; resolves to whether all of it was taken. */
async function send(
  tap: Deno.ChildProcess,
  bytes: Uint8Array,
  { sends }: Plan,
  mayEnd: Promise<unknown>,
): Promise<boolean> {
  const writer = tap.stdin.getWriter();
  writer.closed.catch(() => {});
  try {
    let at = 0;
    for (const [what, n = 0] of sends) {
      if (what === "pause") await pause(n);
      else await writer.write(bytes.subarray(at, at += n));
    }
    await mayEnd;
    await writer.close();
    return true;
  } catch {
    return false;
  }
}

/** Reads as the plan says: what came, and whether that was all there is. */
async function receive(
  stream: ReadableStream<Uint8Array>,
  steps: readonly Step[],
): Promise<{ bytes: Uint8Array; hasEnded: boolean }> {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let hasEnded = false;
  for (const [what, n = Infinity] of steps) {
    if (what === "pause") await pause(n);
    if (what === "leave") await reader.cancel();
    if (what === "pause" || what === "leave") continue;
    for (let left = n; left > 0 && !hasEnded;) {
      const { value, done } = await reader.read();
      hasEnded = done;
      if (value === undefined) continue;
      chunks.push(value as Uint8Array<ArrayBuffer>);
      left -= value.length;
    }
  }
  return { bytes: await new Blob(chunks).bytes(), hasEnded };
}

function assertPrefix(what: string, part: Uint8Array, whole: Uint8Array): void {
  const isPrefix = part.length <= whole.length &&
    part.every((byte, at) => byte === whole[at]);
  assert(
    isPrefix,
    `${what}: ${part.length} bytes are not the first of those that were sent: ${
      new TextDecoder().decode(part.slice(-300))
    }`,
  );
}

/** One session: what was seen is held against the plan. */
async function session(seed: number, folder: string): Promise<void> {
  const plan = planOf(seed);
  const { sends, server } = plan;
  const bytes = {
    in: bytesFor(seed * 3, total(sends, "send")),
    out: bytesFor(seed * 3 + 1, total(server.writes, "out")),
    err: bytesFor(seed * 3 + 2, total(server.writes, "err")),
  };
  const file = (name: string) => `${folder}/${name}`;
  await Deno.writeFile(file("out"), bytes.out);
  await Deno.writeFile(file("err"), bytes.err);
  const files = {
    out: file("out"),
    err: file("err"),
    received: file("received"),
    pid: file("pid"),
  };
  const tap = startTap(
    [
      "python3",
      "-S",
      fixture("acts.py"),
      JSON.stringify({ ...server, ...files }),
    ],
    {
      deno: ["--allow-run", "--allow-write"],
      options: [`--record=${plan.isRecorded ? file("s.jsonl") : "none"}`],
    },
  );
  const signalled = (async () => {
    if (plan.signal === null) return;
    const [signal, ms] = plan.signal;
    await pause(ms);
    try {
      tap.kill(signal);
    } catch {
      // It has ended.
    }
  })();
  const receiving = receive(tap.stdout, plan.reads);
  const mayEnd = plan.waitsForEnd ? receiving : Promise.resolve();
  const [out, err, status, wasTaken] = await Promise.all([
    receiving,
    receive(tap.stderr, [["all"]]),
    tap.status,
    send(tap, bytes.in, plan, mayEnd),
    signalled,
  ]);
  const received = await Deno.readFile(files.received).catch(() =>
    new Uint8Array()
  );
  // No byte is changed, lost in the middle or invented.
  assertPrefix("in", received, bytes.in);
  assertPrefix("out", out.bytes, bytes.out);
  const isUndisturbed = plan.signal === null;
  const endsByItself = isUndisturbed && server.end[0] === "exit";
  if (isUndisturbed) assertPrefix("err", err.bytes, bytes.err);
  if (endsByItself) {
    // Nothing is missing where both sides go on to the end.
    const [, code] = server.end;
    assertEquals(status.code, code, "the exit status");
    if (out.hasEnded) {
      // Else the server stops in the middle: nobody reads its stdout.
      assertEquals(err.bytes.length, bytes.err.length, "stderr");
      assertEquals(out.bytes.length, bytes.out.length, "stdout");
    }
    if (server.reads.at(-1)?.[0] === "all") {
      assert(wasTaken, "the client could not write to a server that reads");
      assertEquals(received.length, bytes.in.length, "stdin");
    }
  }
  // A server that was left behind ends with its stdin, or when it has done all.
  const pid = Number(await Deno.readTextFile(files.pid).catch(() => "0"));
  if (pid > 0) {
    assert(await until(() => !isAlive(pid), STUCK_MS), "the server lives on");
  }
  if (plan.isRecorded) {
    await checkRecording(file("s.jsonl"), plan, bytes, out.bytes, received);
  }
}

async function checkRecording(
  path: string,
  plan: Plan,
  bytes: Record<"in" | "out" | "err", Uint8Array>,
  out: Uint8Array,
  received: Uint8Array,
): Promise<void> {
  const wasKilled = plan.signal?.[0] === "SIGKILL";
  const size = await Deno.stat(path).then(({ size }) => size, () => 0);
  // The signal may have come before its first write.
  if (plan.signal !== null && size === 0) return;
  const { events } = await readRecording(path);
  for (const from of ["in", "out", "err"] as const) {
    assertEquals(difference(events, from, bytes[from]), null, "the recording");
  }
  if (wasKilled) return;
  const last = events.at(-1);
  assert(last?.kind === "status", "the recording has no status");
  for (const from of ["in", "out", "err"] as const) {
    const { read, passed } = last.bytes[from]!;
    assertEquals(extent(events, from), read, `recorded of ${from}`);
    assert(passed <= read, `${from}: passed ${passed}, read ${read}`);
  }
  // A client that leaves has a part of a write that did not pass as a whole.
  assert(
    out.length <= last.bytes.out!.read,
    "the client has more than was read",
  );
  assert(
    received.length <= last.bytes.in!.read,
    "the server has more than was read",
  );
}

/** Runs a session of its own in a folder, and says which one failed. */
async function fuzz(seed: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error("it is stuck")),
    STUCK_MS,
  );
  try {
    await Promise.race([session(seed, folder), late.promise]);
  } catch (error) {
    const plan = JSON.stringify(planOf(seed));
    throw new Error(`FUZZ_SEED=${seed} FUZZ_RUNS=1: ${plan}`, { cause: error });
  } finally {
    clearTimeout(timer);
    await Deno.remove(folder, { recursive: true });
  }
}

testNeeding("python3", "/proc/self")(
  `whatever both sides do, no byte is changed and nothing hangs: from seed ${SEED} on`,
  async () => {
    const endMs = performance.now() + MINUTES * 60_000;
    const goesOn = (run: number) =>
      MINUTES > 0 ? performance.now() < endMs : run < RUNS;
    let run = 0;
    for (; goesOn(run); run++) await fuzz(SEED + run);
    if (MINUTES > 0) {
      Deno.stdout.writeSync(new TextEncoder().encode(`${run} sessions\n`));
    }
  },
);
