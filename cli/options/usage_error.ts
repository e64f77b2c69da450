/** A person's mistake on the command line: one line on stderr, status 2. */
export class UsageError extends Error {
  /** The class's name, as in `error.name`. */
  override name = "UsageError";
}
