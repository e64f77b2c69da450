/**
 * Recordings: how fast pieces of JSON text are kept and read again, MB/s; and
 * `copy` in the place of `cat`.
 */
import {
  type Cases,
  DENO,
  inTurns,
  pathOf,
  printed,
  report,
  temporaryFolder,
} from "./measure.ts";

const CASE = [...DENO, pathOf("recording_case.ts")];

/** GB/s of a command between `head` and `wc`. */
async function throughput(command: readonly string[]): Promise<number> {
  const bytes = 1_073_741_824;
  const startMs = performance.now();
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `head -c ${bytes} /dev/zero | "$@" | wc -c`, "sh", ...command],
    stdin: "null",
    stderr: "inherit",
  }).output();
  const passed = Number(new TextDecoder().decode(stdout));
  if (passed !== bytes) throw new Error(`Only ${passed} bytes have passed`);
  return bytes / (performance.now() - startMs) / 1e6;
}

export async function recording(isFull: boolean): Promise<void> {
  const rounds = isFull ? 9 : 3;
  const cases: Cases = {};
  for (const place of ["memory", "file"]) {
    for (const size of [300, 4096, 65_536]) {
      cases[`to ${place}, pieces of ${size}`] = () =>
        printed([...CASE, place, "plain", String(size)]);
    }
  }
  for (const kind of ["names", "patterns"]) {
    cases[`to memory, pieces of 4096, ${kind} redacted`] = () =>
      printed([...CASE, "memory", kind, "4096"]);
  }
  const asked = { ours: "to file, pieces of 4096", atLeast: 100 };
  report("recording JSON, MB/s", await inTurns(cases, rounds), [asked]);

  await using folder = await temporaryFolder();
  const path = `${folder.path}/recording.jsonl`;
  await printed([...CASE, path, "plain", "4096"]);
  const reads: Cases = {
    "pieces of 4096": () => printed([...CASE, "read", path]),
  };
  report("reading a recording, MB/s", await inTurns(reads, rounds));
  const copies: Cases = {
    cat: () => throughput(["cat"]),
    copy: () => throughput([...DENO, pathOf("copy_case.ts"), "copy"]),
    "a loop": () => throughput([...DENO, pathOf("copy_case.ts"), "loop"]),
  };
  report("1 GiB through a pipe, GB/s", await inTurns(copies, rounds), [
    { ours: "copy", peer: "cat", atLeast: 0.5 },
    { ours: "copy", peer: "a loop" },
  ]);
}
