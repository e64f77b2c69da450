import {
  canHoldBack,
  heldBytes,
  remedies,
} from "../../../cli/summary/remedy.ts";
import { assertEquals } from "../../support/std_assert.ts";

const RUN = "To get it at once, run:\n";
const TTY = Deno.build.os === "windows"
  ? "To get it at once, the program must flush its output itself."
  : "To get it at once, run it with --tty: most programs write at once to a " +
    "terminal.";
const STAGES = "To see which of the programs that it runs holds back, ";
const EACH = `${STAGES}put this in front of each:\n` +
  "basic-pipes -f raw --summary --label=NAME --";
const under = (label: string) =>
  `basic-pipes -f raw --summary --label=${label} --`;

const REMEDIES: { command: string[]; says: string }[] = [
  {
    command: ["/usr/bin/python3.11", "x.py", "a b"],
    says: "To get it at once, set PYTHONUNBUFFERED=1, or run:\n" +
      "/usr/bin/python3.11 -u x.py 'a b'",
  },
  {
    command: ["env", "-u", "A", "B=1", "nice", "-n", "5", "sed", "p"],
    says: `${RUN}env -u A 'B=1' nice -n 5 sed -u p`,
  },
  {
    command: ["timeout", "-k", "1", "5", "jq", "."],
    says: `${RUN}timeout -k 1 5 jq --unbuffered .`,
  },
  {
    command: ["grep", "\x1b[2J\u202e\n'\\"],
    says: `${RUN}grep --line-buffered $'\\x1b[2J\\u202e\\n\\'\\\\'`,
  },
  { command: ["./server"], says: TTY },
  { command: ["env"], says: TTY },
  { command: ["make", "all"], says: EACH },
  { command: ["sh"], says: EACH },
  { command: ["sh", "x.sh"], says: EACH },
  { command: ["sh", "-c", "while read a; do echo $a; done"], says: EACH },
  { command: ["sh", "-c", "cd x && make"], says: EACH },
  { command: ["sh", "-c", "a | while read b; do c; done"], says: EACH },
  { command: ["sh", "-c", "a | (b; c)"], says: EACH },
  { command: ["sh", "-c", 'a "$(b)" | c'], says: EACH },
  { command: ["sh", "-c", "a 'b | c"], says: EACH },
  { command: ["sh", "-c", "a | cd"], says: EACH },
  { command: ["sh", "-c", "a & b"], says: EACH },
  {
    command: [
      "sh",
      "-c",
      'A=1 ./a 2>&1 | tr a b|tr \'b|\' "|c\\"" >f',
      "n",
      "m",
    ],
    says: `${STAGES}look at each of them:\nsh -c 'A=1 ${under("a")} ./a ` +
      `2>&1 | ${under("tr")} tr a b|${under("tr-2")} tr '\\''b|'\\'' "|c\\"" ` +
      ">f' n m",
  },
];

Deno.test("what helps is that of the program which does the work, or the general one", () => {
  const said = REMEDIES.map(({ command }) => ({
    command,
    says: remedies(command).join("; "),
  }));
  assertEquals(said, REMEDIES);
});

Deno.test("a very long command line is cut", () => {
  const [said = ""] = remedies(["sed", "s".repeat(5000)]);
  assertEquals(said.length, RUN.length + 1000);
  assertEquals(said.endsWith("ss…"), true);
});

const KNOWN: [
  command: string,
  canHoldBack: boolean,
  heldBytes: number | null,
][] = [
  ["cat", false, null],
  ["node x", false, null],
  ["env A=1 deno x", false, null],
  ["python3 x", true, 8192],
  ["env A=1 python3 x", true, 8192],
  ["python3 -u x", false, 8192],
  ["python3 -Eu x", false, 8192],
  ["python3 -c -u", true, 8192],
  ["python3 x -u", true, 8192],
  ["mawk x", true, 4096],
  ["mawk -W interactive x", false, 4096],
  ["sed -u x", false, 4096],
  ["stdbuf -oL tr a b", false, 4096],
  ["tr a b", true, 4096],
  ["x", true, null],
  ["sh -c x", true, null],
];

Deno.test("some programs hold nothing back, and of some it is known how much", () => {
  const known = KNOWN.map(([line]) => {
    const command = line.split(" ");
    return [line, canHoldBack(command), heldBytes(command)];
  });
  assertEquals(known, KNOWN);
});

Deno.test("a pipeline holds back as much as its first known program does", () => {
  const scripts = ["cat | python3 x | tr a b", "cat | node x", "tr a b; tr"];
  assertEquals(scripts.map((script) => heldBytes(["sh", "-c", script])), [
    8192,
    null,
    null,
  ]);
});
