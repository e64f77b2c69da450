import type { ExitReason, ExitStatus } from "../exit_status.ts";

/** How a process ended, as the system reported it. */
export interface ProcessEnd
  extends Pick<ExitStatus, "code" | "signal" | "success"> {
  /** Whether the system reported anything. */
  isTold: boolean;
}

/** Waits for the process. Never rejects, though Deno's status does. */
export function processEnd(process: Deno.ChildProcess): Promise<ProcessEnd> {
  return process.status.then(
    ({ code, signal, success }) => ({ code, signal, success, isTold: true }),
    (error) => {
      // Deno has no names for real-time signals and rejects with the number.
      const number = /^Invalid signal: (\d+)$/.exec(error.message)?.[1];
      return number === undefined
        ? { code: 125, signal: null, success: false, isTold: false }
        : {
          code: 128 + Number(number),
          signal: Number(number),
          success: false,
          isTold: true,
        };
    },
  );
}

/** Why a child ended. A stop is the reason, however the child reacts to it. */
export function exitReason(
  { signal, isTold }: ProcessEnd,
  stopReason: ExitReason | undefined,
): ExitReason {
  if (stopReason !== undefined) return stopReason;
  if (!isTold) return "lost";
  return signal === null ? "exited" : "signaled";
}

/**
 * A status that reports when it is awaited. To look at it, or to pass it on,
 * changes nothing: a getter with an effect once made `const { status } = child`
 * lose output.
 */
export class StatusPromise extends Promise<ExitStatus> {
  readonly #onAwait: (() => void) | undefined;

  constructor(status: Promise<ExitStatus>, onAwait: () => void) {
    super((resolve) => resolve(status));
    this.#onAwait = onAwait;
  }

  /** What `then` gives is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<Value = ExitStatus, Other = never>(
    onResolved?: ((status: ExitStatus) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    this.#onAwait?.();
    return super.then(onResolved, onRejected);
  }
}
