import { decodeText } from "../bytes.ts";
import { quote, quoteBytes } from "../text_safety.ts";
import type { ExitError, ExitStatus } from "../exit_status.ts";

/**
 * Something arrived on a channel that is no message: mostly a stray print of
 * the other side. Without `onNoise`, it ends the channel.
 *
 * @example A print between two messages
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { channelOf, jsonLines, NoiseError, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("printf", ["1\nhello\n2\n"], { stdin: "piped" });
 * const channel = channelOf(child, jsonLines());
 * assertEquals(await channel.receive(), 1);
 * const error = await assertRejects(() => channel.receive(), NoiseError);
 * assertEquals(error.noise, "hello");
 * ```
 */
export class NoiseError extends Error {
  /** Always `"NoiseError"`. */
  override readonly name = "NoiseError";
  /** What arrived, as text; what is not UTF-8 is U+FFFD. */
  readonly noise: string;

  /**
   * Makes the error of what arrived.
   *
   * @param noise The bytes, or the text.
   * @param options Why it is no message, as `cause`.
   */
  constructor(noise: Uint8Array | string, options?: ErrorOptions) {
    const shown = typeof noise === "string"
      ? `"${quote(noise)}"`
      : quoteBytes(noise);
    super(
      `Cannot receive as what arrived must be a message: current value is ${shown}`,
      options,
    );
    this.noise = typeof noise === "string" ? noise : decodeText(noise);
  }
}

/**
 * The other side of a channel has ended, and what was asked of it cannot come.
 *
 * Over a child it says how the child ended: {@linkcode DisconnectedError.status}
 * has the tail of its stderr, and `cause` is the {@linkcode ExitError}. Without a
 * status, the child has closed its side and still lives a second later, or the
 * other side is no child.
 *
 * @example A child that ends instead of answering
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { channelOf, DisconnectedError, jsonLines, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("sh", ["-c", "read line; echo no >&2; exit 3"], {
 *   stdin: "piped",
 * });
 * const channel = channelOf(child, jsonLines());
 * const call = () => channel.request("add", [1, 2]);
 * const error = await assertRejects(call, DisconnectedError);
 * assertEquals(error.status?.code, 3);
 * assertEquals(error.status?.stderrTail, "no\n");
 * ```
 */
export class DisconnectedError extends Error {
  /** Always `"DisconnectedError"`. */
  override readonly name = "DisconnectedError";
  /** How the child ended, if the other side is a child that has ended. */
  readonly status: ExitStatus | undefined;

  /**
   * Makes the error of what could not be done.
   *
   * @param purpose What could not be done: `send`.
   * @param options Why, as `cause`: an {@linkcode ExitError} gives the status.
   */
  constructor(purpose: string, options: ErrorOptions = {}) {
    const { cause } = options;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    super(`Cannot ${purpose} as the other side has ended${why}`, options);
    const { status } = Object(cause) as Partial<ExitError>;
    this.status = status;
  }
}

/**
 * The other side answered a request with an error, as JSON-RPC 2.0 has it. A
 * handler of `serve` throws it to answer so.
 *
 * @example The code and the data of an answer
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RequestError } from "@basic-pipes/basic-pipes";
 *
 * const error = new RequestError(-32602, "n must be a number", { n: "x" });
 * assertEquals(error.code, RequestError.INVALID_PARAMS);
 * ```
 */
export class RequestError extends Error {
  /**
   * What arrived is no JSON. A channel gets it from others and never answers
   * with it: what is no JSON is noise, mostly a stray print.
   */
  static readonly PARSE_ERROR: number = -32700;
  /** What arrived is no request. */
  static readonly INVALID_REQUEST: number = -32600;
  /** There is no such method. */
  static readonly METHOD_NOT_FOUND: number = -32601;
  /** The parameters are not those of the method. */
  static readonly INVALID_PARAMS: number = -32602;
  /** The handler has failed. */
  static readonly INTERNAL_ERROR: number = -32603;
  /** The request was cancelled (Language Server Protocol). */
  static readonly REQUEST_CANCELLED: number = -32800;

  /** Always `"RequestError"`. */
  override readonly name = "RequestError";
  /** Says what went wrong; from -32768 to -32000 the codes are reserved. */
  readonly code: number;
  /** More about it, if the other side gives more. */
  readonly data: unknown;

  /**
   * Makes the error of its parts.
   *
   * @param code The code.
   * @param message One sentence.
   * @param data More about it; JSON must be able to carry it.
   */
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The error of a wait whose time was up. */
export function timeoutError(purpose: string, timeoutMs: number): DOMException {
  return new DOMException(
    `Cannot ${purpose} as timeoutMs has passed: current value is ${timeoutMs}`,
    "TimeoutError",
  );
}
