import { testNeeding } from "./support/processes.ts";
import { lookAgain, settlesWithin } from "../src/wait.ts";
import { assert, assertEquals } from "./support/std_assert.ts";

const test = testNeeding("true");

const CASES = [
  { what: "an end that has come", end: Promise.resolve(), expected: true },
  {
    what: "an end that never comes",
    end: new Promise(() => {}),
    expected: false,
  },
];
for (const { what, end, expected } of CASES) {
  Deno.test(`${what} is waited for, and leaves no timer`, async () => {
    assertEquals(await settlesWithin(end, 20), expected);
  });
}

const block = (ms: number) => {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
};

test("a second look comes after what waited while the event loop was blocked", async () => {
  // A child's end is known only after its exit has been handled.
  const child = new Deno.Command("true").spawn();
  const order: string[] = [];
  const exited = child.status.then(() => order.push("exit"));
  const looked = new Promise<void>((resolve) => {
    lookAgain(20, () => {
      order.push("look");
      resolve();
    });
  });
  block(200);
  await Promise.all([exited, looked]);
  assertEquals(order, ["exit", "look"]);
});

Deno.test("a second look comes 5 ms later where nothing was blocked", async () => {
  const startMs = performance.now();
  await new Promise<void>((resolve) => lookAgain(10, resolve));
  assert(performance.now() - startMs >= 14);
});

Deno.test("a look that is not wanted any more never comes", async () => {
  let looks = 0;
  const end = lookAgain(10, () => looks++);
  end();
  await new Promise<void>((resolve) => lookAgain(20, resolve));
  assertEquals(looks, 0);
});

Deno.test("a machine on which every timer is late still gets its second look", async () => {
  const startMs = performance.now();
  let isOver = false;
  const busy = (async () => {
    while (!isOver) {
      // Longer than the wait for a look and the lateness that it is allowed.
      block(80);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  })();
  await new Promise<void>((resolve) => lookAgain(10, resolve));
  isOver = true;
  await busy;
  assert(performance.now() - startMs < 5000);
});
