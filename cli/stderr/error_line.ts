import { escapeText } from "../../src/text_safety.ts";

/** The name in front of each sentence of the program. */
export const PROGRAM_NAME = "basic-pipes";

/** A sentence as a line for stderr; what it quotes cannot act on a terminal. */
export function errorLine(sentence: string): string {
  return `${PROGRAM_NAME}: ${escapeText(sentence)}\n`;
}
