import { assertEquals } from "../support/std_assert.ts";
import { fixture } from "../support/processes.ts";
import { ProgramEnd } from "../../src/process/program_end.ts";

/** Longer ago than a signal is remembered or waited for. */
const LONG_AGO_MS = -60_000;

Deno.test("no signal is raised if a child was started while it was waited for", async () => {
  const end = new ProgramEnd("no other", () => {});
  end.note("SIGTERM", performance.now() + LONG_AGO_MS);
  // A signal that was raised would end the tests.
  const isNeeded = [false, true];
  await end.end(() => isNeeded.shift() ?? true);
  assertEquals(end.signal, "SIGTERM");
});

const NOTED: {
  signals: Deno.Signal[];
  is: Deno.Signal;
}[] = [
  { signals: ["SIGINT"], is: "SIGINT" },
  { signals: ["SIGINT", "SIGTERM"], is: "SIGTERM" },
  { signals: ["SIGTERM", "SIGINT"], is: "SIGTERM" },
  { signals: ["SIGTERM", "SIGHUP"], is: "SIGTERM" },
  { signals: ["SIGQUIT", "SIGHUP", "SIGTERM"], is: "SIGHUP" },
];
for (const { signals, is } of NOTED) {
  Deno.test(`after ${signals.join(", ")} a program is to end by ${is}`, () => {
    const end = new ProgramEnd("no other", () => {});
    for (const signal of signals) end.note(signal, performance.now());
    assertEquals(end.signal, is);
  });
}

Deno.test("what one worker raises is announced to the others, and not to itself", async () => {
  const raised: string[] = [];
  const listening = new ProgramEnd("announced", (it) => raised.push(it));
  listening.open();
  const channel = new BroadcastChannel("announced");
  channel.postMessage("SIGHUP");
  while (raised.length === 0) await new Promise((go) => setTimeout(go, 5));
  listening.close();
  channel.close();
  assertEquals(raised, ["SIGHUP"]);
});

Deno.test("a child that takes longer to end than a watcher waits costs no warning", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", fixture("../parents/ends_late.ts")],
    stdin: "null",
    stdout: "null",
  }).output();
  assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
});
