import type { FrameRule } from "../options/option.ts";
import { framingOf } from "../log/framings.ts";

const MAX_MESSAGE_BYTES = 1024 ** 2;
const encoder = new TextEncoder();

/** A message as one frame of a rule, in one piece so that one write takes it. */
export function encodeFrame(rule: FrameRule, message: string): Uint8Array {
  const payload = rule === "json" ? JSON.stringify(message) : message;
  const framing = framingOf(rule, MAX_MESSAGE_BYTES);
  const pieces = framing.encode(encoder.encode(payload));
  const bytes = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
