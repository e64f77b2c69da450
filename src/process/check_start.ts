import { checkOneOf } from "../check.ts";
import { checkMs } from "../check.ts";
import { quote } from "../text_safety.ts";
import { SIGNAL_NUMBERS } from "./signal_numbers.ts";
import type { StopLadder } from "./stop_ladder.ts";

/** Refuses text that no process can be given. */
export function checkText(what: string, value: unknown): void {
  const why = typeof value !== "string"
    ? "is not text"
    : value.includes("\0")
    ? "has a NUL in it"
    : !value.isWellFormed() || value.includes("\ufffd")
    ? "was not valid text when it was read, and would name something else"
    : undefined;
  if (why === undefined) return;
  throw new TypeError(
    `Cannot start a child as ${what} ${why}: current value is ${
      typeof value === "string" ? `"${quote(value)}"` : typeof value
    }`,
  );
}

/** Refuses a command, arguments, a directory or variables that are unusable. */
export function checkCommand(
  command: string,
  args: readonly string[],
  cwd: string | URL | undefined,
  env: Readonly<Record<string, string>> | undefined,
): void {
  checkText("the command", command);
  if (command === "") {
    throw new TypeError(
      `Cannot start a child as the command is empty: current value is ""`,
    );
  }
  args.forEach((arg, index) => checkText(`argument ${index + 1}`, arg));
  if (cwd !== undefined) {
    checkText("cwd", cwd instanceof URL ? filePath("its cwd", cwd) : cwd);
  }
  for (const [name, value] of Object.entries(env ?? {})) {
    checkText("a variable's name", name);
    if (name === "" || name.includes("=")) {
      throw new TypeError(
        `Cannot start a child as a variable's name is empty or has "=" in it: ` +
          `current value is "${quote(name)}"`,
      );
    }
    checkText(`the variable ${quote(name)}`, value);
  }
}

/** Refuses a ladder that would do nothing or cannot be walked. */
export function checkLadder(purpose: string, ladder: StopLadder): void {
  if (!Array.isArray(ladder)) {
    throw new TypeError(
      `Cannot ${purpose} as its stop ladder must be a list of steps: ` +
        `current value is ${quote(String(ladder))}`,
    );
  }
  if (ladder.length === 0) {
    throw new RangeError(
      `Cannot ${purpose} as its stop ladder has no step: current value is []`,
    );
  }
  for (const { waitMs, signal, close } of ladder) {
    checkOneOf(purpose, "what a step closes", close, ["stdin"]);
    checkMs(purpose, "a step's waitMs", waitMs);
    if (signal !== undefined) checkSignal(signal);
  }
}

/** Refuses a signal that the system does not have. */
export function checkSignal(signal: Deno.Signal): void {
  if (Object.hasOwn(SIGNAL_NUMBERS, signal)) return;
  throw new TypeError(
    `Cannot send a signal as there is none of that name: ` +
      `current value is "${quote(String(signal))}"`,
  );
}

/** The path of a `file:` URL; `what` is named where it is refused. */
export function filePath(what: string, url: URL): string {
  if (url.protocol === "file:") {
    try {
      return decodeURIComponent(url.pathname);
    } catch {
      // Not UTF-8: Deno has no way to pass such a path on.
    }
  }
  throw new TypeError(
    `Cannot start a child as ${what} is not a file: URL of UTF-8 text: ` +
      `current value is ${url.href}`,
  );
}
