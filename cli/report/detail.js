/** What is opened: a row or a read, with its bytes as text and as hex. */
import {
  bytesAt,
  decode,
  formatBytes,
  formatCount,
  formatMoment,
  formatMs,
  idOf,
  kindNameOf,
  KINDS,
  methodOf,
  OUTCOMES,
  payloadOf,
  STREAM_NAMES,
  visible,
  visibleLines,
  wordOf,
} from "./session.js";
import { make } from "./table.js";
import { lowerBound } from "./time_line.js";

/** The bytes of one page of hex. */
const HEX_BYTES = 2048;
/** The most bytes of a text that is shown. */
const TEXT_BYTES = 65_536;

/** What stands above a row without a method. */
const TITLES = {
  answer: "Answer to no known request",
  error: "Error to no known request",
  batch: "Batch",
  message: "Message",
  text: "Line",
  noise: "Noise",
  broken: "Broken frame",
  gap: "Bytes that were not recorded",
  end: "End of a stream",
  status: "End of the command",
};

/** The content of the panel for a row. `open` opens another one. */
export function rowDetail(session, row, open) {
  const { rows } = session;
  const kind = KINDS[rows.kind[row]];
  const method = methodOf(session, row);
  const id = idOf(session, row);
  const said = wordOf(session, row);
  const hasBytes = rows.size[row] > 0 && kind !== "gap";
  const facts = [
    ...momentFacts(session, rows.ms[row]),
    ["Stream", STREAM_NAMES[rows.from[row]]],
  ];
  if (kind === "status") facts.pop();
  if (id !== "") facts.push(["Id", visible(id)]);
  if (said !== "") facts.push(["Note", visible(said)]);
  if (hasBytes) {
    facts.push(...placeFacts(rows.offset[row], rows.size[row]));
    facts.push(["Came in", readsOf(session, row)]);
  }
  const request = rows.request[row];
  if (request !== -1) {
    facts.push(requestFact(session, row, request, open));
  }
  const title = method === "" ? TITLES[kind] : `${visible(method)}: ${kind}`;
  const content = [panelFacts(facts)];
  if (hasBytes) {
    content.push(...textOf(payloadOf(session, row, TEXT_BYTES + 1)));
    const bytes = bytesAt(
      session,
      rows.from[row],
      rows.offset[row],
      rows.size[row],
    );
    const frame = { lead: rows.lead[row], tail: rows.tail[row] };
    content.push(...hexOf(bytes, rows.offset[row], rows.size[row], frame));
  }
  return { title, place: `Row ${formatCount(row + 1)}`, content };
}

/** The content of the panel for a read. */
export function readDetail(session, read, open) {
  const { reads, rows } = session;
  const from = reads.from[read];
  const offset = reads.offset[read];
  const size = reads.size[read];
  const facts = [
    ...momentFacts(session, reads.ms[read]),
    ["Stream", STREAM_NAMES[from]],
    ...placeFacts(offset, size),
  ];
  const row = rowAt(session, from, offset);
  if (row !== -1) {
    const name = methodOf(session, row) || kindNameOf(rows.kind[row]);
    const button = make(
      "button",
      { type: "button", class: "link", onclick: () => open(row) },
      `${visible(name)}, row ${formatCount(row + 1)}`,
    );
    const isInside = rows.offset[row] < offset;
    facts.push([isInside ? "Goes on with" : "Begins with", button]);
  }
  const bytes = bytesAt(session, from, offset, size);
  return {
    title: `A read of ${formatBytes(size)}`,
    place: `Read ${formatCount(read + 1)}`,
    content: [
      panelFacts(facts),
      ...textOf(bytes),
      ...hexOf(bytes, offset, size, { lead: 0, tail: 0 }),
    ],
  };
}

/** The row that holds a byte of a stream, or -1. */
export function rowAt({ rows }, from, offset) {
  for (let row = 0; row < rows.count; row++) {
    if (rows.from[row] !== from || rows.size[row] === 0) continue;
    if (offset < rows.offset[row] + rows.size[row]) {
      return offset >= rows.offset[row] ? row : -1;
    }
  }
  return -1;
}

function momentFacts({ meta }, ms) {
  const wall = new Date(Date.parse(meta.startedAt) + ms);
  const clock = Number.isNaN(wall.getTime())
    ? ""
    : `, ${wall.toISOString().slice(11, 23)} UTC`;
  return [["Time", `${formatMoment(ms)} s after the start${clock}`]];
}

function placeFacts(offset, size) {
  const end = offset + size - 1;
  return [[
    "Bytes",
    `${formatCount(size)}, from ${formatCount(offset)} to ${formatCount(end)}`,
  ]];
}

