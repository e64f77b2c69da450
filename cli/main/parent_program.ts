import {
  checkSettings,
  LOG_OPTIONS,
  PARENT_OPTIONS,
  type ParentSettings,
} from "../options/parent.ts";
import type { CommandLine } from "../options/parse.ts";
import type { LogWriter } from "../log/log.ts";
import type { RecordFile } from "../recording/record_file.ts";
import { type HelpPage, type ProgramPage, runProgram } from "./program.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";
import { print, talk, talkAs } from "../stderr/talk.ts";

/** What the command line of `main.ts` says. */
export interface ParentLine {
  /** Every option. */
  settings: ParentSettings;
  /** The command after `--`, or `null`. */
  command: CommandLine<typeof PARENT_OPTIONS>["command"];
  /** The file that the log is appended to, or `null` for stdout. */
  output: LogWriter | null;
  /** The file of the recording, or `null` for none. */
  record: RecordFile | null;
}

/** How long `date` may take, as the program waits for it at its end. */
const DATE_MS = 1000;

/** How `main.ts` is named where it was loaded from: in a checkout, or by URL. */
const MAIN = import.meta.url.startsWith("file:")
  ? "main.ts"
  : import.meta.resolve("../../main.ts");

const STANDS_FOR = `Where it is not installed, ${PROGRAM_NAME} stands for: ` +
  `deno run --allow-run ${MAIN}`;

const PAGE: ProgramPage<typeof PARENT_OPTIONS> = {
  usage: [
    `${PROGRAM_NAME} [options]`,
    `${PROGRAM_NAME} [options] -- command [argument…]`,
    `${PROGRAM_NAME} subcommand [options] …`,
  ],
  about:
    "Starts the command, or a built-in child, and logs what it writes to " +
    "its pipe. Each read takes what has arrived, and is logged in slices. " +
    STANDS_FOR,
  examples: [
    PROGRAM_NAME,
    `${PROGRAM_NAME} log -- make`,
    `${PROGRAM_NAME} --summary -- python3 slow.py`,
  ],
  firstOptions: ["slice", "count", "timeout", "summary", "help"],
  table: PARENT_OPTIONS,
  notes: [
    `All options, and the exit statuses: ${PROGRAM_NAME} log --help. They are ` +
    "the same with and without log; where a default differs, both are named.",
  ],
  print,
  say: talk,
  loadHelp: async () => {
    const { LOG_ABOUT, SUBCOMMANDS } = await import("./subcommands.ts");
    const others = Object.entries(SUBCOMMANDS).map(([name, { about }]) =>
      [name, about] as const
    );
    return {
      ...PAGE,
      subcommands: [["log", LOG_ABOUT], ...others],
    } as HelpPage;
  },
};

/** `main.ts log`: the same with the defaults of a log for people. */
const LOG_PAGE: ProgramPage<typeof PARENT_OPTIONS> = {
  usage: [
    `${PROGRAM_NAME} log [options]`,
    `${PROGRAM_NAME} log [options] -- command [argument…]`,
  ],
  about:
    "Starts the command, or a built-in child, and logs what it writes for a " +
    "person to read: lines as text, with the local time, stdout and stderr in the " +
    `order of arrival. ${PROGRAM_NAME} without log takes the same options, with ` +
    "the defaults that are named: it shows the pieces that each read gave. " +
    STANDS_FOR,
  examples: [
    `${PROGRAM_NAME} log -- make`,
    `${PROGRAM_NAME} log --label web --slow 2s -- npm start`,
    `${PROGRAM_NAME} log -o log.txt --max-size 10M -- ./server`,
    `${PROGRAM_NAME} --tick 100ms --count 12`,
    `${PROGRAM_NAME} --format hex --fill --slice 16 -- cat file`,
  ],
  table: LOG_OPTIONS,
  bareTable: PARENT_OPTIONS,
  notes: [
    "The formats seed and json are the exact ones: the bytes can be got back " +
    "from them. text is to be read: what could act on a terminal is escaped, " +
    "and so is what cannot be seen and could fake or reorder a line, such as " +
    "the joiners and variation selectors of an emoji.",
  ],
  print,
  say: talk,
  statuses: [
    [
      "n",
      Deno.build.os === "windows"
        ? "the command's own"
        : "the command's own; 128+n where signal n ended it",
    ],
    ["0", "also: --count was reached, or the reader of the log has left"],
    ["2", "wrong usage: nothing was started"],
    ["124", "stopped by --timeout or --idle"],
    ["125", "the program itself failed"],
    ["126", "the command cannot be run"],
    ["127", "there is no such command"],
  ],
};

