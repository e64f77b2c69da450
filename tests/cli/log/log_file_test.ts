import { fileURLToPath } from "node:url";
import {
  LogFileError,
  type LogFileOptions,
  openLogFile,
} from "../../../cli/log/file/log_file.ts";
import { rotate } from "../../../cli/log/file/rotate.ts";
import { BrokenPipeError, spawn } from "../../../mod.ts";
import {
  fixture,
  has,
  needs,
  testNeeding,
  textOf,
} from "../../support/processes.ts";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "../../support/std_assert.ts";

const test = testNeeding("links", "modes", "removal");
const encode = (text: string) => new TextEncoder().encode(text);

const PARENT = fileURLToPath(
  new URL("../../parents/logs_to_file.ts", import.meta.url),
);

/** A folder of its own, gone when the test ends. */
function temporaryFolder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "log_file_" });
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

/** All files of a folder, by name, as text. */
function filesIn(folder: string): Record<string, string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return Object.fromEntries(
    names.map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]),
  );
}

/** What the files must be: line by line, a new one where a line does not fit. */
function expectedFiles(
  lines: readonly string[],
  maxBytes: number,
  keep: number,
): Record<string, string> {
  const files = [""];
  for (const line of lines) {
    const last = files.at(-1) ?? "";
    if (last !== "" && last.length + line.length > maxBytes) files.push(line);
    else files[files.length - 1] = last + line;
  }
  const kept = files.reverse().slice(0, keep + 1);
  return Object.fromEntries(
    kept.map((text, n) => [n === 0 ? "log" : `log.${n}`, text])
      .sort(([a = ""], [b = ""]) => a < b ? -1 : 1),
  );
}

/** Writes `pieces`, each on its own, and closes. */
async function writeAll(
  path: string,
  options: LogFileOptions,
  pieces: readonly string[],
): Promise<void> {
  await using log = await openLogFile(path, options);
  for (const piece of pieces) {
    await log.write(encode(piece));
    await log.flush();
  }
}

const line = (n: number, length: number) =>
  `${n}`.padEnd(length - 1, ".").slice(0, length - 1) + "\n";

const LENGTHS = [
  { says: "empty lines", of: () => 1 },
  { says: "lines of 2", of: () => 2 },
  { says: "lines of 7", of: () => 7 },
  { says: "lines of 16", of: () => 16 },
  { says: "lines of 17", of: () => 17 },
  { says: "lines of 100", of: () => 100 },
  { says: "every length up to 40", of: (n: number) => 1 + n % 40 },
  { says: "a long line among short", of: (n: number) => n % 9 === 4 ? 60 : 3 },
];

Deno.test("the files put together are what was written, cut between lines at every size", async () => {
  for (const { says, of } of LENGTHS) {
    const lines = Array.from({ length: 24 }, (_, n) => line(n, of(n)));
    for (const maxBytes of [1, 2, 16, 17, 33, 100, 1000]) {
      for (const keep of [2, 24]) {
        for (const perWrite of [1, 7]) {
          using folder = temporaryFolder();
          const pieces: string[] = [];
          for (let at = 0; at < lines.length; at += perWrite) {
            pieces.push(lines.slice(at, at + perWrite).join(""));
          }
          const path = `${folder.path}/log`;
          await writeAll(path, { maxBytes, keep }, pieces);
          const files = filesIn(folder.path);
          const expected = expectedFiles(lines, maxBytes, keep);
          assertEquals(
            { says, maxBytes, keep, perWrite, files },
            { says, maxBytes, keep, perWrite, files: expected },
          );
        }
      }
    }
  }
});

Deno.test("lines that are not awaited keep their order over many files", async () => {
  using folder = temporaryFolder();
  const lines = Array.from({ length: 20_000 }, (_, n) => line(n, 1 + n % 90));
  {
    await using log = await openLogFile(`${folder.path}/log`, {
      maxBytes: 10_000,
      keep: 1000,
    });
    for (const each of lines) log.write(each);
  }
  assertEquals(filesIn(folder.path), expectedFiles(lines, 10_000, 1000));
});

