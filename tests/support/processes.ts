/** Small tools of the tests that start processes. */
import { existsSync } from "node:fs";
import { kill } from "node:process";
import { fileURLToPath } from "node:url";
import type { Child } from "../../mod.ts";

/** The path of a fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL("../fixtures/", import.meta.url)) + name;
}

/** All of a child's stdout, as text. */
export async function textOf(child: Child): Promise<string> {
  return new TextDecoder().decode(await bytesOf(child));
}

/** All of a child's stdout. */
export async function bytesOf(child: Child): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: BlobPart[] = [];
  for (;;) {
    const chunk = await child.stdout.read(65_536);
    if (chunk === null) break;
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** How long something takes, with what it gives. */
export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ ms: number; value: T }> {
  const startMs = performance.now();
  const value = await work();
  return { ms: performance.now() - startMs, value };
}

/** The text that a call throws, with the name of its class. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return "nothing was thrown";
}

/**
 * Whether the process runs. One that is dead but not yet reaped does not; without
 * a `/proc` that tells the two apart it does, so that no test takes a process
 * for dead too early.
 */
export function isAlive(pid: number): boolean {
  try {
    if (!has("/proc/self")) return kill(pid, 0);
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** The inodes of the sockets on which the process listens. */
export function listeningSockets(pid: number): string[] {
  const lines = Deno.readTextFileSync(`/proc/${pid}/net/tcp`).split("\n");
  const listening = new Set(
    lines.map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A")
      .map((fields) => `socket:[${fields[9]}]`),
  );
  return [...Deno.readDirSync(`/proc/${pid}/fd`)]
    .map(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
      } catch {
        return ""; // It was closed meanwhile.
      }
    })
    .filter((target) => listening.has(target));
}

/** Waits until it holds, at most `maxMs`; returns whether it does. */
export async function until(
  holds: () => boolean,
  maxMs = 20_000,
): Promise<boolean> {
  const endMs = performance.now() + maxMs;
  while (!holds()) {
    if (performance.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

/** A word that a shell takes as it stands. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * What every Unix has and Windows has not: signals that reach another process, a
 * variable TZ that is heard, links, modes of files, any character in their
 * names, and the removal of a file that is open. `"namespaces"` is looked for.
 */
const UNIX = new Set(["SIGTERM", "TZ", "links", "modes", "names", "removal"]);

/** Runs a command as process 1, as in a container. */
export const AS_PROCESS_ONE = [
  "unshare",
  ...["--pid", "--fork", "--mount-proc"],
] as const;

/** What was looked for already: a process each. */
const found = new Map<string, boolean>();

/** Whether this machine has a program, a path, or what is listed above. */
export function has(what: string): boolean {
  const isKnown = found.get(what);
  if (isKnown !== undefined) return isKnown;
  const isThere = look(what);
  found.set(what, isThere);
  return isThere;
}

function look(what: string): boolean {
  const isWindows = Deno.build.os === "windows";
  if (UNIX.has(what)) return !isWindows;
  if (what === "namespaces") {
    // It needs root, and not every container has it.
    const [command, ...args] = AS_PROCESS_ONE;
    return has(command) &&
      new Deno.Command(command, { args: [...args, "true"] }).outputSync()
        .success;
  }
  // What Windows has by these names is not what a test means.
  if (isWindows && /^(\/.*|sh|bash)$/.test(what)) return false;
  if (what.startsWith("/")) return existsSync(what);
  const [command, args] = isWindows
    ? ["where", [what]]
    : ["sh", ["-c", `command -v ${quote(what)}`]];
  const options = { args, stdout: "null", stderr: "null" } as const;
  return new Deno.Command(command, options).outputSync().success;
}

/** Ignores a test, by its name, where something that it needs is missing. */
export function needs(...things: readonly string[]): { ignore: boolean } {
  return { ignore: !things.every(has) };
}

/** `Deno.test`, for tests that {@linkcode needs} all of these things. */
export function testNeeding(
  ...things: readonly string[]
): typeof Deno.test {
  const test = things.every(has) ? Deno.test : Deno.test.ignore;
  return test as typeof Deno.test;
}

/** Whether a thread of a process waits in a write to a pipe. */
export function isBlockedOnWrite(pid: number): boolean {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].some(({ name }) => {
    try {
      const wchan = Deno.readTextFileSync(`/proc/${pid}/task/${name}/wchan`);
      return /pipe_write|pipe_wait/.test(wchan);
    } catch {
      return false; // The thread has ended meanwhile.
    }
  });
}
