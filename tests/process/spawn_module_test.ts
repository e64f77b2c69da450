import {
  assert,
  assertEquals,
  assertStringIncludes,
} from "../support/std_assert.ts";
import { type ModulePermissions, run, spawn, spawnModule } from "../../mod.ts";
import {
  fixture,
  isAlive,
  needs,
  quote,
  refusal,
  testNeeding,
  textOf,
  until,
} from "../support/processes.ts";
import { onTerminal, TERMINAL_PROGRAM } from "../support/terminal.ts";

const test = testNeeding("links");

const TELLS = import.meta.resolve("../fixtures/tells_permissions.ts");

const GRANTS: {
  what: string;
  permissions?: ModulePermissions;
  granted: string[];
  read?: string;
}[] = [
  { what: "nothing that is not named", granted: [] },
  { what: "nothing for empty lists", permissions: { net: [] }, granted: [] },
  {
    what: "whole kinds",
    permissions: { read: true, env: true },
    granted: ["read", "env"],
    read: "granted",
  },
  {
    what: "what is listed",
    permissions: { read: ["/c", "/a"] },
    granted: [],
    read: "granted",
  },
  {
    what: "everything",
    permissions: "all",
    granted: ["read", "write", "net", "env", "run", "sys", "ffi"],
    read: "granted",
  },
];
for (const { what, permissions, granted, read = "prompt" } of GRANTS) {
  Deno.test(`a module is permitted ${what}`, async () => {
    await using child = spawnModule(TELLS, {
      args: ["--allow-all", "-x"],
      permissions,
      env: granted.length > 2 ? { NODE_OPTIONS: "--no-warnings" } : {},
    });
    const report = JSON.parse(await textOf(child));
    assertEquals(report, {
      args: ["--allow-all", "-x"],
      granted,
      // Without a prompt, what is not granted is denied when it is asked for.
      read: read === "prompt" ? report.read : read,
      nodeOptions: !granted.includes("env")
        ? null
        : granted.length > 2
        ? "--no-warnings"
        : "",
    });
    assert(read === "granted" || report.read !== "granted");
    assertEquals((await child.check()).stderrTail, "");
  });
}

const WRONG = [
  {
    permissions: { nett: true },
    says:
      "Cannot start a module as its permission is none of read, write, net, env, run, sys, ffi, import: current value is nett",
  },
  {
    permissions: null,
    says:
      'Cannot start a module as its permissions must be "all" or an object of kinds: current value is null',
  },
  ...["/a", false].map((read) => ({
    permissions: { read },
    says:
      `Cannot start a module as its read permission must be true or a list of names: current value is ${read}`,
  })),
  ...["", "/a,/"].map((name) => ({
    permissions: { read: ["/b", name] },
    says:
      `Cannot start a module as its read permission has a name that is empty or has a comma in it: current value is "${name}"`,
  })),
];
for (const { permissions, says } of WRONG) {
  Deno.test(`permissions ${JSON.stringify(permissions)} are refused`, () => {
    const text = refusal(() =>
      spawnModule(TELLS, { permissions: permissions as ModulePermissions })
    );
    assertEquals(text, `TypeError: ${says}`);
  });
}

const PLACES = [
  {
    what: "a file: URL with escapes",
    specifier: new URL(
      "../fixtures/a%20b%23%25/tells_arguments.ts",
      import.meta.url,
    ),
  },
  {
    what: "the text of that URL",
    specifier: import.meta.resolve(
      "../fixtures/a%20b%23%25/tells_arguments.ts",
    ),
  },
  { what: "a path", specifier: fixture("a b#%/tells_arguments.ts") },
];
for (const { what, specifier } of PLACES) {
  Deno.test(`a module starts from ${what}`, async () => {
    await using child = spawnModule(specifier, { args: ["1"] });
    assertEquals(await textOf(child), '["1"]\n');
    await child.check();
  });
}

Deno.test("a module starts from a web server, and says nothing of its download", async () => {
  const source = await Deno.readTextFile(fixture("a b#%/tells_arguments.ts"));
  await using server = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(source, { headers: { "content-type": "text/plain" } }),
  );
  const url = `http://localhost:${server.addr.port}/tells_arguments.ts`;
  await using child = spawnModule(url, { args: ["2"] });
  assertEquals(await textOf(child), '["2"]\n');
  assertEquals((await child.check()).stderrTail, "");
});

Deno.test("a path that begins with a dash is no option of deno", async () => {
  await using child = spawnModule("--allow-all", {
    cwd: fixture("."),
  });
  const { code, stderrTail } = await child.status;
  assertEquals(code, 1);
  assertStringIncludes(stderrTail, "/--allow-all");
});

Deno.test("NODE_OPTIONS of this program does not reach a module", async () => {
  const { text } = await run(Deno.execPath(), [
    ...["run", "-q", "--allow-run", "--allow-env"],
    ...[fixture("../parents/sets_node_options.ts"), TELLS],
  ]);
  assertEquals(JSON.parse(text()).nodeOptions, "");
});

