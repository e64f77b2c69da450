import { endAs, spawn } from "../../mod.ts";
import { SIGNAL_NUMBERS } from "../../src/process/system_signals.ts";
import { assertEquals, assertRejects } from "../support/std_assert.ts";
import { AS_PROCESS_ONE, fixture, needs } from "../support/processes.ts";
import { together } from "../support/together.ts";

const test = together("the end of a program as it is seen", 6, ["SIGTERM"]);
const asProcessOne = together("the end of process 1 of a container");

const PARENT = fixture("../parents/ends_as.ts");

const ENDS: {
  end: unknown;
  code: number;
  signal: Deno.Signal | null;
}[] = [
  { end: 0, code: 0, signal: null },
  { end: 124, code: 124, signal: null },
  { end: { code: 7, signal: null }, code: 7, signal: null },
  { end: { code: 143, signal: "SIGTERM" }, code: 143, signal: "SIGTERM" },
  { end: { code: 141, signal: "SIGPIPE" }, code: 141, signal: "SIGPIPE" },
  { end: { code: 134, signal: "SIGABRT" }, code: 134, signal: "SIGABRT" },
  { end: { code: 142, signal: "SIGALRM" }, code: 142, signal: "SIGALRM" },
  // Raised, it would open Deno's debugger.
  { end: { code: 138, signal: "SIGUSR1" }, code: 138, signal: null },
  { end: "SIGUSR1", code: 138, signal: null },
  { end: { code: 137, signal: "SIGKILL" }, code: 137, signal: null },
  { end: { code: 139, signal: "SIGSEGV" }, code: 139, signal: null },
  { end: { code: 158, signal: "SIGPWR" }, code: 158, signal: null },
  { end: { code: 162, signal: 34 }, code: 162, signal: null },
  { end: "SIGINT", code: 130, signal: "SIGINT" },
  { end: "SIGHUP", code: 129, signal: "SIGHUP" },
  { end: "SIGQUIT", code: 131, signal: "SIGQUIT" },
  { end: "SIGKILL", code: 137, signal: null },
  // Refused: the program goes on, and falls over its own error.
  { end: 256, code: 1, signal: null },
  { end: 1.5, code: 1, signal: null },
  { end: { code: 300, signal: null }, code: 1, signal: null },
  { end: "SIGFOO", code: 1, signal: null },
  { end: { code: 7, signal: "SIGFOO" }, code: 1, signal: null },
];
for (const { end, code, signal } of ENDS) {
  const json = JSON.stringify(end);
  test(`a program that ends as ${json} is seen as ${signal ?? code}`, async () => {
    const status = await new Deno.Command(Deno.execPath(), {
      // No permission: a program may always signal itself.
      args: ["run", "--quiet", "--no-prompt", PARENT, json],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      // Signals that were ignored on the way here are not ignored there.
      detached: true,
    }).spawn().status;
    assertEquals({ code: status.code, signal: status.signal }, {
      code,
      signal,
    });
  });
}

Deno.test("nothing to end as is refused", async () => {
  await assertRejects(
    () => endAs(null as never),
    RangeError,
    "Cannot end as a child did as its code must be an integer from",
  );
});

Deno.test(
  "a child that any signal has ended can be ended as",
  needs("/proc"),
  async () => {
    const unknown: unknown[] = [];
    for (let number = 1; number < 32; number++) {
      const script = `kill -${number} $$; exit 0`;
      const { signal } = await spawn("sh", ["-c", script], { timeoutMs: 200 })
        .status;
      if (signal === null || Object.hasOwn(SIGNAL_NUMBERS, signal)) continue;
      unknown.push(signal);
    }
    assertEquals(unknown, []);
  },
);

/** Runs a program as process 1 of a container, and tells its exit code. */
async function codeOfProcessOne(...args: string[]): Promise<number> {
  const [command, ...flags] = AS_PROCESS_ONE;
  const { code } = await new Deno.Command(command, {
    args: [
      ...flags,
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-run"],
      ...args,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return code;
}

const CODES = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGQUIT: 131,
  SIGPIPE: 141,
  SIGUSR1: 138,
  SIGALRM: 142,
  SIGABRT: 134,
};
for (const [signal, code] of Object.entries(CODES)) {
  asProcessOne(
    `process 1 of a container, which no signal ends, ends by ${signal} with ${code}`,
    needs("namespaces"),
    async () => {
      const end = JSON.stringify({ code, signal });
      assertEquals(await codeOfProcessOne(PARENT, end), code);
      assertEquals(await codeOfProcessOne(PARENT, `"${signal}"`), code);
    },
  );
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  asProcessOne(
    `process 1 of a container ends as by ${signal} after its child does`,
    needs("namespaces"),
    async () => {
      const script = `kill -${signal.slice(3)} $PPID; exec sleep 30`;
      const owner = fixture("../parents/owner.ts");
      const options = JSON.stringify({ stdout: "inherit" });
      assertEquals(
        await codeOfProcessOne(owner, options, "wait", "sh", "-c", script),
        CODES[signal],
      );
    },
  );
}
