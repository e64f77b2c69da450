/**
 * Records, as fast as it can, pieces whose bytes tell their place in the stream,
 * into the file that it is given, until it is killed.
 */
import { Recorder } from "../../src/recording/recorder.ts";

const file = await Deno.open(Deno.args[0]!, { write: true, create: true });
const recorder = new Recorder(file.writable, {
  program: "test",
  command: ["yes"],
});
let at = 0;
for (let n = 0;; n++) {
  // Text and base64, small and large.
  const size = [7, 300, 5000, 20_000][n % 4]!;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = 33 + (at + i) % 93;
  at += size;
  recorder.piece("out", bytes, performance.now());
  if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
}
