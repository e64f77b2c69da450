/**
 * A program that reads its own stdin in one of the ways below, and says on
 * stdout what came of it. Started as a process of its own.
 */
import { stdinReader, stdoutWriter } from "../../mod.ts";

const reader = stdinReader();
const say = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

const PROGRAMS: Record<string, () => Promise<void>> = {
  /** All of it, to stdout; each read after the next one, so that it is held. */
  async copies() {
    const stdout = stdoutWriter();
    let before: Uint8Array | undefined;
    for await (const bytes of reader.slices(1_000_000)) {
      if (before !== undefined) await stdout.writeNow([before]);
      before = bytes;
    }
    if (before !== undefined) await stdout.writeNow([before]);
    await stdout.close();
  },
  /** One line, and then its end. */
  async reads_a_line() {
    say(`${await reader.readLine()}`);
  },
  async reads_a_line_and_exits() {
    say(`${await reader.readLine()}`);
    Deno.exit();
  },
  async reads_a_line_and_cancels() {
    say(`${await reader.readLine()}`);
    await reader.cancel();
  },
  async reads_to_the_end() {
    for await (const line of reader.lines()) say(line);
  },
  /** A descriptor that were free would be that of the file. */
  async opens_a_file() {
    for await (const line of reader.lines()) say(line);
    using _file = Deno.openSync(new URL(import.meta.url));
    say(`${await Deno.stdin.read(new Uint8Array(1))}`);
  },
  /** A read gives up, and cancel ends what it has begun. */
  async gives_up() {
    const read = reader.readLine();
    say("waits");
    setTimeout(() => reader.cancel(), 20);
    say(`${await read}`);
    say(`${await reader.readLine()}`);
  },
  /** Three reads that give up, and then one that waits. */
  async times_out() {
    for (let n = 0; n < 2; n++) {
      const { name } = await reader.readLine({ timeoutMs: 20 })
        .catch((error) => error);
      say(name);
    }
    const abort = new AbortController();
    const aborted = reader.readLine({ signal: abort.signal });
    abort.abort();
    say((await aborted.catch((error) => error)).name);
    say("waits");
    for await (const line of reader.lines()) say(line);
  },
  /** Reads that give up, at once, later and by an abort, and then its end. */
  async ends_after_a_timeout() {
    for (const timeoutMs of [0, 20]) {
      await reader.read(1, { timeoutMs }).catch(({ name }) => say(name));
    }
    await reader.read(1, { signal: AbortSignal.timeout(20) })
      .catch(({ name }) => say(name));
  },
  async ends_after_a_poll() {
    await reader.read(1, { timeoutMs: 0 }).catch(({ name }) => say(name));
  },
  /** One byte, and nothing more until a signal to the id that it says. */
  async reads_a_byte() {
    await reader.read(1);
    say(`${Deno.pid}`);
    await new Promise<void>((resolve) =>
      Deno.addSignalListener("SIGTERM", () => resolve())
    );
    Deno.exit();
  },
  /** The same reader from two places. */
  async reads_in_turns() {
    say(`${await stdinReader().readLine()}`);
    say(`${await stdinReader().readLine()}`);
  },
};

await PROGRAMS[Deno.args[0]!]!();
