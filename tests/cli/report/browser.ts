/**
 * The page of `report` in a real Chromium without a window: `deno task browser`.
 * The gate has the rest of its tests: a browser needs longer than they all.
 */
import { Browser, type Look, type Page } from "../../support/browser.ts";
import { axe } from "../../support/packages.ts";
import { has } from "../../support/processes.ts";
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import { reportOf } from "../../../cli/report/report.ts";
import { Recording } from "../../../src/recording/recording.ts";
import {
  type HandMade,
  HOSTILE_TEXTS,
  hostileSession,
  longSession,
  troubledSession,
} from "../../support/hand_made.ts";

const LOOKS: readonly (Look & { name: string })[] = [
  { name: "380 pixels, light", width: 380, scheme: "light" },
  { name: "380 pixels, dark", width: 380, scheme: "dark" },
  { name: "1400 pixels, light", width: 1400, scheme: "light" },
  { name: "1400 pixels, dark", width: 1400, scheme: "dark" },
];

/** A part of the tests that has a page of its own. */
interface Part {
  name: string;
  session: () => HandMade;
  look?: Look;
  test(page: Page): Promise<void>;
}

const PARTS: readonly Part[] = [
  ...LOOKS.map(({ name, ...look }) => ({
    name: `it can be used by everybody: ${name}`,
    session: troubledSession,
    look,
    test: isAccessible,
  })),
  {
    name: "it shows the command, the streams, and what stands out",
    session: troubledSession,
    async test(page) {
      assertEquals(await page.text("#title"), "spam-language-server --stdio");
      assertMatch(
        await page.text("#findings"),
        /A request has no answer: textDocument\/completion #12/,
      );
      const cells = "[...document.querySelectorAll('#streams td.bad')]";
      assertEquals(
        await page.value(`${cells}.map((cell) => cell.textContent)`),
        ["2", "1", "4,096"],
      );
      assertEquals(await page.text("#count"), "All 40 rows");
    },
  },
  {
    name: "the time line is drawn, in the colours of the scheme",
    session: troubledSession,
    async test(page) {
      const colors = await page.value(`(() => {
        const canvas = document.querySelector("canvas");
        const { data } = canvas.getContext("2d")
          .getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      })()`);
      assert(colors > 6, `${colors} colours`);
      const before = await page.value(
        "document.querySelector('canvas').toDataURL()",
      );
      await page.click("#theme");
      const after = await page.value(
        "document.querySelector('canvas').toDataURL()",
      );
      assert(before !== after);
    },
  },
  {
    name: "a search finds text in any case, and says how much it found",
    session: troubledSession,
    async test(page) {
      await page.press("/");
      await page.type("SAUSAGE");
      assertEquals(await page.text("#count"), "1 of 40 rows");
      assertMatch(await page.text("[data-place='0']"), /textDocument\/hover/);
      await page.value("document.querySelector('#search').select()");
      await page.type("‘egg’");
      assertEquals(await page.text("#count"), "1 of 40 rows");
      await page.value("document.querySelector('#search').select()");
      await page.type("no such text");
      assertEquals(await page.text("#count"), "0 of 40 rows");
      await page.click("#clear");
      assertEquals(await page.text("#count"), "All 40 rows");
    },
  },
  {
    name: "filters by stream, kind and method go together",
    session: troubledSession,
    async test(page) {
      await page.choose("#methods", "textDocument/hover (18)");
      assertEquals(await page.text("#count"), "18 of 40 rows");
      await page.click("#only input[value='0']");
      assertEquals(await page.text("#count"), "9 of 40 rows");
      await page.choose("#kinds", "error (1)");
      assertEquals(await page.text("#count"), "0 of 40 rows");
      await page.choose("#methods", "All methods");
      assertEquals(await page.text("#count"), "1 of 40 rows");
      await page.choose("#kinds", "no answer (1)");
      assertEquals(await page.text("#count"), "0 of 40 rows");
      await page.click("#only input[value='0']");
      assertMatch(await page.text("[data-place='0']"), /completion/);
    },
  },
  {
    name: "requests come slowest first, those without an answer before them",
    session: troubledSession,
    async test(page) {
      await page.click("#views input[value='requests']");
      assertMatch(await page.text("[data-place='0']"), /no answer.*completion/);
      assertMatch(await page.text("[data-place='1']"), /hover.*640 ms/);
      assertMatch(await page.text("#by-method-table"), /hover.*11\.1 ms640 ms/);
    },
  },
  {
    name: "a piece is opened by the keyboard alone, and closed",
    session: troubledSession,
    async test(page) {
      for (let tabs = 0; await page.focus() !== "grid"; tabs++) {
        assert(tabs < 30, "the grid is never reached");
        await page.press("Tab");
      }
      await page.press("ArrowDown");
      await page.press("ArrowDown");
      await page.press("Enter");
      assertEquals(await page.focus(), "detail-title");
      assertEquals(await page.text("#detail-title"), "initialize: answer");
      const detail = await page.text("#detail");
      assertMatch(detail, /Answersrow 1, 200 ms before/);
      assertMatch(detail, /"hoverProvider": true/);
      assertMatch(detail, /43 6f 6e 74 65 6e 74 2d 4c 65 6e 67 74 68 3a 20/);
      await page.press("Escape");
      assertEquals(await page.focus(), "grid");
      assertEquals(
        await page.value("document.querySelector('#detail').open"),
        false,
      );
      await page.press("End");
      await page.press("Enter");
      assertEquals(await page.text("#detail-title"), "End of the command");
    },
  },
  {
    name: "the time line goes from read to read, zooms, and opens one",
    session: troubledSession,
    async test(page) {
      await page.value("document.querySelector('#time-line').focus()");
      await page.press("End");
      assertMatch(
        await page.text("#readout"),
        /^Read 37 of 37: 55 B on stderr/,
      );
      await page.press("Home");
      await page.press("ArrowRight");
      await page.press("+");
      assertMatch(
        await page.text("#count"),
        /^\d+ of 40 rows, from 0\.0481 to/,
      );
      await page.press("0");
      await page.press("Enter");
      assertMatch(await page.text("#detail"), /spam-language-server 1\.4\.2/);
    },
  },
  {
    name: "dragging over a part of the time line shows that part alone",
    session: troubledSession,
    async test(page) {
      const { left, top, width } = await page.value(`(() => {
        const line = document.querySelector("#time-line");
        line.scrollIntoView({ block: "center" });
        return line.getBoundingClientRect().toJSON();
      })()`);
      const y = top + 60;
      await page.drag({ x: left + width / 2, y }, { x: left + width - 9, y });
      assertMatch(
        await page.text("#count"),
        /^\d\d of 40 rows, from 2\.\d+ to 5\.\d+ s$/,
      );
      await page.click("#zoom-all");
      assertEquals(await page.text("#count"), "All 40 rows");
    },
  },
  {
    name: "a hostile recording does nothing",
    session: hostileSession,
    async test(page) {
      const first = HOSTILE_TEXTS[0]!;
      assert((await page.text("#title")).startsWith(`${first} `));
      // Opens each row, as the keys do.
      await page.value(`(() => {
        const grid = document.querySelector("#grid");
        const press = (key) => grid.dispatchEvent(new KeyboardEvent("keydown", { key }));
        for (let row = 0; row < 90; row++) {
          press("Enter");
          press("ArrowDown");
        }
      })()`);
      await page.click("#views input[value='requests']");
      await page.click("#views input[value='reads']");
      assertEquals(await page.value("typeof globalThis.hacked"), "undefined");
      const foreign =
        "img, iframe, a[href^=javascript], svg, script:not([type])";
      const found = await page.value(
        `[...document.querySelectorAll(${
          JSON.stringify(foreign)
        })].map((each) => each.localName)`,
      );
      assertEquals(found, ["script"]);
      const shown: string = await page.value("document.body.innerText");
      assert(!/[\u202a-\u202e\u2066-\u2069\u2028\u2029]/.test(shown));
      assert(!shown.includes("\x1b"));
      assert(shown.includes("\\u{202e}txt.exe"));
    },
  },
  {
    name: "its policy lets no other script run, and no markup in",
    session: troubledSession,
    async test(page) {
      const said = await page.value(`(() => {
        const script = document.createElement("script");
        try {
          script.append("globalThis.hacked = 1");
          document.body.append(script);
        } catch {}
        try {
          document.body.innerHTML = "<b>x</b>";
        } catch ({ name }) {
          return name;
        }
      })()`);
      assertEquals(said, "TypeError");
      assertEquals(await page.value("typeof globalThis.hacked"), "undefined");
      page.messages.length = 0; // The policy has spoken, as it should.
    },
  },
  {
    name: "20,000 messages are a table of a few rows, and all are found",
    session: () => longSession(20_000),
    async test(page) {
      const rows = "document.querySelectorAll('#grid .row').length";
      assert(await page.value(rows) < 80);
      await page.press("/");
      await page.type("menu_96");
      assertEquals(await page.text("#count"), "103 of 20,004 rows");
      await page.value("document.querySelector('#grid').focus()");
      await page.press("End");
      assert(await page.value(rows) < 80);
      assertMatch(await page.text("[aria-selected='true']"), /menu_96/);
    },
  },
];

