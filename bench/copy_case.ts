/**
 * Passes stdin on to stdout: `copy_case.ts copy` with `copy`, `copy_case.ts loop`
 * with a loop that waits for each write before it reads.
 */
import { copy, stdinReader, stdoutWriter } from "../mod.ts";

const reader = stdinReader();
const writer = stdoutWriter();
if (Deno.args[0] === "copy") {
  await copy(reader, writer);
} else {
  for await (const chunk of reader.chunks()) await writer.writeNow([chunk]);
  await writer.close();
}
