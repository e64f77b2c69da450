import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./does.ts", import.meta.url));

/** The command of a child that does these steps of `does.ts`. */
export function childThat(...steps: readonly (string | number)[]): string[] {
  return [
    Deno.execPath(),
    ...["run", "-A", "-q", "--no-prompt", PROGRAM],
    ...steps.map(String),
  ];
}
