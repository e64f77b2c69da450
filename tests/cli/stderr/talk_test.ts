import {
  assert,
  assertEquals,
  assertStringIncludes,
} from "../../support/std_assert.ts";
import {
  fixture,
  isAlive,
  testNeeding,
  timed,
  until,
} from "../../support/processes.ts";
import { start, whole } from "../../support/whole_program.ts";

const test = testNeeding("sh");

test("a stderr that nobody reads does not keep SIGTERM from ending the program", async () => {
  // The fixture fills the pipe of stderr; the breach of its frame is told there.
  const program = start([
    ...["--frame=length", "--", "bash", fixture("fills_stderr.sh")],
  ]);
  const reader = program.stdout.getReader();
  // The rest is logged as slices: the program has spoken, or tries to.
  await reader.read();
  program.kill("SIGTERM");
  const { ms, value } = await timed(() => program.status);
  assertEquals(value.signal, "SIGTERM");
  assert(ms < 8000, `${ms} ms`);
  await reader.cancel();
  await program.stderr.cancel();
});

test("a summary that nobody reads does not keep the program from its end", async () => {
  const program = start([
    ...["--summary", "--timeout=200ms", "--", "sh", "-c", "exec yes >&2"],
  ]);
  const { ms, value } = await timed(() => program.status);
  assertEquals(value.code, 124);
  assert(ms < 8000, `${ms} ms`);
  assert(await until(() => !isAlive(program.pid)));
  await program.stdout.cancel();
  await program.stderr.cancel();
});

/** Reads a stream until its text includes something, or to its end. */
async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  text = "\0 stands for the end",
): Promise<string> {
  const decoder = new TextDecoder();
  let said = "";
  while (!said.includes(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    said += decoder.decode(value, { stream: true });
  }
  return said;
}

/** Reads a log until it shows `Warning`, and the process id of the child. */
async function childOf(
  log: ReadableStreamDefaultReader<Uint8Array>,
): Promise<number> {
  const shown = await readUntil(log, "Warning");
  return Number(/Warning (\d+)/.exec(shown)![1]);
}

test("a stderr that was not read for a while is waited for again at the end", async () => {
  const program = start([
    ...["--summary", "--frame=length", "--", "bash"],
    fixture("fills_stderr_twice.sh"),
  ], { stdin: "piped" });
  const log = program.stdout.getReader();
  const stderr = program.stderr.getReader();
  const pid = await childOf(log);
  // Longer than the program waits for it. Nothing outside shows that it has
  // waited; were this too short, the program would only have less to do.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assertStringIncludes(
    await readUntil(stderr, "logged as slices\n"),
    "logged as slices",
  );
  // The child fills the pipe again, and ends: the summary has to wait.
  const stdin = program.stdin.getWriter();
  await stdin.write(new TextEncoder().encode("\n"));
  await stdin.close();
  assert(await until(() => !isAlive(pid), 20_000));
  // So that a program that does not wait would have ended.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertStringIncludes(await readUntil(stderr), "ended          after");
  await log.cancel();
  assertEquals((await program.status).code, 0);
});

test("what was said on the way is waited for at the end", async () => {
  const program = start([
    ...["--frame=length", "--", "bash", fixture("fills_stderr_and_ends.sh")],
  ]);
  const log = program.stdout.getReader();
  // The log is complete: only what was said on stderr has not left.
  const pid = await childOf(log);
  assert(await until(() => !isAlive(pid), 20_000));
  // So that a program that does not wait would have ended.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertStringIncludes(
    await readUntil(program.stderr.getReader()),
    "logged as slices",
  );
  await log.cancel();
  assertEquals((await program.status).code, 0);
});

test("what is said on the way has left before the program ends", async () => {
  // Two frames that are no JSON: told once, and the end comes at once.
  const { code, stderr } = await whole([
    ...["--frame=json", "--", "printf", "no\njson\n"],
  ]);
  assertEquals([code, stderr.split("\n").length], [0, 2]);
});
