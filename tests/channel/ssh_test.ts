/** A channel to another machine: the command is `ssh host …`, all else stays. */
import { fileURLToPath } from "node:url";
import { channelOf, jsonLines, run, spawn } from "../../mod.ts";
import { fixture, has, isAlive, until } from "../support/processes.ts";
import { assert, assertEquals } from "../support/std_assert.ts";
import { CAN_SSH, startSshd } from "../support/sshd.ts";

const CAN = CAN_SSH && has("python3") && has("pgrep");

Deno.test({
  name: "a channel, a pool of workers and the log run through a real sshd",
  ignore: !CAN,
  async fn(t) {
    await using server = await startSshd();

    await t.step("requests both ways, and the end of both sides", async () => {
      await using child = spawn(
        "ssh",
        [...server.args, "python3", fixture("adds.py")],
        { stdin: "piped" },
      );
      const channel = channelOf(child, jsonLines());
      const sums = await Promise.all(
        Array.from({ length: 100 }, (_, n) => channel.request("add", [n, 1])),
      );
      assertEquals(sums, Array.from({ length: 100 }, (_, n) => n + 1));
      await channel.close();
      assertEquals((await child.status).code, 0);
    });

    await t.step("two workers share the jobs", async () => {
      const jobs = Array.from({ length: 40 }, (_, n) => n);
      const results = new Map<number, unknown>();
      const work = async (command: string, args: readonly string[]) => {
        await using child = spawn(command, args, { stdin: "piped" });
        const channel = channelOf(child, jsonLines());
        for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
          results.set(job, await channel.request("add", [job, 100]));
        }
        await channel.close();
      };
      const words = ["python3", fixture("adds.py")] as const;
      await Promise.all([
        work(words[0], words.slice(1)),
        work("ssh", [...server.args, ...words]),
      ]);
      assertEquals(results.size, 40);
      for (const [job, sum] of results) assertEquals(sum, job + 100);
    });

    await t.step("the program logs what the other machine writes", async () => {
      const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
      const result = await run(Deno.execPath(), [
        ...["run", "-q", "--allow-run", main, "--format", "text", "--lines"],
        ...["--time", "none", "--", "ssh", ...server.args, "echo", "Spam", "0"],
      ]);
      assertEquals(result.text(), "Spam 0\n");
    });

    await t.step("a stop of ssh ends what it started there", async () => {
      const mark = `over-ssh-${Deno.pid}`;
      await using child = spawn(
        "ssh",
        [...server.args, "python3", fixture("adds.py"), mark],
        { stdin: "piped" },
      );
      const channel = channelOf(child, jsonLines());
      assertEquals(await channel.request("add", [1]), 1);
      const pid = await pythonOf(mark);
      assert(isAlive(pid));
      await child.stop();
      // Its stdin has ended: that is the life line.
      assert(await until(() => !isAlive(pid)));
    });
  },
});

/** The Python that was started with this argument, on whatever machine. */
async function pythonOf(mark: string): Promise<number> {
  const found = await run("pgrep", [
    "-f",
    `^[^ ]*python[^ ]* [^ ]*adds[.]py ${mark}$`,
  ]);
  return Number(found.text());
}
