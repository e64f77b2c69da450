/** The page of `report`, without a browser: what it holds, and the program. */
import { serveCheckout } from "../../support/serve_checkout.ts";
import { inFolder } from "../../support/in_folder.ts";
import { has, testNeeding } from "../../support/processes.ts";
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import * as script from "../../../cli/report/session.js";
import {
  OUTCOMES as PACKED_OUTCOMES,
  ROW_KINDS,
} from "../../../cli/report/columns.ts";
import { reportOf, type ReportOptions } from "../../../cli/report/report.ts";
import { RECORDED_STREAMS } from "../../../src/recording/event.ts";
import { Recording } from "../../../src/recording/recording.ts";
import { scansOf } from "../../support/scans.ts";
import {
  HandMade,
  HOSTILE_TEXTS,
  hostileSession,
  longSession,
  troubledSession,
} from "../../support/hand_made.ts";

const {
  bytesAt,
  idOf,
  indexTexts,
  KINDS,
  methodOf,
  OUTCOMES,
  payloadOf,
  readSession,
  searchTexts,
  STREAMS,
  visible,
} = // deno-lint-ignore no-explicit-any -- the script of the page has no types
  script as any;

const read = (made: HandMade) => Recording.read(new Blob([made.text]).stream());

async function pageOf(
  made: HandMade,
  options: Partial<ReportOptions> = {},
): Promise<string> {
  const all = { title: "Spam", ...options };
  return (await reportOf(await read(made), all)).join("");
}

/** The contents of the elements of a kind, as a parser finds them. */
function contents(page: string, start: RegExp, end: string): string[] {
  return [...page.matchAll(start)].map((match) => {
    const from = match.index + match[0].length;
    return page.slice(from, page.indexOf(end, from));
  });
}

async function sessionOf(page: string) {
  const [meta = ""] = contents(page, /<script [^>]*id="meta">/g, "</script");
  const [packed = ""] = contents(
    page,
    /<script [^>]*id="packed">/g,
    "</script",
  );
  return await readSession(JSON.parse(meta), packed);
}

Deno.test("the page names streams, kinds and outcomes as the program does", () => {
  assertEquals(STREAMS, [...RECORDED_STREAMS]);
  assertEquals(KINDS, [...ROW_KINDS]);
  assertEquals(OUTCOMES, [...PACKED_OUTCOMES]);
});

for (
  const { name, made } of [
    { name: "in trouble", made: troubledSession },
    { name: "that is hostile", made: hostileSession },
    { name: "that is long", made: () => longSession(2000) },
    { name: "of nothing", made: () => new HandMade(["true"]).end(1) },
    { name: "without an end", made: () => new HandMade(["cat"]) },
  ]
) {
  Deno.test(`the page of a session ${name} holds every byte with its time`, async () => {
    const session = await sessionOf(await pageOf(made()));
    const { reads } = session;
    let count = 0;
    for await (const event of await read(made())) {
      if (event.kind !== "piece") continue;
      const { from, ms, offset, bytes } = event;
      assertEquals({
        from: STREAMS[reads.from[count]],
        ms: Math.round(reads.ms[count] * 1000),
        offset: reads.offset[count],
        bytes: bytesAt(session, reads.from[count], offset, reads.size[count]),
      }, { from, ms: Math.round(ms * 1000), offset, bytes });
      count++;
    }
    assertEquals(reads.count, count);
  });
}

Deno.test("a row has the payload, the method and the id of its message", async () => {
  const session = await sessionOf(await pageOf(troubledSession()));
  const text = (row: number) =>
    new TextDecoder().decode(payloadOf(session, row));
  assertEquals(JSON.parse(text(0)).params.processId, 41);
  assertEquals(text(1), "spam-language-server 1.4.2 starting");
  assertEquals([0, 1, 2].map((row) => KINDS[session.rows.kind[row]]), [
    ...["request", "text", "answer"],
  ]);
  assertEquals([0, 1, 2].map((row) => methodOf(session, row)), [
    ...["initialize", "", "initialize"],
  ]);
  assertEquals([0, 1, 2].map((row) => idOf(session, row)), ["0", "", "0"]);
});

