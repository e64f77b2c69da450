/**
 * What flushed writes to `cat` leave on the heap: `heap_case.ts CASE COUNT`,
 * with `--v8-flags=--expose-gc`. Prints the MiB over the start.
 */
import { spawn } from "../mod.ts";

const MESSAGE = new Uint8Array(32).fill(120);

const CASES: Record<string, () => () => Promise<void>> = {
  spawn() {
    const { stdin } = spawn("cat", [], { stdin: "piped", stdout: "null" });
    return async () => {
      stdin.write(MESSAGE);
      await stdin.flush();
    };
  },
  "Deno.Command"() {
    const writer = new Deno.Command("cat", { stdin: "piped", stdout: "null" })
      .spawn().stdin.getWriter();
    return () => writer.write(MESSAGE);
  },
};

/** The bytes of the heap that are in use once the garbage is gone. */
function heapBytes(): number {
  (globalThis as unknown as { gc(): void }).gc();
  return Deno.memoryUsage().heapUsed;
}

const [name = "", count = ""] = Deno.args;
const write = CASES[name]!();
const startBytes = heapBytes();
for (let n = 0; n < Number(count); n++) await write();
const mib = (heapBytes() - startBytes) / 2 ** 20;
Deno.stdout.writeSync(new TextEncoder().encode(String(mib)));
// The end of this program ends cat.
Deno.exit();
