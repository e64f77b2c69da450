/**
 * A message of 32 bytes to `cat` and back, by `spawn` and by `Deno.Command`:
 * each in a process of its own, microseconds a round trip.
 */
import {
  type Cases,
  DENO,
  inTurns,
  pathOf,
  printed,
  report,
} from "./measure.ts";

const NAMES = [
  "spawn",
  "Deno.Command",
  "Deno.Command, BYOB into a kept buffer",
];

export async function roundTrip(isFull: boolean): Promise<void> {
  const trips = isFull ? 50_000 : 10_000;
  const cases: Cases = {};
  for (const name of NAMES) {
    const argv = [...DENO, pathOf("round_trip_case.ts"), name, String(trips)];
    cases[name] = () => printed(argv);
    // On one core, without the time in which the other one wakes up.
    if (isFull) {
      cases[`${name}, one core`] = () =>
        printed(["taskset", "-c", "0", ...argv]);
    }
  }
  report(
    "round trip of 32 bytes through cat, µs",
    await inTurns(cases, isFull ? 9 : 7),
    ["", ", one core"].flatMap((where) => [
      { ours: `spawn${where}`, peer: `Deno.Command${where}`, atMost: 0.7 },
      { ours: `spawn${where}`, peer: `${NAMES[2]}${where}` },
    ]),
  );
}
