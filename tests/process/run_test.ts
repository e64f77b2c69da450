import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
} from "../support/std_assert.ts";
import { ExitError, run, StartError, TooLongError } from "../../mod.ts";
import { fixture, refusal, testNeeding, timed } from "../support/processes.ts";
import { isQuick } from "../support/is_quick.ts";

const test = testNeeding("sh");

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("run gives both outputs whole, and the status", async () => {
  const { stdout, stderr, status, ...rest } = await run("sh", [
    "-c",
    "printf out; printf err >&2",
  ]);
  assertEquals(
    [text(stdout), text(stderr), rest.text(), status.code, status.stderrTail],
    ["out", "err", "out", 0, "err"],
  );
});

test("run reads both outputs at once", async () => {
  const { stdout, stderr } = await run(fixture("floods_both.sh"));
  assertEquals([stdout, stderr], [
    new Uint8Array(200_000),
    new Uint8Array(200_000),
  ]);
});

test("run refuses an end that is no success", async () => {
  const error = await assertRejects(
    () => run("sh", ["-c", "echo why >&2; exit 3"]),
    ExitError,
  );
  assertEquals([error.status.code, error.status.stderrTail], [3, "why\n"]);
});

test("run gives any end to who does not want it checked", async () => {
  const result = await run("sh", ["-c", "echo x; exit 3"], { check: false });
  assertEquals([result.text(), result.status.code], ["x\n", 3]);
});

test("run keeps a BOM, and gives copies that hold no more than their size", async () => {
  const script = "printf '\\357\\273\\277a'; sleep 0.05; printf b";
  const { stdout, text } = await run("sh", ["-c", script]);
  assertEquals([text(), stdout.buffer.byteLength], ["\ufeffab", 5]);
});

Deno.test("run refuses a stdin that nobody would write to", async () => {
  const error = await assertRejects(
    () => run("cat", [], { stdin: "piped" as "null" }),
    TypeError,
  );
  assertEquals(
    error.message,
    'Cannot run a command as nobody would write to its stdin: current value is "piped"',
  );
});

for (const [what, redirect] of [["stdout", ""], ["stderr", " >&2"]] as const) {
  test(`run stops a child whose ${what} is longer than maxBytes`, async () => {
    await isQuick(1500, async () => {
      const { ms, value } = await timed(() =>
        assertRejects(
          () => run("sh", ["-c", `exec yes${redirect}`], { maxBytes: 100_000 }),
          TooLongError,
        )
      );
      assertEquals([value.what, value.maxBytes], [`child's ${what}`, 100_000]);
      return ms;
    });
  });
}

test("run takes exactly maxBytes", async () => {
  const { stdout } = await run("head", ["-c", "1000", "/dev/zero"], {
    maxBytes: 1000,
  });
  assertEquals(stdout, new Uint8Array(1000));
});

for (const maxBytes of [0, -1, 1.5, NaN, 2 ** 31]) {
  Deno.test(`run refuses maxBytes ${maxBytes}`, async () => {
    const error = await assertRejects(
      () => run("true", [], { maxBytes }),
      RangeError,
    );
    assert(error.message.endsWith(`current value is ${maxBytes}`));
  });
}

test("run ends with its timeout although a descendant holds the pipe", async () => {
  await isQuick(2000, async () => {
    const { ms, value } = await timed(() =>
      assertRejects(
        () => run("sh", ["-c", "sleep 3; echo x"], { timeoutMs: 300 }),
        ExitError,
      )
    );
    assertEquals(value.status.reason, "timeout");
    return ms;
  });
});

for (const check of [true, false]) {
  test(`run throws the reason of an abort, with check ${check}`, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const result = run("sleep", ["30"], { signal, check });
    controller.abort(reason);
    const error = await assertRejects(() => result);
    assertEquals(error, reason);
  });
}

test("run gives the text of both streams, and JSON", async () => {
  const script = `printf '\\357\\273\\277{"a":1}'; echo no >&2`;
  const result = await run("sh", ["-c", script]);
  assertEquals([result.text("stdout"), result.text("stderr"), result.json()], [
    '\ufeff{"a":1}',
    "no\n",
    { a: 1 },
  ]);
  const empty = await run("true");
  assertEquals(
    refusal(() => empty.json()),
    "SyntaxError: Unexpected end of JSON input",
  );
  assertEquals(
    refusal(() => empty.text("stdin" as "stdout")),
    'TypeError: Cannot decode as the stream must be one of "stdout", "stderr": current value is "stdin"',
  );
});

for (const name of ["timeout", "stdout"]) {
  Deno.test(`run refuses an option that it does not have: ${name}`, async () => {
    const error = await assertRejects(
      () => run("true", [], { [name]: 5 } as Record<string, unknown>),
      TypeError,
    );
    assertMatch(
      error.message,
      RegExp(
        `^Cannot run a command as its options are stdin, .*maxBytes, check: current value is "${name}"$`,
      ),
    );
  });
}

Deno.test("run rejects when there is no such command", async () => {
  await assertRejects(() => run("no-such-command"), StartError);
});

test("run feeds stdin, and reads what comes of it", async () => {
  const result = await run("sort", [], { stdin: { text: "c\na\nb\n" } });
  assertEquals(result.text(), "a\nb\nc\n");
});
