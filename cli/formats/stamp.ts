import type { Arrival, FormatOptions, TimeKind } from "./format.ts";

/** Room for the longest stamp, an ISO time with an offset, to spare. */
const STAMP_BYTES = 48;

/**
 * The time of a log line as ASCII bytes, built once per arrival and not per line.
 *
 * `epoch` is seconds since 1970, `elapsed` seconds since the start, `delta`
 * seconds since the line before (the first: since the start), each with six
 * decimals; `iso` is ISO 8601 with six decimals. `elapsed` and `delta` use the
 * monotonic clock, so that a changed wall clock cannot make them lie.
 */
export class Stamp {
  /** The text: `bytes[0, length)`. */
  readonly bytes: Uint8Array = new Uint8Array(STAMP_BYTES);
  /** How long the text is; 0 for `none`. */
  length = 0;
  /** Milliseconds between the line before and this one. */
  gapMs = 0;
  /** The first line of an arrival can read differently from its other lines. */
  readonly firstDiffers: boolean;
  readonly #kind: TimeKind;
  readonly #utc: boolean;
  #written = NaN;
  #beforeMs = 0;
  #minute = NaN;
  #minuteText = "";
  #zone = "";

  constructor(options: Pick<FormatOptions, "time" | "utc" | "slowMs">) {
    this.#kind = options.time;
    this.#utc = options.utc;
    this.firstDiffers = options.time === "delta" ||
      options.slowMs !== undefined;
  }

  /** Sets the text for the next line; true if it or the gap has changed. */
  set(arrival: Arrival): boolean {
    // Two pipes: the other one's line may carry a slightly later time.
    const gapMs = Math.max(0, arrival.elapsedMs - this.#beforeMs);
    this.#beforeMs = arrival.elapsedMs;
    const gapChanged = gapMs !== this.gapMs;
    this.gapMs = gapMs;
    const value = this.#value(arrival, gapMs);
    if (value === this.#written) return gapChanged && this.firstDiffers;
    this.#written = value;
    this.length = 0;
    if (this.#kind === "iso") this.#iso(value);
    else if (this.#kind !== "none") this.#seconds(value);
    return true;
  }

  #value(arrival: Arrival, gapMs: number): number {
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

  #seconds(ms: number): void {
    // Rounded once, as a whole: 1.9999996 s must carry into 2.000000.
    const micros = Math.round(ms * 1000);
    const seconds = Math.floor(micros / 1e6);
    this.#ascii(String(seconds));
    this.#fraction(micros - seconds * 1e6);
  }

  #iso(wallMs: number): void {
    const micros = Math.round(wallMs * 1000);
    const minute = Math.floor(micros / 60e6);
    if (minute !== this.#minute) this.#newMinute(minute);
    this.#ascii(this.#minuteText);
    const inMinute = micros - minute * 60e6;
    const seconds = Math.floor(inMinute / 1e6);
    this.#digits(seconds, 2);
    this.#fraction(inMinute - seconds * 1e6);
    this.#ascii(this.#zone);
  }

  /** The offset of local time can change, but only with a minute. */
  #newMinute(minute: number): void {
    this.#minute = minute;
    const east = this.#utc
      ? 0
      : -Math.round(new Date(minute * 60e3).getTimezoneOffset());
    const local = new Date((minute + east) * 60e3).toISOString();
    this.#minuteText = local.slice(0, local.lastIndexOf(":") + 1);
    const size = Math.abs(east);
    const hours = String(Math.floor(size / 60)).padStart(2, "0");
    const minutes = String(size % 60).padStart(2, "0");
    this.#zone = this.#utc ? "Z" : `${east < 0 ? "-" : "+"}${hours}:${minutes}`;
  }

  #fraction(micros: number): void {
    this.#ascii(".");
    this.#digits(micros, 6);
  }

  #digits(value: number, count: number): void {
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      this.bytes[at] = 48 + rest % 10;
      rest = Math.floor(rest / 10);
    }
    this.length += count;
  }

  #ascii(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.bytes[this.length++] = text.charCodeAt(i);
    }
  }
}
