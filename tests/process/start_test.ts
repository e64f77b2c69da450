import {
  assert,
  assertEquals,
  assertStringIncludes,
} from "../support/std_assert.ts";
import { fixture, isAlive, testNeeding, until } from "../support/processes.ts";
import { startParent } from "../support/parents.ts";
import { startFailure } from "../../src/process/start.ts";

const test = testNeeding("sh");

const CLEANS_UP = [fixture("cleans_up.sh")];
const STAYS = ["sh", "-c", "exec sleep 30"];
const program = "starts_early.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} that comes before the child is owned reaches it, and both end`, async () => {
    await using parent = await startParent({
      program,
      child: ["{}", "heard", ...CLEANS_UP],
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, signal);
    const { output, signal: by } = await parent.end();
    assertStringIncludes(output, `owned, received ${signal}`);
    assertStringIncludes(output, "cleaned up after 1");
    assertEquals(by, signal);
  });
}

test("a child that is owned lives on when the scope of its start is left", async () => {
  await using parent = await startParent({
    program,
    child: ["{}", "own", "sh", "-c", "sleep 0.3; exit 3"],
  });
  const { output } = await parent.end();
  assertStringIncludes(output, "left\nexited 3\n");
});

for (const group of [false, true]) {
  for (const way of ["fail", "exit", "leave"]) {
    test(`a child ${group ? "in a group " : ""}that nobody came to own is killed: ${way}`, async () => {
      await using parent = await startParent({
        program,
        child: [JSON.stringify({ group }), way, ...STAYS],
      });
      if (way === "leave") await parent.shows("left");
      else await parent.end();
      assert(await until(() => !isAlive(parent.childPid)), "the child lives");
    });
  }
}

const PARENT = fixture("../parents/starts.ts");

async function start(flags: string[], args: string[], prefix: string[] = []) {
  const [command = "", ...words] = [
    ...prefix,
    Deno.execPath(),
    ...["run", "--quiet", "--no-prompt", ...flags, PARENT, ...args],
  ];
  const { stdout } = await new Deno.Command(command, {
    args: words,
    stdin: "null",
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

const DENIED = [
  { flags: [], command: "echo", advice: "=echo" },
  { flags: ["--allow-run=cat"], command: "echo", advice: "=echo" },
  { flags: ["--allow-run=cat"], command: "/bin/a b", advice: "" },
];
for (const { flags, command, advice } of DENIED) {
  test(`with ${flags[0] ?? "no permission"}, starting ${command} says which flag to add`, async () => {
    const name = advice && ` or --allow-run${advice}`;
    assertEquals(await start(flags, [command]), [
      "not-permitted",
      126,
      `Cannot start "${command}" as this program is not permitted to: ` +
      `run again with --allow-run${name}`,
    ]);
  });
}

test("a command that is permitted by name starts", async () => {
  assertEquals(await start(["--allow-run=echo"], ["echo", "hi"]), [0, "hi\n"]);
});

test("a group of its own needs more than a command's name", async () => {
  assertEquals(await start(["--allow-run=echo"], ["--group", "echo"]), [
    "not-permitted",
    126,
    `Cannot start "echo" in a group of its own as stopping a group needs ` +
    "--allow-run, not limited to commands",
  ]);
  assertEquals(await start(["--allow-run"], ["--group", "echo", "hi"]), [
    0,
    "hi\n",
  ]);
});

test("a variable that changes how programs are loaded needs more than a command's name", async () => {
  const prefix = ["env", "LD_LIBRARY_PATH=/nowhere"];
  assertEquals(await start(["--allow-run=echo"], ["echo"], prefix), [
    "not-permitted",
    126,
    `Cannot start "echo" as a variable that changes how programs are loaded ` +
    "needs more: run again with --allow-run, not limited to commands",
  ]);
});

test("a program that has no file descriptor left says so", async () => {
  assertEquals(
    (await start(
      ["--allow-run", "--allow-read"],
      ["--no-files", "echo"],
      ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"],
    )).slice(0, 2),
    ["too-many-files", 125],
  );
});

const CODES = [
  { code: "EAGAIN", kind: "too-many-processes", exitCode: 125 },
  { code: "ENOMEM", kind: "too-many-processes", exitCode: 125 },
  { code: "ENFILE", kind: "too-many-files", exitCode: 125 },
  { code: "ENOEXEC", kind: "not-executable", exitCode: 126 },
  { code: "EIO", kind: "failed", exitCode: 125 },
];
for (const { code, kind, exitCode } of CODES) {
  Deno.test(`the system's ${code} at a start is ${kind}`, () => {
    const cause = Object.assign(new Error(`as the system says\n`), { code });
    const error = startFailure("cmd\u{1b}", cause);
    assertEquals([error.kind, error.exitCode, error.cause], [
      kind,
      exitCode,
      cause,
    ]);
    assertEquals(
      error.message.replace(/ as .*: /, " as …: "),
      `Cannot start "cmd\\x1b" as …: as the system says\\n`,
    );
  });
}
