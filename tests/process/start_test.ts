import {
  assert,
  assertEquals,
  assertStringIncludes,
} from "../support/std_assert.ts";
import { fixture, isAlive, testNeeding, until } from "../support/processes.ts";
import { startParent } from "../support/parents.ts";

const test = testNeeding("sh");

const CLEANS_UP = [fixture("cleans_up.sh")];
const STAYS = ["sh", "-c", "exec sleep 30"];
const program = "starts_early.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} that comes before the child is owned reaches it, and both end`, async () => {
    await using parent = await startParent({
      program,
      child: ["{}", "heard", ...CLEANS_UP],
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, signal);
    const { output, signal: by } = await parent.end();
    assertStringIncludes(output, `owned, received ${signal}`);
    assertStringIncludes(output, "cleaned up after 1");
    assertEquals(by, signal);
  });
}

test("a child that is owned lives on when the scope of its start is left", async () => {
  await using parent = await startParent({
    program,
    child: ["{}", "own", "sh", "-c", "sleep 0.3; exit 3"],
  });
  const { output } = await parent.end();
  assertStringIncludes(output, "left\nexited 3\n");
});

for (const group of [false, true]) {
  for (const way of ["fail", "exit", "leave"]) {
    test(`a child ${group ? "in a group " : ""}that nobody came to own is killed: ${way}`, async () => {
      await using parent = await startParent({
        program,
        child: [JSON.stringify({ group }), way, ...STAYS],
      });
      if (way === "leave") await parent.shows("left");
      else await parent.end();
      assert(await until(() => !isAlive(parent.childPid)), "the child lives");
    });
  }
}
