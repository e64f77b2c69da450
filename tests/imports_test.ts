import { assertEquals } from "./support/std_assert.ts";

/** Who may import whom, first match first: files by pattern, then specifiers. */
const RULES = [
  {
    who: /^main\.ts$/,
    // The one file of a room that the program may load before the rest.
    may: [/^cli\//, /^child\.ts$/, /^src\/process\/start\.ts$/],
  },
  {
    who: /^child\.ts$/,
    may: [/^cli\/child\//],
  },
  { who: /^cli\/(options|streams)\/std\.ts$/, may: [/^npm:deno-std@/] },
  {
    who: /^cli\/tap\/client\.ts$/,
    may: [/^src\//, /^cli\//, /^node:(net|fs)$/],
  },
  { who: /^cli\//, may: [/^src\//, /^cli\//] },
  // A door lists names of its own room.
  { who: /^src\/read\/mod\.ts$/, may: [/^src\/read\//, /^src\/errors\.ts$/] },
  { who: /^src\/frame\/mod\.ts$/, may: [/^src\/frame\//, /^src\/errors\.ts$/] },
  { who: /^src\/write\/mod\.ts$/, may: [/^src\/write\//, /^src\/errors\.ts$/] },
  {
    who: /^src\/process\/mod\.ts$/,
    may: [/^src\/process\//, /^src\/(errors|exit_status)\.ts$/],
  },
  { who: /^src\/channel\/mod\.ts$/, may: [/^src\/channel\//] },
  { who: /^src\/recording\/mod\.ts$/, may: [/^src\/recording\//] },
  { who: /^mod\.ts$/, may: [/^src\//] },
  { who: /^src\/[a-z_]+\.ts$/, may: [/^src\/[a-z_]+\.ts$/] },
  { who: /^src\/frame\//, may: [/^src\/frame\//, /^src\/[a-z_]+\.ts$/] },
  {
    who: /^src\/read\/stdin_reader\.ts$/,
    may: [/^src\/read\//, /^src\/[a-z_]+\.ts$/, /^node:net$/],
  },
  {
    who: /^src\/read\//,
    may: [
      /^src\/(read|frame)\//,
      /^src\/[a-z_]+\.ts$/,
    ],
  },
  {
    who: /^src\/write\/stdout[a-z_]*\.ts$/,
    may: [/^src\/write\//, /^src\/[a-z_]+\.ts$/, /^node:(net|fs)$/],
  },
  {
    // All that is read goes to a writer: the types of what it joins.
    who: /^src\/write\/copy\.ts$/,
    may: [/^src\/(read|write)\//, /^src\/[a-z_]+\.ts$/],
  },
  {
    who: /^src\/write\//,
    may: [/^src\/(write|frame)\//, /^src\/[a-z_]+\.ts$/],
  },
  {
    who: /^src\/process\/system_signals\.ts$/,
    may: [/^src\/[a-z_]+\.ts$/, /^node:inspector$/],
  },
  {
    who: /^src\/process\//,
    may: [/^src\/(process|read|write)\//, /^src\/[a-z_]+\.ts$/],
  },
  {
    who: /^src\/channel\/(parent_channel|polled_pipe|structured)\.ts$/,
    may: [
      /^src\/(channel|read|write|frame|process)\//,
      /^src\/[a-z_]+\.ts$/,
      /^node:(console|net|process|v8)$/,
    ],
  },
  {
    who: /^src\/channel\//,
    may: [
      /^src\/(channel|read|write|frame|process)\//,
      /^src\/[a-z_]+\.ts$/,
    ],
  },
  {
    // The numbers of signals: what a recorded child has of a real one.
    who: /^src\/recording\/recorded_child\.ts$/,
    may: [
      /^src\/(recording|read|write|frame)\//,
      /^src\/[a-z_]+\.ts$/,
      /^src\/process\/system_signals\.ts$/,
    ],
  },
  {
    who: /^src\/recording\//,
    may: [/^src\/(recording|read|write|frame)\//, /^src\/[a-z_]+\.ts$/],
  },
  { who: /^tests\/fixtures\//, may: [/^node:/] },
  {
    who: /^tests\//,
    may: [
      /^(mod|child)\.ts$/,
      /^(src|cli|tests)\//,
      /^@std\//,
      /^node:/,
      /^npm:/,
      /^[a-z@][a-z0-9@/-]*$/,
    ],
  },
  {
    who: /^examples\//,
    may: [/^@basic-pipes\/basic-pipes$/, /^node:/],
  },
  {
    who: /^bench\//,
    may: [
      /^mod\.ts$/,
      /^(src|cli|bench)\//,
      // The page of a report is measured in the browser that tests it.
      /^tests\/support\/(browser|hand_made)\.ts$/,
      /^@std\//,
      /^(node|npm):/,
    ],
  },
];

interface Import {
  from: string;
  to: string;
}

function isAllowed({ from, to }: Import): boolean {
  const rule = RULES.find(({ who }) => who.test(from));
  return rule !== undefined && rule.may.some((pattern) => pattern.test(to));
}

const ROOT = new URL("../", import.meta.url);

/** The file at a path that may hold any character. */
function fileOf(path: string): URL {
  return new URL(path.split("/").map(encodeURIComponent).join("/"), ROOT);
}

/** The specifiers that the code of a file names, comments left out. */
function specifiers(text: string): string[] {
  const code = text.replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  const named =
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"\n]+)"|(?:^\s*import\s+|\bimport\(\s*)"([^"\n]+)"/gm;
  return [...code.matchAll(named)].map((match) => match[1] ?? match[2] ?? "");
}

function importsOf(from: string, text: string): Import[] {
  return specifiers(text).map((specifier) => {
    if (!/^\.{0,2}\//.test(specifier)) return { from, to: specifier };
    const url = new URL(specifier, new URL(from, ROOT)).href;
    return { from, to: url.slice(ROOT.href.length) };
  });
}

function modules(folder = ""): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(fileOf(folder || "."))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory && !entry.name.startsWith(".")) {
      found.push(...modules(`${path}/`));
    }
    if (entry.isFile && path.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}

function readImports(): Import[] {
  // This file's planted breaches are no imports of its own.
  const read = modules().filter((path) => path !== "tests/imports_test.ts");
  return read.flatMap((path) =>
    importsOf(path, Deno.readTextFileSync(fileOf(path)))
  );
}

Deno.test("every import goes the way the house allows", () => {
  assertEquals(readImports().filter((each) => !isAllowed(each)), []);
});

Deno.test("no rooms of the library import each other in a circle", () => {
  const next = Map.groupBy(readImports(), ({ from }) => from);
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) {
      circles.push([...way.slice(way.indexOf(path)), path].join(" -> "));
      return;
    }
    for (const { to } of next.get(path) ?? []) {
      if (to.startsWith("src/")) visit(to, [...way, path]);
    }
  };
  for (const path of modules("src/")) visit(path, []);
  assertEquals([...new Set(circles)], []);
});

Deno.test("a program can start its child before it loads the rest: nine modules", () => {
  const next = Map.groupBy(readImports(), ({ from }) => from);
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path) || path.startsWith("node:")) return;
    loaded.add(path);
    for (const { to } of next.get(path) ?? []) load(to);
  };
  load("src/process/start.ts");
  // Types alone: no module is loaded for them.
  loaded.delete("src/exit_status.ts");
  assertEquals(
    [...loaded].sort(),
    [
      ...["check", "process/program_end", "process/signals"],
      ...["process/spawn_options", "process/start", "process/stop"],
      ...["process/system_signals", "text_safety", "wait"],
    ].map((name) => `src/${name}.ts`),
  );
});

/**
 * The modules of a program that Deno loads when it starts. A text that is
 * imported is read only when its importer runs.
 */
async function graphOf(path: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", fileOf(path).href],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; kind: string }[];
  };
  const loaded = modules.filter(({ kind }) => kind !== "external");
  return loaded.map(({ specifier }) => specifier);
}

for (
  const { path, most } of [
    { path: "main.ts", most: 140 },
    { path: "child.ts", most: 12 },
  ]
) {
  Deno.test(`${path} loads at most ${most} modules, as each delays its start`, async () => {
    const graph = await graphOf(path);
    assertEquals(graph.length > most ? graph : [], []);
  });
}

const BREACHES = [
  { from: "src/read/reader.ts", text: `import { x } from "../../mod.ts";` },
  {
    from: "src/read/reader.ts",
    text: `import { x } from "../../cli/log/log.ts";`,
  },
  {
    from: "src/read/reader.ts",
    text: `import { x } from "../process/child.ts";`,
  },
  {
    from: "src/process/child.ts",
    text: `import { x } from "../channel/channel.ts";`,
  },
  {
    from: "src/read/reader.ts",
    text: `import { x } from "../write/writer.ts";`,
  },
  { from: "src/read/reader.ts", text: `import { x } from "@std/streams";` },
  { from: "src/read/reader.ts", text: `const x = await import("node:fs");` },
  {
    from: "src/frame/framing.ts",
    text: `import { x } from "../read/reader.ts";`,
  },
  {
    from: "src/write/writer.ts",
    text: `import { x } from "../process/run.ts";`,
  },
  {
    from: "src/recording/recorder.ts",
    text: `import { x } from "../process/child.ts";`,
  },
  {
    from: "src/write/writer.ts",
    text: `import { x } from "../recording/recorder.ts";`,
  },
  { from: "src/check.ts", text: `import { x } from "./read/reader.ts";` },
  { from: "src/read/mod.ts", text: `export { x } from "../write/writer.ts";` },
  { from: "mod.ts", text: `export * from "./cli/log.ts";` },
  { from: "cli/log.ts", text: `import { x } from "../mod.ts";` },
  {
    from: "cli/log.ts",
    text: `import { x } from "npm:deno-std@1.4.0/cli/mod.js";`,
  },
  { from: "cli/log.ts", text: `import { runChild } from "../child.ts";` },
  { from: "main.ts", text: `import { x } from "./src/process/spawn.ts";` },
  { from: "main.ts", text: `import { x } from "./mod.ts";` },
  { from: "child.ts", text: `import "./main.ts";` },
  { from: "child.ts", text: `import "./mod.ts";` },
  { from: "tests/main_test.ts", text: `import "../main.ts";` },
  { from: "tests/fixtures/silent.ts", text: `import "../../mod.ts";` },
];

Deno.test("a planted breach is seen", () => {
  for (const { from, text } of BREACHES) {
    assertEquals(
      { from, text, allowed: importsOf(from, text).map(isAllowed) },
      { from, text, allowed: [false] },
    );
  }
});

const DOORS = [
  "mod.ts",
  ...["read", "frame", "write", "process", "channel", "recording"].map((room) =>
    `src/${room}/mod.ts`
  ),
];
for (const door of DOORS) {
  Deno.test(`${door} lists names, and holds nothing else`, () => {
    const text = Deno.readTextFileSync(new URL(door, ROOT));
    const code = text.replace(/\/\*\*[\s\S]*?\*\//g, "")
      .replace(/^\/\/.*$/gm, "").trim();
    const statement =
      /^export( type)? \{[^}*]*\} from "\.{1,2}\/[a-z_/]+\.ts";$/;
    const statements = code.split(/(?<=;)\s+/);
    assertEquals(statements.filter((each) => !statement.test(each)), []);
  });
}

Deno.test("the door of the library gives the names of the doors of its rooms", async () => {
  const names = async (path: string) =>
    Object.keys(await import(new URL(path, ROOT).href));
  const all = await Promise.all(DOORS.slice(1).map(names));
  assertEquals([...new Set(all.flat())].sort(), (await names("mod.ts")).sort());
});
