// deno-lint-ignore-file no-console -- it says what it has written
/**
 * The pictures of the README: a session with a language server and one with an
 * MCP server, recorded by `tap`, as `report` shows them in Chromium.
 *
 *     deno task pictures [FOLDER]
 */
import {
  channelOf,
  type Format,
  jsonHeader,
  jsonLines,
  spawn,
} from "../mod.ts";
import { Browser, type Look, type Page } from "../tests/support/browser.ts";
import { DENO, pathOf, temporaryFolder } from "./measure.ts";

/** A README that is read over a slow line shows its pictures soon. */
const MAX_BYTES = 200_000;

/** A session that is recorded, and how its page is looked at. */
interface Picture {
  name: string;
  title: string;
  command: readonly string[];
  // deno-lint-ignore no-explicit-any -- a format of JSON takes any message
  format: Format<any>;
  talk(channel: Talk): Promise<void>;
  look: Look;
  /** What is opened before the picture is taken. */
  open(page: Page): Promise<void>;
}

/** What a session asks and tells. */
interface Talk {
  request(method: string, params?: object): Promise<unknown>;
  notify(method: string, params?: object): Promise<unknown>;
}

const SPAM = `/** How much spam a menu has. */
function countSpam(menu: string[]): number {
  return menu.filter((dish) => dish === "spam").length;
}

const menu = ["egg", "bacon", "spam", "spam"];
console.log(countSpam(menu), menu.lenght);
`;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const PICTURES: readonly Picture[] = [
  {
    name: "report-language-server",
    title: "deno lsp: open a file, look around, leave",
    command: ["deno", "lsp"],
    format: jsonHeader(),
    async talk({ request, notify }) {
      await request("initialize", {
        processId: null,
        rootUri: null,
        capabilities: {
          textDocument: { hover: { contentFormat: ["markdown"] } },
        },
        initializationOptions: { enable: true },
      });
      await notify("initialized", {});
      const textDocument = { uri: "file:///spam.ts" };
      await notify("textDocument/didOpen", {
        textDocument: {
          ...textDocument,
          languageId: "typescript",
          version: 1,
          text: SPAM,
        },
      });
      const at = (line: number, character: number) => ({
        textDocument,
        position: { line, character },
      });
      await request("textDocument/hover", at(6, 14));
      await Promise.all([
        request("textDocument/documentSymbol", { textDocument }),
        request("textDocument/hover", at(2, 9)),
        request("textDocument/definition", at(6, 14)),
        request("textDocument/foldingRange", { textDocument }),
      ]);
      await pause(700);
      await request("textDocument/completion", at(6, 32));
      await request("textDocument/references", {
        ...at(1, 17),
        context: { includeDeclaration: true },
      });
      await request("textDocument/spam", at(0, 0)).catch(() => {});
      await request("textDocument/rename", { ...at(1, 17), newName: "count" });
      await request("textDocument/signatureHelp", at(6, 22));
      await request("shutdown");
      await notify("exit");
    },
    look: { width: 1280, height: 1120 },
    async open(page) {
      await page.click("#views input[value='requests']");
      // The server starts its compiler for the first question: that takes most
      // of the time, and the rest is looked at alone.
      await page.choose("#order", "by time");
      const { y, left, width, share } = await page.value(`(() => {
        const line = document.querySelector("#time-line");
        line.scrollIntoView({ block: "center" });
        const { top, left, width } = line.getBoundingClientRect();
        const third = document.querySelector("[data-place='2'] .time");
        const meta = JSON.parse(document.querySelector("#meta").textContent);
        const share = third.textContent * 1000 / meta.durationMs;
        return { y: top + 60, left, width, share };
      })()`);
      const from = left + share * (width - 16) - 4;
      await page.drag({ x: from, y }, { x: left + width - 2, y });
      await page.choose("#order", "slowest first");
      await page.click("[data-place='0']");
      await page.value(scrollTo("#time-title"));
    },
  },
  {
    name: "report-mcp-server",
    title: "An MCP server: its tools listed and called",
    command: [
      ...["deno", "run", "-q", "-A", "--no-config"],
      ...["npm:@modelcontextprotocol/server-everything@2026.8.31", "stdio"],
    ],
    format: jsonLines(),
    async talk({ request, notify }) {
      await request("initialize", {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "spam-client", version: "1" },
      });
      await notify("notifications/initialized");
      await request("tools/list", {});
      await request("resources/list", {});
      await request("prompts/list", {});
      const call = (name: string, input: object, others: object = {}) =>
        request("tools/call", { name, arguments: input, ...others });
      for (const message of ["Spam 0", "Spam 1", "Spam 2"]) {
        await call("echo", { message });
      }
      await Promise.all([
        call("trigger-long-running-operation", { duration: 2, steps: 4 }, {
          _meta: { progressToken: "long" },
        }),
        pause(250).then(() => call("get-sum", { a: 40, b: 2 })),
        pause(300).then(() => call("get-tiny-image", {})),
        pause(900).then(() => call("no-such-tool", {})),
      ]).catch(() => {});
    },
    look: { width: 1280, height: 1120, scheme: "dark" },
    async open(page) {
      await page.value("document.querySelector('#time-line').focus()");
      await page.press("End");
      await page.value("document.activeElement.blur()");
      await page.value("scrollTo(0, 0)");
    },
  },
];

/** Brings an element to the top of what is seen, with some room above it. */
function scrollTo(selector: string): string {
  const element = `document.querySelector("${selector}")`;
  return `scrollTo(0, ${element}.getBoundingClientRect().top + scrollY - 24)`;
}

/** Records a session behind `tap`, as its client starts it. */
async function record(
  { command, format, talk }: Picture,
  path: string,
): Promise<void> {
  const [deno = "", ...words] = DENO;
  const tap = [pathOf("../main.ts"), "tap", "--record", path, "--"];
  await using child = spawn(deno, [...words, ...tap, ...command], {
    stdin: "piped",
  });
  const channel = channelOf(child, format, { onNoise: () => {} });
  channel.serve({
    "workspace/configuration": ({ items }: { items: unknown[] }) =>
      items.map(() => ({ enable: true })),
    "client/registerCapability": () => null,
    "window/workDoneProgress/create": () => null,
    "roots/list": () => ({ roots: [] }),
    ping: () => ({}),
  });
  await talk({
    request: (method, params) =>
      channel.request(method, params, { timeoutMs: 60_000 }),
    notify: (method, params) => channel.notify(method, params),
  });
  await pause(200);
}

const [folder = pathOf("../pictures")] = Deno.args;
await Deno.mkdir(folder, { recursive: true });
await using temporary = await temporaryFolder();
await using browser = await Browser.start();
for (const picture of PICTURES) {
  const { name, title, look, open } = picture;
  const recording = `${temporary.path}/${name}.jsonl`;
  await record(picture, recording);
  const [deno = "", ...words] = DENO;
  const args = ["report", "--title", title, recording];
  const { success } = await new Deno.Command(deno, {
    args: [...words, pathOf("../main.ts"), ...args],
  }).spawn().status;
  if (!success) throw new Error(`Failed: report of ${name}`);
  const page = await browser.open(
    `file://${temporary.path}/${name}.html`,
    look,
  );
  await page.ask("Emulation.setScrollbarsHidden", { hidden: true });
  await open(page);
  await pause(200);
  const png = await page.picture();
  if (png.length > MAX_BYTES) throw new Error(`${name}: ${png.length} bytes`);
  await Deno.writeFile(`${folder}/${name}.png`, png);
  console.log(`${name}.png: ${png.length} bytes`);
  await page.close();
}
