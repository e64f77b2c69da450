/** What reads recordings, on Windows: `show`, `check`, `replay` and `report`. */
import { fileURLToPath } from "node:url";
import { bytesOf } from "../support/pieces.ts";
import { until } from "../support/processes.ts";
import { assert, assertEquals, assertMatch } from "../support/std_assert.ts";
import { startTap, textOf } from "../support/taps.ts";
import { start, type Whole, whole } from "../support/whole_program.ts";
import { childThat } from "./child_that.ts";
import { inFolder } from "../support/in_folder.ts";

/** A session with a real server, recorded on Linux. */
const MCP = fileURLToPath(
  new URL("../fixtures/recordings/mcp_server.jsonl", import.meta.url),
);
/** One with noise, a gap, and requests without an answer. */
const SPOILT = fileURLToPath(
  new URL("../fixtures/recordings/spoilt.jsonl", import.meta.url),
);
const READ = ["--allow-read"];
const PATIENCE_MS = 30_000;

/** Runs a program that reads. */
function reads(...args: readonly string[]): Promise<Whole> {
  return whole(args, { deno: READ });
}

/** Records what a command wrote. */
async function record(
  path: string,
  steps: readonly (string | number)[],
): Promise<void> {
  await whole([`--record=${path}`, "--", ...childThat(...steps)], {
    deno: ["--allow-run", "--allow-write"],
  });
}

Deno.test("a path with backslashes, a drive and spaces is a recording", () =>
  inFolder(async (folder) => {
    const path = `${folder}\\one session.jsonl`;
    await record(path, ["out", "one\\r\\ntwo\\n", "exit", 3]);
    assertMatch(path, /^[A-Z]:\\/);
    const { code, stdout, stderr } = await reads("show", "-tnone", path);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(stdout.split("\n").slice(1, 3), ["<-  one", "<-  two"]);
    assertMatch(
      stdout,
      /\n-- {2}the command ended with status 3, by itself\n$/,
    );
  }));

Deno.test("a session of another system is shown, judged and played", async () => {
  const shown = await reads("show", "-tnone", "--payload=0", MCP);
  assertEquals({ code: shown.code, stderr: shown.stderr }, {
    code: 0,
    stderr: "",
  });
  assertMatch(shown.stdout, /\n-> {2}tools\/call #3 request, 104 B\n/);
  assertMatch(
    shown.stdout,
    /\n<- {2}tools\/call #3 answer after 3\.69 ms, 85 B\n/,
  );
  const judged = await reads("check", MCP);
  assertEquals(judged.code, 0);
  assertMatch(judged.stdout, /: 8 messages; 3 requests, 3 answered; /);
  const played = await reads("replay", "--speed=max", MCP);
  const bytes = new TextEncoder().encode(played.stdout);
  // It was ended by SIGTERM, which Windows has not: 128 and its number.
  assertEquals({ code: played.code, size: bytes.length }, {
    code: 143,
    size: 9865,
  });
});

Deno.test("check finds what is wrong, for people and in JSON", async () => {
  const { code, stdout } = await reads("check", SPOILT);
  assertEquals({ code, lines: stdout.split("\n").length }, {
    code: 1,
    lines: 4,
  });
  assertMatch(stdout, /spoilt\.jsonl: noise: out at byte 0 /);
  const json = await reads("check", "--format=json", SPOILT);
  assertEquals(json.code, 1);
  assertEquals(JSON.parse(json.stdout.split("\n")[0]!).finding, "noise");
});

Deno.test("a recording is followed while a tap writes it", () =>
  inFolder(async (folder) => {
    const path = `${folder}\\s.jsonl`;
    // It waits for a file that is not there so far.
    const show = start(["show", "-F", "-tnone", path], { deno: READ });
    const tap = startTap(childThat("echo", "exit", 4), {
      deno: ["--allow-run", "--allow-write"],
      options: [`--record=${path}`],
    });
    let seen = "";
    const watching = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of show.stdout) {
        seen += decoder.decode(chunk, { stream: true });
      }
    })();
    const client = tap.stdin.getWriter();
    await client.write(bytesOf("spam\n"));
    assert(await until(() => seen.includes("<-  spam\n"), PATIENCE_MS), seen);
    await client.close();
    const [, stderr, tapCode, showCode] = await Promise.all([
      watching,
      textOf(show.stderr),
      tap.status.then(({ code }) => code),
      show.status.then(({ code }) => code),
      tap.stdout.cancel(),
      tap.stderr.cancel(),
    ]);
    assertEquals({ tapCode, showCode }, { tapCode: 4, showCode: 0 });
    assertMatch(seen, /\n-- {2}the command ended with status 4, by itself\n$/);
    assertMatch(stderr, /^(basic-pipes: waiting for the recording ".*"\n)?$/);
  }));

