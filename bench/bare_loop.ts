/** The least that a Deno program can do: a chunk in, a line out. */
const [command = "cat", ...args] = Deno.args;
const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();
for await (const chunk of child.stdout) await Deno.stdout.write(chunk);