Deno.test("each request has its answer, its time and its outcome", async () => {
  const { requests, rows } = await sessionOf(await pageOf(troubledSession()));
  const count = (outcome: string) =>
    requests.outcome.filter((each: number) => OUTCOMES[each] === outcome)
      .length;
  assertEquals(OUTCOMES.map(count), [1, 11, 1, 0]);
  const slowest = requests.ms.indexOf(Math.max(...requests.ms));
  assertEquals(requests.ms[slowest], 640.2);
  const { answer, row } = requests;
  assertEquals(
    Math.round((rows.ms[answer[slowest]] - rows.ms[row[slowest]]) * 1000),
    640_200,
  );
  // A row knows its request from both sides.
  assertEquals(rows.request[answer[slowest]], slowest);
  assertEquals(rows.request[row[slowest]], slowest);
});

Deno.test("requests of a batch are told apart, and a cancelled one is neither an error nor without an answer", async () => {
  const line = (message: object) => `${JSON.stringify(message)}\n`;
  const ask = (id: number | string, method: string) => ({
    jsonrpc: "2.0",
    id,
    method,
  });
  const made = new HandMade(["server"], "json")
    .piece(
      1,
      "in",
      line([ask(1, "a"), ask("1", "b"), ask(2, "c"), ask(3, "d")]),
    )
    .piece(3, "out", line([{ jsonrpc: "2.0", id: "1", result: 0 }]))
    .piece(
      4,
      "in",
      line({
        jsonrpc: "2.0",
        method: "$/cancelRequest",
        params: { id: 2 },
      }),
    )
    .piece(
      6,
      "out",
      line({
        jsonrpc: "2.0",
        id: 2,
        error: { code: -32800, message: "cancelled" },
      }),
    )
    .piece(
      7,
      "in",
      line({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: 3 },
      }),
    )
    .end(9);
  const session = await sessionOf(await pageOf(made));
  const { requests: { count, method, word, outcome, ms }, meta } = session;
  const told = Array.from({ length: count }, (_, i) => ({
    method: meta.methods[method[i] - 1],
    id: meta.words[word[i] - 1],
    outcome: OUTCOMES[outcome[i]],
    ms: ms[i],
  }));
  assertEquals(told, [
    { method: "a", id: "1", outcome: "pending", ms: 8 },
    { method: "b", id: '"1"', outcome: "answer", ms: 2 },
    { method: "c", id: "2", outcome: "cancelled", ms: 5 },
    { method: "d", id: "3", outcome: "cancelled", ms: 8 },
  ]);
});

for (
  const words of ["spam", "‘EGG’", "\u202e", "fatal: cannot", "", "nowhere"]
) {
  Deno.test(`a search for "${visible(words)}" finds the rows that hold it`, async () => {
    for (const made of [troubledSession(), hostileSession()]) {
      const session = await sessionOf(await pageOf(made));
      const index = indexTexts(session);
      const found = searchTexts(index, words);
      const slow = Array.from({ length: session.rows.count }, (_, row) => {
        const text = index.text.slice(index.starts[row], index.starts[row + 1]);
        return Number(text.includes(words.toLowerCase()));
      });
      assertEquals([...found], slow);
    }
  });
}

Deno.test("nothing in a page can end an element of it, or start one", async () => {
  const page = await pageOf(hostileSession(), {
    title: HOSTILE_TEXTS.join(" "),
  });
  // What a parser of HTML reacts to within a script, and within a title.
  assertEquals(page.match(/<\/?script/g)?.length, 6);
  assertEquals(page.match(/<!--/g), null);
  assertEquals(page.match(/<\/?title>/g)?.length, 2);
  const [title = ""] = contents(page, /<title>/g, "</title");
  assert(!title.includes("<"));
  const [meta = ""] = contents(page, /<script [^>]*id="meta">/g, "</script");
  assert(!meta.includes("<"));
  assertEquals(JSON.parse(meta).title, HOSTILE_TEXTS.join(" "));
  // No character of a stream is in it: they are all packed.
  assertEquals(page.match(/[\u202a-\u202e\u2066-\u2069]/), null);
});

