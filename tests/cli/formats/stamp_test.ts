import { run } from "../../../mod.ts";
import { fixture, testNeeding } from "../../support/processes.ts";
import type { FormatOptions } from "../../../cli/formats/formats.ts";
import { Stamp } from "../../../cli/formats/stamp.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { arrival } from "./harness.ts";

const test = testNeeding("TZ");

type Moment = { wallMs?: number; elapsedMs?: number };

/** The stamps of lines that arrive one after another. */
function stampsOf(
  asked: Partial<Pick<FormatOptions, "time" | "utc">>,
  moments: Moment[],
): string[] {
  const stamp = new Stamp({ time: "epoch", utc: true, ...asked });
  return moments.map((moment) => {
    stamp.set(arrival(moment));
    return stamp.text;
  });
}

const CASES: {
  name: string;
  asked: Partial<Pick<FormatOptions, "time" | "utc">>;
  moments: Moment[];
  stamps: string[];
}[] = [
  {
    name: "epoch has six decimals and is rounded as a whole",
    asked: { time: "epoch" },
    moments: [
      { wallMs: 0 },
      { wallMs: 1000 },
      { wallMs: 1999.9994 },
      { wallMs: 1999.9996 },
      { wallMs: 1795393202244.19 },
    ],
    stamps: [
      "0.000000",
      "1.000000",
      "1.999999",
      "2.000000",
      "1795393202.244190",
    ],
  },
  {
    name: "iso in UTC carries into the minute, the day and the year",
    asked: { time: "iso" },
    moments: [
      { wallMs: Date.UTC(2026, 11, 31, 23, 59, 59) + 999.999 },
      { wallMs: Date.UTC(2026, 11, 31, 23, 59, 59) + 999.9996 },
      { wallMs: Date.UTC(2028, 1, 29, 0, 0, 7) + 0.001 },
    ],
    stamps: [
      "2026-12-31T23:59:59.999999Z",
      "2027-01-01T00:00:00.000000Z",
      "2028-02-29T00:00:07.000001Z",
    ],
  },
  {
    name: "elapsed is the monotonic clock and not the wall clock",
    asked: { time: "elapsed" },
    moments: [
      { wallMs: 5e12, elapsedMs: 0.0014 },
      { wallMs: 0, elapsedMs: 3_600_000.5 },
    ],
    stamps: ["0.000001", "3600.000500"],
  },
  {
    name: "delta is since the line before, at first since the start",
    asked: { time: "delta" },
    moments: [{ elapsedMs: 250 }, { elapsedMs: 1250.5 }, { elapsedMs: 1250.5 }],
    stamps: ["0.250000", "1.000500", "0.000000"],
  },
  {
    name: "delta is never negative when two pipes overtake each other",
    asked: { time: "delta" },
    moments: [{ elapsedMs: 250 }, { elapsedMs: 249 }],
    stamps: ["0.250000", "0.000000"],
  },
  {
    name: "none is nothing",
    asked: { time: "none" },
    moments: [{}, { wallMs: 1 }],
    stamps: ["", ""],
  },
];

for (const { name, asked, moments, stamps } of CASES) {
  Deno.test(`the stamp ${name}`, () => {
    assertEquals(stampsOf(asked, moments), stamps);
  });
}

const ZONES: { zone: string; wallMs: number; stamp: string }[] = [
  {
    zone: "Europe/Berlin",
    wallMs: Date.UTC(2026, 9, 25, 0, 59, 59) + 999,
    stamp: "2026-10-25T02:59:59.999000+02:00",
  },
  {
    zone: "Europe/Berlin",
    wallMs: Date.UTC(2026, 9, 25, 1, 0, 0),
    stamp: "2026-10-25T02:00:00.000000+01:00",
  },
  {
    zone: "America/St_Johns",
    wallMs: Date.UTC(2026, 0, 1, 2, 0, 0),
    stamp: "2025-12-31T22:30:00.000000-03:30",
  },
  {
    zone: "Asia/Kolkata",
    wallMs: Date.UTC(2026, 11, 31, 18, 30, 0),
    stamp: "2027-01-01T00:00:00.000000+05:30",
  },
  {
    zone: "UTC",
    wallMs: Date.UTC(2026, 5, 1),
    stamp: "2026-06-01T00:00:00.000000+00:00",
  },
];

for (const { zone, wallMs, stamp } of ZONES) {
  test(`local time in ${zone} is ${stamp}`, async () => {
    const program = fixture("../programs/stamps.ts");
    const { text } = await run(Deno.execPath(), [
      ...["run", "-q", program, String(wallMs)],
    ], { env: { TZ: zone } });
    assertEquals(text(), stamp);
  });
}

Deno.test("a stamp tells whether anything has changed", () => {
  const stamp = new Stamp({ time: "epoch", utc: true });
  const delta = new Stamp({ time: "delta", utc: true });
  const moments = [{}, {}, { wallMs: 1, elapsedMs: 1600 }, {
    wallMs: 1,
    elapsedMs: 1600,
  }];
  assertEquals(
    moments.map((moment) => [
      stamp.set(arrival(moment)),
      delta.set(arrival(moment)),
    ]),
    [[true, true], [false, true], [true, true], [false, true]],
  );
});
