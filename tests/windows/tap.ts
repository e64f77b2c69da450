/** `main.ts tap` and `--record`, on Windows. */
import { createHash } from "node:crypto";
import { bytesOf } from "../support/pieces.ts";
import { isAlive, until } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";
import { difference, extent, readRecording } from "../support/recordings.ts";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "../support/std_assert.ts";
import { hashOf, startTap, type TapOptions, textOf } from "../support/taps.ts";
import { type Whole, whole } from "../support/whole_program.ts";
import { childThat } from "./child_that.ts";
import { inFolder } from "../support/in_folder.ts";

const TOTAL = 20_000_000;
const PATIENCE_MS = 30_000;
const MAY_WRITE = ["--allow-run", "--allow-write"];

/** Runs a tap in front of a command, and gives what its client sees. */
async function tapped(
  steps: readonly (string | number)[],
  { said = "", ...options }: TapOptions & { said?: string } = {},
): Promise<Omit<Whole, "signal">> {
  const tap = startTap(childThat(...steps), { deno: MAY_WRITE, ...options });
  const send = async () => {
    const client = tap.stdin.getWriter();
    await client.write(bytesOf(said));
    await client.close();
  };
  const [stdout, stderr, { code }] = await Promise.all([
    textOf(tap.stdout),
    textOf(tap.stderr),
    tap.status,
    send().catch(() => {}), // The command may end first.
  ]);
  return { stdout, stderr, code };
}

/** Pieces of awkward sizes, which repeat at no power of two. */
function bytesOfChance(): Uint8Array<ArrayBuffer> {
  const random = seededRandom(20170117);
  const block = Uint8Array.from({ length: 300_007 }, () => random() * 256);
  return Uint8Array.from({ length: TOTAL }, (_, i) => block[i % block.length]!);
}

Deno.test("20 MB in each direction at once arrive as they were sent, and are recorded", () =>
  inFolder(async (folder) => {
    const path = `${folder}\\session.jsonl`;
    const sent = bytesOfChance();
    const steps = ["err", "ready", "echo", "exit", 7];
    const tap = startTap(childThat(...steps), {
      deno: MAY_WRITE,
      options: [`--record=${path}`],
    });
    const send = async () => {
      const client = tap.stdin.getWriter();
      for (let at = 0; at < TOTAL; at += 77_777) {
        await client.write(sent.subarray(at, at + 77_777));
      }
      await client.close();
    };
    const [got, stderr, { code }] = await Promise.all([
      hashOf(tap.stdout),
      textOf(tap.stderr),
      tap.status,
      send(),
    ]);
    assertEquals({ ...got, stderr, code }, {
      bytes: TOTAL,
      hash: createHash("sha256").update(sent).digest("hex"),
      stderr: "ready",
      code: 7,
    });
    const { recording, events } = await readRecording(path);
    assertEquals(recording.header.command.slice(-steps.length), [
      ...steps.slice(0, -1),
      "7",
    ]);
    for (const from of ["in", "out"] as const) {
      assertEquals(extent(events, from), TOTAL);
      assertEquals(difference(events, from, sent), null);
    }
  }));

Deno.test("a name of a recording may have the time, a drive and spaces", () =>
  inFolder(async (folder) => {
    const options = [`--record=${folder}\\a session of %t.jsonl`];
    const ended = await tapped(["echo"], { options, said: "spam\r\n" });
    assertEquals(ended, { code: 0, stdout: "spam\r\n", stderr: "" });
    const [{ name } = { name: "" }] = [...Deno.readDirSync(folder)];
    assertMatch(name, /^a session of \d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.jsonl$/);
  }));

Deno.test("a recording that is there is kept, and the next number is said", () =>
  inFolder(async (folder) => {
    const options = [`--record=${folder}\\s.jsonl`];
    assertEquals((await tapped(["out", "a"], { options })).stderr, "");
    const { code, stdout, stderr } = await tapped(["out", "b"], { options });
    assertEquals({ code, stdout }, { code: 0, stdout: "b" });
    assertMatch(
      stderr,
      /^basic-pipes: recording into ".*\\s-2\.jsonl", as .*\n$/,
    );
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["s-2.jsonl", "s.jsonl"]);
  }));

/** Places where no recording can be written. */
const NO_PLACES = [
  { name: "none\\s.jsonl", reason: "its folder does not exist" },
  { name: "a<b>.jsonl", reason: "" },
];
for (const { name, reason } of NO_PLACES) {
  Deno.test(`a place that cannot be written is said, and the command runs on: ${name}`, () =>
    inFolder(async (folder) => {
      const options = [`--record=${folder}\\${name}`];
      const { code, stdout, stderr } = await tapped(["echo", "exit", 5], {
        options,
        said: "spam",
      });
      assertEquals({ code, stdout }, { code: 5, stdout: "spam" });
      assert(stderr.includes(reason), stderr);
      assertMatch(
        stderr,
        /^basic-pipes: Cannot record as [^\n]*the command runs on, unrecorded\n$/,
      );
    }));
}

