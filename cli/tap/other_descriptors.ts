/** How long the shell may take. */
const SHELL_MS = 1000;

/**
 * Other descriptors of this program for the pipe behind `fd`, from 3 up.
 *
 * Deno keeps a second descriptor of stdout and has no call that closes it, or
 * that tells its number. A shell sees both in `/proc`. It is asked only where a
 * server closes its stdout and lives on. Empty where that cannot be found out:
 * then the pipe ends when this program does.
 */
export async function otherDescriptors(fd: number): Promise<number[]> {
  if (Deno.build.os !== "linux") return [];
  const run = { name: "run", command: "sh" } as const;
  if (Deno.permissions.querySync(run).state !== "granted") return [];
  const look = `cd /proc/$PPID/fd && for other in *; do
    [ "$other" -gt 2 ] && [ "$other" -ef ${fd} ] && echo "$other"
  done`;
  try {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", look],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(SHELL_MS),
    }).output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean)
      .map(Number);
  } catch {
    return []; // There is no shell.
  }
}
