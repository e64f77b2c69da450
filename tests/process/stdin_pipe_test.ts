import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "../support/std_assert.ts";
import {
  BrokenPipeError,
  ExitError,
  run,
  spawn,
  type SpawnOptions,
} from "../../mod.ts";
import {
  fixture,
  testNeeding,
  textOf,
  timed,
  until,
} from "../support/processes.ts";
import { isQuick } from "../support/is_quick.ts";

const test = testNeeding("sh");

const INPUTS: { what: string; stdin: () => SpawnOptions["stdin"] }[] = [
  { what: "bytes", stdin: () => new TextEncoder().encode("Spam 0") },
  { what: "text", stdin: () => ({ text: "Spam 0" }) },
  { what: "a stream", stdin: () => new Blob(["Spam 0"]).stream() },
];
for (const { what, stdin } of INPUTS) {
  test(`stdin takes ${what}, and ends after it`, async () => {
    await using child = spawn("cat", [], { stdin: stdin() });
    assertEquals(await textOf(child), "Spam 0");
    const { bytesIn, bytesOut } = await child.check();
    assertEquals({ bytesIn, bytesOut }, { bytesIn: 6, bytesOut: 6 });
  });
}

for (const bytes of [new Uint8Array(300_000), Buffer.alloc(300_000)]) {
  test(`bytes for stdin may be changed after the start: ${bytes.constructor.name}`, async () => {
    await using child = spawn("cat", [], { stdin: bytes.fill(65) });
    bytes.fill(66);
    assertEquals(await textOf(child), "A".repeat(300_000));
  });
}

const EMPTY = new Uint8Array(0);
test("an input of empty chunks does not keep a timeout from ending the child", async () => {
  await isQuick(2000, async () => {
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(EMPTY),
    });
    await using child = spawn("sleep", ["30"], {
      stdin: source,
      timeoutMs: 50,
    });
    const { ms, value } = await timed(() => child.status);
    assertEquals(value.reason, "timeout");
    return ms;
  });
});

for (const size of [0, 300_000]) {
  test(`the writer is closed by the child's exit, with ${size} bytes on the way`, async () => {
    await using child = spawn("sleep", ["30"], { stdin: "piped" });
    const { closed } = child.stdin;
    const written = child.stdin.writeNow([new Uint8Array(size)]);
    if (size === 0) await written;
    else assertRejects(() => written, BrokenPipeError);
    // The pipe holds 64 KiB, and nobody reads it.
    const taken = Math.min(size, 65_536);
    const isTaken = () => Deno.inspect(child).includes(`bytesIn: ${taken}`);
    assert(await until(isTaken), Deno.inspect(child));
    child.kill();
    await assertRejects(() => closed, BrokenPipeError);
    await child.stdin.close();
    assertEquals((await child.status).bytesIn, taken);
  });
}

test("a write that fails before it reaches the pipe closes stdin", async () => {
  await using child = spawn("cat", [], { stdin: "piped", timeoutMs: 5000 });
  child.stdin.writeNow([new Uint8Array(3)]);
  const bytes = new Uint8Array(9);
  const written = child.stdin.writeNow([new Uint8Array(4), bytes]);
  // Its memory has gone when its turn comes.
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  await assertRejects(() => written, TypeError);
  assertEquals((await textOf(child)).length, 3);
  assertEquals((await child.status).reason, "exited");
});

test("the writer's own close is not an error", async () => {
  await using child = spawn("cat", [], { stdin: "piped" });
  await child.stdin.close();
  await child.stdin.closed;
  assertEquals((await child.check()).bytesIn, 0);
  await child.stdin.closed;
});

test("a frame of several pieces reaches the child whole, small or large", async () => {
  for (const size of [3, 60_000, 65_531, 65_532, 200_000]) {
    await using child = spawn("cat", [], { stdin: "piped" });
    const text = textOf(child);
    await child.stdin.writeNow([
      new TextEncoder().encode("head "),
      new Uint8Array(size).fill(97),
      new TextEncoder().encode(" tail"),
    ]);
    await child.stdin.close();
    assertEquals(await text, `head ${"a".repeat(size)} tail`);
    assertEquals((await child.check()).bytesIn, size + 10);
  }
});

test("stdin is empty unless asked for", async () => {
  await using child = spawn("cat");
  assertEquals(await textOf(child), "");
});

