import { contentLength } from "../../src/frame/content_length.ts";
import { lines, nul } from "../../src/frame/delimited_framings.ts";
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
  header: payloadOnly,
};

/** The framing that a rule names, for payloads of up to `maxBytes`. */
export function framingOf(rule: FrameRule, maxBytes: number): Framing {
  return FRAMINGS[rule](maxBytes);
}

/** Content-Length frames as their payload alone. */
function payloadOnly(maxBytes: number): Framing {
  const framing = contentLength({ maxBytes });
  return {
    name: framing.name,
    maxBytes,
    rule: framing.rule,
    decode: (header, payload) => framing.decode(header, payload).payload,
    encode: (payload) => framing.encode({ payload }),
  };
}