const HALVES = [
  {
    says: "a line ends where it began, though it does not fit",
    pieces: ["ab\n", "cdefg", "hijkl\n", "m\n"],
    files: { log: "m\n", "log.1": "ab\ncdefghijkl\n" },
  },
  {
    says: "what follows its end in the same write is cut off there",
    pieces: ["abcdef", "ghijk\nl\nm\n"],
    files: { log: "l\nm\n", "log.1": "abcdefghijk\n" },
  },
  {
    says: "what follows its end stays if it fits",
    pieces: ["ab", "c\nd\ne\nfgh\n"],
    files: { log: "fgh\n", "log.1": "abc\nd\ne\n" },
  },
  {
    says: "a line without an end is one file",
    pieces: ["a".repeat(9), "b".repeat(9), "c".repeat(9)],
    files: { log: "aaaaaaaaabbbbbbbbbccccccccc" },
  },
  {
    says: "an empty write is nothing",
    pieces: ["", "abcdefgh", "", "\n", ""],
    files: { log: "abcdefgh\n" },
  },
];

Deno.test("a line that comes in pieces is not split", async () => {
  for (const { says, pieces, files } of HALVES) {
    using folder = temporaryFolder();
    await writeAll(`${folder.path}/log`, { maxBytes: 8 }, pieces);
    assertEquals({ says, files: filesIn(folder.path) }, { says, files });
  }
});

const BEFORE = [
  {
    says: "what the file holds counts",
    there: { log: "123\n56\n" },
    files: { log: "abc\n", "log.1": "123\n56\n" },
  },
  {
    says: "a line that still fits is appended",
    there: { log: "12\n" },
    files: { log: "12\nabc\n" },
  },
  {
    says: "a file that is full already is rotated first",
    there: { log: "123456789012\n" },
    files: { log: "abc\n", "log.1": "123456789012\n" },
  },
  {
    says: "half a line of a run before stays as it is",
    there: { log: "1234567" },
    files: { log: "abc\n", "log.1": "1234567" },
  },
  {
    says: "half a line of a run before is followed directly",
    there: { log: "1234" },
    files: { log: "1234abc\n" },
  },
  {
    says: "the oldest is removed",
    there: { log: "1234567\n", "log.1": "one\n", "log.2": "two\n" },
    files: { log: "abc\n", "log.1": "1234567\n", "log.2": "one\n" },
  },
  {
    says: "after a crash between two renames nothing is removed",
    there: { log: "1234567\n", "log.2": "two\n" },
    files: { log: "abc\n", "log.1": "1234567\n", "log.2": "two\n" },
  },
  {
    says: "the number that a crash left free is filled, and none beyond moves",
    keep: 3,
    there: { log: "1234567\n", "log.2": "two\n", "log.3": "three\n" },
    files: {
      log: "abc\n",
      "log.1": "1234567\n",
      "log.2": "two\n",
      "log.3": "three\n",
    },
  },
  {
    says: "after a crash before the new file was made it is made",
    there: { "log.1": "one\n", "log.2": "two\n" },
    files: { log: "abc\n", "log.1": "one\n", "log.2": "two\n" },
  },
  {
    says: "older files than are kept now are left alone",
    there: {
      log: "1234567\n",
      "log.1": "one\n",
      "log.2": "two\n",
      "log.3": "three\n",
    },
    files: {
      log: "abc\n",
      "log.1": "1234567\n",
      "log.2": "one\n",
      "log.3": "three\n",
    },
  },
];

Deno.test("a log goes on where the run before has ended", async () => {
  for (const { says, keep = 2, there, files } of BEFORE) {
    using folder = temporaryFolder();
    for (const [name, text] of Object.entries(there)) {
      Deno.writeTextFileSync(`${folder.path}/${name}`, text);
    }
    await writeAll(`${folder.path}/log`, { maxBytes: 8, keep }, ["abc\n"]);
    assertEquals({ says, files: filesIn(folder.path) }, { says, files });
  }
});

