/** The least that a Deno program can do: a chunk in, a line out. */
const [command = "cat", ...args] = Deno.args;
const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();
const decoder = new TextDecoder();
const encoder = new TextEncoder();
for await (const chunk of child.stdout) {
  const text = decoder.decode(chunk).trimEnd();
  const line = `Parent ${Deno.pid} got [b'${text}'] as ${Date.now() / 1000}\n`;
  await Deno.stdout.write(encoder.encode(line));
}
