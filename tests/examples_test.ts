/** The programs of `examples/`, each run as its first comment says. */
import { run } from "../mod.ts";
import { fileURLToPath } from "node:url";
import { has } from "./support/processes.ts";
import { CAN_SSH, startSshd } from "./support/sshd.ts";
import { assert, assertEquals, assertMatch } from "./support/std_assert.ts";
import { type Together, together } from "./support/together.ts";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));

/** The most lines of one, so that it is read at one look. */
const MAX_LINES = 60;
/** What a PNG begins with (section 5.2 of its specification). */
const PNG_SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

const test = together("each example does what it says", 3);

const CASES = [
  {
    name: "worker_pool.ts",
    // It kills a worker.
    needs: "SIGTERM",
    args: ["3", "60"],
    // The sum of the sums up to 60: no job was lost, and none counts twice.
    stdout: /^60 jobs, total 37820\n$/,
    stderr: /^Cannot get the answer to "sum" .* was ended by SIGKILL/,
  },
  {
    name: "python_child.ts",
    needs: "python3",
    stdout: /^\{ fig: 3, apple: 5 \}\n$/,
    stderr: /^Python printed: looking up fig apple\n$/,
  },
  {
    name: "stand_in_server.ts",
    stdout: /^done: 1\ntotal: 5\nended with 0 unknown: \[\]\n$/,
  },
  {
    name: "mcp_server.ts",
    needs: "deno",
    stdout: /^server: .*\ntools: echo .*\necho: .*Echo: Spam 0/,
  },
  {
    name: "language_server.ts",
    stdout: /const spam: number/,
  },
  {
    name: "language_server.ts",
    with: "typescript-language-server",
    args: [
      ...["npx", "-y", "-p", "typescript@5.9.3"],
      ...["-p", "typescript-language-server@5.3.0"],
      ...["typescript-language-server", "--stdio"],
    ],
    needs: "npx",
    stdout: /const spam: number/,
  },
];

for (const { name, args = [], needs, stdout, stderr, ...rest } of CASES) {
  const server = rest.with === undefined ? "" : ` with ${rest.with}`;
  // A server of a language computes all the time: the others would wait for it.
  const register: Together = name === "language_server.ts" ? Deno.test : test;
  register(
    `the example ${name}${server} does what it says`,
    { ignore: needs !== undefined && !has(needs) },
    async () => {
      const result = await runExample(["--allow-run"], name, args);
      assertMatch(result.text(), stdout);
      const { stderrTail } = result.status;
      if (stderr !== undefined) assertMatch(stderrTail, stderr);
    },
  );
}

test("the example worker_pool.ts does all jobs with workers behind ssh", {
  ignore: !CAN_SSH,
}, async () => {
  await using server = await startSshd();
  // A worker that was not started by ssh would end at once.
  const check = 'test -n "$SSH_CONNECTION" && exec';
  const worker = [Deno.execPath(), "run", "-q", EXAMPLES + "worker.ts"];
  const result = await runExample(["--allow-run"], "worker_pool.ts", [
    ...["4", "60", "ssh", ...server.args, check, ...worker],
  ]);
  assertEquals(result.text(), "60 jobs, total 37820\n");
  // Each worker takes a job at its start. One was lost: the one here, killed.
  const lost = result.status.stderrTail.trimEnd().split("\n");
  assertEquals(lost.length, 1);
  assertMatch(lost[0]!, /was ended by SIGKILL/);
});

test("the example browser.ts writes a screenshot of a page", {
  ignore: !has("chromium"),
}, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/page.png`;
    const page = "data:text/html,<body bgcolor=red>";
    const flags = ["--allow-run", "--allow-write"];
    const result = await runExample(flags, "browser.ts", [file, page]);
    assertEquals(result.text(), `written: ${file}\n`);
    const png = await Deno.readFile(file);
    assertEquals(png.subarray(0, 8), PNG_SIGNATURE);
    assert(png.length > 1_000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("the example git_clone.ts shows a clone through a tap, byte by byte", {
  ignore: !has("git") || !has("sh"),
}, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/spam`, "Spam 0\n".repeat(9));
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    for (const words of ["init -q", "add spam", "commit -q -m Spam"]) {
      await run("git", ["-C", folder, ...who, ...words.split(" ")]);
    }
    const flags = ["--allow-run", "--allow-read", "--allow-write"];
    const result = await runExample(flags, "git_clone.ts", [folder]);
    assertMatch(result.text(), /-> \d+ bytes: ".*(command=|want )/);
    assertMatch(result.text(), /<- \d+ bytes: ".*PACK|packfile/);
    assertMatch(result.text(), /the server ended with 0\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Runs an example with the permissions that it names. */
function runExample(flags: string[], name: string, args: readonly string[]) {
  const words = ["run", "-q", ...flags, EXAMPLES + name, ...args];
  return run(Deno.execPath(), words, { timeoutMs: 120_000 });
}

Deno.test("every example is run, and short enough to be read at one look", () => {
  const programs = [...Deno.readDirSync(EXAMPLES)]
    .filter(({ isFile }) => isFile).map(({ name }) => name);
  const long = programs.filter((name) =>
    Deno.readTextFileSync(EXAMPLES + name).split("\n").length > MAX_LINES
  );
  assertEquals(long, []);
  const children = ["python_child.py", "worker.ts"];
  const others = ["browser.ts", "git_clone.ts"];
  const run = [...CASES.map(({ name }) => name), ...others, ...children];
  assertEquals(programs.sort(), [...new Set(run)].sort());
});
