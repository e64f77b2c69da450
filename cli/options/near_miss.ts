import { type OptionTable, settingsOf } from "./option.ts";

/** More guesses than this help nobody. */
const MAX_GUESSES = 3;

/**
 * The options that `word`, which is none, was probably meant for, as they are
 * written: `--format=hex` for `hex`, `--summary` for `sum`, `--slice` for
 * `slize`. None where a guess would mislead.
 */
export async function nearMisses(
  word: string,
  table: OptionTable,
): Promise<string[]> {
  const names = Object.keys(table);
  const settings = settingsOf(word, table);
  if (settings.length > 0) return settings;
  const longer = names.filter((name) => name.startsWith(word));
  const shorter = names.filter((name) => word.startsWith(name));
  const guesses = longer.length > 0 ? longer : await nearestNames(word, names);
  // --time-out is --timeout, and not --time; --environ is --env.
  if (guesses.length === 0 && shorter.length > 0) {
    guesses.push(shorter.reduce((a, b) => b.length > a.length ? b : a));
  }
  return guesses.length > MAX_GUESSES ? [] : guesses.map((name) => `--${name}`);
}

/** The names nearest in spelling, if they are near. */
async function nearestNames(
  word: string,
  names: readonly string[],
): Promise<string[]> {
  // A third of the letters: --pid is no --cwd, though two letters are near.
  const most = Math.min(2, Math.floor(word.length / 3));
  const { loadDistance } = await import("./std.ts");
  const distance = await loadDistance();
  const edits = names.map((name) => {
    const count = distance(word, name);
    return count === 2 && isShuffled(word, name) ? 1 : count;
  });
  const least = Math.min(...edits);
  return least > most ? [] : names.filter((_, index) => edits[index] === least);
}

/** Whether both have the same letters: two edits of such are one swap. */
function isShuffled(word: string, name: string): boolean {
  return [...word].sort().join() === [...name].sort().join();
}
