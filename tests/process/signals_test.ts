import {
  assert,
  assertEquals,
  assertStringIncludes,
} from "../support/std_assert.ts";
import { fixture, isAlive, needs, until } from "../support/processes.ts";
import { together } from "../support/together.ts";
import { type Parent, startParent } from "../support/parents.ts";
import { TERMINAL_PROGRAM } from "../support/terminal.ts";
import {
  type GuardedChild,
  type Received,
  Signals,
} from "../../src/process/signals.ts";

const test = together("what the program and its children get of signals", 6, [
  "sh",
]);

const CLEANS_UP = [fixture("cleans_up.sh")];
const IGNORES = [fixture("ignores_signals.sh")];
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGQUIT: 3 };
const SHORT = [{ signal: "SIGTERM", waitMs: 150 }, {
  signal: "SIGKILL",
  waitMs: 1000,
}];

for (const signal of SIGNALS) {
  test(`${signal} to the parent alone reaches the child once, and both end`, async () => {
    await using parent = await startParent({ child: CLEANS_UP });
    await parent.shows("ready");
    Deno.kill(parent.pid, signal);
    const { code, signal: by, output } = await parent.end();
    assertEquals(
      { code, by, said: /cleaned up after \d+/.exec(output)?.[0] },
      { code: 128 + NUMBERS[signal], by: signal, said: "cleaned up after 1" },
    );
    assert(!isAlive(parent.childPid));
  });
}

/**
 * Sends a signal twice, far enough apart for two deliveries. Returns whether
 * that was within one key press: on a busy machine it is not always.
 */
async function killTwice(pid: number, signal: Deno.Signal): Promise<boolean> {
  const startMs = performance.now();
  Deno.kill(pid, signal);
  await new Promise((resolve) => setTimeout(resolve, 30));
  if (performance.now() - startMs >= 150 || !isAlive(pid)) return false;
  Deno.kill(pid, signal);
  return true;
}

test("a signal that is delivered twice within 300 ms reaches the child once", async () => {
  for (let isOnePress = false; !isOnePress;) {
    await using parent = await startParent({ child: CLEANS_UP });
    await parent.shows("ready");
    // The child cleans up for 100 ms.
    isOnePress = await killTwice(parent.pid, "SIGINT");
    const { output } = await parent.end();
    if (isOnePress) assertStringIncludes(output, "cleaned up after 1");
  }
});

const KEYS = [
  { key: "Ctrl-C", keys: "\x03", receivedSignal: "SIGINT" },
  { key: "Ctrl-backslash", keys: "\x1c", receivedSignal: "SIGQUIT" },
];
for (const { key, keys, receivedSignal } of KEYS) {
  test(
    `${key} on a terminal reaches the child once, and its last words are read`,
    needs(TERMINAL_PROGRAM),
    async () => {
      await using parent = await startParent({
        child: CLEANS_UP,
        options: { onSignal: "pass" },
        terminal: true,
      });
      await parent.shows("ready");
      await parent.press(keys);
      const { output } = await parent.end();
      assertStringIncludes(output, "cleaned up after 1");
      assertStringIncludes(
        output,
        `{"code":7,"signal":null,"reason":"exited","receivedSignal":"${receivedSignal}","drained":true,"stopSteps":0}`,
      );
      assert(!isAlive(parent.childPid));
    },
  );
}

test(
  "Ctrl-C reaches the child once though stdin is no terminal",
  needs(TERMINAL_PROGRAM),
  async () => {
    await using parent = await startParent({
      child: CLEANS_UP,
      terminal: true,
      redirection: "</dev/null",
    });
    await parent.shows("ready");
    await parent.press("\x03");
    assertStringIncludes((await parent.end()).output, "cleaned up after 1");
  },
);

