import type { Kind } from "./option.ts";

/** Several of a few words, with commas between; each at most once counts. */
export function someOf<const W extends string>(
  words: readonly W[],
): Kind<readonly W[]> {
  return {
    placeholder: "WHAT,…",
    rule: `words of ${words.join(", ")}, with commas between`,
    words,
    read(text) {
      const given = text.split(",");
      const known = words.filter((word) => given.includes(word));
      return known.length === new Set(given).size ? known : undefined;
    },
    write: (value) => value.join(","),
  };
}
