import { BufferedSource } from "./source.ts";
import type { Cutter } from "./cutter.ts";

/** The two ends of a transform. */
export interface CutStream<T> {
  readable: ReadableStream<T>;
  writable: WritableStream<Uint8Array>;
}

/**
 * A transform that cuts with the same cutters as the reader does. What one
 * chunk holds is given at once; the next chunk waits until that was taken.
 */
export function cutStream<Cut, T>(
  cutter: Cutter<Cut>,
  give: (cut: Cut, controller: ReadableStreamDefaultController<T>) => void,
): CutStream<T> {
  const identity = new TransformStream<Uint8Array, Uint8Array>();
  const source = new BufferedSource(identity.readable);
  const readable = new ReadableStream<T>({
    async pull(controller) {
      let cut: Cut | null | undefined = await takeOrAbort(source, cutter);
      if (cut === null) controller.close();
      while (cut !== null && cut !== undefined) {
        give(cut, controller);
        cut = tryTake(source, cutter);
      }
    },
    async cancel(reason) {
      await source.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return { readable, writable: identity.writable };
}

async function takeOrAbort<Cut>(
  source: BufferedSource,
  cutter: Cutter<Cut>,
): Promise<Cut | null> {
  try {
    return await source.take(cutter);
  } catch (error) {
    // Whoever writes to us must hear of it, and not wait for ever.
    await source.cancel(error);
    throw error;
  }
}

/** A failure takes nothing: the next pull meets it again and reports it. */
function tryTake<Cut>(
  source: BufferedSource,
  cutter: Cutter<Cut>,
): Cut | undefined {
  try {
    return source.tryTake(cutter);
  } catch {
    return undefined;
  }
}
