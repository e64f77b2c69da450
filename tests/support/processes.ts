/** Small tools of the tests that start processes. */
import type { Child } from "../../mod.ts";

/** The path of a fixture. */
export function fixture(name: string): string {
  const folder = new URL("../fixtures/", import.meta.url).pathname;
  return decodeURIComponent(folder) + name;
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

/** Whether the process runs; one that is dead but not yet reaped does not. */
export function isAlive(pid: number): boolean {
  try {
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
  maxMs = 5000,
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

/** Whether this machine has a program. */
export function has(program: string): boolean {
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${quote(program)}`],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success;
}

/** Ignores a test, by its name, where a program that it needs is missing. */
export function needs(...programs: readonly string[]): { ignore: boolean } {
  return { ignore: !programs.every(has) };
}

/** Whether a thread of a process waits in a write to a pipe. */
export function isBlockedOnWrite(pid: number): boolean {
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const wchan = Deno.readTextFileSync(`/proc/${pid}/task/${name}/wchan`);
    if (/pipe_write|pipe_wait/.test(wchan)) return true;
  }
  return false;
}
