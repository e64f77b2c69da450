/** `--record` of the two logs: what passed, in a file beside the log. */
import { inFolder } from "../../support/in_folder.ts";
import { testNeeding } from "../../support/processes.ts";
import { readRecording, textOf } from "../../support/recordings.ts";
import {
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "../../support/std_assert.ts";
import { whole } from "../../support/whole_program.ts";

const MAY_WRITE = { deno: ["--allow-run", "--allow-write"] };

testNeeding("sh")(
  "log records both pipes, their ends and the status",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/s.jsonl`;
      const script = "echo out; echo err >&2; printf last; exit 3";
      const { code, stderr } = await whole(
        ["log", `--record=${path}`, "--", "sh", "-c", script],
        MAY_WRITE,
      );
      assertEquals({ code, stderr }, { code: 3, stderr: "" });
      const { recording, events } = await readRecording(path);
      assertEquals(recording.header.command, ["sh", "-c", script]);
      assertEquals(recording.header.frame, "lines");
      assertEquals([textOf(events, "out"), textOf(events, "err")], [
        "out\nlast",
        "err\n",
      ]);
      const ends = events.filter(({ kind }) => kind === "end");
      assertEquals(ends.length, 2);
      const last = events.at(-1);
      assertEquals(last?.kind === "status" && [last.status.code, last.bytes], [
        3,
        { out: { read: 8, passed: 8 }, err: { read: 4, passed: 4 } },
      ]);
    }),
);

Deno.test("the log of slices records as well, and a stop at --count", () =>
  inFolder(async (folder) => {
    const path = `${folder}/s.jsonl`;
    const { code } = await whole(
      ["--messages=9", "--tick=20ms", "--count=2", `--record=${path}`],
      MAY_WRITE,
    );
    assertEquals(code, 0);
    const { recording, events } = await readRecording(path);
    assertEquals(recording.header.frame, "auto");
    assertMatch(textOf(events, "out"), /^Spam 0Spam 1/);
    assertEquals(events.filter(({ kind }) => kind === "end"), []);
    const last = events.at(-1);
    assertEquals(last?.kind === "status" && last.status.reason, "stopped");
  }));

const REFUSED = [
  { path: "none/s.jsonl", deno: MAY_WRITE.deno, says: "its folder does not" },
  { path: "s.jsonl", deno: ["--allow-run"], says: "without --allow-write=" },
];
for (const { path, deno, says } of REFUSED) {
  Deno.test(`a place that cannot be written is refused before anything starts: ${says}`, () =>
    inFolder(async (folder) => {
      const { code, stdout, stderr } = await whole(
        ["--messages=1", `--record=${folder}/${path}`],
        { deno },
      );
      assertEquals({ code, stdout }, { code: 125, stdout: "" });
      assertStringIncludes(stderr, says);
      assertMatch(stderr, /^basic-pipes: Cannot record as [^\n]*\n$/);
    }));
}

Deno.test("a command that cannot be started leaves no recording", () =>
  inFolder(async (folder) => {
    const { code } = await whole(
      [`--record=${folder}/s.jsonl`, "--", "no-such-command"],
      MAY_WRITE,
    );
    assertEquals(code, 127);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));
