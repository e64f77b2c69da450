// deno-lint-ignore-file no-console -- what is measured here is the console
/** The first draft that everybody writes: 32-byte BYOB reads and console.log. */
const [command = "true", ...args] = Deno.args;
const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();
const reader = child.stdout.getReader({ mode: "byob" });
const decoder = new TextDecoder();
for (;;) {
  const { value, done } = await reader.read(new Uint8Array(32));
  if (done || value === undefined) break;
  console.log(
    `Parent ${Deno.pid} got [b'${decoder.decode(value)}'] as ${
      Date.now() / 1000
    }`,
  );
}
Deno.exit((await child.status).code);
