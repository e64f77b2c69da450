import { type Started, startFailure } from "../../src/process/start.ts";
import { SIGNAL_NUMBERS } from "../../src/process/system_signals.ts";
import { shellWord } from "../../src/text_safety.ts";
import type { Launch } from "../main/launch.ts";

/** The size of a terminal where we have none. */
const DEFAULT_SIZE = { rows: 24, columns: 80 };

/** The first line is a number or a word: a longer one is not ours. */
const MAX_HEADER_BYTES = 1024;

/**
 * Starts script(1), which makes a terminal and runs the text `$1` on it.
 *
 * It keeps our stdin as 3 and our stderr as 4 for the command. Its own stdin is
 * empty: it would echo it, and read control characters out of it. The script of
 * util-linux runs a text by `$SHELL`, which can be any shell; that of BSD and
 * macOS runs a command.
 */
const START = `
command -v script >/dev/null 2>&1 || { echo no-script; exit; }
exec 3<&0 4>&2 </dev/null
[ -z "\${SHELL+x}" ] || export BASIC_PIPES_SHELL="$SHELL"
case $(script --version 2>/dev/null) in
*util-linux*)
  SHELL=/bin/sh
  export SHELL
  exec script -qec "$1" /dev/null ;;
*) exec script -q /dev/null sh -c "$1" ;;
esac`;

/** Gives the command the variable SHELL that it would have without us. */
const RESTORE = `
if [ -n "\${BASIC_PIPES_SHELL+x}" ]; then
  SHELL=$BASIC_PIPES_SHELL
  unset BASIC_PIPES_SHELL
elif [ "$SHELL" = /bin/sh ]; then
  unset SHELL
fi`;

/**
 * The start of a command whose stdout is a terminal of its own, so that it does
 * not hold its output back.
 *
 * Its stdin and stderr are those that it would have without. The terminal adds no
 * CR to an LF. Before the command, its process id is written, as a line.
 * {@linkcode enterTerminal} must take that away.
 */
export function inTerminal({ command, args, options }: Launch): Launch {
  const { rows, columns } = terminalSize();
  const name = shellWord(command);
  const isPath = command.includes("/");
  const text = `${RESTORE}
stty rows ${rows} cols ${columns} -onlcr -echo
${
    isPath
      ? `[ ! -e ${name} ] || { [ -f ${name} ] && [ -x ${name} ]; } || { echo EACCES; exit 126; }`
      : ""
  }
command -v -- ${name} >/dev/null 2>&1 || { echo ENOENT; exit 127; }
echo $$
exec ${[command, ...args].map(shellWord).join(" ")} <&3 2>&4 3<&- 4>&-`;
  // A group of its own: a Ctrl-C reaches script(1) otherwise, which makes it a
  // SIGTERM. So we pass each signal on to the command ourselves.
  return {
    command: "sh",
    args: ["-c", START, "sh", text],
    options: { ...options, group: true },
  };
}

/** The size of our terminal, or 80x24. */
function terminalSize(): { rows: number; columns: number } {
  try {
    const { rows, columns } = Deno.consoleSize();
    return rows > 0 && columns > 0 ? { rows, columns } : DEFAULT_SIZE;
  } catch {
    return DEFAULT_SIZE;
  }
}

/**
 * Puts the command in the place of script(1): signals go to it, and its end is
 * told as if there were no terminal between. Rejects if it could not be started.
 */
export async function enterTerminal(
  started: Started,
  command: string,
): Promise<void> {
  const script = started.process;
  const header = await readHeader(script.stdout);
  if (header === null) {
    const { code } = await script.status;
    throw new Error(
      `Cannot give the command a terminal as script(1) ended with ${code}`,
    );
  }
  if (header === "no-script") {
    throw new Error(
      "Cannot give the command a terminal as there is no script(1): it is in " +
        "the package bsdutils or util-linux",
    );
  }
  const pid = Number(header);
  if (!Number.isInteger(pid)) {
    const why = new Error(`Failed to spawn '${command}'`);
    throw startFailure(command, Object.assign(why, { code: header }));
  }
  started.process = {
    get stdin() {
      return script.stdin;
    },
    get stdout() {
      return script.stdout;
    },
    get stderr() {
      return script.stderr;
    },
    pid,
    status: script.status.then(endOfCommand),
    kill: (signal: Deno.Signal) => Deno.kill(pid, signal),
  } as Deno.ChildProcess;
}

/** The first line, and not a byte more; `null` if there is none. */
async function readHeader(
  stdout: ReadableStream<Uint8Array>,
): Promise<string | null> {
  const reader = stdout.getReader({ mode: "byob" });
  try {
    let line = "";
    while (line.length < MAX_HEADER_BYTES) {
      const { value, done } = await reader.read(new Uint8Array(1));
      if (done) return null;
      const character = String.fromCharCode(...value);
      // A terminal of BSD echoes the end of script's own stdin in front of it.
      if (character === "\n") return /\w[\w-]*(?=\r?$)/.exec(line)?.[0] ?? null;
      line += character;
    }
    return null;
  } finally {
    reader.releaseLock();
  }
}

/** script(1) ends with 128 and the number of the signal that ended its command. */
function endOfCommand(
  { code, signal, success }: Deno.CommandStatus,
): Deno.CommandStatus {
  const name = Object.entries(SIGNAL_NUMBERS).find(([, number]) =>
    code === 128 + number
  )?.[0];
  return signal !== null || name === undefined
    ? { code, signal, success }
    : { code, signal: name as Deno.Signal, success: false };
}
