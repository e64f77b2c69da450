import { RawFormat } from "../../../cli/formats/raw.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { arrival, bytesOf, written } from "./harness.ts";

Deno.test("raw appends the bytes and nothing else", () => {
  const format = new RawFormat();
  const chunk = bytesOf("\x1b[2J\nab\r\n");
  let pieces = NaN;
  const log = written((out) => {
    format.piece(out, chunk, 0, 5);
    pieces = format.slices(out, chunk, 5, chunk.length, 3, arrival());
  });
  assertEquals([pieces, log], [2, "\x1b[2J\nab\r\n"]);
});
