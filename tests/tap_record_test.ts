/** The recording of `main.ts tap`: what passed, whatever becomes of its file. */
import { inFolder } from "./support/in_folder.ts";
import { testNeeding, until } from "./support/processes.ts";
import {
  difference,
  extent,
  readRecording,
  textOf,
} from "./support/recordings.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "./support/std_assert.ts";
import {
  serverOf,
  startTap,
  type TapOptions,
  textOf as allOf,
} from "./support/taps.ts";
import { shell } from "./support/whole_program.ts";

const PATIENCE_MS = 30_000;

/** What does not depend on the system is not tried on Windows as well. */
const test = testNeeding("sh");
const ENCODER = new TextEncoder();

/** Sends the bytes and the end, reads all, and gives what the client saw. */
async function session(
  tap: Deno.ChildProcess,
  bytes: Uint8Array | string,
): Promise<{ stdout: Uint8Array; stderr: string; code: number }> {
  const send = async () => {
    const writer = tap.stdin.getWriter();
    await writer.write(
      typeof bytes === "string" ? ENCODER.encode(bytes) : bytes,
    );
    await writer.close();
  };
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(tap.stdout).bytes(),
    allOf(tap.stderr),
    tap.status,
    send().catch(() => {}),
  ]);
  return { stdout, stderr, code };
}

/** An echo behind a tap that may write. */
function echo(
  record: string,
  options: TapOptions & { args?: string[] } = {},
): Deno.ChildProcess {
  const { deno = ["--allow-run", "--allow-write"], args = [], ...rest } =
    options;
  const more = options.options ?? [];
  return startTap(serverOf("echoes.ts", "5", "said", ...args), {
    ...rest,
    deno,
    options: [`--record=${record}`, ...more],
  });
}

Deno.test("it holds both directions and stderr, their ends, and the status", () =>
  inFolder(async (folder) => {
    const path = `${folder}/s.jsonl`;
    const seen = await session(
      echo(path, { options: ["--frame=lines"] }),
      "hé\n",
    );
    assertEquals(
      { ...seen, stdout: new TextDecoder().decode(seen.stdout) },
      { stdout: "hé\n", stderr: "said", code: 5 },
    );
    const { recording, events } = await readRecording(path);
    const { header } = recording;
    assertEquals(
      { frame: header.frame, command: header.command.slice(-2) },
      { frame: "lines", command: ["5", "said"] },
    );
    assertMatch(header.program, /^basic-pipes \d/);
    assertEquals({
      in: textOf(events, "in"),
      out: textOf(events, "out"),
      err: textOf(events, "err"),
    }, { in: "hé\n", out: "hé\n", err: "said" });
    const ends = events.filter(({ kind }) => kind === "end");
    assertEquals(ends.length, 3);
    const last = events.at(-1);
    assertEquals(last?.kind === "status" && [last.status, last.bytes], [
      { code: 5, signal: null, reason: "exited" },
      {
        in: { read: 4, passed: 4 },
        out: { read: 4, passed: 4 },
        err: { read: 4, passed: 4 },
      },
    ]);
    const times = events.map(({ ms }) => ms);
    assertEquals(times, times.toSorted((a, b) => a - b));
  }));

