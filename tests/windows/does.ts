/**
 * A child for a system without a shell: it does what its arguments say, in their
 * order. It imports nothing of ours.
 *
 * - `out TEXT`, `err TEXT`: writes to stdout or stderr; `\n`, `\0` and `\xNN`
 *   are these bytes.
 * - `out-mib COUNT`: writes so many MiB of zeros to stdout.
 * - `wait MS`: pauses.
 * - `cwd`, `pid`, `env NAME`: writes the folder it runs in, its process id, or a
 *   variable.
 * - `args`: writes all that follows, as JSON, and ends.
 * - `echo`: writes what comes on stdin, up to its end.
 * - `listen`: on Ctrl-C it says so, cleans up for 200 ms and ends with 7.
 * - `stay`: does not end.
 * - `exit CODE`: ends with any 32-bit code.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
};

/** The bytes of a text, in which an escape is a byte. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const utf8 = new TextEncoder().encode(text);
  const bytes = String.fromCharCode(...utf8).replaceAll(
    /\\(?:x([0-9a-f]{2})|(.))/g,
    (_, hex: string | undefined, letter: string) =>
      hex === undefined
        ? ESCAPES[letter] ?? letter
        : String.fromCharCode(parseInt(hex, 16)),
  );
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

type Stream = { writeSync(bytes: Uint8Array): number };

function write(stream: Stream, bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length;) {
    start += stream.writeSync(bytes.subarray(start));
  }
}

const say = (text: string) => write(Deno.stdout, bytesOf(text));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const words = Deno.args.values();
const next = () => words.next().value ?? "";
for (const word of words) {
  if (word === "out") say(next());
  else if (word === "err") write(Deno.stderr, bytesOf(next()));
  else if (word === "out-mib") {
    const mib = new Uint8Array(2 ** 20);
    for (let count = Number(next()); count > 0; count--) {
      write(Deno.stdout, mib);
    }
  } else if (word === "wait") await pause(Number(next()));
  else if (word === "cwd") say(Deno.cwd().replaceAll("\\", "\\\\"));
  else if (word === "pid") say(String(Deno.pid));
  else if (word === "env") say(Deno.env.get(next()) ?? "unset");
  else if (word === "args") {
    write(Deno.stdout, new TextEncoder().encode(JSON.stringify([...words])));
  } else if (word === "echo") {
    await Deno.stdin.readable.pipeTo(Deno.stdout.writable, {
      preventClose: true,
    });
  } else if (word === "listen") {
    Deno.addSignalListener("SIGINT", async () => {
      say("cleaning\\n");
      await pause(200);
      say("cleaned\\n");
      Deno.exit(7);
    });
  } else if (word === "stay") {
    setInterval(() => {}, 1000);
    await new Promise(() => {});
  } else if (word === "exit") Deno.exit(Number(next()));
  else throw new Error(`There is no "${word}"`);
}