/** How many reads brought a row, and how long that took. */
function readsOf({ rows, reads }, row) {
  const start = rows.offset[row];
  const end = start + rows.size[row];
  const found = [];
  // A row is complete when its last read has come.
  let read = lowerBound(reads.ms, rows.ms[row] + 1e-6) - 1;
  for (; read >= 0; read--) {
    if (reads.from[read] !== rows.from[row]) continue;
    if (reads.offset[read] + reads.size[read] <= start) break;
    if (reads.offset[read] < end) found.push(read);
  }
  if (found.length === 0) return "no read that is here";
  if (found.length === 1) return "one read";
  const ms = reads.ms[found[0]] - reads.ms[found.at(-1)];
  return `${formatCount(found.length)} reads within ${formatMs(ms)}`;
}

function requestFact({ requests }, row, request, open) {
  const asked = requests.row[request];
  const answer = requests.answer[request];
  const link = (target, text) =>
    make(
      "button",
      { type: "button", class: "link", onclick: () => open(target) },
      text,
    );
  const took = formatMs(requests.ms[request]);
  if (row === answer) {
    const text = `row ${formatCount(asked + 1)}`;
    return ["Answers", [link(asked, text), `, ${took} before`]];
  }
  if (answer === -1) {
    const what = OUTCOMES[requests.outcome[request]];
    return ["Answer", what === "pending" ? `none after ${took}` : what];
  }
  const text = `row ${formatCount(answer + 1)}`;
  return ["Answer", [link(answer, text), `, ${took} later`]];
}

function panelFacts(facts) {
  const rows = facts.flatMap(([name, value]) => [
    make("dt", {}, name),
    make("dd", {}, ...[value].flat()),
  ]);
  return make("dl", { class: "facts" }, ...rows);
}

/** The payload as JSON with its indents, or as text. */
function textOf(payload) {
  const isLong = payload.length > TEXT_BYTES;
  const text = decode(isLong ? payload.subarray(0, TEXT_BYTES) : payload);
  let name = "Text";
  let shown = text;
  try {
    if (isLong) throw new Error("cut");
    shown = JSON.stringify(JSON.parse(text), null, 2);
    name = "JSON";
  } catch {
    // It is text, or too long to be parsed for a look.
  }
  if (isLong) name = `Text, the first ${formatBytes(TEXT_BYTES)}`;
  return [
    make("h4", {}, name),
    make(
      "pre",
      { class: "text", tabindex: 0, role: "region", "aria-label": name },
      visibleLines(shown),
    ),
  ];
}

/** The bytes as hex beside their text, a page at a time. */
function hexOf(bytes, offset, size, frame) {
  const hex = make("pre", {
    class: "hex",
    tabindex: 0,
    role: "region",
    "aria-label": "Bytes as hex, beside their text",
  });
  const where = make("span", { class: "where", role: "status" });
  const width = matchMedia("(max-width: 640px)").matches ? 8 : 16;
  let page = 0;
  const pages = Math.ceil(bytes.length / HEX_BYTES);
  const turn = (step) => {
    page = Math.max(0, Math.min(pages - 1, page + step));
    const start = page * HEX_BYTES;
    const end = Math.min(bytes.length, start + HEX_BYTES);
    hex.replaceChildren(...hexLines(bytes, start, end, width, offset, frame));
    where.textContent = pages > 1
      ? `${formatCount(start)} to ${formatCount(end - 1)} of ` +
        formatCount(bytes.length)
      : "";
  };
  turn(0);
  const button = (text, step) =>
    make("button", { type: "button", onclick: () => turn(step) }, text);
  const buttons = pages > 1
    ? [button("Back", -1), button("Next", 1), where]
    : [];
  const missing = size - bytes.length;
  const note = missing > 0
    ? make(
      "p",
      { class: "help" },
      `${formatBytes(missing)} of it are not in this page.`,
    )
    : null;
  return [
    make(
      "div",
      { class: "bar" },
      make("h4", {}, "Bytes"),
      make("div", { class: "buttons" }, ...buttons),
    ),
    hex,
    ...note === null ? [] : [note],
  ];
}

/** Lines of hex: the place in the stream, the bytes, their text. */
function hexLines(bytes, start, end, width, offset, { lead, tail }) {
  const lines = [];
  const digits = Math.max(4, (offset + bytes.length).toString(16).length);
  const border = bytes.length - tail;
  const classOf = (at) => at < lead || at >= border ? "frame" : "payload";
  for (let at = start; at < end; at += width) {
    const stop = Math.min(end, at + width);
    const place = (offset + at).toString(16).padStart(digits, "0");
    lines.push(make("span", { class: "place" }, place), "  ");
    // A run of one kind is one element.
    for (let from = at; from < stop;) {
      let to = from + 1;
      while (to < stop && classOf(to) === classOf(from)) to++;
      const hex = Array.from(
        bytes.subarray(from, to),
        (byte) => byte.toString(16).padStart(2, "0"),
      ).join(" ");
      lines.push(
        make("span", { class: classOf(from) }, hex),
        to < stop ? " " : "",
      );
      from = to;
    }
    lines.push("   ".repeat(at + width - stop) + "  ");
    const text = Array.from(
      bytes.subarray(at, stop),
      (byte) => byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·",
    ).join("");
    lines.push(make("span", { class: "chars" }, text), "\n");
  }
  return lines;
}
