/** REFERENCE.md has every option, and what it says of files can be read. */
import { SUBCOMMANDS } from "../cli/main/subcommands.ts";
import { PARENT_OPTIONS } from "../cli/options/parent.ts";
import type { OptionTable } from "../cli/options/option.ts";
import { Recording } from "../src/recording/recording.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { ROOT } from "./support/whole_program.ts";

const PAGES = ["README.md", "GUIDE.md", "REFERENCE.md", "GOTCHAS.md"];

const pageOf = (name: string) => Deno.readTextFileSync(new URL(name, ROOT));

const REFERENCE = pageOf("REFERENCE.md");

/** The part of the reference under the heading that names a program. */
function chapterOf(program: string): string {
  const chapters = REFERENCE.split(/^#{2,3} /m);
  const found = chapters.filter((chapter) =>
    chapter.split("\n", 1)[0]!.startsWith(`\`${program}\``)
  );
  assertEquals(found.length, 1, program);
  return found[0]!;
}

const PROGRAMS: [string, () => Promise<OptionTable>][] = [
  ["basic-pipes", () => Promise.resolve(PARENT_OPTIONS)],
  ...Object.entries(SUBCOMMANDS).map(([name, { options }]) =>
    [`basic-pipes ${name}`, options] as [string, () => Promise<OptionTable>]
  ),
];

for (const [program, options] of PROGRAMS) {
  Deno.test(`every option of ${program} stands in its table, and no other`, async () => {
    const rows = chapterOf(program).split("\n")
      .filter((line) => line.startsWith("| `-"));
    const named = rows.flatMap((row) =>
      [...row.split(" | ", 1)[0]!.matchAll(/--([a-z-]+)/g)].map((m) => m[1])
    );
    // Those of every program are named once, above.
    const ofAll = ["help", "version"];
    const table = await options();
    const own = Object.keys(table).filter((name) => !ofAll.includes(name));
    assertEquals(
      named.filter((name) => !ofAll.includes(name!)).toSorted(),
      own.toSorted(),
    );
    for (const [name, { short }] of Object.entries(table)) {
      if (short === undefined || ofAll.includes(name)) continue;
      assert(chapterOf(program).includes(`\`-${short}, --${name}`), name);
    }
  });
}

Deno.test("the recording of the reference can be read, and holds every kind of line", async () => {
  const [, block = ""] = /```json\n(\{"recording".*?)^```$/ms.exec(REFERENCE)!;
  const recording = await Recording.read(new Blob([block]).stream());
  assertEquals(recording.header.command, ["server", "--stdio"]);
  const events = await Array.fromAsync(recording);
  assertEquals(
    events.map(({ kind }) => kind),
    ["piece", "piece", "end", "gap", "status"],
  );
  // What stands there is what the status counts.
  const sizes = { in: 0, out: 0, err: 0 };
  for (const event of events) {
    if (event.kind === "piece") sizes[event.from] += event.bytes.length;
    if (event.kind === "gap") sizes[event.from] += event.bytes;
    if (event.kind !== "status") continue;
    for (const from of ["in", "out", "err"] as const) {
      assertEquals(event.bytes[from]!.read, sizes[from], from);
    }
  }
});

Deno.test("every part of the benchmark stands in its page", () => {
  const [, block = ""] = /^const PARTS.*?\{\n(.*?)^\};$/ms.exec(
    pageOf("bench/main.ts"),
  )!;
  const page = pageOf("bench/README.md");
  for (const [, part = ""] of block.matchAll(/^ {2}"?(\w+(?::\w+)?)/gm)) {
    assert(page.includes(`\`${part}\``), part);
  }
});

/** The name of a heading in a link, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

for (const name of [...PAGES, "CHANGELOG.md", "tests/README.md"]) {
  Deno.test(`each link of ${name} leads to something that is there`, () => {
    const page = pageOf(name).replace(/^```.*?^```$/gms, "");
    for (const [, link = ""] of page.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const url = new URL(path === "" ? name : path, new URL(name, ROOT));
      const target = path === "" ? new URL(name, ROOT) : url;
      assert(Deno.statSync(target) !== null, link);
      if (anchor === undefined) continue;
      const headings = Deno.readTextFileSync(target).matchAll(/^#+ (.*)$/gm);
      const anchors = [...headings].map(([, heading = ""]) =>
        anchorOf(heading)
      );
      assert(anchors.includes(anchor), link);
    }
  });
}