Deno.test({
  name: "the page of a report in Chromium",
  ignore: !has("chromium"),
  async fn(t) {
    const folder = await Deno.makeTempDir();
    try {
      await using browser = await Browser.start();
      for (const { name, session, look = { width: 1400 }, test } of PARTS) {
        await t.step(name, async () => {
          const file = `${folder}/page.html`;
          const url = `file://${file}`;
          await Deno.writeTextFile(file, await pageOf(session()));
          const page = await browser.open(url, look);
          await test(page);
          // What stands for all of them: no word on the console, nothing loaded.
          assertEquals(page.messages, []);
          assertEquals(page.requests, [url]);
          await page.close();
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function pageOf(session: HandMade): Promise<string> {
  const recording = await Recording.read(new Blob([session.text]).stream());
  const title = recording.header.command.join(" ");
  return (await reportOf(recording, { title })).join("");
}

/** By the rules of axe: in each view, and with the panel open. */
async function isAccessible(page: Page): Promise<void> {
  const findings = async (what = "document") =>
    await page.besides(
      axe.source,
      `axe.run(${what}, { resultTypes: ["violations"] }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => [id, html, failureSummary])
        )
      )`,
    );
  assertEquals(await findings(), []);
  await page.value("document.querySelector('[data-row]').click()");
  assertEquals(await findings(), []);
  await page.press("Escape");
  for (const view of ["requests", "reads"]) {
    await page.value(
      `document.querySelector("#views input[value=${view}]").click()`,
    );
    assertEquals(await findings("'#table'"), []);
  }
  const width = await page.value(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assertEquals(width, 0, "it scrolls sideways");
}
