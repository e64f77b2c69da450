import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  chaptersOf,
  createGuideFolder,
  outputOf,
  steady,
} from "./support/guide.ts";
import { needs } from "./support/processes.ts";
import { spawn } from "../mod.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { ROOT, shell } from "./support/whole_program.ts";

/** A port that nobody has at this moment. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

const README = Deno.readTextFileSync(new URL("README.md", ROOT));

/** The lines of the README's blocks of one language. */
function blockLines(language: string): string[] {
  const blocks = README.matchAll(
    new RegExp("^```" + language + "\\n(.*?)^```$", "gms"),
  );
  return [...blocks].flatMap(([, block = ""]) => block.trim().split("\n"));
}

Deno.test("the two commands stand within the first 15 lines", () => {
  const top = README.split("\n").slice(0, 15).join("\n");
  assert(top.includes("npx -y deno@2.9.6 run --allow-run main.ts"));
  assert(top.includes("npx -y deno@2.9.6 task ok"));
});

Deno.test("the gate runs the README's own test command", () => {
  const gate = Deno.readTextFileSync(new URL(".ci/run", ROOT));
  assert(gate.includes("npx -y deno@2.9.6 task ok"));
});

Deno.test("what is run has the packages of the lock file, and no others", () => {
  const { lock } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );
  assertEquals(lock, { frozen: true });
  const { npm } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.lock", ROOT)),
  ) as { npm: Record<string, { integrity?: string }> };
  for (const [name, { integrity }] of Object.entries(npm)) {
    assert(integrity?.startsWith("sha512-"), name);
  }
  // The README says what the program itself loads, and whose that is.
  assert(README.includes("`deno-std`") && Object.hasOwn(npm, "deno-std@1.4.0"));
});

Deno.test("the README is short enough to be read", () => {
  assert(README.trimEnd().split("\n").length <= 250);
});

Deno.test("the README's pictures are there, and not large", () => {
  const pictures = [...README.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)];
  assertEquals(pictures.length, 2);
  for (const [, path = ""] of pictures) {
    const { size } = Deno.statSync(new URL(path, ROOT));
    assert(size < 200_000, `${path}: ${size} bytes`);
  }
});