/** What Windows has as codes is more than a byte. */
for (const code of [0, 1000, -1, 0xc000013a | 0]) {
  Deno.test(`the tap ends with the code of its command, and records it: ${code}`, () =>
    inFolder(async (folder) => {
      const path = `${folder}\\s.jsonl`;
      const options = [`--record=${path}`];
      const ended = await tapped(["exit", code], { options });
      assertEquals(ended, { code, stdout: "", stderr: "" });
      const { events } = await readRecording(path);
      const last = events.at(-1);
      assertEquals(last?.kind === "status" && last.status.code, code);
      // The same by the readers of the file.
      const read = { deno: ["--allow-read"] };
      assertEquals(
        await whole(["replay", "--speed=max", path], read),
        { code, signal: null, stdout: "", stderr: "" },
      );
      const { stdout } = await whole(["show", "-tnone", path], read);
      assertMatch(stdout, new RegExp(`ended with status ${code}\\b`));
      assertEquals((await whole(["check", path], read)).code, 0);
    }));
}

Deno.test("a time limit is status 124, and said", async () => {
  const startMs = performance.now();
  const options = ["--record=none", "--timeout=1s"];
  assertEquals(await tapped(["stay"], { options }), {
    code: 124,
    stdout: "",
    stderr: "basic-pipes: the command was stopped after 1 s (--timeout)\n",
  });
  assertLessOrEqual(performance.now() - startMs, 30_000);
});

Deno.test("a command that does not read holds the client up, and its end ends the tap", async () => {
  const tap = startTap(childThat("wait", 500, "out", "done", "exit", 3));
  const client = tap.stdin.getWriter();
  // More than the pipes take.
  const sending = client.write(new Uint8Array(4_000_000)).catch(() => {});
  assertEquals(await textOf(tap.stdout), "done");
  assertEquals((await tap.status).code, 3);
  await sending;
  await Promise.all([client.close().catch(() => {}), tap.stderr.cancel()]);
});

Deno.test("a client that stops reading ends the command", async () => {
  const tap = startTap(childThat("out-mib", 1000));
  const reader = tap.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [stderr] = await Promise.all([textOf(tap.stderr), tap.status]);
  // The command says itself that it could not write.
  assert(!stderr.includes("basic-pipes"), stderr);
  await tap.stdin.close().catch(() => {});
});

Deno.test("a tap that is ended from outside leaves a recording, and no command", () =>
  inFolder(async (folder) => {
    const path = `${folder}\\s.jsonl`;
    const tap = startTap(childThat("pid", "out", "\\n", "echo"), {
      deno: MAY_WRITE,
      options: [`--record=${path}`],
    });
    const reader = tap.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.endsWith("\n")) seen += (await reader.read()).value ?? "\n";
    const pid = Number(seen);
    assert(isAlive(pid), seen);
    const isKept = () => Deno.readTextFileSync(path).includes(`${pid}`);
    assert(await until(isKept, PATIENCE_MS));
    tap.kill();
    await tap.status;
    // Its stdin has ended.
    assert(await until(() => !isAlive(pid), PATIENCE_MS));
    await Promise.all([
      reader.cancel(),
      tap.stderr.cancel(),
      tap.stdin.close().catch(() => {}),
    ]);
    const { events } = await readRecording(path);
    assertEquals(difference(events, "out", bytesOf(seen)), null);
    assertEquals(events.filter(({ kind }) => kind === "status"), []);
  }));

Deno.test("what is secret is passed on, and not recorded", () =>
  inFolder(async (folder) => {
    const path = `${folder}\\s.jsonl`;
    const said = '{"token":"abc","spam":1}\r\n';
    const options = [`--record=${path}`, "--redact=token"];
    const { stdout } = await tapped(["echo"], { options, said });
    assertEquals(stdout, said);
    const text = await Deno.readTextFile(path);
    assert(!text.includes("abc") && text.includes("spam"), text);
  }));

const REFUSED = [
  ["--group", "--record=none", "--", "cmd"],
  ["--", "cmd"],
  ["--record=none", "cmd"],
];
for (const args of REFUSED) {
  Deno.test(`tap ${args.join(" ")} is refused with 2`, async () => {
    const { code, stdout, stderr } = await whole(["tap", ...args]);
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertMatch(stderr, /^basic-pipes: Cannot t[^\n]*\n$/);
  });
}

for (const log of [[], ["log"]]) {
  const title = ["main.ts", ...log].join(" ");
  Deno.test(`${title} --record keeps what the command wrote`, () =>
    inFolder(async (folder) => {
      const path = `${folder}\\s.jsonl`;
      const ended = await whole([
        ...[...log, "-fraw", `--record=${path}`, "--"],
        ...childThat("out", "one\\r\\ntwo", "exit", 3),
      ], { deno: MAY_WRITE });
      assertEquals(ended, {
        code: 3,
        signal: null,
        stdout: "one\r\ntwo",
        stderr: "",
      });
      const { events } = await readRecording(path);
      assertEquals(difference(events, "out", bytesOf("one\r\ntwo")), null);
      assertEquals(extent(events, "out"), 8);
    }));
}
