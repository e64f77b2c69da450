/** The programs of `examples/`, each run as its first comment says. */
import { run } from "../mod.ts";
import { fileURLToPath } from "node:url";
import { has } from "./support/processes.ts";
import { assertEquals, assertMatch } from "./support/std_assert.ts";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));

/** The most lines of one, so that it is read at one look. */
const MAX_LINES = 60;

const CASES = [
  {
    name: "worker_pool.ts",
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
    name: "mcp_server.ts",
    needs: "deno",
    stdout: /^server: .*\ntools: echo .*\necho: .*Echo: Spam 0/,
  },
  {
    name: "language_server.ts",
    stdout: /const spam: number/,
  },
];

for (const { name, args = [], needs, stdout, stderr } of CASES) {
  Deno.test({
    name: `the example ${name} does what it says`,
    ignore: needs !== undefined && !has(needs),
    async fn() {
      const words = ["run", "-q", "--allow-run", EXAMPLES + name, ...args];
      const result = await run(Deno.execPath(), words, { timeoutMs: 120_000 });
      const { status } = result;
      assertMatch(result.text(), stdout);
      if (stderr !== undefined) assertMatch(status.stderrTail, stderr);
    },
  });
}

Deno.test("every example is run, and short enough to be read at one look", () => {
  const programs = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name);
  const long = programs.filter((name) =>
    Deno.readTextFileSync(EXAMPLES + name).split("\n").length > MAX_LINES
  );
  assertEquals(long, []);
  const children = ["python_child.py", "worker.ts"];
  const run = [...CASES.map(({ name }) => name), ...children];
  assertEquals(programs.sort(), run.sort());
});