testNeeding("modes")(
  "its file is its owner's alone, whatever the umask",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/s.jsonl`;
      await session(echo(path), "");
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    }),
);

Deno.test("a file that is there is kept, and the next number is said once", () =>
  inFolder(async (folder) => {
    const path = `${folder}/s.jsonl`;
    await Deno.writeTextFile(path, "mine");
    await Deno.writeTextFile(`${folder}/s-2.jsonl`, "mine, too");
    const { stderr } = await session(echo(path), "spam");
    assertEquals(await Deno.readTextFile(path), "mine");
    assertEquals(await Deno.readTextFile(`${folder}/s-2.jsonl`), "mine, too");
    const { events } = await readRecording(`${folder}/s-3.jsonl`);
    assertEquals(textOf(events, "in"), "spam");
    const said = stderr.replace("said", "");
    assertMatch(said, /^basic-pipes: recording into .*s-3\.jsonl".*\n$/);
  }));

test("-q does not say that a number was put into the name", () =>
  inFolder(async (folder) => {
    const path = `${folder}/s.jsonl`;
    await Deno.writeTextFile(path, "mine");
    const { stderr } = await session(echo(path, { options: ["-q"] }), "spam");
    assertEquals(stderr, "said");
  }));

test("%t and %p give each start a file of its own", () =>
  inFolder(async (folder) => {
    const tap = echo(`${folder}/%t-%p.jsonl`);
    const { pid } = tap;
    await session(tap, "");
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(names.length, 1);
    assertMatch(
      names[0]!,
      /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-\d+\.jsonl$/,
    );
    if (Deno.build.os === "linux") assertStringIncludes(names[0]!, `-${pid}.`);
  }));

const NO_PLACES = [
  {
    name: "a folder that does not exist",
    record: "none/s.jsonl",
    says: "its folder does not exist",
  },
  {
    name: "no permission to write",
    record: "s.jsonl",
    deno: ["--allow-run"],
    says: "without --allow-write=",
  },
];
for (const { name, record, says, deno } of NO_PLACES) {
  Deno.test(`${name}: said in one line, and the command runs`, () =>
    inFolder(async (folder) => {
      const tap = echo(`${folder}/${record}`, deno && { deno });
      const { stdout, stderr, code } = await session(tap, "spam");
      assertEquals([new TextDecoder().decode(stdout), code], ["spam", 5]);
      const said = stderr.replace("said", "");
      assertStringIncludes(said, says);
      assertMatch(
        said,
        /^basic-pipes: [^\n]*the command runs on, unrecorded\n$/,
      );
    }));
}

testNeeding("/dev/full")(
  "a full disk: said in one line, and the stream goes on",
  async () => {
    const tap = echo("/dev/full", { deno: ["--allow-all"] });
    const bytes = new Uint8Array(3_000_000).fill(65);
    const { stdout, stderr, code } = await session(tap, bytes);
    assertEquals([stdout.length, code], [bytes.length, 5]);
    assertMatch(
      stderr.replace("said", ""),
      /^basic-pipes: the recording stops here: [^\n]*the disk is full[^\n]*\n$/,
    );
  },
);

testNeeding("bash", "/dev/full")(
  "what a full stdout did not take is not counted as passed",
  () =>
    inFolder(async (folder) => {
      await shell("main tap --record=full.jsonl -- echo x >/dev/full", {
        cwd: folder,
        deno: ["--allow-run", "--allow-write"],
      });
      const { events } = await readRecording(`${folder}/full.jsonl`);
      const last = events.at(-1);
      assertEquals(
        last?.kind === "status" && last.bytes.out,
        { read: 2, passed: 0 },
      );
    }),
);

testNeeding("mkfifo")(
  "a disk that is stuck: the stream never waits for it, and a gap says what is missing",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/stuck`;
      await new Deno.Command("mkfifo", { args: [path] }).output();
      const tap = echo(path);
      const bytes = new Uint8Array(12_000_000).map((_, at) => at % 251);
      const writer = tap.stdin.getWriter();
      const reader = tap.stdout.getReader({ mode: "byob" });
      writer.write(bytes);
      let view = new Uint8Array(bytes.length);
      for (let got = 0; got < bytes.length;) {
        const read = await reader.read(view.subarray(got));
        got += read.value!.length;
        view = new Uint8Array(read.value!.buffer);
      }
      assertEquals(view, bytes);
      // Only now somebody reads what is recorded.
      const reading = readRecording(path);
      await writer.close();
      const { events, recording } = await reading;
      await tap.status;
      assertEquals(recording.cut, 0);
      const gaps = events.filter(({ kind }) => kind === "gap");
      assert(gaps.length > 0, "there is no gap");
      for (const from of ["in", "out"] as const) {
        assertEquals(difference(events, from, bytes), null);
        assertEquals(extent(events, from), bytes.length);
      }
      assertEquals(events.at(-1)?.kind, "status");
      await reader.cancel();
      const stderr = await allOf(tap.stderr);
      assertEquals(stderr.match(/the recording has a gap/g)?.length, 1);
    }),
);