Deno.test("a log without a largest size is appended to and never rotated", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/log`, "before\n");
  await writeAll(`${folder.path}/log`, {}, ["abc\n".repeat(50_000), "end"]);
  assertEquals(filesIn(folder.path), {
    log: "before\n" + "abc\n".repeat(50_000) + "end",
  });
});

test("a rotation keeps the mode, so that a private log stays private", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/log`;
  Deno.writeTextFileSync(path, "1234567\n", { mode: 0o600 });
  await writeAll(path, { maxBytes: 8 }, ["1234567\n", "1234567\n"]);
  const modes = ["", ".1", ".2"].map((end) =>
    (Deno.statSync(path + end).mode ?? 0) & 0o777
  );
  assertEquals(modes, [0o600, 0o600, 0o600]);
});

Deno.test("who holds the file open keeps the old one", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/log`;
  await writeAll(path, { maxBytes: 8 }, ["old\n"]);
  const holder = await Deno.open(path);
  await writeAll(path, { maxBytes: 8 }, ["next\n", "new\n"]);
  const held = await new Response(holder.readable).text();
  assertEquals({ held, ...filesIn(folder.path) }, {
    held: "old\n",
    log: "new\n",
    "log.1": "next\n",
    "log.2": "old\n",
  });
});

test("a log that somebody removed is made anew", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/log`;
  {
    await using log = await openLogFile(path, { maxBytes: 8 });
    await log.write("1234567\n");
    await log.flush();
    Deno.removeSync(path);
    await log.write("abc\n");
  }
  assertEquals(filesIn(folder.path), { log: "abc\n" });
});

const REFUSED = [
  {
    name: "none/log",
    says: (path: string) =>
      `LogFileError: Cannot write the log as its folder does not exist: current value is "${path}"`,
  },
  {
    name: ".",
    says: (path: string) =>
      `LogFileError: Cannot write the log as it must be a file and this is a folder: current value is "${path}"`,
  },
  {
    name: "file/log",
    says: (path: string) =>
      `LogFileError: Cannot write the log as a part of its path is a file and no folder: current value is "${path}"`,
  },
  {
    name: "a".repeat(300),
    says: (path: string) =>
      `LogFileError: Cannot write the log as its name is too long: current value is "${path}"`,
  },
  {
    name: "a\0b",
    says: (path: string) =>
      `LogFileError: Cannot write the log as the system said "file name contained an unexpected NUL byte": current value is "${
        path.replace("\0", "\\u0000")
      }"`,
  },
  ...["fifo", "link", "folder"].map((name) => ({
    name,
    options: { maxBytes: 8 },
    says: (path: string) =>
      `UsageError: Cannot rotate the log as only a regular file can be: current value is "${path}"`,
  })),
  {
    name: "file",
    options: { maxBytes: 8 },
    says: (path: string) =>
      `UsageError: Cannot rotate the log as only a regular file can be: current value is "${path}.2"`,
  },
  ...[0, -1, 1.5, NaN, Infinity, 2 ** 53].map((maxBytes) => ({
    name: "good",
    options: { maxBytes },
    says: () =>
      `RangeError: Cannot write the log as maxBytes must be an integer from 1 to 9007199254740991: current value is ${maxBytes}`,
  })),
  ...[0, -1, 1.5, NaN, 1001].map((keep) => ({
    name: "good",
    options: { maxBytes: 1, keep },
    says: () =>
      `RangeError: Cannot write the log as keep must be an integer from 1 to 1000: current value is ${keep}`,
  })),
];

test("what cannot be a log is refused in one sentence, and nothing is made", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  Deno.mkdirSync(`${folder.path}/folder`);
  Deno.mkdirSync(`${folder.path}/file.2`);
  Deno.symlinkSync("file", `${folder.path}/link`);
  await spawn("mkfifo", [`${folder.path}/fifo`]).check();
  const before = [...Deno.readDirSync(folder.path)];
  for (const { name, says, ...rest } of REFUSED) {
    const path = `${folder.path}/${name}`;
    const options = "options" in rest ? rest.options : {};
    const error = await assertRejects(() => openLogFile(path, options));
    assertEquals(
      { name, said: `${error.name}: ${error.message}` },
      { name, said: says(path) },
    );
  }
  assertEquals([...Deno.readDirSync(folder.path)], before);
});

