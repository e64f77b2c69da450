import type { Arrival } from "../formats/format.ts";

/** What decides into how many slices a pipe is cut. */
export interface SliceCountOptions {
  /** The most bytes of a slice. */
  readonly sliceBytes: number;
  /** Whether a slice that is not full waits for the next bytes. */
  readonly fill: boolean;
  /** The most slices of both pipes together. */
  readonly max: number;
}

/** Counts the slices that the log makes of what the pipes give. */
export class SliceCount {
  readonly #options: SliceCountOptions;
  /** Bytes of the slice of each pipe that is not full yet. */
  readonly #begun = { out: 0, err: 0 };
  #left: number;

  /** None yet. */
  constructor(options: SliceCountOptions) {
    this.#options = options;
    this.#left = options.max;
  }

  /** How many slices begin with these bytes: not more than are still asked for. */
  take(bytes: number, stream: Arrival["stream"]): number {
    const { sliceBytes, fill } = this.#options;
    const begun = this.#begun[stream];
    const slices = Math.ceil((begun + bytes) / sliceBytes) -
      Math.ceil(begun / sliceBytes);
    if (fill) this.#begun[stream] = (begun + bytes) % sliceBytes;
    const logged = Math.min(slices, this.#left);
    this.#left -= logged;
    return logged;
  }
}
