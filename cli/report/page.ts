/** Writes the page: one file that loads nothing, and holds its own policy. */
import { escapeText } from "../../src/text_safety.ts";
import page from "./page.html" with { type: "text" };
import style from "./page.css" with { type: "text" };
import session from "./session.js" with { type: "text" };
import timeLine from "./time_line.js" with { type: "text" };
import table from "./table.js" with { type: "text" };
import detail from "./detail.js" with { type: "text" };
import views from "./views.js" with { type: "text" };
import figures from "./figures.js" with { type: "text" };
import wiring from "./page.js" with { type: "text" };

/** One script of all files, in the order in which they use each other. */
const SCRIPT = [
  session,
  table,
  timeLine,
  detail,
  views,
  figures,
  wiring,
].map(withoutImports).join("");

/** In one script every name is known: no line imports or exports. */
function withoutImports(module: string): string {
  return module.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
}

/**
 * The parts of a page, in their order. `meta` is what the script reads first,
 * `packed` the columns and streams that it unpacks.
 */
export async function writePage(
  title: string,
  meta: unknown,
  packed: Uint8Array<ArrayBuffer>,
): Promise<string[]> {
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(SCRIPT)}'`,
    `style-src '${await hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    // No text can become markup, whatever a line of the script does.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const head = `<meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <title>${escapeMarkup(title)}</title>
    <style>${style}</style>`;
  const [start = "", middle = "", end = ""] = page
    .split(/<!-- (?:head|script) -->/);
  return [
    ...[start, head, middle],
    `<script type="application/json" id="meta">${escapeJson(meta)}</script>\n`,
    '    <script type="text/plain" id="packed">',
    packed.toBase64(),
    `</script>\n    <script>${SCRIPT}</script>`,
    end,
  ];
}

/** The name of an inline script or style in a policy, by what it holds. */
async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256-${new Uint8Array(hash).toBase64()}`;
}

/** What must not stand in a page: what ends an element, reorders or hides. */
const ACTING = /[<\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** JSON within a script element, which it cannot end: it holds no `<`. */
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(ACTING, (character) => {
    const units = Array.from(
      { length: character.length },
      (_, i) => character.charCodeAt(i).toString(16).padStart(4, "0"),
    );
    return `\\u${units.join("\\u")}`;
  });
}

function escapeMarkup(text: string): string {
  return escapeText(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
