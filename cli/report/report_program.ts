/** The program `report`: a recording as one page to look at. */
import { quote } from "../../src/text_safety.ts";
import { fileReason, PROGRAM_NAME } from "../stderr/error_line.ts";
import { type ProgramPage, runProgram } from "../main/program.ts";
import { listenWithoutChild } from "../main/without_child.ts";
import {
  file,
  PROGRAM_OPTIONS,
  text,
  UsageError,
  valued,
} from "../options/option.ts";
import { openRecording, STDIN } from "../recording/open_recording.ts";
import { print, talk } from "../stderr/talk.ts";
import { concatReadableStreams } from "../streams/std.ts";
import { commandText, reportOf } from "./report.ts";

/** The options of `main.ts report`. */
export const REPORT_OPTIONS = {
  output: valued(file("FILE", { takesDash: true }), null, {
    short: "o",
    group: "page",
    help: "write the page to FILE; - is stdout. Default: beside the " +
      "recording, with .html. A page of an earlier report is replaced, any " +
      "other file is refused",
  }),
  title: valued(text("TEXT"), null, {
    group: "page",
    help: "what stands at the top; the command if it is not given",
  }),
  ...PROGRAM_OPTIONS,
};

const PAGE: ProgramPage<typeof REPORT_OPTIONS> = {
  usage: [`${PROGRAM_NAME} report [options] FILE`],
  about: "Writes a recording as one page to look at: a time line, the " +
    "messages, requests with their answers, the bytes, what stands out. The " +
    "page loads nothing, so that it can be mailed. Of a long session it holds " +
    "the first 300,000 rows and 64 MiB, and says so.",
  examples: [
    `${PROGRAM_NAME} report session.jsonl`,
    `${PROGRAM_NAME} report -o page.html --title 'A slow answer' lsp.jsonl`,
  ],
  table: REPORT_OPTIONS,
  operands: ["FILE"],
  statuses: [
    ["0", "the page is written"],
    ["2", "wrong usage"],
    ["125", "the recording cannot be read, or the page not written"],
  ],
  print,
  say: talk,
};

/** Runs `report` on its arguments; resolves to its exit status. */
export function runReport(args: readonly string[]): Promise<number> {
  return runProgram(args, PAGE, async ({ settings, operands: [from = ""] }) => {
    using _ = listenWithoutChild();
    const to = settings.output ?? besides(from);
    // First: a long recording would be read in vain.
    const target = to === "-" ? null : await findTarget(to);
    await using recording = await openRecording(from);
    const { command } = recording.header;
    const title = settings.title ?? commandText(command);
    const parts = await reportOf(recording, { title });
    if (target === null) await print(parts.join(""));
    else {
      await target(parts).catch((error) => {
        throw writeFailure(to, error);
      });
    }
    return 0;
  });
}

/** Where the page of a recording goes if that is not said. */
function besides(from: string): string {
  if (from === STDIN) {
    throw new UsageError(
      "Cannot choose where the page goes as the recording comes from stdin: add --output FILE",
    );
  }
  return `${from.replace(/\.(jsonl|json|recording)$/i, "")}.html`;
}

/** What every page of ours begins with. */
const SIGN = '<!DOCTYPE html>\n<html lang="en" data-page="basic-pipes report"';

/** Writes the parts of a page to a file, a device or a pipe. */
type Target = (parts: readonly string[]) => Promise<void>;

/** How a page can be written there; throws if it cannot be. */
async function findTarget(to: string): Promise<Target> {
  try {
    checkPermission(to, "read", to);
    const info = await Deno.stat(to).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    });
    // The page would take the place of the link.
    if (info === null && await isLink(to)) {
      throw new Error(sentence(to, "it is a link to a file that is not there"));
    }
    // A device or a pipe is written to as it is.
    if (info !== null && !info.isFile && !info.isDirectory) {
      checkPermission(to, "write", to);
      return (parts) => writeParts(to, parts, { create: false });
    }
    if (info?.isFile && info.size > 0 && !await isPage(to)) {
      const reason = "a file is there that is no page of report: remove it " +
        "or name another with --output";
      throw new UsageError(sentence(to, reason));
    }
    // Through a link, so that the link stays one.
    const path = await isLink(to) ? await Deno.realPath(to) : to;
    // A part of the page is beside it first, and is renamed.
    const folder = path.replace(/[^/\\]*$/, "") || ".";
    checkPermission(to, "read", folder);
    checkPermission(to, "write", folder);
    return (parts) => replaceFile(path, parts);
  } catch (error) {
    throw writeFailure(to, error);
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** On a terminal, Deno would ask, and stop everything until it is answered. */
function checkPermission(
  to: string,
  name: "read" | "write",
  path: string,
): void {
  if (Deno.permissions.querySync({ name, path }).state === "granted") return;
  const reason = fileReason(path, new Deno.errors.NotCapable(), name);
  throw new Error(sentence(to, reason));
}

/** Never half a page: a part of one is beside it until it is whole. */
async function replaceFile(path: string, parts: readonly string[]) {
  const beside = `${path}.${Deno.pid}.part`;
  try {
    // For its owner alone, as the recording is.
    await writeParts(beside, parts, { createNew: true, mode: 0o600 });
    await Deno.rename(beside, path);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw error;
  }
}

async function isPage(path: string): Promise<boolean> {
  using page = await Deno.open(path);
  const start = new Uint8Array(SIGN.length);
  await page.read(start);
  return new TextDecoder().decode(start) === SIGN;
}

async function writeParts(
  path: string,
  parts: readonly string[],
  options: Deno.WriteFileOptions,
): Promise<void> {
  // One part is encoded at a time: with all of them in one text a page of 17 MB
  // would be in memory twice.
  const streams = parts.map((part) =>
    ReadableStream.from([part]).pipeThrough(new TextEncoderStream())
  );
  await Deno.writeFile(path, concatReadableStreams(...streams), options);
}

/** The same failure in one sentence. */
function writeFailure(to: string, error: unknown): Error {
  const isSaid = error instanceof UsageError ||
    // The reader of a pipe has left, which is no failure.
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Error && error.message.startsWith(sentence(to, ""));
  if (isSaid) return error;
  return new Error(sentence(to, fileReason(to, error)), { cause: error });
}

function sentence(to: string, reason: string): string {
  return `Cannot write the page to "${quote(to)}" as ${reason}`;
}
