import { encodeInto } from "./encode_into.ts";

/** One batch: the capacity of a Linux pipe, so one write can fill it. */
const BATCH_BYTES = 65_536;
/** The room without a batch: too little even for an empty write. */
const NO_ROOM = -1;

/** Collects small writes. */
export class WriteBatch {
  readonly #givesBack: boolean;
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #room = NO_ROOM;
  #used = 0;
  /** A buffer that nobody else holds. */
  #spare: Uint8Array<ArrayBuffer> | undefined;

  /** `givesBack`: whether what was taken comes back by `giveBack`. */
  constructor(givesBack: boolean) {
    this.#givesBack = givesBack;
  }

  /** Whether nothing has been collected. */
  get isEmpty(): boolean {
    return this.#used === 0;
  }

  /** Whether so many more bytes have room. */
  fits(bytes: number): boolean {
    return this.#used + bytes <= this.#room;
  }

  /** Copies bytes, if they have room. */
  add(bytes: Uint8Array): boolean {
    const end = this.#used + bytes.length;
    if (end > this.#room) return false;
    this.#buffer!.set(bytes, this.#used);
    this.#used = end;
    return true;
  }

  /** Encodes text, if it has room for sure: 3 bytes for each UTF-16 unit. */
  addText(text: string): boolean {
    if (this.#used + text.length * 3 > this.#room) return false;
    this.#used = encodeInto(text, this.#buffer!, this.#used);
    return true;
  }

  /** Makes room. */
  open(): void {
    this.#buffer = this.#spare ?? new Uint8Array(BATCH_BYTES);
    this.#spare = undefined;
    this.#room = BATCH_BYTES;
  }

  /** Gives what was collected, and has no room until it is opened again. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    const buffer = this.#buffer;
    const used = this.#used;
    if (buffer === undefined) return undefined;
    // An empty one as well: as long as there is room, nobody says that what
    // comes next has to leave.
    this.#buffer = undefined;
    this.#room = NO_ROOM;
    this.#used = 0;
    if (used === 0) {
      this.#spare = buffer;
      return undefined;
    }
    if (this.#givesBack || used * 2 > BATCH_BYTES) {
      return buffer.subarray(0, used);
    }
    // A stream that queues would hold 64 KiB for each small line.
    this.#spare = buffer;
    return buffer.slice(0, used);
  }

  /** Takes back what nobody holds any more. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    this.#spare ??= new Uint8Array(bytes.buffer);
  }

  /** Forgets all, and has no room. */
  drop(): void {
    this.#buffer = this.#spare = undefined;
    this.#room = NO_ROOM;
    this.#used = 0;
  }
}
