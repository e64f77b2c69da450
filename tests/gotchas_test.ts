/** Every heading of GOTCHAS.md has a test of the same name. */
import { PipeReader } from "../mod.ts";
import { assert, assertEquals, assertMatch } from "./std_assert.ts";
import {
  fixture,
  has,
  ROOT,
  shell,
  start,
  until,
  whole,
} from "./whole_program.ts";

const payloads = (log: string) =>
  log.split("\n").slice(0, -1).map((line) =>
    line.replace(/^Parent \d+ got \[(.*)\] as \d+\.\d{6}$/, "$1")
  );

Deno.test("A read is not a message", async () => {
  const written = await Deno.makeTempFile();
  await Deno.remove(written);
  const child = new Deno.Command("sh", {
    args: [fixture("two_writes_before_one_read.sh"), written],
    stdout: "piped",
  }).spawn();
  await until(() => {
    try {
      return Deno.statSync(written).isFile;
    } catch {
      return false;
    }
  });
  // Two writes, one read: no border is kept.
  const reader = new PipeReader(child.stdout);
  const slice = await reader.read(32);
  assertEquals(new TextDecoder().decode(slice ?? undefined), "Spam 4Spam 0");
  assertEquals(await reader.read(32), null);
  await child.status;
  await Deno.remove(written);
});

Deno.test({
  name: "A child that buffers because its stdout is a pipe",
  ignore: !has("python3"),
  fn: async () => {
    const script = fixture("buffers_in_a_pipe.py");
    for (
      const { flags, comesAtOnce } of [
        { flags: [], comesAtOnce: false },
        { flags: ["-u"], comesAtOnce: true },
      ]
    ) {
      const program = start(
        ["--format=raw", "--", "python3", ...flags, script],
        {
          stdin: "piped",
          env: { PYTHONUNBUFFERED: "" },
        },
      );
      const reader = new PipeReader(program.stdout);
      let atOnce: string | null = null;
      try {
        // Not a wait for something to have happened: what buffers never comes.
        const timeoutMs = comesAtOnce ? 5000 : 500;
        atOnce = await reader.readLine({ timeoutMs });
      } catch (error) {
        assertEquals((error as Error).name, "TimeoutError");
      }
      assertEquals(atOnce, comesAtOnce ? "Spam 0" : null);
      await program.stdin.close();
      if (!comesAtOnce) assertEquals(await reader.readLine(), "Spam 0");
      assertEquals(await reader.readLine(), null);
      await program.stderr.cancel();
      assertEquals((await program.status).code, 0);
    }
  },
});

Deno.test("The reader of our output leaves", async () => {
  const { code, stdout, stderr } = await shell(
    `set -o pipefail; main --tick 5ms | head -1; echo "status $?"`,
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /^Parent .*\nstatus 0\n$/);
});

Deno.test("Text cut inside a character", async () => {
  const { stdout } = await whole([
    "--",
    "sh",
    fixture("character_over_two_slices.sh"),
  ]);
  assertEquals(payloads(stdout), [
    `b'${"a".repeat(31)}\\xe2'`,
    `b'\\x82\\xac'`,
  ]);
  const child = new Deno.Command("sh", {
    args: [fixture("character_over_two_slices.sh")],
    stdout: "piped",
  }).spawn();
  assertEquals(
    await new PipeReader(child.stdout).readLine(),
    "a".repeat(31) + "€",
  );
  await child.status;
});

Deno.test("every gotcha has a test of its name, and every part of its form", () => {
  const page = Deno.readTextFileSync(new URL("GOTCHAS.md", ROOT));
  const tests = Deno.readTextFileSync(new URL("tests/gotchas_test.ts", ROOT));
  const sections = page.split(/^## /m).slice(1);
  assert(sections.length >= 4);
  for (const section of sections) {
    const name = section.slice(0, section.indexOf("\n"));
    assert(tests.includes(`"${name}"`), `no test is named "${name}"`);
    for (
      const part of [
        "**You expect**",
        "**What happens**",
        "**Why.**",
        "**What we do.**",
        "**What cannot be done.**",
      ]
    ) {
      assert(section.includes(part), `"${name}" does not say: ${part}`);
    }
  }
});
