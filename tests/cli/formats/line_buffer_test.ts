import { LineBuffer } from "../../../cli/formats/line_buffer.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { bytesOf } from "./harness.ts";

Deno.test("a line buffer keeps what is written while it grows", () => {
  const buffer = new LineBuffer(4);
  buffer.append(bytesOf("abc"));
  buffer.append(bytesOf("defgh"));
  buffer.view.setUint8(0, 0x41);
  assertEquals(
    [new TextDecoder().decode(buffer.written()), buffer.bytes.length],
    ["Abcdefgh", 8],
  );
});

Deno.test("a line buffer at least doubles and never shrinks", () => {
  const buffer = new LineBuffer(100);
  buffer.length = 100;
  buffer.ensure(1);
  const doubled = buffer.bytes.length;
  buffer.ensure(1000);
  const grown = buffer.bytes.length;
  buffer.reset();
  buffer.ensure(1100);
  assertEquals(
    [doubled, grown, buffer.bytes.length, buffer.length],
    [200, 1100, 1100, 0],
  );
});