Deno.test("the policy of a page allows its own script and style alone", async () => {
  const page = await pageOf(troubledSession());
  const [, policy = ""] = /Security-Policy"\s+content="([^"]*)"/.exec(page) ??
    [];
  const hashes = await Promise.all([
    ...contents(page, /<script>/g, "</script>"),
    ...contents(page, /<style>/g, "</style>"),
  ].map(async (text) => {
    const bytes = new TextEncoder().encode(text);
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    return `'sha256-${new Uint8Array(hash).toBase64()}'`;
  }));
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    `script-src ${hashes[0]}`,
    `style-src ${hashes[1]}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  assertEquals(hashes.length, 2);
  assertEquals(page.match(/(?:src|href)="(?!#)/g), null);
  assertEquals(page.match(/ style="/g), null);
  // The policy stands before what it is for.
  assert(page.indexOf("Security-Policy") < page.indexOf("<style"));
});

Deno.test("the script of the page never makes markup of a text", async () => {
  const page = await pageOf(troubledSession());
  const [script = ""] = contents(page, /<script>/g, "</script>");
  const makers =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(/;
  assertEquals(makers.exec(script), null);
  assertEquals(script.match(/^(import|export) /gm), null);
});

Deno.test("what could act or hide is spelled out", () => {
  assertEquals(
    visible("a\u202eb\u200b\x1b[0m\r\n\t\u2028\u{e0041}é😀\ud800"),
    "a\\u{202e}b\\u{200b}\\x1b[0m\\r\\n\\t\\u{2028}\\u{e0041}é😀\\u{d800}",
  );
});

Deno.test("above the bounds the page says what it left out", async () => {
  const page = await pageOf(longSession(200), { maxRows: 50, maxBytes: 1000 });
  const session = await sessionOf(page);
  const { counts, leftOut } = session.meta;
  assertEquals(counts.rows, 50);
  assertEquals(leftOut.rows, 154);
  const kept = session.streams.reduce(
    (sum: number, { bytes }: { bytes: Uint8Array }) => sum + bytes.length,
    0,
  );
  assert(kept <= 1000);
  const all = session.meta.streams.reduce(
    (sum: number, { bytes }: { bytes: number }) => sum + bytes,
    0,
  );
  assertEquals(kept + leftOut.bytes, all);
});

Deno.test("requests without an answer are not gone through for each of them", async () => {
  const made = new HandMade(["server"]);
  for (let id = 0; id < 1_000; id++) {
    made.piece(id, "in", `{"jsonrpc":"2.0","id":${id},"method":"m${id}"}\n`);
  }
  const scans = await scansOf(() => pageOf(made));
  assert(scans <= 20, `${scans} scans`);
});

Deno.test("what stands out is told, the worst first, with its row", async () => {
  const { meta } = await sessionOf(await pageOf(troubledSession()));
  const told = meta.findings as { tone: string; text: string; row?: number }[];
  assertEquals(told.map(({ tone }) => tone), [
    ...["bad", "bad", "bad", "bad", "bad", "bad", "note", "note", "note"],
  ]);
  const expected = [
    /^A frame on stdout could not be read: /,
    /^Noise came 2 times: .* begins with "debug: cache miss for menu\.ts/,
    /^4\.0 KiB passed and were not recorded: the recorder fell behind\.$/,
    /^A request has no answer: textDocument\/completion #12, .* 210 ms/,
    /^One of 12 answers is an error\. It is to .* says \"The new name must not be empty\"\.$/,
    /^The command ended with status 1\.$/,
    /^The slowest of 12 answers took 640 ms: textDocument\/hover\.$/,
    /^The longest silence took 2\.39 s, .* No request was waiting\.$/,
    /^The command wrote 3 lines to stderr/,
  ];
  for (const [i, pattern] of expected.entries()) {
    assertMatch(told[i]!.text, pattern);
  }
});

Deno.test("what an error in a batch says is told", async () => {
  const made = new HandMade(["server"])
    .piece(1, "in", `[{"jsonrpc":"2.0","id":1,"method":"a"}]\n`)
    .piece(
      2,
      "out",
      `[{"jsonrpc":"2.0","id":1,"error":{"message":"no Spam"}}]\n`,
    )
    .end(3);
  const { meta } = await sessionOf(await pageOf(made));
  assertEquals(
    meta.findings[0].text,
    'One of 1 answer is an error. It is to a, and says "no Spam".',
  );
});

Deno.test("a session without trouble is said to be well, and one without an end is not", async () => {
  const findings = async (made: HandMade) =>
    (await sessionOf(await pageOf(made))).meta.findings[0];
  assertEquals((await findings(longSession(20))).tone, "good");
  const cut = new HandMade(["cat"]).piece(1, "out", "Spam 0\n");
  assertMatch((await findings(cut)).text, /^The recording has no end/);
});

/** A folder that has a recording, for a test. */
function besideSpam(test: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/spam.jsonl`, troubledSession().text);
    await test(folder);
  });
}

