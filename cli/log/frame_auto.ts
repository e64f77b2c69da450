import { LF } from "../../src/bytes.ts";
import type { FrameRule } from "../options/option.ts";

/** From here on a stream whose first line has no end is taken for lines. */
const MAX_HEAD_BYTES = 64 * 1024;

const HEADER = /^content-(?:length|type)[ \t]*:/i;
/** The start of a header, as far as it has come. */
const HEADER_START =
  /^c(?:o(?:n(?:t(?:e(?:n(?:t(?:-[a-z]*[ \t]*)?)?)?)?)?)?)?$/i;

const decoder = new TextDecoder();

/**
 * The rule that a stream follows, by its first bytes: `header` for a
 * `Content-Length` header, `json` for a line that is a JSON object or array, else
 * `lines`; `null` while more bytes are needed.
 *
 * @param isWhole Whether the stream has ended after `head`.
 */
export function ruleOf(head: Uint8Array, isWhole: boolean): FrameRule | null {
  const isEnough = isWhole || head.length >= MAX_HEAD_BYTES;
  const end = head.indexOf(LF);
  const known = head.subarray(0, end < 0 ? MAX_HEAD_BYTES : end);
  // A decoder drops a BOM, but not one that has not come whole.
  if (head[0] === 0xef && head.length < 3 && !isEnough) return null;
  const line = decoder.decode(known);
  if (HEADER.test(line)) return "header";
  if (end < 0 && HEADER_START.test(line)) return isEnough ? "lines" : null;
  const text = line.trim();
  if (text === "") {
    // A blank line says nothing.
    if (end >= 0) return ruleOf(head.subarray(end + 1), isWhole);
    return isEnough ? "lines" : null;
  }
  if (!/^[{[]/.test(text)) return "lines";
  if (end < 0 && !isEnough) return null;
  try {
    JSON.parse(text);
    return "json";
  } catch {
    return "lines";
  }
}
