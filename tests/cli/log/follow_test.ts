import { Clock } from "../../../cli/arrival.ts";
import { followFrames, LoggedPipe } from "../../../cli/log/follow.ts";
import { Log } from "../../../cli/log/log.ts";
import { RawFormat } from "../../../cli/formats/formats.ts";
import { PipeReader, PipeWriter } from "../../../mod.ts";
import { fedStream } from "../../support/pieces.ts";
import { assertEquals } from "../../support/std_assert.ts";

Deno.test("a log that the other pipe has filled takes no frame that came in the same turn", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  const log = new Log(new PipeWriter(writable), new RawFormat(), {
    sliceBytes: 32,
    maxLines: 1,
  });
  const clock = new Clock();
  const options = { rule: "lines", maxBytes: 99, warn() {} } as const;
  const streams = [fedStream(), fedStream()];
  const followed = streams.map(({ stream }, n) => {
    const pipe = new LoggedPipe(new PipeReader(stream), log, {
      stream: n ? "err" : "out",
      clock,
      isShared: true,
    });
    return followFrames(pipe, log, options);
  });
  await new Promise((resolve) => setImmediate(resolve));
  for (const { feed } of streams) feed("a\n");
  await Promise.all(followed);
  await log.close();
  assertEquals([log.lines, await text], [1, "a"]);
});