Deno.test("the lines for clients are those of the files that are tried", () => {
  const lines = (text: string) =>
    text.split("\n").map((line) => line.trim()).join("\n");
  const [block = ""] = /^"command": "npx",.*?(?=^```$)/ms.exec(README)!;
  const quoted = block.trim().split("\n\n");
  const files = ["claude_desktop_config.json", "neovim.lua"];
  assertEquals(quoted.length, files.length);
  for (const [at, name] of files.entries()) {
    const file = new URL(`examples/configurations/${name}`, ROOT);
    assert(
      lines(Deno.readTextFileSync(file)).includes(lines(quoted[at]!)),
      name,
    );
  }
});

const COMMANDS = blockLines("sh")
  .map((line) => line.replace(/\s+#.*$/, ""))
  .filter((line) => line.startsWith("deno run"));

for (const command of COMMANDS) {
  const programs = command.includes("python3") ? ["python3"] : [];
  Deno.test(
    `the README's command runs: ${command}`,
    needs("bash", ...programs),
    async () => {
      // Ours runs until it is stopped: three lines are enough to know.
      const options = command.endsWith("--allow-run main.ts")
        ? " --count 2 --tick 10ms"
        : "";
      const line = `${command.replace("deno run --allow-run main.ts", "main")}`;
      const { code, stdout, stderr } = await shell(
        `cd "$ROOT" && ${line}${options}`,
        {
          env: { ROOT: fileURLToPath(ROOT) },
        },
      );
      assertEquals(code, 0);
      assert(stdout.length > 0);
      if (!line.includes("--summary")) assertEquals(stderr, "");
    },
  );
}

Deno.test(
  "each command in a console block of the README prints what stands there",
  needs("bash", "python3"),
  async () => {
    const folder = await createGuideFolder();
    try {
      await Deno.copyFile(
        new URL("tests/fixtures/recordings/mcp_server.jsonl", ROOT),
        `${folder}/mcp.jsonl`,
      );
      for (const step of chaptersOf(README).flatMap(({ steps }) => steps)) {
        if (step.kind === "file") {
          await Deno.writeTextFile(`${folder}/${step.name}`, step.text);
          continue;
        }
        // In the folder of the example there is no checkout.
        const command = step.command
          .replace("deno run --allow-run main.ts", "basic-pipes");
        const printed = await outputOf(command, folder);
        assertEquals(steady(printed), steady(step.output), command);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "the README's server in a task logs its visitors, and ends by Ctrl-C",
  needs("bash"),
  async () => {
    const { steps } = chaptersOf(README).find(({ title }) =>
      title === "Four uses"
    )!;
    const server = steps.find((step) =>
      step.kind === "file" && step.name === "server.ts"
    );
    assert(server?.kind === "file");
    const [task = ""] = /^\{\n {2}"tasks".*?^\}$/ms.exec(README)!;
    const [, shown = ""] = /^\$ deno task .*?\n(.*?)\^Cstatus 130$/ms.exec(
      README,
    )!;
    const port = freePort();
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/deno.json`, task);
      const text = server.text.replaceAll("8787", String(port));
      await Deno.writeTextFile(`${folder}/server.ts`, text);
      await Deno.mkdir(`${folder}/basic-pipes`);
      for (const name of ["main.ts", "child.ts", "cli", "src"]) {
        const from = fileURLToPath(new URL(name, ROOT));
        cpSync(from, `${folder}/basic-pipes/${name}`, { recursive: true });
      }
      await using child = spawn(
        Deno.execPath(),
        ["task", "-q", "serve"],
        { cwd: folder, env: { TZ: "UTC", NO_COLOR: "1" }, group: true },
      );
      const lines = [await child.stdout.readLine({ timeoutMs: 60_000 })];
      for (const path of ["spam", "%1B[2Jegg"]) {
        const got = await fetch(`http://127.0.0.1:${port}/${path}`);
        assertEquals(await got.text(), "Spam");
      }
      for (let n = 0; n < 3; n++) {
        lines.push(await child.stdout.readLine({ timeoutMs: 60_000 }));
      }
      assertEquals(
        steady(lines.join("\n")),
        steady(shown.replaceAll("8787", String(port))),
      );
      // As a terminal does it: to the whole group.
      Deno.kill(-child.pid, "SIGINT");
      const { code, signal } = await child.wait();
      assertEquals(signal === "SIGINT" ? 130 : code, 130);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "the README's line installs the program, with all that it may need",
  needs("bash"),
  async () => {
    const [line = ""] = /^deno install .*$/m.exec(README)!;
    const folder = await Deno.makeTempDir();
    const deno = fileURLToPath(new URL(".", `file://${Deno.execPath()}`));
    const env = {
      DENO_INSTALL_ROOT: folder,
      PATH: `${folder}/bin:${deno}:${Deno.env.get("PATH")}`,
    };
    const bash = async (command: string) => {
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-ec", command],
        env: { ...env, ROOT: fileURLToPath(ROOT), FOLDER: folder },
        stdin: "null",
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    try {
      await bash(`cd "$ROOT"; ${line} 2>&1`);
      const printed = await bash(`cd "$FOLDER"
        basic-pipes tap --record s.jsonl -- echo Spam >&2
        basic-pipes show -t none --only out s.jsonl
        basic-pipes report s.jsonl; ls *.html
        basic-pipes log -t none -o log.txt -- echo egg; cat log.txt
        source <(basic-pipes --completions bash); complete -p basic-pipes`);
      assertEquals(printed.split("\n"), [
        ...["<-  Spam", "<-  end of stream after 5 B", "s.html", "out egg"],
        ...["complete -F _basic_pipes basic-pipes", ""],
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "the README's example of the library runs in a folder of its own",
  needs("sh"),
  async () => {
    const chapter = README.slice(README.indexOf("## The library"));
    const block = (language: string) =>
      chapter.split(`\`\`\`${language}\n`)[1]?.split("\n```")[0] ?? "";
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/deno.json`, block("json"));
      await Deno.writeTextFile(`${folder}/example.ts`, block("ts"));
      for (const name of ["mod.ts", "src"]) {
        const from = fileURLToPath(new URL(name, ROOT));
        cpSync(from, `${folder}/basic-pipes/${name}`, { recursive: true });
      }
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "--no-lock", "--allow-run", "example.ts"],
        cwd: folder,
        stdin: "null",
      }).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
