/**
 * Ctrl-C on a terminal, on Windows. This runs on Linux: it starts the whole
 * program under Wine on a terminal of script(1), and presses the key.
 *
 * Not by `deno task`: under Wine that sometimes ends at Ctrl-C itself, with any
 * command (2 of 12 times without this program), and takes the command with it.
 */
import { fileURLToPath } from "node:url";
import { needs, quote } from "../support/processes.ts";
import { assert, assertEquals } from "../support/std_assert.ts";
import { onTerminal, TERMINAL_PROGRAM } from "../support/terminal.ts";

const RUN = fileURLToPath(new URL("./run", import.meta.url));
const FOLDER = Deno.env.get("WINDOWS_FOLDER") ?? "";
const MAIN = ["run", "-q", "--no-prompt", "--allow-run", "main.ts"];
const DOES = ["deno", "run", "-q", "--no-prompt", "tests/windows/does.ts"];
/** What `0xC000013A`, the end by Ctrl-C, is where a code is a byte. */
const CONTROL_C = 0x3a;

/** Presses Ctrl-C when `ready` is on the terminal. */
async function interrupted(
  args: readonly string[],
  ready: string,
): Promise<{ code: number; seen: string }> {
  const command = [RUN, FOLDER, ...args].map(quote).join(" ");
  const terminal = new Deno.Command(TERMINAL_PROGRAM, {
    args: onTerminal(command),
    stdin: "piped",
    stdout: "piped",
    env: { LIMIT: "60", AGAIN: "1" },
  }).spawn();
  const keys = terminal.stdin.getWriter();
  const decoder = new TextDecoder();
  let seen = "";
  let isPressed = false;
  for await (const chunk of terminal.stdout) {
    seen += decoder.decode(chunk, { stream: true });
    if (isPressed || !seen.includes(ready)) continue;
    isPressed = true;
    await keys.write(new Uint8Array([3]));
  }
  await keys.close().catch(() => {});
  const { code } = await terminal.status;
  return { code, seen: plain(seen) };
}

/** Without what Wine's console draws with, and without the key. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what is taken away
  return text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]|\^C|\r/g, "");
}

Deno.test(
  "Ctrl-C reaches the command once, and its last words are logged",
  needs(TERMINAL_PROGRAM),
  async () => {
    const steps = ["listen", "out", "ready\\n", "stay"];
    const args = [...MAIN, "-fraw", "--", ...DOES, ...steps];
    assertEquals(await interrupted(args, "ready"), {
      code: 7,
      seen: "ready\ncleaning\ncleaned\n",
    });
  },
);

Deno.test(
  "Ctrl-C ends the program and our own child as it ends a program",
  needs(TERMINAL_PROGRAM),
  async () => {
    const { code, seen } = await interrupted([...MAIN, "--tick=1h"], "Spam 0");
    assertEquals(code, CONTROL_C);
    assert(/^Parent \d+ got \[b'Spam 0'\] as \d+\.\d+\n$/.test(seen), seen);
  },
);

Deno.test(
  "Ctrl-C reaches a command behind a tap once, which decides how it ends",
  needs(TERMINAL_PROGRAM),
  async () => {
    const steps = ["listen", "out", "ready\\n", "stay"];
    const tap = [...MAIN, "tap", "--record=none", "--", ...DOES, ...steps];
    assertEquals(await interrupted(tap, "ready"), {
      code: 7,
      seen: "ready\ncleaning\ncleaned\n",
    });
  },
);

Deno.test(
  "Ctrl-C ends a recording that is followed, after the lines that it has",
  needs(TERMINAL_PROGRAM),
  async () => {
    const recording = "tests/fixtures/recordings/timeless.jsonl";
    const show = [
      "run",
      "-q",
      "--no-prompt",
      "--allow-read",
      "main.ts",
      "show",
    ];
    const { code, seen } = await interrupted(
      [...show, "-F", "-tnone", recording],
      "a recording of",
    );
    assertEquals(code, CONTROL_C);
    assert(seen.startsWith("--  a recording of: "), seen);
  },
);
