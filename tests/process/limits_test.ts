import { assert, assertEquals, assertMatch } from "../support/std_assert.ts";
import { spawn } from "../../mod.ts";
import { startParent } from "../support/parents.ts";
import {
  bytesOf,
  fixture,
  isAlive,
  testNeeding,
  until,
} from "../support/processes.ts";
import { together } from "../support/together.ts";

/** These block the event loop of all. */
const test = testNeeding("sh");
const beside = together("limits, and what is no fault of the child", 6, ["sh"]);

test("a child that writes is not idle because the event loop was blocked", async () => {
  const script = "while :; do echo x; sleep 0.02; done";
  await using child = spawn("bash", ["-c", script], { idleTimeoutMs: 200 });
  const all = bytesOf(child);
  await child.stdout.peek(1).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const startMs = performance.now(); performance.now() - startMs < 400;);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await child.stop();
  await all;
  assertEquals((await child.status).reason, "stopped");
});

test("a timeout that fires after a blocked event loop does not blame a child that had ended", async () => {
  await using child = spawn("true", [], { timeoutMs: 50 });
  const startMs = performance.now();
  while (isAlive(child.pid) || performance.now() - startMs < 100);
  const { reason, success } = await child.status;
  assertEquals({ reason, success }, { reason: "exited", success: true });
});

beside("idle is the child's silence, not the reader's pause", async () => {
  await using child = spawn("head", ["-c", "1000000", "/dev/zero"], {
    idleTimeoutMs: 300,
  });
  await child.stdout.read(1);
  await new Promise((resolve) => setTimeout(resolve, 700));
  await bytesOf(child);
  assertEquals((await child.status).reason, "exited");
});

beside("a child that writes to one pipe alone is not idle", async () => {
  // No process between two writes: on a busy machine one comes late.
  const script = "exec 3<> <(:); " +
    "for i in $(seq 50); do echo $i; read -rt 0.02 -u 3; done; exit 0";
  await using child = spawn("bash", ["-c", script], {
    idleTimeoutMs: 700,
    timeoutMs: 60_000,
  });
  await bytesOf(child);
  assertEquals((await child.status).reason, "exited");
});

beside(
  "a child is not idle as all was stopped for longer than idleTimeoutMs",
  async () => {
    await using parent = await startParent({
      options: { idleTimeoutMs: 1500 },
      child: [fixture("answers_after_stop.sh")],
    });
    await parent.shows("ready");
    const pids = [parent.pid, parent.childPid];
    for (const pid of pids) Deno.kill(pid, "SIGSTOP");
    // The time that passes is the matter itself: longer than the limit.
    await new Promise((resolve) => setTimeout(resolve, 1800));
    for (const pid of pids) Deno.kill(pid, "SIGCONT");
    const { output } = await parent.end();
    assertMatch(output, /back\n\{"code":0,.*"reason":"exited"/);
  },
);

for (let round = 1; round <= 3; round++) {
  beside(
    `a command that exits while its parent is stopped keeps its status: ${round}`,
    async () => {
      const script = "trap 'echo last; exit 7' USR1; echo ready; " +
        "while :; do sleep 0.02; done";
      await using parent = await startParent({
        options: { timeoutMs: 3000, idleTimeoutMs: 3000 },
        child: ["sh", "-c", script],
      });
      await parent.shows("ready");
      Deno.kill(parent.pid, "SIGSTOP");
      Deno.kill(parent.childPid, "SIGUSR1");
      // Later than both limits.
      await new Promise((resolve) => setTimeout(resolve, 3100));
      assert(await until(() => !isAlive(parent.childPid)), "the child lives");
      Deno.kill(parent.pid, "SIGCONT");
      const { output } = await parent.end();
      assertMatch(output, /last\n\{"code":7,.*"reason":"exited"/);
    },
  );
}
