import {
  type CompletionProgram,
  completions,
} from "../../../cli/completions/completions.ts";
import {
  completionPrograms,
  SUBCOMMANDS,
} from "../../../cli/main/subcommands.ts";
import {
  file,
  flag,
  folder,
  oneOf,
  type OptionTable,
  repeated,
  type Shell,
  SHELLS,
  size,
  text,
  valued,
} from "../../../cli/options/option.ts";
import { PARENT_OPTIONS } from "../../../cli/options/parent.ts";
import { spawn } from "../../../mod.ts";
import { fixture, has, testNeeding, textOf } from "../../support/processes.ts";
import { sideBySide } from "../../support/side_by_side.ts";
import { assertEquals, assertMatch } from "../../support/std_assert.ts";

const test = testNeeding("bash");

const TABLE: OptionTable = {
  format: valued(oneOf("NAME", ["seed", "text", "raw"]), "seed", {
    short: "f",
    group: "line",
    help: "how",
  }),
  "max-size": valued(size(1, 100), null, { group: "line", help: "so large" }),
  output: valued(file("FILE"), null, {
    short: "o",
    group: "line",
    help: "append",
  }),
  cwd: valued(folder("DIR"), null, {
    short: "C",
    group: "command",
    help: "there",
  }),
  env: repeated(text("NAME=VALUE"), {
    short: "E",
    group: "command",
    help: "set",
  }),
  fill: flag({ group: "cut", help: "full" }),
  quiet: flag({ short: "q", group: "messages", help: "no talk" }),
};