Deno.test("a replay gives the bytes and the code of the command", () =>
  inFolder(async (folder) => {
    const path = `${folder}\\s.jsonl`;
    await record(path, ["out", "a\\r\\nb", "wait", 700, "out", "c", "exit", 9]);
    const startMs = performance.now();
    assertEquals(await reads("replay", path), {
      code: 9,
      signal: null,
      stdout: "a\r\nbc",
      stderr: "",
    });
    assert(performance.now() - startMs >= 700);
  }));

Deno.test("replay --serve answers what a client asks, with the ids of the client", async () => {
  const server = start(["replay", "--serve", "--speed=max", "--strict", MCP], {
    deno: READ,
    stdin: "piped",
  });
  const client = server.stdin.getWriter();
  const params = { name: "echo", arguments: { message: "Spam 0" } };
  const asked = { jsonrpc: "2.0", id: "mine", method: "tools/call", params };
  // A client on Windows may end its lines so.
  await client.write(bytesOf(`${JSON.stringify(asked)}\r\n`));
  await client.close();
  const [stdout, { code }] = await Promise.all([
    textOf(server.stdout),
    server.status,
    server.stderr.cancel(),
  ]);
  const answers = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(answers.at(-1), {
    jsonrpc: "2.0",
    id: "mine",
    result: { content: [{ type: "text", text: "Echo: Spam 0" }] },
  });
  assertEquals(code, 143); // As the recorded server.
});

Deno.test("a request that the recording does not have is an error, and 1 with --strict", async () => {
  const server = start(["replay", "--serve", "--speed=max", "--strict", MCP], {
    deno: READ,
    stdin: "piped",
  });
  const client = server.stdin.getWriter();
  await client.write(bytesOf('{"jsonrpc":"2.0","id":1,"method":"spam"}\n'));
  await client.close();
  const [stdout, { code }] = await Promise.all([
    textOf(server.stdout),
    server.status,
    server.stderr.cancel(),
  ]);
  const { id, error } = JSON.parse(stdout);
  assertEquals({ id, errorCode: error.code, code }, {
    id: 1,
    errorCode: -32601,
    code: 1,
  });
});

Deno.test("a report is written beside the recording, and replaced, but no other file is", () =>
  inFolder(async (folder) => {
    const path = `${folder}\\one session.jsonl`;
    await Deno.copyFile(MCP, path);
    const page = `${folder}\\one session.html`;
    const report = (...args: string[]) =>
      whole(["report", ...args, path], {
        deno: [`--allow-read=${folder}`, `--allow-write=${folder}`],
      });
    const done = { code: 0, signal: null, stdout: "", stderr: "" };
    assertEquals(await report(), done);
    const first = await Deno.readTextFile(page);
    assertMatch(first, /^<!DOCTYPE html>\n<html [^]*<\/html>\n$/);
    assertEquals(first.includes("\r"), false);
    // A page of ours is replaced, and nothing is left beside it.
    assertEquals(await report("--title=Spam"), done);
    assertMatch(await Deno.readTextFile(page), /<title>Spam/);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["one session.html", "one session.jsonl"]);
    await Deno.writeTextFile(`${folder}\\mine.txt`, "mine");
    const refused = await report(`--output=${folder}\\mine.txt`);
    assertEquals({ code: refused.code, stdout: refused.stdout }, {
      code: 2,
      stdout: "",
    });
    assertMatch(refused.stderr, /^basic-pipes: Cannot write the page to .*\n$/);
    assertEquals(await Deno.readTextFile(`${folder}\\mine.txt`), "mine");
    assertEquals((await report("-o", "-")).stdout, first);
  }));

const MISSING = [
  { path: "none.jsonl", says: /it is not there/ },
  { path: "none\\s.jsonl", says: /it is not there/ },
  { path: ".", says: /this is a folder|permission|cannot/ },
];
for (const program of ["show", "check", "replay", "report"]) {
  Deno.test(`${program} says in one sentence that a recording cannot be read`, () =>
    inFolder(async (folder) => {
      for (const { path, says } of MISSING) {
        const output = program === "report" ? ["-o", "-"] : [];
        const { code, stdout, stderr } = await reads(
          ...[program, ...output, `${folder}\\${path}`],
        );
        assertEquals({ code, stdout }, { code: 125, stdout: "" });
        assertMatch(
          stderr,
          /^basic-pipes: Cannot read the recording [^\n]*\n$/,
        );
        assertMatch(stderr, says);
      }
    }));
}
