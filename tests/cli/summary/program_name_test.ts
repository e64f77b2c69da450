import { findProgram } from "../../../cli/summary/program_name.ts";
import { assertEquals } from "../../support/std_assert.ts";

const SEEN: { command: string[]; word: string | null; args?: string[] }[] = [
  { command: ["python3", "x.py"], word: "python3", args: ["x.py"] },
  { command: ["timeout", "5", "python3", "x.py"], word: "python3" },
  {
    command: ["timeout", "-s", "INT", "--kill-after", "1", "5", "tr", "a", "b"],
    word: "tr",
  },
  { command: ["timeout", "-k5", "--foreground", "9", "cut"], word: "cut" },
  { command: ["nice", "-n", "5", "nohup", "x"], word: "x" },
  { command: ["nice", "-5", "x"], word: "x" },
  { command: ["setsid", "-w", "x"], word: "x" },
  { command: ["env", "-u", "A", "-C", "/", "B=1", "x"], word: "x" },
  { command: ["env", "-", "B=1", "x"], word: "x" },
  { command: ["env", "-S", "x y"], word: null },
  { command: ["env", "A=1"], word: null },
  { command: ["timeout", "5"], word: null },
  { command: ["A=1", "x"], word: "A=1" },
  { command: ["sh", "-c", "python3 x.py"], word: "python3", args: ["x.py"] },
  { command: ["bash", "-e", "-uc", "x"], word: "x" },
  {
    command: ["sh", "-c", " A=1 exec x 'a b'\"c\" d "],
    word: "x",
    args: ["a bc", "d"],
  },
  { command: ["sh", "-c", "x y 2>&1 </dev/null"], word: "x", args: ["y"] },
  { command: ["sh", "-c", "nice sh -c 'timeout 5 x'"], word: "x" },
  { command: ["sh", "x.sh"], word: "sh" },
  { command: ["sh", "-c", "x | y"], word: "sh" },
  { command: ["sh", "-c", "x; y"], word: "sh" },
  { command: ["sh", "-c", "x\ny"], word: "sh" },
  { command: ["sh", "-c", "x &"], word: "sh" },
  { command: ["sh", "-c", "x >y"], word: "sh" },
  { command: ["sh", "-c", "$x y"], word: "sh" },
  { command: ["sh", "-c", 'x "$1"'], word: "sh" },
  { command: ["sh", "-c", "x \\y"], word: "sh" },
  { command: ["sh", "-c", "x 'y"], word: "sh" },
  { command: ["sh", "-c", ""], word: "sh" },
  { command: ["bash", "-o", "pipefail", "-c", "x"], word: "bash" },
];

Deno.test("the program is seen through what only starts it", () => {
  for (const { command, word, args } of SEEN) {
    const program = findProgram(command);
    const seen = { command, word: program?.word ?? null };
    assertEquals(seen, { command, word });
    if (args !== undefined) assertEquals(program?.args, args);
  }
});
