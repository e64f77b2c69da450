import { findProgram } from "../../../cli/summary/program_name.ts";
import { canHoldBack, heldBytes, remedy } from "../../../cli/summary/remedy.ts";
import { assertEquals } from "../../support/std_assert.ts";

const AT_ONCE = "To get it at once, ";
const TERMINAL = (word: string) =>
  `give it a terminal: \`script -qefc '${word} …' /dev/null\`.`;

const REMEDIES: [command: string, remedy: string][] = [
  [
    "/usr/bin/python3.11 x.py",
    "set PYTHONUNBUFFERED=1 (if unset) or run `/usr/bin/python3.11 -u`.",
  ],
  [
    "env PYTHONUNBUFFERED= python x.py",
    "set PYTHONUNBUFFERED=1 or run `python -u`.",
  ],
  ["grep -i x", "run `grep --line-buffered`."],
  ["sed s/a/b/", "run `sed -u`."],
  ["jq .", "run `jq --unbuffered`."],
  ["mawk {print}", "call `fflush()` after each print in the awk program."],
  ["perl x.pl", "set `$| = 1` at the start of the Perl program."],
  ["ruby x.rb", "set `$stdout.sync = true` at the start of the Ruby program."],
  ["./server", "try `stdbuf -oL ./server`, or " + TERMINAL("./server")],
  ["nohup ./server", "try `stdbuf -oL ./server`, or " + TERMINAL("./server")],
  ["stdbuf -oL ./server", TERMINAL("./server")],
  [
    "stdbuf -oL mawk {print}",
    "call `fflush()` after each print in the awk program.",
  ],
  ["tr a b", "run `stdbuf -oL tr`."],
  ["timeout -k 1 5 cut -c 1", "run `stdbuf -oL cut`."],
  ["env -i ./server", "try `stdbuf -oL ./server`, or " + TERMINAL("./server")],
  ["env -S ./server", TERMINAL("CMD")],
  ["sh x", "try `stdbuf -oL CMD`, or " + TERMINAL("CMD")],
  ["./\x1b[2J", "try `stdbuf -oL CMD`, or " + TERMINAL("CMD")],
  ["./it's", "try `stdbuf -oL CMD`, or " + TERMINAL("CMD")],
  [
    "./a_name_that_has_no_room_here",
    "try `stdbuf -oL CMD`, or " + TERMINAL("CMD"),
  ],
];

Deno.test("the remedy is that of the program, or the one that is left", () => {
  const told = REMEDIES.map(([command]) => [
    command,
    remedy(findProgram(command.split(" "))),
  ]);
  assertEquals(
    told,
    REMEDIES.map(([command, remedy]) => [command, AT_ONCE + remedy]),
  );
});

Deno.test("some programs hold nothing back, and of some it is known how much", () => {
  const commands = ["cat", "node x.js", "deno run x.ts", "python3 x.py", "x"];
  const known = commands.map((command) => {
    const program = findProgram(command.split(" "));
    return [command, canHoldBack(program), heldBytes(program)];
  });
  assertEquals(known, [
    ["cat", false, null],
    ["node x.js", false, null],
    ["deno run x.ts", false, null],
    ["python3 x.py", true, 8192],
    ["x", true, null],
  ]);
});

const AT_ONCE_ALREADY = [
  "python3 -u x.py",
  "python3 -Bu x.py",
  "python3 -W ignore -uc pass",
  "python3 -X utf8 -u -m http.server",
  "env PYTHONUNBUFFERED=1 python3 x.py",
  "grep x --line-buffered",
  "sed -n -u p",
  "sed p --unbuffered",
  "jq . --unbuffered",
  "awk {print;fflush()}",
  "perl -ne $|=1;print",
  "ruby -e $stdout.sync=true",
  "stdbuf -o0 grep x",
  "stdbuf --output L tr a b",
  "script -qefc x /dev/null",
];

const NOT_AT_ONCE = [
  "python3 x.py -run",
  "python3 -c print(1) -u",
  "python3 -m http.server -u",
  "python3 -W u x.py",
  "python3 x.py PYTHONUNBUFFERED=1",
  "env PYTHONUNBUFFERED=1 -u PYTHONUNBUFFERED python3 x.py",
  "env PYTHONUNBUFFERED=1 env -i python3 x.py",
  "grep -e --line-buffered x",
  "sed -e u",
  "sed -- p -u",
  "perl x.pl $|=1",
  "stdbuf -o4096 grep x",
  "stdbuf -eL grep x",
  "stdbuf -oL python3 x.py",
  "stdbuf -oL rg x",
];

Deno.test("a program that was told to write at once holds nothing back", () => {
  for (
    const [commands, expected] of [
      [AT_ONCE_ALREADY, false],
      [NOT_AT_ONCE, true],
    ] as const
  ) {
    const told = commands.map((command) => [
      command,
      canHoldBack(findProgram(command.split(" "))),
    ]);
    assertEquals(told, commands.map((command) => [command, expected]));
  }
});

Deno.test("what a command is started with counts, and what it sets counts more", () => {
  const isSet = (command: string, value: string | null | undefined) =>
    !canHoldBack(findProgram(command.split(" "), () => value));
  assertEquals(
    [
      isSet("python3 x.py", "1"),
      isSet("python3 x.py", ""),
      isSet("python3 x.py", null),
      isSet("python3 x.py", undefined),
      isSet("env PYTHONUNBUFFERED= python3 x.py", "1"),
      isSet("env - python3 x.py", "1"),
      isSet("env --unset=PYTHONUNBUFFERED python3 x.py", "1"),
    ],
    [true, false, false, false, false, false, false],
  );
});
