// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * A headless Chromium takes a screenshot of a page. It reads and writes the
 * descriptors 3 and 4: JSON, with a NUL byte after each message.
 *
 *     deno run --allow-run --allow-write examples/browser.ts page.png https://deno.com
 */
import { channelOf, type Format, nul, spawn } from "@basic-pipes/basic-pipes";

const [file = "page.png", url = "data:text/html,<h1>Spam 0</h1>"] = Deno.args;
const profile = await Deno.makeTempDir();
const args =
  `--no-sandbox --headless --disable-gpu --disable-quic --no-first-run
  --disable-background-networking --disable-sync --disable-component-update
  --remote-debugging-pipe --user-data-dir=${profile}`.split(/\s+/);

type Result = { targetId: string; sessionId: string; data: string };
type Message = { id?: number; method?: string; result?: Result };
const jsonNul: Format<Message> = {
  name: "browser",
  framing: nul({ maxBytes: 67_108_864 }),
  encode: (message) => new TextEncoder().encode(JSON.stringify(message)),
  decode: (payload) => JSON.parse(new TextDecoder().decode(payload)),
};

await using child = spawn("chromium", args, { channel: "separate" });
const channel = channelOf(child, jsonNul);

/** Waits for a message that fits. It may come before it is waited for. */
const seen: Message[] = [];
async function waitFor(fits: (message: Message) => boolean): Promise<Message> {
  for (;;) {
    const found = seen.find(fits);
    if (found) return found;
    const message = await channel.receive();
    if (message === null) throw new Error((await child.status).stderrTail);
    seen.push(message);
  }
}
let id = 0;
async function ask(method: string, params: object, sessionId?: string) {
  const message = { id: ++id, method, params, sessionId };
  await channel.send(message);
  const answer = await waitFor((message) => message.id === id);
  return answer.result ?? Promise.reject(new Error(JSON.stringify(answer)));
}

const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
const target = { targetId, flatten: true };
const { sessionId } = await ask("Target.attachToTarget", target);
await ask("Page.enable", {}, sessionId);
await ask("Page.navigate", { url }, sessionId);
await waitFor(({ method }) => method === "Page.loadEventFired");
const { data } = await ask("Page.captureScreenshot", {}, sessionId);
await Deno.writeFile(file, Uint8Array.fromBase64(data));
console.log("written:", file);
await ask("Browser.close", {});
await child.status;
await Deno.remove(profile, { recursive: true });
