import { contentLength } from "../../src/frame/content_length.ts";
import { lines, nul } from "../../src/frame/delimited.ts";
import type { Framing } from "../../src/frame/framing.ts";
import { lengthPrefix } from "../../src/frame/length_prefix.ts";
import { pythonConnection } from "../../src/frame/python_connection.ts";
import type { FrameRule } from "../options/option.ts";

const FRAMINGS: Record<FrameRule, (maxBytes: number) => Framing> = {
  lines: (maxBytes) => lines({ maxBytes }),
  nul: (maxBytes) => nul({ maxBytes }),
  json: (maxBytes) => lines({ maxBytes }),
  length: (maxBytes) => lengthPrefix({ maxBytes }),
  connection: (maxBytes) => pythonConnection({ maxBytes }),
  header: (maxBytes) => contentLength({ maxBytes }),
};

/** The framing that a rule names, for payloads of up to `maxBytes`. */
export function framingOf(rule: FrameRule, maxBytes: number): Framing {
  return FRAMINGS[rule](maxBytes);
}
