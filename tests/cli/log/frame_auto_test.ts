import { ruleOf } from "../../../cli/log/frame_auto.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { bytesOf } from "../formats/harness.ts";
import { testNeeding } from "../../support/processes.ts";
import { whole } from "../../support/whole_program.ts";

const STREAMS = [
  { text: "Content-Length: 5\r\n\r\n", rule: "header" },
  { text: "content-type: x\r\nContent-Length: 5\r\n\r\n", rule: "header" },
  { text: '{"a":1}\n', rule: "json" },
  { text: "[1]\n", rule: "json" },
  { text: '\r\n\n {"a":1}\r\nplain\n', rule: "json" },
  { text: '\ufeff{"a":1}\n', rule: "json" },
  { text: "[1]", rule: "json", isWhole: true },
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
    const bytes = bytesOf(text);
    assertEquals({ text, rule: ruleOf(bytes, isWhole) }, { text, rule });
    // Any part of it gives the same, or no answer yet.
    for (let size = 0; size < Math.min(bytes.length, 30); size++) {
      const found = ruleOf(bytes.subarray(0, size), false) ?? rule;
      assertEquals({ text, size, found }, { text, size, found: rule });
    }
  }
});

const test = testNeeding("sh");

test("--frame auto follows what the command writes", async () => {
  const cases = [
    { bytes: "Content-Length: 2\\r\\n\\r\\nhi", stdout: "hi\n" },
    { bytes: '{"a":1}\\n[2]\\n', stdout: '{"a":1}\n[2]\n' },
    { bytes: "a\\nb", stdout: "a\nb\n" },
    { bytes: "{", stdout: "{\n" },
    { bytes: "", stdout: "" },
  ];
  for (const { bytes, stdout } of cases) {
    const args = ["--frame=auto", "-ftext", "-tnone", "--", "printf", bytes];
    assertEquals({ bytes, ...await whole(args) }, {
      bytes,
      code: 0,
      signal: null,
      stdout,
      stderr: "",
    });
  }
});
