import type { LineArrival } from "../arrival.ts";
import type { TimeKind } from "../options/option.ts";
import type { FormatOptions } from "./formats.ts";

/**
 * The time of a log line. It is built once for each arrival, not for each line.
 *
 * `epoch` is seconds since 1970, `elapsed` seconds since the start, `delta`
 * seconds since the previous line (for the first, since the start), each with six
 * decimals. `iso` is ISO 8601 with six decimals. `elapsed` and `delta` use the
 * monotonic clock, so that a change of the wall clock does not affect them.
 */
export class Stamp {
  /** The time as it is written; empty for `none`. */
  text = "";
  /** Milliseconds between the previous line and this one. */
  gapMs = 0;
  /** Whether the first line of an arrival can differ from its other lines. */
  readonly firstDiffers: boolean;
  readonly #kind: TimeKind;
  readonly #utc: boolean;
  #written = NaN;
  #beforeMs = 0;
  #second = NaN;
  #secondText = "";
  #minute = NaN;
  #minuteText = "";
  #zone = "";

  constructor(options: Pick<FormatOptions, "time" | "utc" | "slowMs">) {
    this.#kind = options.time;
    this.#utc = options.utc;
    this.firstDiffers = options.time === "delta" ||
      options.slowMs !== undefined;
  }

  /** Sets the text for the next line; returns whether it changed. */
  set(arrival: LineArrival): boolean {
    // With two pipes, the previous line can have a slightly later time.
    const gapMs = Math.max(0, arrival.elapsedMs - this.#beforeMs);
    this.#beforeMs = arrival.elapsedMs;
    this.gapMs = gapMs;
    const value = this.#value(arrival, gapMs);
    if (value === this.#written) return false;
    this.#written = value;
    if (this.#kind === "iso") this.text = this.#iso(value);
    else if (this.#kind !== "none") this.text = this.#seconds(value);
    return true;
  }

  #value(arrival: LineArrival, gapMs: number): number {
    switch (this.#kind) {
      case "epoch":
      case "iso":
        return arrival.wallMs;
      case "elapsed":
        return arrival.elapsedMs;
      case "delta":
        return gapMs;
      case "none":
        return 0;
    }
  }

  #seconds(ms: number): string {
    // Rounded once, so that 1.9999996 s becomes 2.000000, not 1.1000000.
    const micros = Math.round(ms * 1000);
    const second = Math.floor(micros / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = String(second);
    }
    return `${this.#secondText}.${digits(micros - second * 1e6, 6)}`;
  }

  #iso(wallMs: number): string {
    const micros = Math.round(wallMs * 1000);
    const minute = Math.floor(micros / 60e6);
    if (minute !== this.#minute) this.#newMinute(minute);
    const inMinute = micros - minute * 60e6;
    const second = Math.floor(inMinute / 1e6);
    const fraction = digits(inMinute - second * 1e6, 6);
    return `${this.#minuteText}${digits(second, 2)}.${fraction}${this.#zone}`;
  }

  /** Begins a minute: the offset of local time changes only with a minute. */
  #newMinute(minute: number): void {
    this.#minute = minute;
    const east = this.#utc
      ? 0
      : -Math.round(new Date(minute * 60e3).getTimezoneOffset());
    const local = new Date((minute + east) * 60e3).toISOString();
    this.#minuteText = local.slice(0, local.lastIndexOf(":") + 1);
    const size = Math.abs(east);
    const hours = digits(Math.floor(size / 60), 2);
    const minutes = digits(size % 60, 2);
    this.#zone = this.#utc ? "Z" : `${east < 0 ? "-" : "+"}${hours}:${minutes}`;
  }
}

/** A number with zeros in front, to `count` digits. */
function digits(value: number, count: number): string {
  return String(value).padStart(count, "0");
}
