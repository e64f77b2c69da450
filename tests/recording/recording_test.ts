import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertRejects,
} from "../support/std_assert.ts";
import { Recording, RecordingError, type Source } from "../../mod.ts";
import { until } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const HEADER = '{"recording":1,"program":"test 1","command":["x"],' +
  '"startedAt":"2026-11-26T10:00:00.000000Z","frame":"auto"}\n';
const PIECE = '{"ms":1,"from":"out","offset":0,"text":"é"}\n';
const END = '{"ms":2,"from":"out","end":true}\n';

function read(...texts: (string | Uint8Array<ArrayBuffer>)[]) {
  return Recording.read(new Blob(texts).stream());
}

async function kinds(recording: Recording): Promise<string[]> {
  return (await Array.fromAsync(recording)).map(({ kind }) => kind);
}

Deno.test("a recording gives its header, and its events once", async () => {
  const recording = await read(HEADER, PIECE, '{"ms":1,"mark":1}\n', END);
  assertEquals(recording.header.program, "test 1");
  assertEquals(await kinds(recording), ["piece", "end"]);
  assertEquals(recording.cut, 0);
  await assertRejects(
    () => kinds(recording),
    TypeError,
    "Cannot read a recording again: open its file again",
  );
});

Deno.test("a recording that is cut anywhere is read up to its last whole line", async () => {
  const all = encode(HEADER + PIECE + END);
  const lines = [HEADER, PIECE, END].map((line) => encode(line).length);
  for (let size = lines[0]!; size <= all.length; size++) {
    const recording = await read(all.slice(0, size));
    // A line is whole without its end of line: an object ends with a brace.
    const second = lines[0]! + lines[1]!;
    const count = (size >= second - 1 ? 1 : 0) +
      (size >= all.length - 1 ? 1 : 0);
    assertEquals((await kinds(recording)).length, count);
    const whole = size >= all.length - 1
      ? size
      : size >= second
      ? second
      : size === second - 1
      ? size
      : lines[0]!;
    assertEquals(recording.cut, size - whole, `cut at ${size}`);
  }
});

Deno.test("a recording of Windows' lines is read as well", async () => {
  const recording = await read((HEADER + PIECE + END).replaceAll("\n", "\r\n"));
  assertEquals(await kinds(recording), ["piece", "end"]);
});

for (
  const { title, text, message, line } of [
    {
      title: "nothing",
      text: "",
      message: "it must begin with a header: current value is an empty file",
      line: 1,
    },
    {
      title: "a header that is cut",
      text: HEADER.slice(0, 40),
      message:
        "it must begin with a header: current value is a part of a line, 40 bytes",
      line: 1,
    },
    {
      title: "another file",
      text: "#!/bin/sh\necho\n",
      message: 'line 1 must be a JSON object: current value is "#!/bin/sh"',
      line: 1,
    },
    {
      title: "a log of JSON lines",
      text: '{"level":"info"}\n',
      message:
        'line 1 must have the key "recording": current value is undefined',
      line: 1,
    },
    {
      title: "a later version",
      text: HEADER.replace("1", "2"),
      message: "its version must be 1: current value is 2",
      line: 1,
    },
    {
      title: "a header whose command is no list",
      text: HEADER.replace('["x"]', '"x"'),
      message:
        'line 1 must have a list of texts as "command": current value is "x"',
      line: 1,
    },
    {
      title: "broken JSON in the middle",
      text: HEADER + PIECE + '{"ms":1,\n' + END,
      message: 'line 3 must be a JSON object: current value is "{"ms":1,"',
      line: 3,
    },
    {
      title: "an empty line in the middle",
      text: HEADER + "\n" + END,
      message: 'line 2 must be a JSON object: current value is ""',
      line: 2,
    },
    {
      title: "bytes that are no UTF-8",
      text: Uint8Array.of(...encode(HEADER), 0xff, 0x0a),
      message: 'line 2 must be UTF-8: current value is "\\xff\\x0a"',
      line: 2,
    },
    {
      title: "a line that has no end",
      text: HEADER + "x".repeat(33_554_433),
      message:
        "line 2 must have at most 33554432 bytes: current value is a longer one",
      line: 2,
    },
  ]
) {
  Deno.test(`what is no recording is refused in a sentence: ${title}`, async () => {
    const error = await assertRejects(
      async () => await kinds(await read(text)),
      RecordingError,
    );
    const whole = `Cannot read a recording as ${message}`;
    assertEquals([error.message, error.line], [whole, line]);
  });
}

