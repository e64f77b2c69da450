import { quote } from "../text_safety.ts";
import { StartError, type StartErrorKind } from "./start_error.ts";

const KINDS: Readonly<Record<string, readonly [StartErrorKind, string]>> = {
  EACCES: ["not-executable", "the system does not let it run"],
  EISDIR: ["not-executable", "it is a directory"],
  ENOEXEC: ["not-executable", "it is not a program"],
  ENOTDIR: ["not-executable", "a part of its path is not a directory"],
  ELOOP: ["not-executable", "its path has too many links"],
  ENAMETOOLONG: ["not-executable", "its name is too long"],
  ETXTBSY: ["not-executable", "somebody is writing to its file"],
  E2BIG: [
    "argument-too-long",
    "its arguments and environment are too long for the system",
  ],
  EMFILE: ["too-many-files", "this program has too many files open"],
  ENFILE: ["too-many-files", "the system has too many files open"],
  EAGAIN: ["too-many-processes", "there are too many processes"],
  ENOMEM: ["too-many-processes", "there is not enough memory"],
};

/** The {@linkcode StartError} of what `Deno.Command` threw. */
export function startFailure(command: string, cause: unknown): StartError {
  const { code, message } = cause instanceof Error
    ? cause as Error & { code?: string }
    : { code: undefined, message: String(cause) };
  const [kind, why] = reason(command, cause, code, message);
  return new StartError(
    kind,
    command,
    `Cannot start "${quote(command)}" as ${why}`,
    { cause },
  );
}

function reason(
  command: string,
  cause: unknown,
  code: string | undefined,
  message: string,
): readonly [StartErrorKind, string] {
  if (cause instanceof Deno.errors.NotCapable) {
    return ["not-permitted", permission(command, message)];
  }
  const directory = /(?:No such cwd|cwd is not a directory) '(.*)'$/s
    .exec(message)?.[1];
  if (directory !== undefined) {
    return [
      "bad-directory",
      `its working directory cannot be entered: current value is ${
        quote(directory)
      }`,
    ];
  }
  if (code === "ENOENT") return ["not-found", notFound(command)];
  const known = KINDS[code ?? ""];
  if (known) return [known[0], `${known[1]}: ${quote(message)}`];
  return ["failed", `the system refused: ${quote(message)}`];
}

function permission(command: string, message: string): string {
  if (/LD_|DYLD_/.test(message)) {
    return "a variable that changes how programs are loaded needs more: " +
      "run again with --allow-run, not limited to commands";
  }
  const name = /^[\w./+-]+$/.test(command) ? `=${command}` : "";
  return "this program is not permitted to: run again with --allow-run" +
    (name && ` or --allow-run${name}`);
}

/** A file in PATH that cannot be run is reported as missing too: no walk of
 * our own could tell, as reading PATH and its files needs permissions. */
function notFound(command: string): string {
  return command.includes("/")
    ? "there is no such file, or no interpreter that its first line names"
    : "there is no such command: no file of that name can be run in PATH";
}
