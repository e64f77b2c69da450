/**
 * The page of a report of 100,000 events, which have a request or its answer
 * each: how long it takes to write, how large it is beside the recording, and in
 * Chromium how long until it is ready, and a search in it.
 */
import { Browser } from "../tests/support/browser.ts";
import { longSession } from "../tests/support/hand_made.ts";
import {
  type Cases,
  type Claim,
  DENO,
  inTurns,
  isInstalled,
  pathOf,
  report as print,
  temporaryFolder,
} from "./measure.ts";

const EVENTS = 100_000;

const READY = "ready in Chromium, ms";
const SEARCH = "a search with 1,025 finds, ms";
const RARE = "a search with one find, ms";
const COMMON = "a search with 100,000 finds, ms";
const SIZE = "the page beside the recording";

const CLAIMS: readonly Claim[] = [
  { ours: READY, atMost: 1500 },
  { ours: SEARCH, atMost: 100 },
  { ours: RARE, atMost: 100 },
  { ours: COMMON, atMost: 100 },
  { ours: SIZE, atMost: 0.5 },
];

/** Types a text into the search, and waits until the table shows what it found. */
const search = (words: string) =>
  `(async () => {
  const search = document.querySelector("#search");
  search.value = ${JSON.stringify(words)};
  const startMs = performance.now();
  search.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - startMs;
})()`;

export async function report(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const recording = `${folder.path}/long.jsonl`;
  const page = `${folder.path}/long.html`;
  await Deno.writeTextFile(recording, longSession(EVENTS).text);
  const sizeOf = async (path: string) => (await Deno.stat(path)).size;
  const mib = async (path: string) => await sizeOf(path) / 2 ** 20;

  const cases: Cases = {
    "main.ts report, ms": async () => {
      const [command = "", ...words] = DENO;
      const args = [...words, pathOf("../main.ts"), "report", recording];
      const startMs = performance.now();
      const { success } = await new Deno.Command(command, { args }).output();
      if (!success) throw new Error("Failed: report");
      return performance.now() - startMs;
    },
    "the recording, MiB": () => mib(recording),
    "the page, MiB": () => mib(page),
    [SIZE]: async () => await sizeOf(page) / await sizeOf(recording),
  };
  const rounds = isFull ? 9 : 3;
  // The page is there from the first case on, in every round.
  print("100,000 events", await inTurns(cases, 1), CLAIMS);
  if (!isInstalled("chromium")) return;
  await using browser = await Browser.start();
  const inBrowser: Cases<Record<string, number>> = {
    page: async () => {
      const opened = await browser.open(`file://${page}`, { width: 1400 });
      const ready = await opened.value(
        "performance.getEntriesByName('ready')[0].startTime",
      );
      const timed = {
        [READY]: ready,
        [SEARCH]: await opened.value(search("MENU_96.ts")),
        [RARE]: await opened.value(search("spam_44562")),
        [COMMON]: await opened.value(search("jsonrpc")),
      };
      await opened.close();
      return timed;
    },
  };
  const samples = (await inTurns(inBrowser, rounds)).get("page")!;
  const names = [READY, SEARCH, RARE, COMMON];
  print(
    "100,000 events",
    new Map(names.map((name) => [name, samples.map((each) => each[name]!)])),
    CLAIMS,
  );
}
