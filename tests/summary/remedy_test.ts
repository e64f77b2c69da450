import { findProgram } from "../../cli/summary/program_name.ts";
import { canHoldBack, heldBytes, remedy } from "../../cli/summary/remedy.ts";
import { assertEquals } from "../std_assert.ts";

const AT_ONCE = "To get it at once, ";
const TERMINAL = (word: string) =>
  `give it a terminal: \`script -qefc '${word} …' /dev/null\`.`;

const REMEDIES: [command: string, remedy: string][] = [
  [
    "/usr/bin/python3.11 x.py",
    "set PYTHONUNBUFFERED=1 or run `/usr/bin/python3.11 -u`.",
  ],
  ["python x.py", "set PYTHONUNBUFFERED=1 or run `python -u`."],
  ["python3 -Bu x.py", TERMINAL("python3")],
  ["env PYTHONUNBUFFERED=1 python3 x.py", TERMINAL("python3")],
  ["grep -i x", "run `grep --line-buffered`."],
  ["grep --line-buffered x", TERMINAL("grep")],
  ["sed s/a/b/", "run `sed -u`."],
  ["jq .", "run `jq --unbuffered`."],
  ["mawk {print}", "call `fflush()` after each print in the awk program."],
  ["perl x.pl", "set `$| = 1` at the start of the Perl program."],
  ["ruby x.rb", "set `$stdout.sync = true` at the start of the Ruby program."],
  ["./server", "try `stdbuf -oL ./server`, or " + TERMINAL("./server")],
  ["nohup ./server", "try `stdbuf -oL ./server`, or " + TERMINAL("./server")],
  ["stdbuf -oL ./server", TERMINAL("stdbuf")],
  ["env -i ./server", TERMINAL("CMD")],
  ["sh -c x", "try `stdbuf -oL CMD`, or " + TERMINAL("CMD")],
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
