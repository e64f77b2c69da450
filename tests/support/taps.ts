/** Starts `main.ts tap` between a test and a server, as a client would. */
import { fixture } from "./processes.ts";
import { start, type WholeOptions } from "./whole_program.ts";

/** How a tap is started. */
export interface TapOptions extends WholeOptions {
  /** The options of `tap`; by default nothing is recorded. */
  options?: readonly string[];
}

/** A server of ours: a program that needs nothing but Deno. */
export function serverOf(name: string, ...args: string[]): string[] {
  return [
    ...[Deno.execPath(), "run", "-q", "--no-prompt", "--no-config"],
    ...[fixture(name), ...args],
  ];
}

/** Starts a tap with everything piped. */
export function startTap(
  command: readonly string[],
  { options = ["--record=none"], ...whole }: TapOptions = {},
): Deno.ChildProcess {
  const args = ["tap", ...options, "--", ...command];
  return start(args, { stdin: "piped", ...whole });
}

/** Everything of a stream, as text. */
export async function textOf(
  stream: ReadableStream<Uint8Array>,
): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>)
    .text();
}

/** The hash of what a stream carries, in hexadecimal, and its length. */
export async function hashOf(
  stream: ReadableStream<Uint8Array>,
): Promise<{ hash: string; bytes: number }> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { hash: hash.digest("hex"), bytes };
}