for (const signal of ["SIGUSR1", "SIGUSR2", "SIGALRM"] as const) {
  test(`${signal} means something to a child alone: with onSignal "pass" it gets it`, async () => {
    await using parent = await startParent({
      child: ["bash", fixture("hears.sh"), signal],
      options: { onSignal: "pass" },
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, signal);
    await parent.shows(`heard ${signal}`);
    Deno.kill(parent.childPid, "SIGKILL");
    assertStringIncludes(
      (await parent.end()).output,
      `"signal":"SIGKILL","reason":"signaled","receivedSignal":null`,
    );
  });
}

test("without a child that it stands for, SIGUSR2 ends a program as ever", async () => {
  for (
    const { way, shows } of [
      { way: "wait", shows: "ready" },
      { way: "wrap", shows: "wrapped" },
    ]
  ) {
    await using parent = await startParent({ child: CLEANS_UP, way });
    await parent.shows(shows);
    Deno.kill(parent.pid, "SIGUSR2");
    assertEquals((await parent.end()).signal, "SIGUSR2");
    Deno.kill(parent.childPid, "SIGKILL");
  }
});

test("a child that the program stands for gets SIGUSR2 after another start has failed", async () => {
  await using parent = await startParent({
    child: ["bash", fixture("hears.sh"), "SIGUSR2"],
    options: { onSignal: "pass" },
    way: "fail",
  });
  await parent.shows("ready");
  await parent.shows("failed");
  Deno.kill(parent.pid, "SIGUSR2");
  await parent.shows("heard SIGUSR2");
  Deno.kill(parent.childPid, "SIGKILL");
});

test(
  "Ctrl-C reaches a child that was started after the key was pressed",
  needs(TERMINAL_PROGRAM),
  async () => {
    await using parent = await startParent({
      program: "starts_after_key.ts",
      child: [],
      terminal: true,
    });
    await parent.shows("blocked");
    await parent.press("\x03go\n");
    assertStringIncludes((await parent.end()).output, "second SIGINT");
  },
);

test(
  "Ctrl-C reaches a child once that has not written anything",
  needs(TERMINAL_PROGRAM, "python3"),
  async () => {
    await using parent = await startParent({
      child: ["python3", fixture("counts_signals.py"), "SIGINT"],
      options: { stdout: "inherit" },
      way: "later",
      terminal: true,
    });
    await parent.shows("ready");
    await parent.shows("later");
    await parent.press("\x03");
    assertStringIncludes((await parent.end()).output, "SIGINT 1");
  },
);

test(
  "SIGTERM on a terminal is passed on, as no key sends it",
  needs(TERMINAL_PROGRAM),
  async () => {
    await using parent = await startParent({
      child: CLEANS_UP,
      options: { onSignal: "pass" },
      terminal: true,
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, "SIGTERM");
    const { code, output } = await parent.end();
    assertStringIncludes(output, "cleaned up after 1");
    // No step waits for the terminal to send it.
    assertStringIncludes(output, '"stopSteps":1}');
    assertEquals(code, 143);
  },
);

test(
  "Ctrl-C on a terminal is passed on to a child in a group of its own",
  needs(TERMINAL_PROGRAM),
  async () => {
    await using parent = await startParent({
      child: CLEANS_UP,
      options: { group: true },
      terminal: true,
    });
    await parent.shows("ready");
    await parent.press("\x03");
    const { output } = await parent.end();
    assertStringIncludes(output, "cleaned up after 1");
  },
);

test(
  "a child that inherits stdin reads the terminal",
  needs(TERMINAL_PROGRAM),
  async () => {
    await using parent = await startParent({
      child: ["sh", "-c", "read line; echo got $line"],
      options: { stdin: "inherit" },
      terminal: true,
    });
    await parent.press("Spam 0\n");
    assertStringIncludes((await parent.end()).output, "got Spam 0");
  },
);

test(
  "a terminal that hangs up leaves nothing",
  needs(TERMINAL_PROGRAM),
  async () => {
    await using parent = await startParent({
      child: ["sh", "-c", "echo ready; exec sleep 30"],
      terminal: true,
    });
    await parent.shows("ready");
    Deno.kill(Number(parentOf(parent.pid)), "SIGKILL");
    assert(await until(() => !isAlive(parent.childPid)), "the child lives");
    assert(await until(() => !isAlive(parent.pid)), "the parent lives");
  },
);

/** The id of the process that started it, here: script(1). */
function parentOf(pid: number): string {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "";
}

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  test(`a child that ignores ${signal} is killed after the grace`, async () => {
    await using parent = await startParent({
      child: IGNORES,
      options: { ladder: SHORT, onSignal: "pass" },
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, signal);
    const { output, signal: by } = await parent.end();
    assertStringIncludes(output, `"signal":"SIGKILL","reason":"received"`);
    assertEquals(by, signal);
    assert(!isAlive(parent.childPid));
  });
}

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  test(`a second ${signal}, later than a repeated key, kills at once`, async () => {
    await using parent = await startParent({
      child: IGNORES,
      options: { ladder: [{ signal: "SIGTERM", waitMs: 60_000 }] },
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, signal);
    const startMs = performance.now();
    const isGone = await until(() => {
      // Only a request more than 300 ms after the first counts as a second.
      if (performance.now() - startMs > 320 && isAlive(parent.pid)) {
        Deno.kill(parent.pid, signal);
      }
      return !isAlive(parent.childPid);
    });
    assert(isGone, "the child lives");
    assertEquals((await parent.end()).signal, signal);
  });
}

const TWO_SIGNALS = [
  { first: "SIGTERM", second: "SIGINT" },
  { first: "SIGINT", second: "SIGTERM" },
] as const;
for (const { first, second } of TWO_SIGNALS) {
  const child = [
    "bash",
    "-c",
    `trap 'echo heard' ${first}; trap 'exit 0' ${second}; echo ready; ` +
    "while :; do sleep 0.05; done",
  ];

  test(`after ${first} and ${second} the parent ends by SIGTERM`, async () => {
    await using parent = await startParent({ child });
    await parent.shows("ready");
    Deno.kill(parent.pid, first);
    await parent.shows("heard");
    Deno.kill(parent.pid, second);
    assertEquals((await parent.end()).signal, "SIGTERM");
  });

  test(`after ${first} and ${second} the first of them is told as received`, async () => {
    await using parent = await startParent({
      child,
      options: { onSignal: "pass" },
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, first);
    await parent.shows("heard");
    Deno.kill(parent.pid, second);
    assertStringIncludes(
      (await parent.end()).output,
      `"receivedSignal":"${first}"`,
    );
  });
}

const ENDS = [
  { way: "throw", group: false },
  { way: "reject", group: false },
  { way: "exit", group: false },
  { way: "throw", group: true },
  { way: "reject", group: true },
  { way: "exit", group: true },
];
for (const { way, group } of ENDS) {
  const what = group ? "a child in a group of its own" : "the child";
  test(`a parent that ends by ${way} leaves nothing of ${what}`, async () => {
    await using parent = await startParent({
      child: ["sh", "-c", "echo ready; exec sleep 30"],
      options: { group },
      way,
    });
    await parent.shows("ready");
    const { code } = await parent.end();
    assertEquals(code, way === "exit" ? 5 : 1);
    assert(await until(() => !isAlive(parent.childPid)), "the child lives");
  });
}

test("a rejection that the program handles leaves a group alive", async () => {
  await using parent = await startParent({
    child: ["sh", "-c", "echo ready; sleep 0.3; exit 7"],
    options: { group: true },
    way: "handle",
  });
  assertStringIncludes((await parent.end()).output, '"code":7');
});

test("a parent whose event loop is blocked passes the signal on after", async () => {
  await using parent = await startParent({
    child: CLEANS_UP,
    way: "block",
  });
  await parent.shows("ready");
  Deno.kill(parent.pid, "SIGTERM");
  const { signal, output } = await parent.end();
  assertStringIncludes(output, "cleaned up after 1");
  assertEquals(signal, "SIGTERM");
});

test("a start that fails leaves the other child guarded", async () => {
  await using parent = await startParent({ child: CLEANS_UP, way: "fail" });
  await parent.shows("ready");
  await parent.shows("failed");
  Deno.kill(parent.pid, "SIGTERM");
  const { signal, output } = await parent.end();
  assertStringIncludes(output, "cleaned up after 1");
  assertEquals(signal, "SIGTERM");
});

test("a program that ends as it likes leaves nothing running", async () => {
  await using parent = await startParent({ child: IGNORES, way: "end" });
  await parent.shows("ready");
  assertEquals((await parent.end()).signal, "SIGTERM");
  assert(await until(() => !isAlive(parent.childPid)), "the child lives");
});

test("signals that come between children are not lost", async () => {
  await using parent = await startParent({ way: "sequence", child: ["true"] });
  // Deno itself loses one that comes while the last listener is taken away.
  const again = setInterval(() => {
    if (isAlive(parent.pid)) Deno.kill(parent.pid, "SIGTERM");
  }, 2000);
  Deno.kill(parent.pid, "SIGTERM");
  const { signal } = await parent.end();
  clearInterval(again);
  assertEquals(signal, "SIGTERM");
});

test("a parent of two passes a signal on to both, and ends after both", async () => {
  await using parent = await startParent({ child: CLEANS_UP, way: "pair" });
  await parent.shows(/second \d+/);
  await parent.shows(/ready[^]*ready/);
  Deno.kill(parent.pid, "SIGTERM");
  const { signal, output } = await parent.end();
  const second = Number(/second (\d+)/.exec(output)?.[1]);
  assertEquals(
    [output.match(/cleaned up after 1/g)?.length, signal],
    [2, "SIGTERM"],
  );
  assertEquals([parent.childPid, second].map(isAlive), [false, false]);
});

test("a parent that takes its first child's end for a failure does not cut the second one short", async () => {
  await using parent = await startParent({
    program: "checks_two.ts",
    child: CLEANS_UP,
  });
  await parent.shows("ready");
  Deno.kill(parent.pid, "SIGTERM");
  const { signal, output } = await parent.end();
  assertStringIncludes(output, "cleaned up after 1");
  assertEquals(signal, "SIGTERM");
});

test("the end of one child is not held back for another that only the caller can end", async () => {
  await using parent = await startParent({
    program: "serves_one.ts",
    child: [],
  });
  await parent.shows("ready");
  const startMs = performance.now();
  Deno.kill(parent.pid, "SIGINT");
  assertEquals((await parent.end()).signal, "SIGINT");
  assert(performance.now() - startMs < 4000, "it was held back");
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} ends the wait for the pipe of a child that has ended`, async () => {
    const script =
      "echo ready; (while :; do sleep 0.1; echo x; done) 2>/dev/null & exit 0";
    await using parent = await startParent({ child: ["bash", "-c", script] });
    await parent.shows("ready");
    assert(await until(() => !isAlive(parent.childPid)));
    // Until its end is known to the parent, too.
    await new Promise((resolve) => setTimeout(resolve, 50));
    Deno.kill(parent.pid, signal);
    // It is over before it can say what its child's status was.
    assertEquals((await parent.end()).signal, signal);
  });
}

test("the first SIGTERM of a child is no second one because another child had one", async () => {
  await using parent = await startParent({
    program: "starts_late.ts",
    child: [...IGNORES, ...CLEANS_UP],
  });
  await parent.shows("ready");
  Deno.kill(parent.pid, "SIGTERM");
  await parent.shows(/ready[^]*ready/);
  // Later than a repeated key.
  await new Promise((resolve) => setTimeout(resolve, 350));
  Deno.kill(parent.pid, "SIGTERM");
  const { output } = await parent.end();
  assertStringIncludes(output, "cleaned up after 1");
  assertStringIncludes(output, "second 7 received");
});

test("a child that is started while the program ends gets the signal at once", async () => {
  await using parent = await startParent({
    program: "starts_late.ts",
    child: [...CLEANS_UP, fixture("says_its_id.sh"), "end"],
  });
  await parent.shows("ready");
  Deno.kill(parent.pid, "SIGTERM");
  assertEquals((await parent.end()).signal, "SIGTERM");
});

test(
  "setpriv --pdeathsig ends a command at SIGKILL of its parent",
  needs("setpriv"),
  async () => {
    const nap = ["sh", "-c", "echo ready; exec sleep 30"];
    await using parent = await startParent({
      child: ["setpriv", "--pdeathsig", "TERM", ...nap],
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, "SIGKILL");
    assert(await until(() => !isAlive(parent.childPid)), "the child lives");
  },
);

test("a parent with a listener of its own ends as it likes", async () => {
  await using parent = await startParent({ child: CLEANS_UP, way: "listen" });
  await parent.shows("ready");
  Deno.kill(parent.pid, "SIGTERM");
  const { code, signal, output } = await parent.end();
  assertStringIncludes(output, "cleaned up after 1");
  // A child that it starts after that gets no signal.
  assertStringIncludes(output, "next 6");
  assertEquals({ code, signal }, { code: 3, signal: null });
});

test(
  "a child that takes SIGINT for something else does not end the parent",
  // It takes the 5 s after which SIGINT was no request to end.
  { ignore: Deno.env.get("STORM_STARTS") === undefined },
  async () => {
    await using parent = await startParent({
      child: ["sh", "-c", "trap '' INT; echo ready; sleep 5.5"],
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, "SIGINT");
    const { code, signal, output } = await parent.end();
    assertEquals({ code, signal }, { code: 0, signal: null });
    assertStringIncludes(output, `"receivedSignal":"SIGINT"`);
  },
);

test('a child with onSignal "none" gets no signal, and is not killed', async () => {
  await using parent = await startParent({
    child: IGNORES,
    options: { onSignal: "none" },
  });
  await parent.shows("ready");
  Deno.kill(parent.pid, "SIGTERM");
  assertEquals((await parent.end()).signal, "SIGTERM");
  assert(isAlive(parent.childPid));
});

test('a child with onSignal "none" gets no signal that another child gets', async () => {
  await using parent = await startParent({
    child: IGNORES,
    options: { onSignal: "none", ladder: SHORT },
    way: "other",
  });
  await parent.shows(/ready[^]*ready/);
  Deno.kill(parent.pid, "SIGTERM");
  const { signal, output } = await parent.end();
  assertStringIncludes(output, "cleaned up after 1");
  assertEquals(signal, "SIGTERM");
  assert(isAlive(parent.childPid));
});

const SIGCHLD_IGNORED = [
  "python3",
  "-c",
  "import os,signal,sys\n" +
  "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n" +
  "os.execvp(sys.argv[1], sys.argv[1:])",
];

test(
  "a parent that was started with SIGCHLD ignored gets the true status",
  needs("python3"),
  async () => {
    await using parent = await startParent({
      child: ["sh", "-c", "exit 7"],
      prefix: SIGCHLD_IGNORED,
    });
    assertStringIncludes((await parent.end()).output, `"code":7`);
  },
);

test(
  "a status that the system does not tell is lost",
  needs("python3"),
  async () => {
    await using parent = await startParent({
      child: ["sh", "-c", "exit 7"],
      // Nobody listens for SIGCHLD then.
      options: { onSignal: "none" },
      prefix: SIGCHLD_IGNORED,
    });
    assertStringIncludes(
      (await parent.end()).output,
      '"code":125,"signal":null,"reason":"lost"',
    );
  },
);

test("a hold keeps the program from a signal after its child's end, and a repeated key is one", async () => {
  for (let isOnePress = false; !isOnePress;) {
    await using parent = await startParent({
      program: "holds.ts",
      child: ['{"onSignal":"pass"}', "true"],
    });
    await parent.shows("child 0");
    // What was meant for the child does not end the program either.
    Deno.kill(parent.pid, "SIGUSR2");
    isOnePress = await killTwice(parent.pid, "SIGTERM");
    await parent.shows("got SIGTERM");
    Deno.kill(parent.pid, "SIGQUIT");
    const { code, output } = await parent.end();
    if (!isOnePress) continue;
    assertEquals(
      [code, output.slice(output.indexOf("child 0"))],
      [0, "child 0\ngot SIGTERM\ngot SIGQUIT\nreleased\nlives\n"],
    );
  }
});

test("a hold is told again of a signal that comes later than a repeated key", async () => {
  await using parent = await startParent({
    program: "holds.ts",
    child: ['{"onSignal":"pass"}', "true"],
  });
  await parent.shows("child 0");
  const startMs = performance.now();
  Deno.kill(parent.pid, "SIGINT");
  await parent.shows("got SIGINT");
  await until(() => performance.now() - startMs > 320);
  Deno.kill(parent.pid, "SIGINT");
  await parent.shows(/(got SIGINT[^]*){2}/);
  Deno.kill(parent.pid, "SIGQUIT");
  assertEquals((await parent.end()).code, 0);
});

for (const ends of ["SIGTERM", "SIGINT"] as const) {
  test(`a program that ends by ${ends} after its child does so after the hold`, async () => {
    await using parent = await startParent({
      program: "holds.ts",
      child: ["{}", ...CLEANS_UP],
    });
    await parent.shows("ready");
    Deno.kill(parent.pid, ends);
    await parent.shows("child 7");
    Deno.kill(parent.pid, "SIGQUIT");
    const { signal, output } = await parent.end();
    assertStringIncludes(output, "got SIGQUIT");
    assertEquals([signal, output.includes("lives")], [ends, false]);
  });
}

async function copyTree(from: URL, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) {
    return await Deno.copyFile(from, to);
  }
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(new URL(name, `${from}/`), `${to}/${name}`);
  }
}

/** A child that does nothing with what it gets. */
function stubborn(
  receive: (received: Received) => void,
  hasWritten = true,
): GuardedChild {
  return {
    endsProgram: false,
    isWrapped: false,
    group: false,
    hasWritten,
    receive,
    send: () => {},
    killNow: () => {},
  };
}

for (const hasWritten of [true, false]) {
  const what = hasWritten ? "has written" : "has not written anything";
  // On Windows a key reaches all that the console has, whenever they started.
  Deno.test(
    `a key of the terminal can have missed a new child that ${what}: ${!hasWritten}`,
    needs("sh"),
    async () => {
      const byTerminal: boolean[] = [];
      const heard = new Signals(() => true);
      heard.listen(false);
      heard.addChild(
        stubborn((it) => byTerminal.push(it.byTerminal), hasWritten),
      );
      try {
        heard.receive("SIGINT", 0);
        // A child that is no longer new has got it from the terminal.
        let pressed = 0;
        const isOld = await until(() => {
          heard.receive("SIGINT", ++pressed * 1000);
          return byTerminal.at(-1) ?? false;
        });
        assertEquals([byTerminal[0], isOld], [hasWritten, true]);
      } finally {
        heard.abandon();
      }
    },
  );
}

/** Signals that come to a program, and what its one child gets of them. */
const SEQUENCES: {
  title: string;
  signals: [Deno.Signal, atMs: number][];
  gets: string[];
}[] = [
  {
    title: "a key that is delivered twice is one",
    signals: [["SIGINT", 0], ["SIGINT", 1], ["SIGINT", 299]],
    gets: ["SIGINT"],
  },
  {
    title: "a key that is pressed again is another one, and no request to end",
    signals: [["SIGINT", 0], ["SIGINT", 300], ["SIGINT", 1000]],
    gets: ["SIGINT", "SIGINT", "SIGINT"],
  },
  {
    title: "a second request to end comes after 300 ms",
    signals: [["SIGTERM", 0], ["SIGTERM", 299], ["SIGTERM", 301]],
    gets: ["SIGTERM", "SIGTERM again"],
  },
  {
    title: "another signal at the same time is no second request",
    signals: [["SIGTERM", 0], ["SIGHUP", 5], ["SIGCONT", 9], ["SIGHUP", 400]],
    gets: ["SIGTERM", "SIGHUP", "SIGCONT", "SIGHUP again"],
  },
  {
    title: "SIGINT is no request to end before SIGTERM",
    signals: [["SIGINT", 0], ["SIGTERM", 2000], ["SIGINT", 4000]],
    gets: ["SIGINT", "SIGTERM", "SIGINT"],
  },
];
for (const { title, signals, gets } of SEQUENCES) {
  Deno.test(`${title}: ${signals.map((each) => each.join(" at ")).join(", ")}`, () => {
    const got: string[] = [];
    const child = stubborn(({ signal, again }) =>
      got.push(again ? `${signal} again` : signal)
    );
    const heard = new Signals();
    heard.addChild(child);
    for (const [signal, atMs] of signals) heard.receive(signal, atMs);
    heard.abandon();
    assertEquals(got, gets);
  });
}

/** Runs `two_copies.ts` with a second copy of the library, or with a worker. */
async function withCopies(
  where: string,
  more: readonly string[],
  test: (parent: Parent) => Promise<void>,
): Promise<void> {
  const top = await Deno.makeTempDir();
  try {
    for (const name of ["mod.ts", "src"]) {
      const from = new URL(`../../${name}`, import.meta.url);
      await copyTree(from, `${top}/${name}`);
    }
    const copy = where === "worker" ? where : `file://${top}/mod.ts`;
    await using parent = await startParent({
      program: "two_copies.ts",
      flags: ["--allow-read", "--allow-import"],
      child: [copy, fixture("cleans_up_for.sh"), ...more],
    });
    await parent.shows("slow ready");
    await parent.shows("quick ready");
    await test(parent);
  } finally {
    await Deno.remove(top, { recursive: true });
  }
}

for (const where of ["copy", "worker"]) {
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    test(`the slower child, of another ${where}, has its grace after ${signal}`, async () => {
      await withCopies(where, [], async (parent) => {
        Deno.kill(parent.pid, signal);
        const { output, signal: by } = await parent.end();
        assertStringIncludes(output, "quick cleaned up");
        assertStringIncludes(output, "slow cleaned up");
        assertEquals(by, signal);
      });
    });
  }
}

test("a program that ends as it likes kills the child of another copy as well", async () => {
  await withCopies("copy", ["end"], async (parent) => {
    Deno.kill(parent.childPid, "SIGTERM");
    const { output, signal } = await parent.end();
    assertEquals(signal, "SIGTERM");
    const pid = Number(/slow ready (\d+)/.exec(output)?.[1]);
    assert(await until(() => !isAlive(pid)), "the child lives");
  });
});

test("under deno run --watch a change starts the program anew, and its old child has ended", async () => {
  const top = await Deno.makeTempDir();
  const program = `${top}/watched.ts`;
  const mod = new URL("../../mod.ts", import.meta.url).href;
  await Deno.writeTextFile(
    program,
    `import { spawn } from ${JSON.stringify(mod)};\n` +
      `const child = spawn("sleep", ["60"]);\n` +
      "console.log(`parent ${Deno.pid} child ${child.pid}`);\n" +
      "await child.status;\n",
  );
  try {
    await using parent = await startParent({
      program,
      flags: ["--watch"],
      child: [],
    });
    // The watcher does not see a change in the first moment.
    const change = setInterval(() => {
      Deno.writeTextFileSync(program, "// A change.\n", { append: true });
    }, 1000);
    try {
      await parent.shows(/child [^]*child \d+\n/);
    } finally {
      clearInterval(change);
    }
    assert(await until(() => !isAlive(parent.childPid)), "the old child lives");
    assert(isAlive(parent.pid), "the watcher has ended");
  } finally {
    await Deno.remove(top, { recursive: true });
  }
});
