import { storeAscii } from "./ascii.ts";

/** Stores a safe integer of at least 0 in decimal; returns the place behind it. */
export function storeInteger(
  view: DataView,
  at: number,
  value: number,
): number {
  if (value > 0x7fffffff) {
    return storeAscii(view, at, String(value));
  }
  let length = 1;
  for (let power = 10; power <= value; power *= 10) length++;
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const tenth = rest / 10 | 0;
    view.setUint8(i, 48 + rest - tenth * 10);
    rest = tenth;
  }
  return at + length;
}
