// deno-lint-ignore-file no-console -- its table is for a person
/**
 * Runs the gate many times beside a busy loop on each core, and shows that it
 * never passes or fails by luck. Ends with 1 if one failed.
 *
 *     deno task soak [runs, default 20]
 *
 * A row for each run: its number, its exit status, its seconds, the totals of the
 * test runner. What a failed one wrote is kept in a file, which the row names.
 */
import { run, spawn } from "../src/process/mod.ts";

const [word = "20"] = Deno.args;
const runs = /^[1-9]\d{0,3}$/.test(word) ? Number(word) : 0;
if (runs === 0) {
  console.error(`soak: runs must be 1 to 9999: current value is ${word}`);
  Deno.exit(2);
}

await using loops = new AsyncDisposableStack();
for (let core = 0; core < navigator.hardwareConcurrency; core++) {
  loops.use(spawn(Deno.execPath(), ["eval", "for (;;);"]));
}
let failures = 0;
for (let number = 1; number <= runs; number++) {
  const gate = await run(Deno.execPath(), ["task", "ok"], {
    cwd: `${import.meta.dirname}/..`,
    env: { NO_COLOR: "1" },
    check: false,
  });
  const { code, durationMs } = gate.status;
  const text = gate.text() + gate.text("stderr");
  const totals = text.match(/^(ok|FAILED) \| .*$/gm)?.at(-1) ?? "-";
  const seconds = Math.round(durationMs / 1000);
  const row = [number, `status ${code}`, `${seconds} s`, totals];
  if (code !== 0) {
    failures++;
    const path = await Deno.makeTempFile({ prefix: `soak-${number}-` });
    await Deno.writeTextFile(path, text);
    row.push(path);
  }
  console.log(row.join("  "));
}
console.log(`${runs - failures} of ${runs} passed`);
Deno.exitCode = failures > 0 ? 1 : 0;
