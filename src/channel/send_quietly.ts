import { DONE } from "../write/queue.ts";
import { type Envelope, isRefusal, mend } from "./json_rpc.ts";

/** Sends a message of JSON-RPC; throws or rejects as `Channel.send` does. */
export type Send = (message: unknown) => Promise<void>;

/** Sends; a failure is seen where the channel is read. Never rejects. */
export function sendQuietly(
  send: Send,
  message: Envelope | Envelope[],
): Promise<void> {
  let sent: Promise<void>;
  try {
    sent = send(message);
  } catch (error) {
    return sendRefused(send, message, error);
  }
  if (sent === DONE) return sent;
  return sent.catch((error) => sendRefused(send, message, error));
}

/**
 * Sends what is left of answers that the format refused: no request of the
 * other side may stay without one. A result becomes an error, and an error
 * loses its data.
 */
function sendRefused(
  send: Send,
  message: Envelope | Envelope[],
  error: unknown,
): Promise<void> {
  if (!isRefusal(error)) return DONE;
  const refused = Array.isArray(message) ? message : [message];
  const mended = refused.map((answer) => mend(answer, error));
  if (mended.every((answer, at) => answer === refused[at])) return DONE;
  return sendQuietly(send, Array.isArray(message) ? mended : mended[0]!);
}
