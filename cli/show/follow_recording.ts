import { holdSignals } from "../../src/process/signals.ts";
import { Recording } from "../../src/recording/recording.ts";
import { quote } from "../../src/text_safety.ts";
import { FollowedFile } from "./followed_file.ts";
import { type View, viewOf } from "./show.ts";
import { ShowLines } from "./show_lines.ts";
import type { ShowSettings } from "./show_program.ts";

/**
 * Shows a recording while it grows, until its last line or a signal; resolves to
 * the exit status. Lines that are shown so far are complete, and pending requests
 * are told, also after Ctrl-C.
 */
export async function followRecording(
  path: string,
  settings: ShowSettings,
  say: (sentence: string) => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  let received: Deno.Signal | undefined;
  const release = holdSignals((signal) => {
    received ??= signal;
    stop.abort();
  });
  let view: View | undefined;
  let pause: Promise<void> = Promise.resolve();
  const file = new FollowedFile(path, {
    signal: stop.signal,
    onIdle: () => {
      pause = view?.pause() ?? pause;
      pause.catch(() => {}); // The lines say so themselves.
    },
    onMissing: () => say(`waiting for the recording "${quote(path)}"`),
  });
  try {
    const recording = await beginning(file, stop.signal);
    if (recording !== null) {
      const { header } = recording;
      const lines = await ShowLines.open(settings, header.startedAt, say);
      view = viewOf(settings, header, lines, say);
      await lines.send();
      const all = follow(recording, view);
      await Promise.race([all, lines.failure]);
      await pause;
      await view.end();
      await lines.close();
    }
  } finally {
    await file.cancel();
    release();
  }
  if (received === undefined) return 0;
  const { endAs } = await import("../../src/process/end_as.ts");
  return await endAs(received);
}

/** The recording once its header is there; `null` if a signal came first. */
async function beginning(
  file: FollowedFile,
  signal: AbortSignal,
): Promise<Recording | null> {
  try {
    return await Recording.read(file);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** The status is the last line. */
async function follow(recording: Recording, view: View): Promise<void> {
  for await (const event of recording) {
    await view.event(event);
    if (event.kind === "status") return;
  }
}
