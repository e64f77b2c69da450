/** What errors call a frame of the framing of that name. */
export function frameName(framing: string): string {
  return framing === "line" ? "line" : `${framing} frame`;
}

/** Refuses a payload that its reader would refuse. */
export function checkPayload(
  framing: string,
  payload: Uint8Array,
  maxBytes: number,
): void {
  if (!(payload instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot encode a ${
        frameName(framing)
      } as its payload must be a Uint8Array: current value is ${typeof payload}`,
    );
  }
  if (payload.length > maxBytes) {
    throw new RangeError(
      `Cannot encode a ${
        frameName(framing)
      } as its payload must have at most ${maxBytes} bytes: current value is ${payload.length}`,
    );
  }
}
