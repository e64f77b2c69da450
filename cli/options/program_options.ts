import { flag } from "./option.ts";

/** The options that both programs have. */
export const PROGRAM_OPTIONS = {
  help: flag({ short: "h", group: "told", help: "print this and end" }),
  version: flag({
    short: "V",
    group: "told",
    help: "print the version and end",
  }),
};
