/** SIGUSR1 makes Deno open a debugger without a password: it is closed again. */
import { assert, assertEquals } from "../support/std_assert.ts";
import {
  fixture,
  isAlive,
  listeningSockets,
  until,
} from "../support/processes.ts";
import { together } from "../support/together.ts";
import { start } from "../support/whole_program.ts";

const test = together("signals and the debugger of Deno", 5);

/** Deno opens its debugger on SIGUSR1 from 500 ms after its start on. */
const OLD_MS = 700;

/** Collects the text of a stream as it comes. */
function collect(stream: ReadableStream<Uint8Array>) {
  const seen = { text: "", ended: Promise.resolve() };
  seen.ended = (async () => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      seen.text += text;
    }
  })();
  return seen;
}

const needsProc = { ignore: Deno.build.os !== "linux" };

/** The signals that the program passes on to its command. */
const PASSED: readonly Deno.Signal[] = [
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGINT",
  "SIGQUIT",
];
for (const signal of PASSED) {
  test(
    `${signal} reaches the command, and opens no debugger for longer than a moment`,
    needsProc,
    async () => {
      const command = ["bash", fixture("hears.sh"), signal];
      const program = start(["--format=raw", "--", ...command]);
      const out = collect(program.stdout);
      const err = collect(program.stderr);
      try {
        assert(await until(() => out.text.includes("ready")));
        await new Promise((resolve) => setTimeout(resolve, OLD_MS));
        Deno.kill(program.pid, signal);
        assert(await until(() => out.text.includes(`heard ${signal}`)));
        assert(await until(() => listeningSockets(program.pid).length === 0));
        // Nor does it open later.
        const endMs = performance.now() + 400;
        while (performance.now() < endMs) {
          assertEquals(listeningSockets(program.pid), []);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } finally {
        Deno.kill(program.pid, "SIGTERM");
        await program.status;
        await Promise.all([out.ended, err.ended]);
      }
    },
  );
}

/** Signals that end the command, and how a shell then sees the program. */
const ENDS: readonly {
  signal: Deno.Signal;
  by: Deno.Signal | null;
  code: number;
}[] = [
  // Sent to itself it would open the debugger, and the program would live on.
  { signal: "SIGUSR1", by: null, code: 138 },
  { signal: "SIGUSR2", by: "SIGUSR2", code: 140 },
  { signal: "SIGTERM", by: "SIGTERM", code: 143 },
  { signal: "SIGABRT", by: "SIGABRT", code: 134 },
];
for (const { signal, by, code } of ENDS) {
  test(
    `an old program ends as its command by ${signal} did, and listens nowhere`,
    needsProc,
    async () => {
      const program = start([
        "--format=raw",
        "--",
        "sh",
        "-c",
        `echo ready; sleep 0.7; echo old; sleep 0.1; kill -${
          signal.slice(3)
        } $$`,
      ]);
      const out = collect(program.stdout);
      const err = collect(program.stderr);
      let opened = 0;
      await until(() => out.text.includes("old"));
      const look = setInterval(() => {
        try {
          opened += isAlive(program.pid)
            ? listeningSockets(program.pid).length
            : 0;
        } catch {
          // It has ended.
        }
      }, 2);
      const status = await program.status;
      clearInterval(look);
      await Promise.all([out.ended, err.ended]);
      assertEquals({
        code: status.code,
        by: status.signal,
        opened,
        said: err.text,
      }, { code, by, opened: 0, said: "" });
    },
  );
}
