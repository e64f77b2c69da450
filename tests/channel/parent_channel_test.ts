import {
  bytes,
  channelOf,
  type Format,
  jsonHeader,
  jsonLength,
  jsonLines,
  pythonConnection,
  spawn,
  structured,
} from "../../mod.ts";
import { fixture, testNeeding } from "../support/processes.ts";
import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../support/std_assert.ts";

const test = testNeeding("sh", "cat");

const SERVES = new URL("../programs/serves.ts", import.meta.url).href;

/** A Deno child on a channel, without any permission. */
function serving(...args: string[]) {
  const words = ["run", "--quiet", "--no-prompt", SERVES, ...args];
  return spawn(Deno.execPath(), words, { stdin: "piped" });
}

const FORMATS: { name: string; format: () => Format<unknown> }[] = [
  { name: "jsonLines", format: jsonLines },
  { name: "jsonHeader", format: jsonHeader },
  { name: "jsonLength", format: jsonLength },
  { name: "structured", format: structured },
];

for (const { name, format } of FORMATS) {
  Deno.test(`a Deno child serves requests by ${name}, without a permission`, async () => {
    await using child = serving(name);
    const channel = channelOf(child, format());
    const params = { a: [1, "ü", null], long: "x".repeat(300_000) };
    assertEquals(await channel.request("echo", params), params);
    const all = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) => channel.request("echo", [n])),
    );
    assertEquals(all, Array.from({ length: 1_000 }, (_, n) => [n]));
    await channel.close();
    // The end of its stdin ends it.
    await child.check();
  });
}

Deno.test("structured brings what JSON cannot carry, and refuses what cannot be cloned", async () => {
  await using child = serving("structured", "echo");
  const channel = channelOf(child, structured());
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const messages = [
    new Map<unknown, unknown>([["a", new Set([1n])]]),
    [undefined, NaN, -0, Infinity, new Date(5), /x/g],
    Float64Array.of(1.5, -0),
    "a\ud800",
  ];
  const sent = messages.map((message) => channel.send(message));
  const refused = channel.send({ f() {} });
  const last = channel.send(cycle);
  await assertRejects(() => refused, TypeError, "it must be cloneable");
  await Promise.all([...sent, last]);
  for (const message of messages) {
    assertEquals(await channel.receive(), message);
  }
  const back = await channel.receive() as typeof cycle;
  assertEquals(back.self, back);
  await assertRejects(() => channel.send(null), TypeError, "null means");
});

test("structured refuses an other side that speaks another version", async () => {
  const frame = "\0\0\0\x08old talk";
  await using child = spawn("printf", [frame.replaceAll("\0", "\\0")], {
    stdin: "piped",
  });
  const channel = channelOf(child, structured());
  await assertRejects(
    () => channel.receive(),
    Error,
    'current value is "old talk"',
  );
});

Deno.test("what the child prints by console goes to stderr, and does not break the channel", async () => {
  await using child = serving("jsonLines");
  const channel = channelOf(child, jsonLines());
  assertEquals(await channel.request("print", ["stray", "words"]), null);
  assertEquals(await channel.request("echo", [1]), [1]);
  await channel.close();
  const { stderrTail } = await child.check();
  assertEquals(stderrTail.match(/^stray words$/gm)?.length, 4);
  for (const text of ["│ 'stray' │", "[ 'stray', 'words' ]", "stray: 1"]) {
    assertStringIncludes(stderrTail, text);
  }
});

testNeeding("/proc/self")(
  "the pipe blocks again after a child on a channel has ended",
  async () => {
    // In two steps: the shell itself has another stdout while it redirects.
    const script = '"$@"; flags=$(cat /proc/$$/fdinfo/[01]); echo "$flags" >&2';
    const words = ["run", "--quiet", "--no-prompt", SERVES];
    await using child = spawn(
      "sh",
      ["-c", script, "sh", Deno.execPath(), ...words],
      { stdin: "piped" },
    );
    const channel = channelOf(child, jsonLines());
    assertEquals(await channel.request("echo", [1]), [1]);
    await channel.close();
    const { stderrTail } = await child.check();
    const flags = [...stderrTail.matchAll(/^flags:\s+(\d+)$/gm)];
    assertEquals(flags.length, 2);
    for (const [, octal] of flags) {
      assertEquals(parseInt(octal!, 8) & 0o4000, 0);
    }
  },
);

testNeeding("sh")(
  "a separate channel is on the descriptors 3 and 4, and prints go to stderr",
  async () => {
    const words = ["run", "--quiet", "--no-prompt", SERVES];
    await using child = spawn(
      Deno.execPath(),
      [...words, "jsonLines", "requests", "separate"],
      { channel: "separate" },
    );
    const channel = channelOf(child, jsonLines());
    assertEquals(await channel.request("print", ["stray"]), null);
    assertEquals(await channel.request("echo", [1]), [1]);
    await channel.close();
    const { stderrTail } = await child.check();
    assertEquals(child.command, Deno.execPath());
    assertStringIncludes(stderrTail, "stray\n");
  },
);

testNeeding("sh", "python3")(
  "Python's Connection takes the descriptors 3 and 4, and its prints go to stderr",
  async () => {
    const words = [fixture("connection_echo.py"), "3", "4"];
    await using child = spawn("python3", words, { channel: "separate" });
    const channel = channelOf(child, bytes(pythonConnection()));
    await channel.send(Uint8Array.of(1, 2));
    assertEquals(await channel.receive(), Uint8Array.of(1, 2));
    await channel.close();
    const { stderrTail } = await child.check();
    assertEquals(stderrTail, "a print\n");
  },
);

testNeeding("sh")(
  "a separate channel that cannot be had is refused",
  async () => {
    const start = (options: object) => () =>
      spawn("true", [], { channel: "separate", ...options });
    const rule = 'needs its stdin and stdout "piped"';
    assertThrows(start({ stdin: "null" }), TypeError, rule);
    assertThrows(start({ stdout: "inherit" }), TypeError, rule);
    assertThrows(start({ channel: "both" }), TypeError, '"separate"');
    await using missing = spawn("/no/such/command", [], {
      channel: "separate",
    });
    assertEquals((await missing.status).code, 127);
  },
);
