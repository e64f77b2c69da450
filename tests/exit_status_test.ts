import { EXITED } from "./support/statuses.ts";
import { assertEquals } from "./support/std_assert.ts";
import { ExitError, type ExitStatus } from "../mod.ts";

const STATUS = { ...EXITED, code: 3, success: false };

const SENTENCES: {
  args?: string[];
  status?: Partial<ExitStatus>;
  says: string;
}[] = [
  { says: '"cmd" ended with code 3' },
  {
    args: ["-x", "a b", "it's", ""],
    says: `"cmd -x 'a b' 'it'\\''s' ''" ended with code 3`,
  },
  {
    status: { stderrTail: "first\nlast \n\n" },
    says: '"cmd" ended with code 3: last',
  },
  {
    status: { signal: "SIGKILL", reason: "signaled" },
    says: '"cmd" was ended by SIGKILL',
  },
  {
    status: { signal: 34, reason: "signaled" },
    says: '"cmd" was ended by signal 34',
  },
  {
    status: { signal: "SIGTERM", reason: "timeout", stderrTail: "bye" },
    says: '"cmd" was ended by SIGTERM as its time was up: bye',
  },
  {
    status: { code: 0, reason: "idle" },
    says: '"cmd" ended with code 0 as nothing came from it',
  },
  {
    args: ["\x1b[2J", "\u202e", "\n"],
    status: { stderrTail: "\x1b]0;pwn\x07\r\u009b" },
    says:
      `"cmd '\\x1b[2J' '\\u{202e}' '\\n'" ended with code 3: \\x1b]0;pwn\\x07\\r\\u{9b}`,
  },
  {
    args: ["x".repeat(1000)],
    says: `"cmd ${"x".repeat(296)}…" ended with code 3`,
  },
];
for (const { args = [], status, says } of SENTENCES) {
  Deno.test(`an ExitError says ${JSON.stringify(says.slice(0, 60))}`, () => {
    const cause = new Error("why");
    const whole = { ...STATUS, ...status };
    const error = new ExitError("cmd", args, whole, { cause });
    assertEquals(
      [error.name, error.message, error.command, error.args, error.cause],
      ["ExitError", says, "cmd", args, cause],
    );
    assertEquals(error.status, whole);
  });
}
