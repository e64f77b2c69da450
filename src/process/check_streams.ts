const STDOUT = ["piped", "inherit", "null"];
const STDERR = [...STDOUT, "tail"];

/** Refuses what is no standard stream of a child. */
export function checkStreams(
  { stdin, stdout, stderr }: Record<"stdin" | "stdout" | "stderr", unknown>,
): void {
  checkOneOf("stdout", stdout, STDOUT);
  checkOneOf("stderr", stderr, STDERR);
  const isInput = stdin instanceof Uint8Array || isText(stdin) ||
    stdin instanceof ReadableStream;
  if (!isInput) {
    checkOneOf("stdin", stdin, STDOUT, "bytes, a text or a stream");
  }
  if (stdin instanceof ReadableStream && stdin.locked) {
    throw new TypeError(
      "Cannot start a child as the stream for its stdin must not be locked: " +
        "current value is one that somebody reads already",
    );
  }
}

/** Refuses a value that is none of the words. */
export function checkOneOf(
  name: string,
  value: unknown,
  words: readonly string[],
  more?: string,
): void {
  if (value === undefined || words.includes(value as string)) return;
  const quoted = words.map((word) => `"${word}"`);
  const rule = [...quoted, ...(more ? [more] : [])].join(", ");
  throw new TypeError(
    `Cannot start a child as ${name} must be one of ${rule}: current value is ${
      typeof value === "string" ? JSON.stringify(value) : kindOf(value)
    }`,
  );
}

function isText(value: unknown): boolean {
  return typeof value === "object" && value !== null && "text" in value &&
    typeof value.text === "string";
}

function kindOf(value: unknown): string {
  return typeof value === "object"
    ? value?.constructor?.name ?? "null"
    : String(value);
}
