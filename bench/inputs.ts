/** What is logged in the measurements: blocks of 64 KiB. */

const BLOCK_BYTES = 64 * 1024;
const SENTENCE =
  "It's a line of a server's log, 200 OK, path=\"/index.html\" took 12 ms\n";

function repeated(text: string): Uint8Array<ArrayBuffer> {
  const count = Math.ceil(BLOCK_BYTES / text.length);
  return new TextEncoder().encode(text.repeat(count)).slice(0, BLOCK_BYTES);
}

/** The length of a line of `text`, without its end. */
export const LINE_BYTES = 63;

export const INPUTS = {
  text: repeated(
    "abcdefghijklmnopqrstuvwxyz".repeat(3).slice(0, LINE_BYTES) + "\n",
  ),
  random: crypto.getRandomValues(new Uint8Array(BLOCK_BYTES)),
  sentences: repeated(SENTENCE),
  japanese: repeated("パイプはバイトを運ぶ。メッセージではない。\n"),
};

/** The name of an input. */
export type InputName = keyof typeof INPUTS;
