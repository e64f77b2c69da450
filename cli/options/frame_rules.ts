/** The names that `--frame` takes, beside `slice`. */
export const FRAME_RULES = [
  "lines",
  "nul",
  "json",
  "length",
  "connection",
  "header",
] as const;

/** The name of a rule that says where one frame ends. */
export type FrameRule = typeof FRAME_RULES[number];

/** Whether its frames end where a delimiter stands: a break of it can't spread. */
export function isDelimited(rule: FrameRule): boolean {
  return rule === "lines" || rule === "nul" || rule === "json";
}
