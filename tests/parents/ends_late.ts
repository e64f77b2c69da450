/** Is to end by a SIGTERM that came long ago, and then is not. */
import { ProgramEnd } from "../../src/process/program_end.ts";

const end = new ProgramEnd("ends late", () => {});
end.note("SIGTERM", performance.now() - 60_000);
const isNeeded = [false, true];
await end.end(() => isNeeded.shift() ?? true);
