/** Signals that come while a recording is read: nothing listens for a child. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "../../support/std_assert.ts";
import {
  AS_PROCESS_ONE,
  listeningSockets,
  needs,
  until,
} from "../../support/processes.ts";
import { ROOT, start } from "../../support/whole_program.ts";

const MAIN = fileURLToPath(new URL("main.ts", ROOT));
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143, SIGQUIT: 131 };
/** A command that says "ready" and then nothing for a minute. */
const RECORDING =
  '{"recording":1,"program":"basic-pipes 0.2.0","command":["server"],' +
  '"startedAt":"2026-11-26T10:00:00.000000Z","frame":"auto"}\n' +
  '{"ms":1,"from":"out","offset":0,"text":"ready\\n"}\n' +
  '{"ms":60000,"from":"out","end":6}\n';

/** Whether the process has a handler of its own for the signal. */
function catches(pid: number, number: number): boolean {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const mask = BigInt(`0x${/^SigCgt:\s*(\w+)/m.exec(status)![1]}`);
  return (mask >> BigInt(number - 1) & 1n) === 1n;
}

for (
  const args of ["replay FILE", "replay --serve FILE", "show -", "check -"]
) {
  Deno.test(
    `as process 1, ${args} ends by a signal with 128 and its number`,
    needs("namespaces", "/proc"),
    async () => {
      const file = await Deno.makeTempFile();
      await Deno.writeTextFile(file, RECORDING);
      const ends = Object.entries(CODES).map(async ([signal, code]) => {
        const [command, ...flags] = AS_PROCESS_ONE;
        const program = new Deno.Command(command, {
          args: [
            ...[...flags, "--kill-child"],
            ...[Deno.execPath(), "run", "-q", "--no-prompt", "--allow-read"],
            MAIN,
            ...args.replace("FILE", file).split(" "),
          ],
          stdin: "piped", // It never ends.
          stdout: "null",
          stderr: "null",
        }).spawn();
        const { pid } = program;
        const children = () =>
          Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
        const QUIT = 3;
        assert(
          await until(() => {
            try {
              return catches(Number(children() || NaN), QUIT);
            } catch {
              return false; // It has just been started.
            }
          }, 20_000),
        );
        Deno.kill(Number(children()), signal as Deno.Signal);
        const status = await program.status;
        await program.stdin.close();
        assertEquals({ signal, code: status.code }, { signal, code });
      });
      await Promise.all(ends);
      await Deno.remove(file);
    },
  );
}

Deno.test(
  "a replay that is older than a second leaves no debugger open after SIGUSR1",
  needs("/proc"),
  async () => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, RECORDING);
    const program = start(["replay", file], {
      deno: ["--allow-read"],
    });
    const reader = program.stdout.getReader();
    await reader.read(); // "ready"
    await new Promise((resolve) => setTimeout(resolve, 1100));
    Deno.kill(program.pid, "SIGUSR1");
    // Deno opens it a moment later.
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert(await until(() => listeningSockets(program.pid).length === 0));
    Deno.kill(program.pid, "SIGTERM");
    const { signal } = await program.status;
    await reader.cancel();
    await program.stderr.cancel();
    await Deno.remove(file);
    assertEquals(signal, "SIGTERM");
  },
);
