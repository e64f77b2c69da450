/** The steps of GUIDE.md: programs and commands, with what they print. */
import { fileURLToPath } from "node:url";
import { quote } from "./processes.ts";
import { denoRun, ROOT } from "./whole_program.ts";

/** A block of the guide. */
export type Step =
  /** A program: a file that the commands behind it can start. */
  | { kind: "file"; name: string; text: string }
  /** A command, and what the guide says that it prints. */
  | { kind: "command"; command: string; output: string };

/** A chapter of the guide, with its blocks in their order. */
export interface Chapter {
  title: string;
  steps: Step[];
}

/**
 * The chapters of a guide. A `console` block has commands behind `$ `, which go
 * on behind `> `, each with its output. Another block is a file, if the text in
 * front of it ends with the file's name: `This is \`slow.py\`:`.
 */
export function chaptersOf(markdown: string): Chapter[] {
  return markdown.split(/^## /m).slice(1).map((chapter) => {
    const title = chapter.split("\n", 1)[0]!;
    const steps: Step[] = [];
    for (
      const [, before = "", language, text = ""] of chapter.matchAll(
        /((?:[^\n]+\n)*)\n```(\w+)[^\n]*\n(.*?)^```$/gms,
      )
    ) {
      const name = /`([\w.]+)`[^`]*:\s*$/.exec(before)?.[1];
      if (language === "console") steps.push(...commandsOf(text));
      else if (name !== undefined) steps.push({ kind: "file", name, text });
    }
    return { title, steps };
  });
}

function commandsOf(text: string): Step[] {
  return text.split(/^\$ /m).slice(1).map((block) => {
    const lines = block.split("\n");
    let end = 1;
    while (lines[end]?.startsWith("> ")) end++;
    const command = [lines[0], ...lines.slice(1, end).map((l) => l.slice(2))];
    return {
      kind: "command",
      command: command.join("\n"),
      output: lines.slice(end).join("\n"),
    };
  });
}

/** A folder in which the guide's own names are known. */
export async function createGuideFolder(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const main = [Deno.execPath(), ...denoRun([], { deno: ["-A"] })];
  await Deno.mkdir(`${folder}/bin`);
  await Deno.writeTextFile(
    `${folder}/bin/basic-pipes`,
    `#!/bin/sh\nexec ${main.map(quote).join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
  const imports = { "@basic-pipes/basic-pipes": new URL("mod.ts", ROOT).href };
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({ imports, lock: false }),
  );
  return folder;
}

/** Runs a command of the guide; resolves to what a terminal would show. */
export async function outputOf(
  command: string,
  folder: string,
): Promise<string> {
  const path = [
    `${folder}/bin`,
    fileURLToPath(new URL(".", `file://${Deno.execPath()}`)),
    Deno.env.get("PATH"),
  ].join(":");
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", `exec 2>&1\n${command}`],
    cwd: folder,
    env: { PATH: path, NO_COLOR: "1", PYTHONUNBUFFERED: "", TZ: "UTC" },
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** What differs from run to run, and the word that stands for it. */
const VOLATILE: [RegExp, string][] = [
  // The end of a busy machine's process takes long enough to be a silence.
  [/^.* then the end\n/gm, ""],
  // There the log can also be complete later than its child has ended.
  [/; the log was complete after\s+[\d.]+ (µs|ms|s)$/gm, ""],
  [/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, "<date>"],
  [/\b\d{10}\.\d{6}\b/g, "<seconds>"],
  [/\b\d+\.\d{3,6}\b/g, "<elapsed>"],
  [/\bParent \d+/g, "Parent <id>"],
  [/\b[\d.]+ [KMG]?i?B\/s/g, "<rate>"],
  [/\b\d+(\.\d+)? (µs|ms|s)\b/g, "<time>"],
  // Of a time line its course, not how long each part of it is.
  [/▁{2,}/g, "▁"],
  [/[▂▃▄▅▆▇█]+/g, "█"],
  [/▁$/gm, ""],
  [/ +/g, " "],
];

/** A text without what differs from run to run. */
export function steady(text: string): string {
  return VOLATILE.reduce(
    (shown, [what, word]) => shown.replaceAll(what, word),
    text,
  ).trim();
}