Deno.test("no path at all is refused too", async () => {
  for (const options of [{}, { maxBytes: 8 }]) {
    const error = await assertRejects(() => openLogFile("", options));
    assertEquals(
      error.message,
      'Cannot write the log as its folder does not exist: current value is ""',
    );
  }
});

Deno.test(
  "a full disk is told once and for all, in one sentence",
  needs("/dev/full"),
  async () => {
    const log = await openLogFile("/dev/full");
    await log.write("abc\n");
    const error = await assertRejects(() => log.flush());
    assertEquals(
      `${error.name}: ${error.message}`,
      'LogFileError: Cannot write the log as the disk is full: current value is "/dev/full"',
    );
    assertInstanceOf(error.cause, Error);
    assertStrictEquals(await assertRejects(() => log.write("d\n")), error);
    assertStrictEquals(log.broken, error);
    await log.close();
  },
);

Deno.test(
  "a full disk that nobody was told of is told at the end",
  needs("/dev/full"),
  async () => {
    const log = await openLogFile("/dev/full");
    log.write("abc\n");
    await assertRejects(
      () => log.close(),
      Error,
      "Cannot write the log as the disk is full",
    );
  },
);

test("a device, a link and a FIFO take the log where it is not rotated", async () => {
  using folder = temporaryFolder();
  await writeAll("/dev/null", {}, ["abc\n"]);
  Deno.symlinkSync("target", `${folder.path}/link`);
  await writeAll(`${folder.path}/link`, {}, ["abc\n"]);
  assertEquals(Deno.readTextFileSync(`${folder.path}/target`), "abc\n");

  const fifo = `${folder.path}/fifo`;
  await spawn("mkfifo", [fifo]).check();
  await using reader = spawn("cat", [fifo]);
  await writeAll(fifo, {}, ["abc\n", "def\n"]);
  assertEquals(await textOf(reader), "abc\ndef\n");
});

test("the reader of a FIFO who leaves is a broken pipe, as on stdout", async () => {
  using folder = temporaryFolder();
  const fifo = `${folder.path}/fifo`;
  await spawn("mkfifo", [fifo]).check();
  await using reader = spawn("head", ["-c", "1", fifo]);
  const log = await openLogFile(fifo);
  await log.write("abc\n");
  await log.flush();
  await reader.status;
  await log.write("def\n");
  await assertRejects(() => log.flush(), BrokenPipeError);
  await log.close();
  await log.close();
});

/** Runs the program of numbered lines; gives what it told. */
async function told(flags: string[], args: string[]): Promise<string> {
  const options = ["run", "-q", "--no-prompt", "--no-lock", ...flags];
  await using child = spawn(Deno.execPath(), [...options, PARENT, ...args]);
  return await textOf(child);
}

test("a permission that is missing is named", async () => {
  using folder = temporaryFolder();
  const at = folder.path;
  const elsewhere = `--allow-write=${at}/other`;
  const own = `--allow-write=${at}/log`;
  const cannotRotate = `LogFileError: Cannot write the log as its rotation ` +
    `renames files and the program was started or installed without --allow-read=${at} ` +
    `--allow-write=${at}: current value is "${at}/log"\n`;
  const names = [`${at}/log`, `${at}/log.1`, `${at}/log.2`].join(",");
  const cases = [
    {
      flags: [elsewhere],
      path: `${at}/log`,
      rotation: [],
      says:
        `LogFileError: Cannot write the log as the program was started or installed without ${own}: current value is "${at}/log"\n`,
    },
    {
      flags: [elsewhere],
      path: `${at}/a log's`,
      rotation: [],
      says:
        `LogFileError: Cannot write the log as the program was started or installed without --allow-write='${at}/a log'\\''s': current value is "${at}/a log's"\n`,
    },
    {
      flags: ["--allow-write"],
      path: "/dev/stdout",
      rotation: [],
      says:
        `LogFileError: Cannot write the log as the program was started or installed without --allow-all: current value is "/dev/stdout"\n`,
    },
    { flags: [own], path: `${at}/log`, rotation: [], says: "0\n1\n" },
    {
      flags: [own],
      path: `${at}/log`,
      rotation: ["8", "2"],
      says: cannotRotate,
    },
    {
      flags: [`--allow-write=${at}`],
      path: `${at}/log`,
      rotation: ["8", "2"],
      says: cannotRotate,
    },
    {
      flags: [`--allow-write=${at}`, `--allow-read=${at}`],
      path: `${at}/log`,
      rotation: ["8", "2"],
      says: "0\n1\n",
    },
    {
      flags: [`--allow-write=${names}`, `--allow-read=${names}`],
      path: `${at}/log`,
      rotation: ["8", "2"],
      says: "0\n1\n",
    },
  ];
  for (const { flags, path, rotation, says } of cases) {
    const says2 = await told(flags, [path, "0", "2", ...rotation]);
    assertEquals({ flags, rotation, says: says2 }, { flags, rotation, says });
  }
});

