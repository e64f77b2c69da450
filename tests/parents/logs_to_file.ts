/**
 * Writes numbered lines to a log file and tells each number on stdout once the
 * file has the line; or tells why it cannot.
 *
 * Arguments: FILE, first number, number of lines, and maxBytes and keep.
 */
import { openLogFile } from "../../cli/log/file/log_file.ts";

function tell(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const [path = "", first, lines, maxBytes, keep] = Deno.args;
try {
  const options = { maxBytes: Number(maxBytes), keep: Number(keep) };
  await using log = await openLogFile(
    path,
    maxBytes === undefined ? {} : options,
  );
  for (let n = 0; n < Number(lines); n++) {
    await log.write(`line ${Number(first) + n}\n`);
    await log.flush();
    tell(String(Number(first) + n));
  }
} catch (error) {
  const { name, message } = error as Error;
  tell(`${name}: ${message}`);
}