test("400 KB go through cat while stdin and stdout are both piped", async () => {
  const text = "0123456789abcdef".repeat(25_000);
  await using child = spawn("cat", [], { stdin: "piped" });
  const [echoed] = await Promise.all([
    textOf(child),
    child.stdin.write(text).then(() => child.stdin.close()),
  ]);
  assertEquals(echoed, text);
  await child.check();
});

for (
  const [what, stdin] of [
    ["bytes", new Uint8Array(300_000)],
    ["a stream without end", endless()],
  ] as const
) {
  test(`a child that does not read ${what} is no error`, async () => {
    await using child = spawn("true", [], { stdin });
    const { code, reason } = await child.check();
    assertEquals({ code, reason }, { code: 0, reason: "exited" });
  });
}

test("a stream for stdin is cancelled when the child has ended", async () => {
  let isCancelled = false;
  const stdin = new ReadableStream<Uint8Array>({
    // Never gives anything: only the end of the child ends it.
    pull: () => new Promise(() => {}),
    cancel: () => void (isCancelled = true),
  });
  await using child = spawn("true", [], { stdin });
  await child.status;
  assertEquals(isCancelled, true);
});

test("a write does not wait for somebody to read what comes of it", async () => {
  await using child = spawn("cat", [], { stdin: "piped", timeoutMs: 5000 });
  await child.stdin.write(new Uint8Array(1_000_000));
  await child.stdin.close();
  assertEquals((await child.status).reason, "exited");
});

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
  });
}

test("writing to a child that has ended rejects, and closing does not", async () => {
  await using child = spawn("true", [], { stdin: "piped" });
  await child.status;
  await assertRejects(async () => {
    await child.stdin.write("x".repeat(100_000));
    await child.stdin.flush();
  });
  await child.stdin.close();
});

test("a write that nobody awaits does not end the program", async () => {
  await using child = spawn("true", [], { stdin: "piped" });
  child.stdin.write("x".repeat(100_000)).catch(() => {});
  child.stdin.write("x");
  assertEquals((await child.status).code, 0);
});

test({
  name: "a descendant that holds stdin holds neither a write nor the status up",
  // Deno cannot end a write to a pipe that somebody holds and does not read.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await isQuick(1000, async () => {
      const script = "exec 3<&0; sleep 2 <&3 >/dev/null 2>&1 & exit 4";
      await using child = spawn("sh", ["-c", script], { stdin: "piped" });
      const { ms } = await timed(async () => {
        const write = child.stdin.write(new Uint8Array(300_000));
        const { code } = await child.status;
        assertEquals(code, 4);
        await assertRejects(() => write);
      });
      return ms;
    });
  },
});

test("a stream for stdin that fails stops the child, and check tells", async () => {
  const failure = new Error("the source failed");
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(failure),
  });
  await using child = spawn("sleep", ["30"], { stdin: source });
  const error = await assertRejects(() => child.check());
  assertEquals((await child.status).reason, "input");
  assertEquals(error.cause, failure);
});

test("a stdin stream of text is an error, and not an empty stdin", async () => {
  const stream = ReadableStream.from(["text"]) as unknown;
  await using child = spawn("cat", [], {
    stdin: stream as ReadableStream<Uint8Array>,
  });
  const error = await assertRejects(() => child.check(), ExitError);
  assertEquals(
    [error.status.reason, String(error.cause)],
    [
      "input",
      "TypeError: Cannot write to the child as every chunk of its stdin must be a Uint8Array: current value is string",
    ],
  );
});

test("bytesIn says what the child has taken of an input that it leaves", async () => {
  await using child = spawn("head", ["-c", "300000"], {
    stdin: new Uint8Array(1_000_000),
    stdout: "null",
  });
  const { bytesIn, code } = await child.status;
  assertEquals(code, 0);
  assert(bytesIn >= 262_144 && bytesIn < 1_000_000, `${bytesIn} bytes`);
});

test("30,000 writes to stdin leave nothing behind", async () => {
  const { text } = await run(Deno.execPath(), [
    ...["run", "--quiet", "--allow-run", "--v8-flags=--expose-gc"],
    fixture("../parents/writes_often.ts"),
    "30000",
  ]);
  // A race against a promise that never settles left 300 bytes a write: 9 MB.
  assert(Number(text()) < 1_000_000, text());
});