/** A folder with a file, a folder and a command in it, and the scripts. */
class Place implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "completions_" });

  static async of(
    table: OptionTable,
    programs?: readonly CompletionProgram[],
  ): Promise<Place> {
    const place = new Place();
    Deno.mkdirSync(`${place.path}/place/folder`, { recursive: true });
    Deno.writeTextFileSync(`${place.path}/place/file.txt`, "");
    Deno.mkdirSync(`${place.path}/bin`);
    const command = `${place.path}/bin/spam-and-eggs`;
    Deno.writeTextFileSync(command, "#!/bin/sh\n", { mode: 0o755 });
    for (const shell of SHELLS) {
      const page = { name: "basic-pipes", table, programs };
      const script = await completions(shell, page);
      Deno.writeTextFileSync(place.script(shell), script);
    }
    return place;
  }

  script(shell: Shell): string {
    return `${this.path}/script.${shell}`;
  }

  /** What a shell offers for a line with the cursor at its end. */
  async offers(shell: Shell, line: string): Promise<string[]> {
    // bash gives its completions the words, broken at each = as well.
    const words = [
      ...line.match(/=|[^ =]+/g) ?? [],
      ...line.endsWith(" ") ? [""] : [],
    ];
    const args = shell === "bash" ? words : [line];
    await using child = spawn(
      shell,
      [
        ...shell === "zsh" ? ["-f"] : [],
        fixture(`completes.${shell}`),
        this.script(shell),
        ...args,
      ],
      {
        cwd: `${this.path}/place`,
        env: {
          HOME: this.path,
          XDG_CONFIG_HOME: this.path,
          PATH: `${this.path}/bin:${Deno.env.get("PATH")}`,
        },
        stderr: "inherit",
      },
    );
    const lines = (await textOf(child)).split("\n").slice(0, -1);
    return [...new Set(lines)].sort();
  }

  /** Holds what a shell offers for each line against what it is to offer. */
  async offerLines(shell: Shell, lines: typeof LINES): Promise<void> {
    const offer = async ({ line, offers, bash }: typeof LINES[number]) => {
      const found = (await this.offers(shell, line)).map(word);
      const expected = shell === "bash" ? bash ?? offers : offers;
      assertEquals({ line, found }, { line, found: expected });
    };
    const [first, ...others] = lines;
    // The first zsh keeps a list of its functions for the others.
    await offer(first!);
    await sideBySide(others, offer);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** What is offered, without the description and the option it belongs to. */
function word(offer: string): string {
  return offer.replace(/\t.*$/, "").replace(/^--[a-z-]+=/, "").replace(
    /^folder\/$/,
    "folder",
  );
}

/** What all shells offer, but where `bash` says what it leaves to readline. */
const LINES: {
  line: string;
  offers: string[];
  bash?: string[];
}[] = [
  { line: "basic-pipes --fo", offers: ["--format"] },
  { line: "basic-pipes --f", offers: ["--fill", "--format"] },
  { line: "basic-pipes --format ", offers: ["raw", "seed", "text"] },
  { line: "basic-pipes -f te", offers: ["text"] },
  { line: "basic-pipes -qf te", offers: ["text"] },
  { line: "basic-pipes --format=r", offers: ["raw"] },
  { line: "basic-pipes --format=", offers: ["raw", "seed", "text"] },
  { line: "basic-pipes -f raw --q", offers: ["--quiet"] },
  { line: "basic-pipes --quiet --max-size 5 --en", offers: ["--env"] },
  { line: "basic-pipes -E A --en", offers: ["--env"] },
  { line: "basic-pipes --env A --en", offers: ["--env"] },
  { line: "basic-pipes --max-size ", offers: [] },
  { line: "basic-pipes --max-size=", offers: [] },
  { line: "basic-pipes --zzz", offers: [] },
  {
    line: "basic-pipes -o fi",
    offers: ["file.txt"],
    bash: ["compopt -o default"],
  },
  {
    line: "basic-pipes --output=fi",
    offers: ["file.txt"],
    bash: ["compopt -o default"],
  },
  {
    line: "basic-pipes -C f",
    offers: ["folder"],
    bash: ["compopt -o dirnames"],
  },
  {
    line: "basic-pipes --cwd=f",
    offers: ["folder"],
    bash: ["compopt -o dirnames"],
  },
  { line: "basic-pipes -- spam-an", offers: ["spam-and-eggs"] },
  { line: "basic-pipes -qf raw -- spam-an", offers: ["spam-and-eggs"] },
  {
    line: "basic-pipes -q -- basic-pipes --fo",
    offers: ["--format"],
    bash: ["compopt -o bashdefault -o default"],
  },
  {
    line: "basic-pipes -- spam-and-eggs --fo",
    offers: [],
    bash: ["compopt -o bashdefault -o default"],
  },
];

for (const shell of SHELLS) {
  const ignore = !has(shell);

  Deno.test({
    name: `${shell} completes options, their values, and the command after --`,
    ignore,
    async fn() {
      using place = await Place.of(TABLE);
      await place.offerLines(shell, LINES);
    },
  });

  Deno.test({
    name: `${shell} offers every option of the program, long and short`,
    ignore,
    async fn() {
      using place = await Place.of(PARENT_OPTIONS);
      const options: OptionTable = PARENT_OPTIONS;
      const long = Object.keys(options).map((name) => `--${name}`);
      const short = Object.values(options).flatMap((option) =>
        option.short === undefined ? [] : [`-${option.short}`]
      );
      const found = (await place.offers(shell, "basic-pipes -")).map(word);
      // zsh offers -- by itself, and not as one of the words.
      const border = shell === "zsh" ? [] : ["--"];
      assertEquals(found, [...long, ...short, ...border].sort());
    },
  });
}

test("bash completes what is not broken at = in one piece", async () => {
  using place = await Place.of(TABLE);
  const cases = [
    { words: ["--format=r"], says: "--format=raw\n" },
    { words: ["--cwd=f"], says: "--cwd=folder\ncompopt -o filenames\n" },
    { words: ["-ofi"], says: "-ofile.txt\ncompopt -o filenames\n" },
    { words: ["-fs"], says: "-fseed\n" },
    { words: ["-qfs"], says: "-qfseed\n" },
    { words: ["-f", "=", "s"], says: "seed\n" },
    { words: ["--quiet="], says: "" },
    { words: ["--quiet", "="], says: "" },
    { words: ["--quiet", "=", "f"], says: "" },
    { words: ["--label", "=", "--", "--fo"], says: "--format\n" },
    { words: ["--format", "seed", ""], says: null },
  ];
  await sideBySide(cases, async ({ words, says }) => {
    await using child = spawn(
      "bash",
      [
        fixture("completes.bash"),
        place.script("bash"),
        "basic-pipes",
        ...words,
      ],
      { cwd: `${place.path}/place` },
    );
    const lines = (await textOf(child)).split("\n").slice(0, -1).sort();
    const all = [...Object.keys(TABLE).map((name) => `--${name}`), "--"];
    assertEquals({ words, lines }, {
      words,
      lines: says === null ? all.sort() : says.split("\n").slice(0, -1),
    });
  });
});

Deno.test({
  name: "zsh finds the script as a file in its path of functions",
  ignore: !has("zsh"),
  async fn() {
    using place = await Place.of(TABLE);
    Deno.mkdirSync(`${place.path}/functions`);
    const path = `${place.path}/functions/_basic-pipes`;
    Deno.copyFileSync(place.script("zsh"), path);
    for (const line of ["basic-pipes --fo", "basic-pipes -f raw --q"]) {
      const args = ["-f", fixture("completes.zsh"), path, line];
      await using child = spawn("zsh", args, { env: { HOME: place.path } });
      assertEquals(
        word((await textOf(child)).trimEnd()),
        line.endsWith("o") ? "--format" : "--quiet",
      );
    }
  },
});

Deno.test({
  name:
    "in a zsh without compinit, the script says in one line what is missing",
  ignore: !has("zsh"),
  async fn() {
    using place = await Place.of(TABLE);
    const script = place.script("zsh");
    const says = async (before: string) => {
      const line = `${before}; source "$0"; whence -w _basic_pipes`;
      const args = ["-fc", line, script];
      await using child = spawn("zsh", args, { env: { HOME: place.path } });
      const stdout = await textOf(child);
      return { stdout, stderr: (await child.status).stderrTail };
    };
    assertEquals(await says("autoload -Uz compinit && compinit -D"), {
      stdout: "_basic_pipes: function\n",
      stderr: "",
    });
    const { stderr } = await says(":");
    assertMatch(stderr, /^basic-pipes: Cannot complete as compinit .*\n$/);
  },
});

const PROGRAMS: readonly CompletionProgram[] = [
  { name: "log", about: "for people: it's a [log]", table: TABLE },
  {
    name: "show",
    about: "shows",
    table: {
      only: flag({ short: "O", group: "line", help: "a part" }),
      format: valued(oneOf("NAME", ["hex", "json"]), "hex", {
        short: "f",
        group: "line",
        help: "hex: as numbers; json: as JSON",
      }),
    },
    takesFile: true,
  },
];

/** As {@linkcode LINES}, with subcommands. */
const PROGRAM_LINES: typeof LINES = [
  { line: "basic-pipes lo", offers: ["log"] },
  { line: "basic-pipes log --fo", offers: ["--format"] },
  { line: "basic-pipes log --format=", offers: ["raw", "seed", "text"] },
  { line: "basic-pipes show --on", offers: ["--only"] },
  { line: "basic-pipes show --fi", offers: [] },
  { line: "basic-pipes show -f ", offers: ["hex", "json"] },
  { line: "basic-pipes show --format=h", offers: ["hex"] },
  { line: "basic-pipes show -Of j", offers: ["json"] },
  { line: "basic-pipes --on", offers: [] },
  { line: "basic-pipes -q sho", offers: [] },
  { line: "basic-pipes --output show --fo", offers: ["--format"] },
  {
    line: "basic-pipes show fi",
    offers: ["file.txt"],
    bash: ["compopt -o default"],
  },
  {
    line: "basic-pipes show -- fi",
    offers: ["file.txt"],
    bash: ["compopt -o default"],
  },
  { line: "basic-pipes log -- spam-an", offers: ["spam-and-eggs"] },
  {
    line: "basic-pipes log -- basic-pipes show --on",
    offers: ["--only"],
    bash: ["compopt -o bashdefault -o default"],
  },
];

for (const shell of SHELLS) {
  Deno.test({
    name: `${shell} completes the subcommands, and of each its own options`,
    ignore: !has(shell),
    async fn() {
      using place = await Place.of(TABLE, PROGRAMS);
      await place.offerLines(shell, PROGRAM_LINES);
    },
  });
}

Deno.test("each subcommand of the program is completed, with its options", async () => {
  const programs = await completionPrograms();
  assertEquals(
    programs.map(({ name, table, takesFile = false }) => ({
      name,
      hasHelp: Object.hasOwn(table, "help"),
      takesFile,
    })),
    [
      { name: "log", hasHelp: true, takesFile: false },
      ...Object.keys(SUBCOMMANDS).map((name) => ({
        name,
        hasHelp: true,
        takesFile: name !== "tap",
      })),
    ],
  );
});

for (const shell of ["zsh", "fish"] as const) {
  Deno.test({
    name: `${shell} says what each subcommand and each word of a value is`,
    ignore: !has(shell),
    async fn() {
      using place = await Place.of(TABLE, PROGRAMS);
      const texts = async (line: string) =>
        (await place.offers(shell, line)).map((offer) =>
          offer.split("\t")[1]?.replace(/^\S+ +-- /, "")
        );
      assertEquals(await texts("basic-pipes log"), [
        "for people: it's a [log]",
      ]);
      if (shell === "zsh") return;
      assertEquals(
        await texts("basic-pipes show --format "),
        ["as numbers", "as JSON"],
      );
      // The text of the option is not repeated behind each word.
      const offers = await place.offers(shell, "basic-pipes --format ");
      assertEquals(offers.map((offer) => offer.trim()), [
        "raw",
        "seed",
        "text",
      ]);
    },
  });
}

/** Texts that are syntax somewhere. */
const HOSTILE = [
  `it's`,
  `"so"`,
  "[a] ]b[",
  "a: b:c",
  "\\ \\\\ \\n",
  "$HOME ${x} $(id)",
  "`id`",
  "* ? ~ # ! %",
  "(a) {b} <c> | & ;",
  "- -- -x",
  "é… €",
];

for (const shell of ["zsh", "fish"] as const) {
  Deno.test({
    name: `${shell} shows a help text as it is, whatever is in it`,
    ignore: !has(shell),
    async fn() {
      const table: OptionTable = Object.fromEntries(
        HOSTILE.map((help, n) => [
          `option${n}`,
          flag({ group: "messages", help }),
        ]),
      );
      using place = await Place.of(table);
      const show = async ([n, help]: [number, string]) => {
        const found = await place.offers(shell, `basic-pipes --option${n}`);
        // zsh repeats the option in front of its text, in a column.
        const texts = found.filter((offer) => word(offer) === `--option${n}`)
          .map((offer) =>
            offer.split("\t")[1]?.replace(/^--option\d+ +-- /, "")
          );
        assertEquals(texts, [help]);
      };
      const [first, ...others] = HOSTILE.entries();
      await show(first!);
      await sideBySide(others, show);
    },
  });
}

const WORDS = ["a b", "it's", "$HOME", "x:y", "[z]", '"q"', "back\\slash"];

const OFFERED: Record<Shell, string[]> = {
  // As they must stand in the line.
  bash: [
    "a\\ b",
    "it\\'s",
    "\\$HOME",
    "x:y",
    "\\[z\\]",
    '\\"q\\"',
    "back\\\\slash",
  ],
  zsh: [
    "a\\ b",
    "it\\'s",
    "\\$HOME",
    "x:y",
    "\\[z\\]",
    '\\"q\\"',
    "back\\\\slash",
  ],
  // As they are: fish quotes when it inserts.
  fish: WORDS,
};

for (const shell of SHELLS) {
  Deno.test({
    name: `${shell} offers a word as a value, whatever is in it`,
    ignore: !has(shell),
    async fn() {
      using place = await Place.of({
        word: valued(oneOf("WORD", WORDS), null, {
          group: "messages",
          help: "",
        }),
      });
      const found = await place.offers(shell, "basic-pipes --word ");
      assertEquals(found.map(word), [...OFFERED[shell]].sort());
    },
  });

  Deno.test({
    name: `${shell} reads the script of a table of nearly nothing`,
    ignore: !has(shell),
    async fn() {
      using place = await Place.of({
        only: flag({ group: "messages", help: "" }),
      });
      const found = await place.offers(shell, "basic-pipes --o");
      assertEquals(found.map(word), ["--only"]);
    },
  });
}
