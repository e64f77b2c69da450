import { fileURLToPath } from "node:url";
import { quote, testNeeding } from "../../support/processes.ts";
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import { ROOT, shell, type Whole, whole } from "../../support/whole_program.ts";

const test = testNeeding("sh");
const READ = ["--allow-read"];
const FOLDER = fileURLToPath(new URL("tests/fixtures/recordings/", ROOT));

/** Judges a recording among the fixtures, from their folder. */
async function check(...args: string[]): Promise<Whole> {
  return await whole(["check", ...args], { deno: READ, cwd: FOLDER });
}

const NOISE =
  'spoilt.jsonl: noise: out at byte 0 after 33.0 ms: 19 bytes are no JSON: "Hello from a print"';
const ERROR =
  "spoilt.jsonl: error: out at byte 56 after 50.0 ms: tools/list #3 has failed: no such method";
const GAP =
  "spoilt.jsonl: gap: out at byte 173 after 71.0 ms: 68.4 KiB were not recorded: the recorder fell behind";
const BROKEN =
  'spoilt.jsonl: broken: out at byte 70209 after 91.0 ms: a frame cannot be read as the stream ended within it: "{\\"a\\""';
const PENDING =
  'spoilt.jsonl: pending: in after 40.0 ms: tools/call #"x" had no answer for 59.9 ms';

const JUDGED: readonly {
  readonly title: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly lines: readonly string[];
}[] = [
  {
    title: "noise, broken frames and pending requests are findings",
    args: ["spoilt.jsonl"],
    code: 1,
    lines: [NOISE, BROKEN, PENDING],
  },
  {
    title: "errors and gaps are findings where they are asked for",
    args: ["--fail-on=gap,error", "spoilt.jsonl"],
    code: 1,
    lines: [ERROR, GAP],
  },
  {
    title: "slow answers are findings where a limit is given",
    args: ["--fail-on=gap", "--max-duration=20ms", "spoilt.jsonl"],
    code: 1,
    lines: [
      "spoilt.jsonl: slow: out at byte 19 after 33.0 ms: initialize #0 was answered after 23.0 ms, and 20.0 ms is the most",
      GAP,
    ],
  },
  {
    title: "a session of a real MCP server is good",
    args: ["mcp_server.jsonl"],
    code: 0,
    lines: [
      "mcp_server.jsonl: 8 messages; 3 requests, 3 answered; 1 line on stderr; " +
      "the slowest answer initialize #1 after 392 ms; the command ended with " +
      "SIGTERM, as its recorder was told to end",
    ],
  },
  {
    title: "a session of a real language server is good",
    args: ["--fail-on=noise,broken,pending,error,gap", "language_server.jsonl"],
    code: 0,
    lines: [
      "language_server.jsonl: 10 messages; 3 requests, 3 answered; 8 lines on " +
      "stderr; the slowest answer textDocument/hover #2 after 8.62 s; the " +
      "command ended with status 0, as its recorder was told to end",
    ],
  },
  {
    title: "a recorder that was killed is said, and is no finding by itself",
    args: ["timeless.jsonl"],
    code: 0,
    lines: [
      "timeless.jsonl: 0 messages; 0 requests, 0 answered; 1 line; the last " +
      "line is cut, 18 bytes of it; the end of the command is not recorded: " +
      "its recorder was killed, or still writes",
    ],
  },
  {
    title: "a recorder that was killed has left a gap",
    args: ["--fail-on=gap", "timeless.jsonl"],
    code: 1,
    lines: [
      "timeless.jsonl: gap: the last line is cut, 18 bytes of it",
      "timeless.jsonl: gap: the end of the command is not recorded: its " +
      "recorder was killed, or still writes",
    ],
  },
  {
    title: "the rule for messages can be another one",
    args: ["--frame=lines", "spoilt.jsonl"],
    code: 0,
    lines: [
      "spoilt.jsonl: 0 messages; 0 requests, 0 answered; 14 lines; 1 line on " +
      "stderr; the command ended with status 0, by itself",
    ],
  },
];

for (const { title, args, code, lines } of JUDGED) {
  Deno.test(`in a recording that is judged, ${title}`, async () => {
    assertEquals(await check(...args), {
      code,
      signal: null,
      stdout: lines.map((line) => `${line}\n`).join(""),
      stderr: "",
    });
  });
}

Deno.test("findings in JSON have their place, and totals follow them", async () => {
  const { code, stdout } = await check("--format=json", "spoilt.jsonl");
  assertEquals(code, 1);
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.slice(0, 3), [
    {
      finding: "noise",
      ms: 33.001,
      from: "out",
      offset: 0,
      what: '19 bytes are no JSON: "Hello from a print"',
    },
    {
      finding: "broken",
      ms: 91,
      from: "out",
      offset: 70209,
      what: 'a frame cannot be read as the stream ended within it: "{\\"a\\""',
    },
    {
      finding: "pending",
      ms: 40,
      from: "in",
      offset: null,
      what: 'tools/call #"x" had no answer for 59.9 ms',
    },
  ]);
  const { findings, frame, requests, pending, streams } = lines[3];
  assertEquals([lines.length, findings, frame], [4, 3, "json"]);
  assertEquals([requests, pending, streams.out.missingBytes], [4, 2, 70000]);
});

Deno.test("nothing in a recording that is judged can act on a terminal", async () => {
  for (const format of ["text", "json"]) {
    const all = "--fail-on=noise,broken,pending,error,gap";
    const { code, stdout } = await check(all, "-f", format, "hostile.jsonl");
    assertEquals(code, 1);
    assert(stdout.includes("evil"));
    // deno-lint-ignore no-control-regex -- these are the ones that act
    assertEquals(stdout.match(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/g), null);
  }
});

Deno.test("what cannot be judged is refused with another status", async () => {
  const missing = await check("not-there.jsonl");
  assertEquals(missing.code, 125);
  assertMatch(missing.stderr, /"not-there\.jsonl" as it is not there\n$/);
  const unknown = await check("--fail-on=noises", "spoilt.jsonl");
  assertEquals(unknown.code, 2);
  assertMatch(
    unknown.stderr,
    /Cannot take --fail-on as it takes words of noise, broken, pending, error, gap, with commas between: current value is "noises"; did you mean noise\?\n$/,
  );
});

test("the status counts also where the reader of the lines has left", async () => {
  const file = quote(`${FOLDER}spoilt.jsonl`);
  const line = `(main check ${file}; echo "$?" >&2) | true`;
  const { stderr } = await shell(line, { deno: READ });
  assertEquals(stderr, "1\n");
});

test("a recording that is judged can come from stdin", async () => {
  const file = quote(`${FOLDER}spoilt.jsonl`);
  const line = `main check --fail-on=pending - < ${file}`;
  const { code, stdout } = await shell(line);
  assertEquals([code, stdout], [
    1,
    PENDING.replace("spoilt.jsonl", "stdin") + "\n",
  ]);
});
