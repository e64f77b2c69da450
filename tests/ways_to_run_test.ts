import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  has,
  isAlive,
  needs,
  testNeeding,
  until,
} from "./support/processes.ts";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "./support/std_assert.ts";
import { inFolder } from "./support/in_folder.ts";
import { serveCheckout } from "./support/serve_checkout.ts";
import { ROOT, whole } from "./support/whole_program.ts";

const CHECKOUT = fileURLToPath(ROOT);
const ONE_LINE = /^Parent \d+ got \[b'Spam 0'\] as \d+\.\d{6}\n$/;

/** A copy of what runs, in a folder that is removed afterwards. */
function copyInto(folder: string): void {
  for (const name of ["main.ts", "child.ts", "mod.ts", "src", "cli"]) {
    cpSync(CHECKOUT + name, `${folder}/${name}`, { recursive: true });
  }
}

// One inside the other, as each copy is compiled anew; but for the one whose `%`
// cannot be decoded: what fails as it decodes would leave the others as they are.
const INSIDE = ["a b", "a#b", "é", "a%20b", ...(has("names") ? ["q?x"] : [])];

for (const name of ["100%", INSIDE.join("/")]) {
  Deno.test(`it runs in a folder named "${name}", from any other`, async () => {
    await inFolder(async (parent) => {
      const folder = `${parent}/${name}`;
      await Deno.mkdir(folder, { recursive: true });
      copyInto(folder);
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-q",
          "--no-prompt",
          "--allow-run",
          `${folder}/main.ts`,
          "--messages=1",
        ],
        cwd: "/",
        stdin: "null",
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      assertEquals(code, 0);
      assertMatch(new TextDecoder().decode(stdout), ONE_LINE);
    });
  });
}

const BROKEN = [
  { file: "cli/main/parent_program.ts", args: [] },
  { file: "src/process/owned_child.ts", args: [] },
  { file: "cli/log/log_child.ts", args: ["--messages=9"] },
  { file: "src/process/spawn.ts", args: ["--", "sleep", "60"] },
];

testNeeding("/proc/self")(
  "where a module cannot be loaded, the program fails and its child is killed",
  async (t) => {
    await inFolder(async (folder) => {
      copyInto(folder);
      // One copy, so that its modules are compiled once.
      for (const { file } of BROKEN) {
        // While the file is evaluated, which is when the child runs already.
        await Deno.writeTextFile(
          `${folder}/${file}`,
          `if (Deno.env.get("BROKEN") === ${JSON.stringify(file)}) {
            const children = \`/proc/\${Deno.pid}/task/\${Deno.pid}/children\`;
            console.error("started " + Deno.readTextFileSync(children));
            throw new Error("broken");
          }`,
          { append: true },
        );
      }
      for (const { file, args } of BROKEN) {
        const run = args.join(" ") || "no arguments";
        await t.step(`${file}: ${run}`, async () => {
          const startMs = performance.now();
          const { code, stdout, stderr } = await whole(args, {
            deno: ["--allow-all"],
            script: new URL("main.ts", `file://${folder}/`).href,
            env: { BROKEN: file },
          });
          assertEquals({ code, stdout }, { code: 125, stdout: "" });
          const [, pids = ""] = /^started (.*)$/m.exec(stderr) ?? [];
          const children = pids.trim().split(" ").filter(Boolean).map(Number);
          assertEquals(children.length, 1, stderr);
          assert(await until(() => !children.some(isAlive)));
          // A command that was left would hold stderr open for its 60 seconds.
          assertLessOrEqual(performance.now() - startMs, 30_000);
        });
      }
    });
  },
);

Deno.test("deno task start runs it, with options behind", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "start", "--messages=1"],
    cwd: CHECKOUT,
    stdin: "null",
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  assertMatch(new TextDecoder().decode(stdout), ONE_LINE);
});

