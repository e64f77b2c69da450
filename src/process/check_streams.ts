import { checkOneOf } from "../check.ts";

const STDOUT = ["piped", "inherit", "null"];
const STDERR = [...STDOUT, "tail"];

/** Refuses what is no standard stream of a child. */
export function checkStreams(
  { stdin, stdout, stderr }: Record<"stdin" | "stdout" | "stderr", unknown>,
): void {
  checkOneOf("start a child", "stdout", stdout, STDOUT);
  checkOneOf("start a child", "stderr", stderr, STDERR);
  const isInput = stdin instanceof Uint8Array || isText(stdin) ||
    stdin instanceof ReadableStream;
  if (!isInput) {
    checkOneOf(
      "start a child",
      "stdin",
      stdin,
      STDOUT,
      "bytes, a text or a stream",
    );
  }
  if (stdin instanceof ReadableStream && stdin.locked) {
    throw new TypeError(
      "Cannot start a child as the stream for its stdin must not be locked: " +
        "current value is one that somebody reads already",
    );
  }
}

function isText(value: unknown): boolean {
  return typeof value === "object" && value !== null && "text" in value &&
    typeof value.text === "string";
}
