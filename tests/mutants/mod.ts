/** All planted faults. */
import { CHANNEL_MUTANTS } from "./channel.ts";
import { LOG_MUTANTS } from "./log.ts";
import type { Mutant } from "./mutant.ts";
import { PROCESS_MUTANTS } from "./process.ts";
import { PROCESS_PIPE_MUTANTS } from "./process_pipes.ts";
import { PROGRAM_MUTANTS } from "./program.ts";
import { READER_MUTANTS } from "./reader.ts";
import { RECORDING_MUTANTS } from "./recording.ts";
import { REPORT_MUTANTS } from "./report.ts";
import { SESSION_MUTANTS } from "./session.ts";
import { SUMMARY_MUTANTS } from "./summary.ts";
import { REPLAY_MUTANTS } from "./replay.ts";
import { TAP_MUTANTS } from "./tap.ts";
import { WRITER_MUTANTS } from "./writer.ts";

export const MUTANTS: readonly Mutant[] = [
  ...READER_MUTANTS,
  ...WRITER_MUTANTS,
  ...PROCESS_MUTANTS,
  ...PROCESS_PIPE_MUTANTS,
  ...CHANNEL_MUTANTS,
  ...PROGRAM_MUTANTS,
  ...LOG_MUTANTS,
  ...REPLAY_MUTANTS,
  ...RECORDING_MUTANTS,
  ...SESSION_MUTANTS,
  ...SUMMARY_MUTANTS,
  ...REPORT_MUTANTS,
  ...TAP_MUTANTS,
];
