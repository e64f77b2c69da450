/** How the child and its log come to their end, through the whole program. */
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import { fixture, testNeeding, timed } from "../../support/processes.ts";
import { shell, whole } from "../../support/whole_program.ts";

const test = testNeeding("sh");

const TEXT = ["--format=text", "--time=none"];

test("--count ends the program though the other pipe is silent", async () => {
  for (const shape of [[], ["--lines"], ["--fill", "--slice=1"]]) {
    const { ms, value } = await timed(() =>
      whole([
        ...[...TEXT, ...shape, "--count=1", "--stderr=log", "--"],
        ...["sh", "-c", "echo b >&2; exec sleep 30"],
      ])
    );
    assertMatch(value.stdout, /^err b.*\n$/);
    assertEquals(value.code, 0);
    assert(ms < 10_000, `${ms} ms`);
  }
});

test("--count counts the lines of both pipes, and logs no more", async () => {
  const { code, stdout } = await whole([
    ...[...TEXT, "--lines", "--count=2", "--stderr=log", "--"],
    ...["bash", fixture("takes_turns.sh")],
  ]);
  assertEquals([code, stdout], [0, "out a\nerr b\n"]);
});

test("a reader of the log that is slow loses nothing, and nobody is blamed for it", async () => {
  // More than the two pipes hold, so that the command's own is not empty yet
  // when it has been silent for as long as a pipe is waited for.
  const { stdout, stderr } = await shell(
    "main --format=raw -- head -c 300000 /dev/zero | (sleep 0.7; wc -c)",
  );
  assertEquals(Number(stdout), 300_000);
  assertEquals(stderr, "");
});

test("a reader of the log that is stuck when time is up is told of", async () => {
  const { stderr } = await shell(
    "main --timeout=100ms --format=raw -- bash " +
      `${fixture("writes_much_and_stays.sh")} | sleep 2`,
  );
  assertMatch(
    stderr,
    /^basic-pipes: the reader of the log has not taken all of it within a second: .*\n$/,
  );
});

test("frames are not blamed for a stop of our own", async () => {
  const { code, stdout, stderr } = await whole([
    ...[...TEXT, "--frame=nul", "--count=1", "--stderr=log", "--", "sh", "-c"],
    "printf abc; sleep 0.1; echo x >&2; exec sleep 30",
  ]);
  assertEquals([code, stdout, stderr], [0, "err x\n", ""]);
});

test("what a format has to say at the end of a stream it says once", async () => {
  const { stdout } = await whole([
    ...["--format=hex", "--time=none", "--", "printf", "a"],
  ]);
  assertEquals(stdout.split("\n").slice(1), ["00000001", ""]);
});

test("what is held back of a stream is logged when the other fills the log", async () => {
  // Half a character, which waits for its other half.
  const { stdout } = await whole([
    ...[...TEXT, "--slice=1", "--count=2", "--stderr=log", "--", "sh", "-c"],
    "printf '\\342'; sleep 0.2; printf x >&2; exec sleep 30",
  ]);
  assertEquals(stdout.includes("\\xe2"), true, stdout);
});
