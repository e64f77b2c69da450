import { guessOfHead } from "../../src/recording/frame_ends.ts";
import { assertEquals } from "../support/std_assert.ts";

const STREAMS = [
  { text: "Content-Length: 5\r\n\r\n", rule: "header" },
  { text: "content-type: x\r\nContent-Length: 5\r\n\r\n", rule: "header" },
  { text: '{"a":1}\n', rule: "json" },
  { text: "[1]\n", rule: "json" },
  { text: '\r\n\n {"a":1}\r\nplain\n', rule: "json" },
  { text: '\ufeff{"a":1}\n', rule: "json" },
  { text: "[1]", rule: "json", isWhole: true },
  { text: `${" ".repeat(40)}{"a":1}\n`, rule: "json" },
  { text: "Content-Length:", rule: "header" },
  { text: "\ufeffContent-Length: 5\r\n", rule: "header" },
  { text: "plain\n", rule: "lines" },
  { text: "p", rule: "lines" },
  { text: "[sudo] password\n", rule: "lines" },
  { text: "{\n", rule: "lines" },
  { text: "42\n", rule: "lines" },
  { text: "Contents: x\n", rule: "lines" },
  { text: "Content-Length 5\n", rule: "lines" },
  { text: "x Content-Length: 5\r\n\r\n", rule: "lines" },
  { text: "\n", rule: "lines", isWhole: true },
  { text: "", rule: "lines", isWhole: true },
  { text: "[".repeat(65_536), rule: "lines" },
] as const;

Deno.test("the first bytes say the rule, and more than those change nothing", () => {
  for (const { text, rule, ...rest } of STREAMS) {
    const { isWhole = false } = rest as { isWhole?: boolean };
    const bytes = new TextEncoder().encode(text);
    assertEquals({ text, rule: guessOfHead(bytes, isWhole) }, { text, rule });
    // Any part of it gives the same, or no answer yet.
    for (let size = 0; size < Math.min(bytes.length, 50); size++) {
      const found = guessOfHead(bytes.subarray(0, size), false) ?? rule;
      assertEquals({ text, size, found }, { text, size, found: rule });
    }
  }
});