Deno.test(
  "two commands of one task: when one fails, the other is ended",
  needs("sh"),
  async () => {
    const folder = await Deno.makeTempDir();
    const main = (label: string, script: string) =>
      `deno run -q --allow-run --no-config '${CHECKOUT}main.ts' --label ${label} ` +
      `-f text -- sh -c '${script}'`;
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({
        tasks: {
          web: main("web", "echo $$ >web; exec sleep 60"),
          // It fails once the other runs.
          db: main("db", "until [ -s web ]; do sleep 0.05; done; exit 5"),
          dev: "deno task -q web & deno task -q db",
        },
      }),
    );
    try {
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "-q", "dev"],
        cwd: folder,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      const web = Number(await Deno.readTextFile(`${folder}/web`));
      assertEquals({ code, ended: await until(() => !isAlive(web)) }, {
        code: 5,
        ended: true,
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("from a URL it needs one flag, and --reload renews parent and child", async () => {
  await using served = serveCheckout();
  const cache = await Deno.makeTempDir();
  try {
    const run = async (...flags: string[]) => {
      const { code, stdout, stderr } = await whole(
        ["--messages=2", "--tick=0", "--format=raw"],
        {
          deno: ["--allow-run", ...flags],
          script: `${served.url}main.ts`,
          env: { DENO_DIR: cache },
          cwd: "/",
        },
      );
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      return stdout;
    };
    assertEquals(await run(), "Spam 0Spam 1");
    for (const path of ["main.ts", "child.ts", "src/process/spawn.ts"]) {
      assert(served.asked.includes(path), `${path} was never asked for`);
    }
    assert(!served.asked.includes("deno.json"), "no deno.json is read");

    // The child's own text changes at the server: the cache is permanent, and
    // --reload of the parent must reach the child that it only spawns.
    served.edit(
      "child.ts",
      (text) => text.replace("${text} ", "Eggs "),
    );
    assertEquals(await run(), "Spam 0Spam 1");
    served.asked.length = 0;
    assertEquals(await run("--reload"), "Eggs 0Eggs 1");
    // Once, by the parent: the child finds it in the cache.
    assertEquals(served.asked.filter((path) => path === "child.ts"), [
      "child.ts",
    ]);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test(
  "a deno that is a symlink on PATH is granted by --allow-run=deno",
  needs("links"),
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.symlink(Deno.execPath(), `${folder}/deno`);
      const { code, stdout, stderr } = await new Deno.Command(
        `${folder}/deno`,
        {
          args: [
            "run",
            "-q",
            "--no-prompt",
            "--allow-run=deno",
            new URL("main.ts", ROOT).href,
            "--messages=1",
          ],
          env: { PATH: `${folder}:/usr/bin:/bin`, NO_COLOR: "1" },
          stdin: "null",
        },
      ).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      assertEquals(code, 0);
      assertMatch(new TextDecoder().decode(stdout), ONE_LINE);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("LD_ variables in the environment do not keep it from running", async () => {
  const { code, stdout, stderr } = await whole(["--messages=1"], {
    env: { LD_LIBRARY_PATH: "/nowhere" },
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, ONE_LINE);
});

Deno.test("a tap runs from a URL, with two flags", async () => {
  await using served = serveCheckout();
  const cache = await Deno.makeTempDir();
  try {
    const path = `${cache}/s.jsonl`;
    const { code, stdout, stderr } = await whole(
      [
        ...["tap", `--record=${path}`, "--"],
        ...[Deno.execPath(), "eval", "-q", "console.log('spam')"],
      ],
      {
        deno: ["--allow-run", "--allow-write"],
        script: `${served.url}main.ts`,
        env: { DENO_DIR: cache },
        cwd: "/",
      },
    );
    assertEquals({ code, stdout, stderr }, {
      code: 0,
      stdout: "spam\n",
      stderr: "",
    });
    const recording = await Deno.readTextFile(path);
    assertMatch(recording, /"from":"out","offset":0,"text":"spam\\n"/);
    assertMatch(recording, /"status":\{"code":0,.*\n$/);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

testNeeding("npx")(
  "a tap runs by npx on a machine with Node only",
  async () => {
    const { code, stdout } = await new Deno.Command("npx", {
      args: [
        ...[
          "-y",
          "deno@2.9.6",
          "run",
          "-q",
          "--allow-run",
          `${CHECKOUT}main.ts`,
        ],
        ...["tap", "--record=none", "--", "cat"],
      ],
      stdin: "null",
      stderr: "inherit",
    }).output();
    assertEquals({ code, bytes: stdout.length }, { code: 0, bytes: 0 });
  },
);
