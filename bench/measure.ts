/** What one run of a whole process cost. */
export interface Run {
  /** From the start to the end, in seconds. */
  seconds: number;
}

/** A command line that writes to a sink. */
export interface Contender {
  /** What the table calls it. */
  name: string;
  /** The program and its arguments. */
  argv: readonly string[];
}

/** Where the output goes: a shell redirection or the rest of a pipeline. */
export const SINKS = {
  "/dev/null": ">/dev/null",
  "a pipe": "| cat >/dev/null",
};

/** Runs a contender into a sink, without a shell between it and the clock. */
export async function run(
  { argv }: Contender,
  sink: keyof typeof SINKS,
): Promise<Run> {
  const startMs = performance.now();
  const child = new Deno.Command("sh", {
    args: ["-c", `"$@" ${SINKS[sink]}`, "sh", ...argv],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const { success } = await child.status;
  const seconds = (performance.now() - startMs) / 1000;
  if (!success && sink === "/dev/null") throw new Error(`failed: ${argv}`);
  return { seconds };
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Prints rows in columns, the first to the left and the rest to the right. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[column] ?? 0)
        : cell.padStart(widths[column] ?? 0)
    );
    // deno-lint-ignore no-console -- a benchmark's table is for a person
    console.log(cells.join("  ").trimEnd());
  }
}