testNeeding("mkfifo")(
  "a disk that stays stuck does not hold up the end",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/stuck`;
      await new Deno.Command("mkfifo", { args: [path] }).output();
      const { code, stderr } = await session(echo(path), "spam");
      assertEquals(code, 5);
      assertStringIncludes(stderr, "did not accept the rest in time");
    }),
);

testNeeding("removal")(
  "a file that is removed changes nothing",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/s.jsonl`;
      const tap = echo(path);
      const isThere = () => [...Deno.readDirSync(folder)].length > 0;
      assert(await until(isThere, PATIENCE_MS));
      await Deno.remove(path);
      const { stderr, code } = await session(tap, "spam");
      assertEquals({ stderr, code }, { stderr: "said", code: 5 });
    }),
);

testNeeding("SIGTERM")(
  "a tap that was killed leaves a recording that can be read",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/s.jsonl`;
      const tap = echo(path);
      const writer = tap.stdin.getWriter();
      await writer.write(ENCODER.encode("spam"));
      const isRecorded = () => {
        try {
          return Deno.readTextFileSync(path).includes('"out","offset":0');
        } catch {
          return false;
        }
      };
      assert(await until(isRecorded, PATIENCE_MS));
      tap.kill("SIGKILL");
      await tap.status;
      const { events } = await readRecording(path);
      assertEquals([textOf(events, "in"), textOf(events, "out")], [
        "spam",
        "spam",
      ]);
      assert(!events.some(({ kind }) => kind === "status"));
      await Promise.all([
        writer.close().catch(() => {}),
        tap.stdout.cancel(),
        tap.stderr.cancel(),
      ]);
    }),
);

testNeeding("sleep")(
  "a signal that ends both is in the recording",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/s.jsonl`;
      const tap = startTap(["sh", "-c", "echo ready; exec sleep 60"], {
        deno: ["--allow-run", "--allow-write"],
        options: [`--record=${path}`],
      });
      const reader = tap.stdout.getReader();
      await reader.read();
      tap.kill("SIGTERM");
      const { signal } = await tap.status;
      assertEquals(signal, "SIGTERM");
      const { events } = await readRecording(path);
      const last = events.at(-1);
      assertEquals(last?.kind === "status" && last.status, {
        code: 143,
        signal: "SIGTERM",
        reason: "received",
      });
      await Promise.all([
        reader.cancel(),
        tap.stdin.close().catch(() => {}),
        tap.stderr.cancel(),
      ]);
    }),
);

test("--max-record ends the recording, and not the stream", () =>
  inFolder(async (folder) => {
    const path = `${folder}/s.jsonl`;
    const bytes = new Uint8Array(200_000).fill(66);
    const tap = echo(path, { options: ["--max-record=10K"] });
    const { stdout, code } = await session(tap, bytes);
    assertEquals([stdout.length, code], [bytes.length, 5]);
    const { events } = await readRecording(path);
    for (const from of ["in", "out"] as const) {
      assertEquals(difference(events, from, bytes), null);
      assertEquals(extent(events, from), bytes.length);
    }
    assert((await Deno.stat(path)).size < 16_384);
  }));

test("what is secret is on the stream, and not in the recording, also where two pieces cut it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/s.jsonl`;
    const tap = echo(path, {
      options: [
        ...["--redact=password,pin", "--redact=token"],
        "--redact-pattern=sk-[a-z0-9]+",
      ],
      args: ["--key=sk-0a1b", '{"token":"deep"}'],
    });
    const message =
      '{"id":1,"password":"swordfish","pin":8675309867,"token":{"a":"deep"},"k":"sk-0a1b"}\n';
    const writer = tap.stdin.getWriter();
    const reader = tap.stdout.getReader();
    let seen = "";
    // A piece for each letter: the echo shows that it has passed.
    for (const letter of message) {
      await writer.write(ENCODER.encode(letter));
      seen += new TextDecoder().decode((await reader.read()).value);
    }
    assertEquals(seen, message);
    await writer.close();
    await Promise.all([tap.status, reader.cancel(), tap.stderr.cancel()]);
    const { events } = await readRecording(path);
    const text = await Deno.readTextFile(path);
    for (const secret of ["swordfish", "8675309867", "deep", "sk-0a1b"]) {
      for (const from of ["in", "out"] as const) {
        assert(
          !textOf(events, from).includes(secret),
          `${secret} is in ${from}`,
        );
      }
      assert(!text.includes(secret));
    }
    for (const from of ["in", "out"] as const) {
      assertEquals(extent(events, from), message.length);
      assertStringIncludes(textOf(events, from), '"id":1');
    }
  }));
