import type { ExitStatus } from "../../mod.ts";

/** The status of a child that wrote nothing and ended well after a second. */
export const EXITED: ExitStatus = {
  code: 0,
  signal: null,
  success: true,
  reason: "exited",
  stopSteps: 0,
  receivedSignal: null,
  durationMs: 1000,
  bytesIn: 0,
  bytesOut: 0,
  bytesErr: 0,
  stderrTail: "",
  drained: true,
};