/**
 * Runs `main.ts`, or `main.ts log`: reads its command line, then calls `run` or
 * prints.
 */
export function runParentProgram(
  args: readonly string[],
  isLog: boolean,
  run: (line: ParentLine) => Promise<number>,
): Promise<number> {
  return runProgram(args, isLog ? LOG_PAGE : PAGE, async (line) => {
    const settings = checkSettings(line);
    if (settings.completions !== null) {
      const { completions } = await import("../completions/completions.ts");
      const { completionPrograms } = await import("./subcommands.ts");
      const programs = await completionPrograms();
      const page = { name: PROGRAM_NAME, table: PARENT_OPTIONS, programs };
      await print(await completions(settings.completions, page));
      return 0;
    }
    talkAs(settings.label);
    // First, so that nothing is started if the file cannot be written.
    const output = await openOutput(settings);
    const record = await openRecording(settings);
    const warned = warnOfZone(settings);
    try {
      const { command } = line;
      const status = await run({ settings, command, output, record });
      await warned;
      return status;
    } finally {
      if (record?.isUsed === false) await dropRecord(record);
    }
  });
}

/** Says on stderr if `--time iso` is not local time, while the command runs. */
async function warnOfZone(
  { time, utc, quiet }: ParentSettings,
): Promise<void> {
  if (time !== "iso" || utc || quiet) return;
  const warning = await zoneWarning();
  if (warning !== null) await talk(warning);
}

async function openOutput(settings: ParentSettings): Promise<LogWriter | null> {
  const { output, keep } = settings;
  if (output === null) return null;
  const { openLogFile } = await import("../log/file/log_file.ts");
  const maxBytes = settings["max-size"] ?? undefined;
  return await openLogFile(output, { maxBytes, keep });
}

async function openRecording(
  { record, quiet }: ParentSettings,
): Promise<RecordFile | null> {
  if (record === null || record === "none") return null;
  const { openRecord, takenName } = await import(
    "../recording/record_file.ts"
  );
  const opened = await openRecord(record);
  const taken = takenName(opened);
  if (taken !== null && !quiet) await talk(taken);
  return opened;
}

/** Nothing was started: a file without a recording would be left. */
async function dropRecord(record: RecordFile): Promise<void> {
  const { dropUnused } = await import("../recording/record_file.ts");
  await dropUnused(record);
}

/** The sentence for a local time that Deno does not know; `null` if it does. */
async function zoneWarning(): Promise<string | null> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  // Deno takes a rule in TZ, as CET-1CEST,M3.5.0,M10.5.0/3, for UTC. To read TZ
  // would need --allow-env, so date(1) is asked, which follows the rule.
  if (timeZone !== "UTC") return null;
  const offset = await systemOffset();
  if (offset === null || /^[+-]0000$/.test(offset)) return null;
  return "Cannot write local time as Deno does not follow the rule in TZ: the " +
    `log is in UTC, the system has ${offset}; a name works, as Europe/Berlin`;
}

/** The offset of local time by date(1), as +0100; `null` if it cannot be run. */
async function systemOffset(): Promise<string | null> {
  const run = { name: "run", command: "date" } as const;
  const canAsk = Deno.build.os !== "windows" &&
    Deno.permissions.querySync(run).state === "granted";
  if (!canAsk) return null;
  try {
    const { stdout } = await new Deno.Command("date", {
      args: ["+%z"],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(DATE_MS),
    }).output();
    return /^[+-]\d{4}(?=\n)/.exec(new TextDecoder().decode(stdout))?.[0] ??
      null;
  } catch {
    return null; // There is no date(1), or it was not started.
  }
}
