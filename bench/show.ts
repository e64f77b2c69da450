/**
 * How many events of a recording a second are read, understood, shown and judged;
 * the peers are jq, which reads the same lines and knows nothing of messages, and
 * the bare reading of the recording.
 */
import { longSession } from "../tests/support/hand_made.ts";
import { analyse } from "../src/recording/session.ts";
import { Recording } from "../src/recording/recording.ts";
import {
  type Cases,
  type Claim,
  DENO,
  inTurns,
  isInstalled,
  pathOf,
  report,
  temporaryFolder,
} from "./measure.ts";

const EVENTS = 100_000;

const TEXT = "main.ts show";
const JQ = "jq -c .";

const CLAIMS: readonly Claim[] = [
  { ours: TEXT, peer: JQ, atLeast: 1 },
];

/** How many events a second a command reads, its start included. */
async function rateOf(words: readonly string[]): Promise<number> {
  const [command = "", ...args] = words;
  const startMs = performance.now();
  const { code } = await new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "null",
  }).spawn().status;
  // What check finds is its status.
  if (code > 1) throw new Error(`Failed: ${words.join(" ")}`);
  return EVENTS / (performance.now() - startMs) * 1000;
}

async function read(path: string): Promise<Recording> {
  return await Recording.read((await Deno.open(path)).readable);
}

export async function show(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/long.jsonl`;
  await Deno.writeTextFile(path, longSession(EVENTS).text);
  const main = (...words: string[]) => () =>
    rateOf([...DENO, pathOf("../main.ts"), ...words, path]);
  const count = async (events: AsyncIterable<unknown>) => {
    const startMs = performance.now();
    for await (const _ of events);
    return EVENTS / (performance.now() - startMs) * 1000;
  };
  const cases: Cases = {
    "Recording.read": async () => await count(await read(path)),
    "analyse": async () => await count(analyse(await read(path))),
    [TEXT]: main("show"),
    "main.ts show --format json": main("show", "--format=json"),
    "main.ts show --format raw": main("show", "--format=raw"),
    "main.ts check": main("check"),
  };
  if (isInstalled("jq")) cases[JQ] = () => rateOf(["jq", "-c", ".", path]);
  report("events a second", await inTurns(cases, isFull ? 9 : 3), CLAIMS);
}
