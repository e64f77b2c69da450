import { type Joined, JoinedMessages } from "../../../cli/summary/signs.ts";
import { assertEquals } from "../../support/std_assert.ts";

const ONE = "Spam 1";
const SEVEN = new Array<string>(7).fill(ONE);

const CASES: { title: string; reads: string[]; expected: Joined | null }[] = [
  {
    title: "messages that begin alike came joined",
    reads: [...SEVEN, "Spam 2Spam 3", "Spam 4Spam 0Spam 1"],
    expected: { bytes: 6, reads: 2, areLines: false },
  },
  {
    title: "lines came joined, whatever they begin with",
    reads: [...SEVEN.map(() => "one 1\n"), "two 1\nxyz 1\n", "abc 1\ndef 1\n"],
    expected: { bytes: 6, reads: 2, areLines: true },
  },
  {
    title: "a longer message of another kind proves nothing",
    reads: [...SEVEN, "Spam 2Spam 3", "good morning"],
    expected: null,
  },
  {
    title: "a size that is no multiple proves nothing",
    reads: [...SEVEN, "Spam 2Spam 3", "Spam 4Spam 0", "Spam 10"],
    expected: null,
  },
  {
    title: "a shorter message than the usual one proves nothing",
    reads: [...SEVEN, "Spam 2Spam 3", "Spam 4Spam 0", "Spa"],
    expected: null,
  },
  {
    title: "what was joined before any was single proves nothing",
    reads: ["Spam 2Spam 3", ...SEVEN, "Spam 2Spam 3", "Spam 2Spam 3"],
    expected: null,
  },
  {
    title: "one read alone may be a message of its own",
    reads: [...SEVEN, "Spam 2Spam 3"],
    expected: null,
  },
  {
    title: "few reads do not show what is usual",
    reads: [ONE, ONE, "Spam 2Spam 3", "Spam 2Spam 3"],
    expected: null,
  },
  {
    title: "what is joined more often than not is not usually single",
    reads: [...SEVEN, ...SEVEN.map(() => "Spam 2Spam 3"), "Spam 4Spam 5"],
    expected: null,
  },
  {
    title: "messages of three bytes are multiples by chance",
    reads: [...SEVEN.map(() => "aa\n"), "aa\naa\n", "aa\naa\n"],
    expected: null,
  },
];

for (const { title, reads, expected } of CASES) {
  Deno.test(title, () => {
    const messages = new JoinedMessages();
    const encoder = new TextEncoder();
    for (const read of reads) messages.take(encoder.encode(read));
    assertEquals(messages.evidence, expected);
  });
}