test({
  name: "a file system that does not permit it is told in one sentence",
  ignore: Deno.uid() === 0 && !has("setpriv"),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/log`;
    Deno.writeTextFileSync(path, "", { mode: 0o444 });
    // The superuser may write everywhere unless this is taken from him.
    const words = Deno.uid() === 0
      ? ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override"]
      : ["env"];
    const [command = "", ...rest] = [...words, Deno.execPath(), "run", "-q"];
    const args = [...rest, "--no-lock", "--allow-all", PARENT, path, "0", "1"];
    await using child = spawn(command, args);
    assertEquals(
      await textOf(child),
      `LogFileError: Cannot write the log as the file system does not permit it: current value is "${path}"\n`,
    );
  },
});

Deno.test("a program that is killed while it rotates loses and splits no line", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/log`;
  let next = 0;
  for (const after of [1, 8, 23, 42, 61]) {
    const child = spawn(Deno.execPath(), [
      ...["run", "-q", "--no-lock", "--allow-all", PARENT, path],
      ...[String(next), "1000000", "24", "900"],
    ]);
    let last = next;
    for (let n = 0; n < after; n++) {
      last = Number(await child.stdout.readLine());
    }
    child.kill("SIGKILL");
    await child.stdout.cancel();
    await child.status;
    // More may be written than was told, but in order and without a gap.
    const all = ordered(filesIn(folder.path)).flatMap((text) =>
      text.split("\n").slice(0, -1)
    );
    assertEquals(all, all.map((_, n) => `line ${n}`));
    assertEquals(all.length > last, true);
    next = all.length;
  }
});

/** The texts of the files, from the oldest. */
function ordered(files: Record<string, string>): string[] {
  const age = (name: string) => Number(name.slice("log.".length) || 0);
  return Object.entries(files).sort(([a], [b]) => age(b) - age(a)).map((
    [, text],
  ) => text);
}

const PAIRS = [
  { first: {}, second: {}, refusal: null },
  { first: { maxBytes: 8 }, second: {}, refusal: "rotates" },
  { first: {}, second: { maxBytes: 8 }, refusal: "writes to" },
];
for (const { first, second, refusal } of PAIRS) {
  const names = [first, second].map((each) =>
    "maxBytes" in each ? "rotates" : "appends"
  );
  test(
    `a program that ${names[0]} and one that ${names[1]} ${
      refusal === null ? "share a file" : "do not share a file"
    }`,
    async () => {
      using folder = temporaryFolder();
      const path = `${folder.path}/log`;
      await using _ = await openLogFile(path, first);
      if (refusal === null) {
        await using _ = await openLogFile(path, second);
        return;
      }
      const { message } = await assertRejects(
        () => openLogFile(path, second),
        LogFileError,
      );
      assertEquals(
        message,
        `Cannot write the log as another program ${refusal} the file: choose another one: current value is "${path}"`,
      );
    },
  );
}

