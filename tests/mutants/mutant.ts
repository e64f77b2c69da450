/** One planted fault: `from` stands once in `file`, and becomes `to`. */
export interface Mutant {
  /** What is wrong then. */
  name: string;
  file: string;
  from: string;
  to: string;
  /** The files of tests that notice it. */
  tests: readonly string[];
}