/** A source that makes its chunks as they are read, and says when it is left. */
function sourceOf(
  chunks: Iterator<Uint8Array>,
): Source & { left: () => boolean } {
  let isLeft = false;
  return {
    read: () => {
      const { value, done } = chunks.next();
      return Promise.resolve(done ? null : value);
    },
    cancel: () => {
      isLeft = true;
      return Promise.resolve();
    },
    left: () => isLeft,
  };
}

Deno.test("a loop that is left, a refusal and a scope give the source up", async () => {
  const chunks = () => [HEADER + PIECE, PIECE].map(encode).values();
  const inLoop = sourceOf(chunks());
  for await (const _ of await Recording.read(inLoop)) break;
  assert(inLoop.left());

  const inScope = sourceOf(chunks());
  {
    await using recording = await Recording.read(inScope);
    assertEquals(recording.header.frame, "auto");
  }
  assert(inScope.left());

  const refused = sourceOf([encode("x\n")].values());
  await assertRejects(() => Recording.read(refused), RecordingError);
  assert(refused.left());
});

Deno.test("the error of the source is that of the loop", async () => {
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encode(HEADER)),
    pull: (controller) => controller.error(new Error("the disk is gone")),
  }, { highWaterMark: 0 });
  const recording = await Recording.read(stream);
  await assertRejects(() => kinds(recording), Error, "the disk is gone");
});

Deno.test("of 100,000 events no more is read than is asked for", async () => {
  let asked = 0;
  function* chunks() {
    yield encode(HEADER);
    for (; asked < 100_000; asked++) yield encode(PIECE);
  }
  const recording = await Recording.read(sourceOf(chunks()));
  let count = 0;
  for await (const _ of recording) {
    count++;
    assertLessOrEqual(asked - count, 1);
  }
  assertEquals(count, 100_000);
});

Deno.test("a recorder that is killed at any moment leaves a recording, seed 11", async () => {
  const random = seededRandom(11);
  const program = new URL(
    "../programs/records_until_killed.ts",
    import.meta.url,
  );
  for (let round = 0; round < 5; round++) {
    const path = await Deno.makeTempFile();
    const size = () => Deno.statSync(path).size;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", program.href, path],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const wanted = 1 + random() * 20_000_000;
      assert(await until(() => size() >= wanted, 60_000));
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    const file = await Deno.open(path);
    const recording = await Recording.read(file.readable);
    let at = 0;
    for await (const event of recording) {
      if (event.kind === "gap") {
        at += event.bytes;
        continue;
      }
      assert(event.kind === "piece");
      assertEquals(event.offset, at);
      const { bytes } = event;
      let right = 0;
      while (right < bytes.length && bytes[right] === 33 + at % 93) {
        right++;
        at++;
      }
      assertEquals(right, bytes.length, `the piece before ${at} is not right`);
    }
    assert(at > 0);
    await Deno.remove(path);
  }
});

Deno.test("bytes are those of the event alone", async () => {
  const recording = await read(HEADER, PIECE, PIECE);
  const pieces = [];
  for await (const event of recording) {
    assert(event.kind === "piece");
    pieces.push(event.bytes);
  }
  pieces[0]!.fill(0x41);
  assertEquals(pieces.map(decode), ["AA", "é"]);
});
