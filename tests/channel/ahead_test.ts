import { Ahead } from "../../src/channel/ahead.ts";
import { assertEquals } from "../support/std_assert.ts";

function batchOf(count: number, bytes: number) {
  return { messages: Array.from({ length: count }, (_, n) => n), bytes };
}

Deno.test("what is read ahead is read on at half, so that no read is for a few messages", () => {
  const ahead = new Ahead<number>();
  let left = 4_096;
  ahead.add(batchOf(left, 100));
  while (ahead.isFull) {
    assertEquals(ahead.take(), 4_096 - left);
    left--;
  }
  assertEquals([left, ahead.limit], [2_048, 2_048]);
});

Deno.test("what is read ahead is full at 1 MiB, until those messages are taken", async () => {
  const ahead = new Ahead<number>();
  ahead.add(batchOf(2, 1_048_576));
  const room = ahead.room();
  ahead.take();
  assertEquals(ahead.isFull, true);
  ahead.take();
  await room;
  assertEquals([ahead.isFull, ahead.limit], [false, 4_096]);
});