Deno.test("the page goes beside the recording, and replaces an earlier one", () =>
  besideSpam(async (folder) => {
    for (const title of ["First", "Second"]) {
      const args = ["--title", title, `${folder}/spam.jsonl`];
      // As a process: Deno ends what listened for signals on a thread of its
      // own, and counts it as a leak of this test if that thread is late.
      assertEquals(await report(args), { code: 0, stdout: "", stderr: "" });
      const page = await Deno.readTextFile(`${folder}/spam.html`);
      assertMatch(page, new RegExp(`<title>${title}</title>`));
    }
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(names.sort(), ["spam.html", "spam.jsonl"]);
    if (!has("modes")) return;
    const { mode } = await Deno.stat(`${folder}/spam.html`);
    assertEquals((mode ?? 0) & 0o777, 0o600);
  }));

const MAIN = new URL("../../../main.ts", import.meta.url).href;

/** Runs `main.ts report` as a person does. */
async function report(
  args: readonly string[],
  permissions: readonly string[] = ["--allow-all"],
) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", ...permissions, MAIN, "report", ...args],
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("a file that is no page of ours is not written over", () =>
  besideSpam(async (folder) => {
    await Deno.writeTextFile(`${folder}/spam.html`, "<!DOCTYPE html>my notes");
    const { code, stderr } = await report([`${folder}/spam.jsonl`]);
    assertEquals(code, 2);
    assertMatch(
      stderr,
      /^basic-pipes: Cannot write the page to .* no page of report/,
    );
    assertEquals(stderr.split("\n").length, 2);
    assertEquals(
      await Deno.readTextFile(`${folder}/spam.html`),
      "<!DOCTYPE html>my notes",
    );
  }));

Deno.test("a dash writes the page to stdout", () =>
  besideSpam(async (folder) => {
    const { code, stdout } = await report(["-o", "-", `${folder}/spam.jsonl`]);
    assertEquals(code, 0);
    assert(stdout.startsWith("<!DOCTYPE html>"));
    assert(stdout.trimEnd().endsWith("</html>"));
  }));

const onLinks = testNeeding("links");
onLinks(
  "a link stays one, and one to a file that is not there is refused",
  () =>
    besideSpam(async (folder) => {
      const link = `${folder}/link.html`;
      await Deno.symlink("page.html", link);
      const args = ["-o", link, `${folder}/spam.jsonl`];
      const { code, stderr } = await report(args);
      assertEquals(code, 125);
      assertMatch(stderr, /as it is a link to a file that is not there\n$/);
      assert((await Deno.lstat(link)).isSymlink);

      await Deno.writeTextFile(`${folder}/page.html`, "");
      assertEquals((await report(args)).code, 0);
      assert((await Deno.lstat(link)).isSymlink);
      const page = await Deno.readTextFile(`${folder}/page.html`);
      assert(page.startsWith("<!DOCTYPE html>"));
    }),
);

const CASES = [
  { args: ["-"], code: 2, stderr: /comes from stdin: add --output FILE/ },
  { args: ["missing.jsonl"], code: 125, stderr: /it is not there/ },
];
for (const { args, code, stderr } of CASES) {
  Deno.test(`report ${args.join(" ")} is refused in one line`, async () => {
    const result = await report(args);
    assertEquals({ code: result.code, stdout: result.stdout }, {
      code,
      stdout: "",
    });
    assertMatch(result.stderr, stderr);
    assertEquals(result.stderr.split("\n").length, 2);
  });
}

Deno.test("a permission that is missing is named, and nothing is asked", () =>
  besideSpam(async (folder) => {
    const { code, stderr } = await report([`${folder}/spam.jsonl`], [
      "--allow-read",
    ]);
    assertEquals(code, 125);
    assertMatch(stderr, /^basic-pipes: .* without --allow-write=/);
    assertEquals(stderr.split("\n").length, 2);
  }));

Deno.test("a report from a URL is the same page: its texts are fetched", () =>
  besideSpam(async (folder) => {
    await using served = serveCheckout();
    const recording = `${folder}/spam.jsonl`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "--allow-read", `${served.url}main.ts`],
        ...["report", "-o", "-", recording],
      ],
    }).output();
    const title = "spam-language-server --stdio";
    assertEquals(
      new TextDecoder().decode(stdout),
      await pageOf(troubledSession(), { title }),
    );
  }));

const onFullDisk = testNeeding("/dev/full");
onFullDisk(
  "a full disk leaves no half page, and one line",
  () =>
    besideSpam(async (folder) => {
      const { code, stderr } = await report([
        ...["-o", "/dev/full", `${folder}/spam.jsonl`],
      ]);
      assertEquals(code, 125);
      assertMatch(
        stderr,
        /^basic-pipes: Cannot write the page .*disk is full\n$/,
      );
    }),
);
