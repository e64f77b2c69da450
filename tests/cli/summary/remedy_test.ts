import { canHoldBack, heldBytes, remedy } from "../../../cli/summary/remedy.ts";
import { assertEquals } from "../../support/std_assert.ts";

const AT_ONCE = "To get it at once, ";
const general = (word: string) =>
  `${AT_ONCE}try \`stdbuf -oL ${word}\`, or give it a terminal: \`script -qefc '${word} …' /dev/null\`.`;
const STAGES =
  "To see which of the programs that it runs holds back, start each of them " +
  "under this program, with a --label of its own.";

const REMEDIES: { word: string; says: string }[] = [
  {
    word: "/usr/bin/python3.11",
    says: `${AT_ONCE}set PYTHONUNBUFFERED=1 or run \`/usr/bin/python3.11 -u\`.`,
  },
  { word: "grep", says: `${AT_ONCE}run \`grep --line-buffered\`.` },
  { word: "sed", says: `${AT_ONCE}run \`sed -u\`.` },
  { word: "jq", says: `${AT_ONCE}run \`jq --unbuffered\`.` },
  { word: "mawk", says: `${AT_ONCE}run \`mawk -W interactive\`.` },
  { word: "tr", says: `${AT_ONCE}run \`stdbuf -oL tr\`.` },
  { word: "./server", says: general("./server") },
  { word: "sh", says: STAGES },
  { word: "make", says: STAGES },
  { word: "./\x1b[2J", says: general("CMD") },
  { word: "./it's", says: general("CMD") },
  { word: "./a_name_that_has_no_room_here", says: general("CMD") },
];

Deno.test("the remedy is that of the command's own name, or the general one", () => {
  const said = REMEDIES.map(({ word }) => ({ word, says: remedy(word) }));
  assertEquals(said, REMEDIES);
});

Deno.test("some programs hold nothing back, and of some it is known how much", () => {
  const known = ["cat", "node", "deno", "python3", "x"].map((word) => [
    word,
    canHoldBack(word),
    heldBytes(word),
  ]);
  assertEquals(known, [
    ["cat", false, null],
    ["node", false, null],
    ["deno", false, null],
    ["python3", true, 8192],
    ["x", true, null],
  ]);
});