Deno.test("SIGKILL of the parent ends a module that watches its life line", async () => {
  const parent = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-run", "--no-prompt"],
      fixture("../parents/owns_module.ts"),
      fixture("ends_with_stdin.ts"),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/child \d+/.test(text) || !text.includes("ready")) {
    const { value, done } = await reader.read();
    assert(!done, `ended with ${text}`);
    text += value;
  }
  const pid = Number(/child (\d+)/.exec(text)?.[1]);
  assert(isAlive(pid));
  parent.kill("SIGKILL");
  await parent.status;
  assert(await until(() => !isAlive(pid)), "the child lives");
  await reader.cancel();
});

test("a run permission for deno is enough where PATH has a link to it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink(Deno.execPath(), `${folder}/deno`);
    const { stdout } = await new Deno.Command(`${folder}/deno`, {
      args: [
        ...["run", "--quiet", "--no-prompt", "--allow-run=deno"],
        fixture("../parents/starts.ts"),
        "--module",
        fixture("a b#%/tells_arguments.ts"),
      ],
      env: { PATH: `${folder}:${Deno.env.get("PATH")}` },
      stdin: "null",
      stderr: "null",
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [0, "[]\n"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a configuration beside a module is not read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, "{ this is broken");
    await Deno.writeTextFile(`${folder}/x.ts`, "Deno.exit(Deno.args.length);");
    await using child = spawnModule(`${folder}/x.ts`, { args: ["a", "b"] });
    assertEquals((await child.status).code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "a module on a terminal is denied what it asks for, and nobody is asked",
  needs(TERMINAL_PROGRAM),
  async () => {
    const words = [
      ...[Deno.execPath(), "run", "--quiet", "--allow-run"],
      fixture("../parents/owns_module.ts"),
      fixture("asks_for_permission.ts"),
      "inherit",
    ];
    const line = words.map(quote).join(" ");
    // Held open: a prompt would wait for a key.
    await using terminal = spawn(TERMINAL_PROGRAM, onTerminal(line), {
      stdin: "piped",
      timeoutMs: 10_000,
    });
    assertStringIncludes(await textOf(terminal), "state denied");
  },
);

Deno.test("an option of a module that there is not is refused", () => {
  const options = { permission: { net: true } } as never;
  assertEquals(
    refusal(() => spawnModule(TELLS, options)),
    "TypeError: Cannot start a module as its options are args, permissions, " +
      "maxHeapMb, stdin, stdout, stderr, cwd, env, clearEnv, signal, " +
      "timeoutMs, idleTimeoutMs, exitDelayMs, ladder, group, onSignal, channel: " +
      'current value is "permission"',
  );
});

Deno.test("a module without a specifier, or with arguments that are no list, is refused", () => {
  for (
    const { specifier, args, says } of [
      {
        specifier: "",
        says: 'its specifier must be a URL or a path: current value is ""',
      },
      {
        specifier: 5,
        says: "its specifier must be a URL or a path: current value is 5",
      },
      {
        specifier: TELLS,
        args: "ab",
        says: 'the arguments must be a list: current value is "ab"',
      },
    ]
  ) {
    assertEquals(
      refusal(() => spawnModule(specifier as string, { args } as never)),
      `TypeError: Cannot start a module as ${says}`,
    );
  }
});

Deno.test("a module that fills its memory is ended at its limit", async () => {
  await using child = spawnModule(fixture("fills_memory.ts"), {
    maxHeapMb: 32,
    timeoutMs: 60_000,
  });
  const { reason, success } = await child.status;
  // Windows has no signals: V8's abort is a code there.
  const ends = Deno.build.os === "windows" ? "exited" : "signaled";
  assertEquals([reason, success], [ends, false]);
});

Deno.test("a limit of memory that V8 cannot have is refused", () => {
  for (const maxHeapMb of [0, 3, 1.5, NaN, 1_048_577]) {
    assertEquals(
      refusal(() => spawnModule(TELLS, { maxHeapMb })),
      "RangeError: Cannot start a module as maxHeapMb must be an integer from " +
        `4 to 1048576: current value is ${maxHeapMb}`,
    );
  }
});

/**
 * By cp(1): a process that another test starts meanwhile would inherit the file
 * that is written, and what is written somewhere cannot be run.
 */
async function copyDeno(to: string): Promise<void> {
  await new Deno.Command("cp", { args: [Deno.execPath(), to] }).output();
}

Deno.test({
  name: "a module starts after Deno itself was replaced by an upgrade",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const deno = `${folder}/deno`;
    try {
      await copyDeno(deno);
      const program = new Deno.Command(deno, {
        args: [
          ...["run", "--quiet", "--no-prompt", "--allow-run"],
          fixture("../parents/owns_two_modules.ts"),
          fixture("a b#%/tells_arguments.ts"),
        ],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const lines = program.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      assertEquals((await lines.read()).value, "[]\n");
      await copyDeno(`${deno}.new`);
      await Deno.rename(`${deno}.new`, deno);
      await program.stdin.close();
      assertEquals((await lines.read()).value, "[]\n");
      assertEquals((await program.status).code, 0);
      await lines.cancel();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
