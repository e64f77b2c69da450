/**
 * Tries to start its arguments and prints the outcome; `--no-files` in front
 * uses up every file descriptor before, `--group` asks for a group of its own.
 */
import { spawn, spawnModule, StartError } from "../../mod.ts";

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

const [first = "", ...rest] = Deno.args;
const files: Deno.FsFile[] = [];
try {
  if (first === "--no-files") {
    // Deno itself cannot take its first signal listener without a descriptor.
    await spawn("true").check();
    try {
      for (;;) files.push(Deno.openSync("/dev/null"));
    } catch {
      // As many as there are.
    }
  }
  const [command = "", ...args] = first.startsWith("--") ? rest : Deno.args;
  await using child = first === "--module"
    ? spawnModule(rest[0] ?? "")
    : spawn(command, args, { group: first === "--group" });
  const slice = await child.stdout.read(64);
  const { code } = await child.check();
  print(JSON.stringify([code, new TextDecoder().decode(slice!)]));
} catch (error) {
  files.forEach((file) => file.close());
  if (!(error instanceof StartError)) throw error;
  const { kind, exitCode, message } = error;
  print(JSON.stringify([kind, exitCode, message]));
}
