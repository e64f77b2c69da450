// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * What git and its server say to each other in a clone: the server is started
 * behind `main.ts tap`, and its recording is printed, a line for each read.
 *
 *     deno run --allow-run --allow-read --allow-write examples/git_clone.ts \
 *       REPOSITORY
 */
import { Recording, run } from "@basic-pipes/basic-pipes";

const [repository = Deno.cwd()] = Deno.args;
const folder = await Deno.makeTempDir();
const record = `${folder}/clone.jsonl`;
const deno = ["run", "-q", "--allow-run", "--allow-write", "--no-prompt"];
const main = import.meta.resolve("../main.ts");
// git gives the words to a shell, and puts the path of the repository behind.
const server = [Deno.execPath(), ...deno, main, "tap", "--record", record, "--"]
  .map((word) => `'${word}'`).join(" ") + " git upload-pack";
try {
  await run("git", [
    ...["clone", "-q", "--no-local", `--upload-pack=${server}`],
    ...[repository, `${folder}/copy`],
  ]);
  const file = await Deno.open(record);
  const recording = await Recording.read(file.readable);
  for await (const event of recording) {
    if (event.kind === "piece") {
      const text = new TextDecoder().decode(event.bytes.subarray(0, 300));
      const arrow = { in: "->", out: "<-", err: "err" }[event.from];
      const start = JSON.stringify(text.slice(0, 50));
      console.log(event.ms, arrow, event.bytes.length, "bytes:", start);
    } else if (event.kind === "status") {
      console.log("the server ended with", event.status.code);
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