test("a second program that rotates the same file is refused, also in the middle of a rotation", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/log`;
  const options = { maxBytes: 8 };
  const refused = async () => {
    const error = await assertRejects(() => openLogFile(path, options));
    assertEquals(
      `${error.name}: ${error.message}`,
      `LogFileError: Cannot write the log as another program writes to the file: choose another one: current value is "${path}"`,
    );
  };
  {
    await using log = await openLogFile(path, options);
    await refused();
    for (let n = 0; n < 3; n++) await log.write("1234567\n");
    await log.flush();
    await refused();
  }
  // Between the rename and the new file, the lock is that of FILE.1.
  using before = Deno.openSync(`${path}.1`);
  assertEquals(before.tryLockSync(true), true);
  await refused();
  before.unlockSync();
  await writeAll(path, options, ["def\n"]);
});

Deno.test(
  "a file that is closed is free, though a process that is just being started has it too",
  needs("python3", "/proc"),
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/log`;
    const options = { maxBytes: 8 };
    const log = await openLogFile(path, options);
    const holder = [fixture("holds_a_file.py"), String(Deno.pid), path];
    await using other = spawn("python3", holder, { stdin: "piped" });
    // A system that does not let another process have it shows nothing here.
    const said = await other.stdout.readLine();
    assert(said === "held" || said === "no", said ?? "");
    await log.close();
    await writeAll(path, options, ["abc\n"]);
    await other.stdin.close();
  },
);

test("a rotation never writes through a link that was put in the place of the file", async () => {
  using folder = temporaryFolder();
  const [path, victim] = [`${folder.path}/log`, `${folder.path}/victim`];
  Deno.writeTextFileSync(victim, "");
  const lines = Array.from({ length: 300 }, (_, n) => line(n, 8));
  let refusals = 0;
  // On a busy machine the attacker may not run while the log is written.
  for (let run = 0; run < 3 || (refusals === 0 && run < 200); run++) {
    await using attacker = spawn("python3", [
      ...[fixture("puts_links.py"), victim, path],
    ]);
    for (const each of [path, `${path}.1`, `${path}.2`]) {
      await Deno.remove(each).catch(() => {});
    }
    Deno.writeTextFileSync(path, "");
    await attacker.stdout.readLine();
    try {
      await writeAll(path, { maxBytes: 8, keep: 2 }, lines);
    } catch (error) {
      refusals++;
      assertEquals(
        (error as Error).message,
        `Cannot rotate the log as only a regular file can be: current value is "${path}"`,
      );
    }
    assertEquals(Deno.readTextFileSync(victim), "");
  }
  assertEquals(refusals > 0, true, "the link was never there in time");
});

Deno.test("a rotation looks for a free number from the one that was free before", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/log`;
  let free = 1;
  for (const next of [2, 3, 4, 4]) {
    Deno.writeTextFileSync(path, `${next}`);
    free = await rotate(path, 4, free);
    assertEquals(free, next);
  }
  assertEquals(filesIn(folder.path), {
    "log.1": "4",
    "log.2": "4",
    "log.3": "3",
    "log.4": "2",
  });
  // Nobody looks at the numbers below.
  Deno.removeSync(`${path}.2`);
  Deno.writeTextFileSync(path, "new");
  await rotate(path, 9, 5);
  assertEquals(filesIn(folder.path), {
    "log.1": "new",
    "log.2": "4",
    "log.4": "3",
    "log.5": "2",
  });
});

test("a link to a file that does not exist is told from a folder that does not", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/link`;
  Deno.symlinkSync("target", path);
  const cases = [
    // Deno itself looks where a link leads, unless all is allowed.
    {
      flags: ["--allow-write"],
      path,
      says:
        `LogFileError: Cannot write the log as it is a link to a file that does not exist: current value is "${path}"\n`,
    },
    {
      flags: ["--allow-write"],
      path: `${folder.path}/none/log`,
      says:
        `LogFileError: Cannot write the log as its folder does not exist: current value is "${folder.path}/none/log"\n`,
    },
    { flags: ["--allow-all"], path, says: "0\n1\n" },
  ];
  for (const { flags, path, says } of cases) {
    const said = await told(flags, [path, "0", "2"]);
    assertEquals({ flags, path, says: said }, { flags, path, says });
  }
});
