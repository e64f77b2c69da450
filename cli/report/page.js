/** Reads the session that the page holds, and connects its parts. */
import {
  formatBytes,
  formatCount,
  formatMoment,
  indexTexts,
  kindNameOf,
  KINDS,
  readSession,
  searchTexts,
  STREAM_NAMES,
  STREAMS,
  visible,
} from "./session.js";
import { byId, isPending, make, Table, viewsOf } from "./table.js";
import { legendOf, lowerBound, TimeLine } from "./time_line.js";
import { readDetail, rowAt, rowDetail } from "./detail.js";
import { showHeader, showMethods, showSpread } from "./figures.js";

/** Rows that a printer gets. */
const PRINTED_ROWS = 500;

start().catch((error) => {
  const trouble = byId("trouble");
  trouble.textContent = `This page could not be shown: ${error.message}`;
  trouble.hidden = false;
});

async function start() {
  const meta = JSON.parse(byId("meta").textContent);
  showHeader(meta);
  showTheme();
  const packed = byId("packed");
  const session = await readSession(meta, packed.textContent);
  packed.remove();
  connect(session);
  showMethods(session);
  showSpread(session);
  document.documentElement.dataset.state = "ready";
  performance.mark("ready");
}

/** The scheme is the reader's, until the button changes it. */
function showTheme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  const name = () => byId("theme").textContent = isDark() ? "Light" : "Dark";
  byId("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    name();
    root.dispatchEvent(new Event("theme"));
  });
  dark.addEventListener("change", () => {
    name();
    root.dispatchEvent(new Event("theme"));
  });
  name();
}

/** The table, its filters, the time line and the panel, on each other. */
function connect(session) {
  const { rows, reads, requests } = session;
  const views = viewsOf(session);
  const detail = byId("detail");
  const chosen = { view: views.messages, range: null };
  let texts = null;

  const table = new Table(byId("grid"), (number) => openFrom(number));
  const line = new TimeLine(session, byId("time-line"), byId("canvas"), {
    say: (text) => byId("readout").textContent = text,
    open: (read) => {
      const row = rowAt(session, reads.from[read], reads.offset[read]);
      if (row === -1 || chosen.view === views.reads) openRead(read);
      else openRow(row);
    },
    drawn: (seen) => {
      byId("legend").replaceChildren(...legendOf(session, seen));
    },
    range: (range) => {
      chosen.range = range;
      refresh();
    },
  });
  document.documentElement.addEventListener("theme", () => line.draw());
  byId("zoom-in").addEventListener("click", () => line.zoomBy(0.5));
  byId("zoom-out").addEventListener("click", () => line.zoomBy(2));
  byId("zoom-all").addEventListener("click", () => line.zoomTo());

  fillTools();
  refresh();

  function fillTools() {
    byId("views").append(
      ...Object.values(views).map(({ name, title, count }) => {
        const radio = make("input", {
          type: "radio",
          name: "view",
          value: name,
          checked: name === "messages",
        });
        return make(
          "label",
          {},
          radio,
          make("span", {}, title, " ", make("small", {}, formatCount(count))),
        );
      }),
    );
    byId("only").append(
      ...[...STREAMS.keys()].filter((from) =>
        reads.from.includes(from) || rows.from.includes(from)
      ).map((from) =>
        make(
          "label",
          {},
          make("input", { type: "checkbox", value: from, checked: true }),
          make("span", { class: STREAMS[from] }, STREAM_NAMES[from]),
        )
      ),
    );
    const kinds = [...KINDS.keys()].map((number) => ({
      text: kindNameOf(number),
      value: number,
      count: rows.kind.reduce(
        (sum, each) => sum + (each === number ? 1 : 0),
        0,
      ),
    }));
    const pending = requests.outcome.reduce(
      (sum, each) => sum + (each === 0 ? 1 : 0),
      0,
    );
    kinds.push({ text: "no answer", value: "pending", count: pending });
    fillSelect(byId("kinds"), "All kinds", kinds);
    const counts = new Map();
    for (const method of rows.method) {
      counts.set(method, (counts.get(method) ?? 0) + 1);
    }
    const methods = session.meta.methods.map((text, i) => ({
      text,
      value: i + 1,
      count: counts.get(i + 1) ?? 0,
    }));
    methods.sort((a, b) => a.text < b.text ? -1 : 1);
    fillSelect(byId("methods"), "All methods", methods);
    byId("methods").hidden = methods.length === 0;
    fillOrders();
    byId("tools").addEventListener("submit", (event) => event.preventDefault());
    byId("tools").addEventListener("input", ({ target }) => {
      if (target.name === "view") {
        chosen.view = views[target.value];
        fillOrders();
      }
      refresh();
    });
    byId("clear").addEventListener("click", clear);
    byId("findings").addEventListener("click", ({ target }) => {
      if (target.dataset.row !== undefined) openRow(Number(target.dataset.row));
    });
  }

  function fillSelect(select, all, entries) {
    select.replaceChildren(make("option", { value: "" }, all));
    for (const { text, value, count } of entries) {
      if (count === 0) continue;
      select.append(
        make("option", { value }, `${visible(text)} (${formatCount(count)})`),
      );
    }
  }

  function fillOrders() {
    byId("order").replaceChildren(
      ...Object.keys(chosen.view.orders).map((name) =>
        make("option", {}, name)
      ),
    );
  }

  function clear() {
    byId("search").value = "";
    byId("kinds").value = byId("methods").value = "";
    for (const box of byId("only").querySelectorAll("input")) {
      box.checked = true;
    }
    line.zoomTo();
    byId("search").focus();
  }

  /** Finds the rows that fit, and shows them. */
  function refresh() {
    const { view, range } = chosen;
    const words = byId("search").value;
    const kind = byId("kinds").value;
    const method = byId("methods").value;
    const streams = [false, false, false];
    for (const box of byId("only").querySelectorAll("input")) {
      streams[box.value] = box.checked;
    }
    const isReads = view === views.reads;
    byId("kinds").disabled = byId("methods").disabled = isReads;
    const found = words === "" ? null : search(words, isReads);
    const fits = (row) =>
      (found === null || found[row] === 1) && streams[rows.from[row]] &&
      (kind === "" ||
        (kind === "pending"
          ? isPending(session, row)
          : rows.kind[row] === Number(kind))) &&
      (method === "" || rows.method[row] === Number(method));
    const fitsRead = (read) =>
      streams[reads.from[read]] && (found === null || found[read] === 1);
    const list = [];
    for (let i = 0; i < view.count; i++) {
      if (range !== null) {
        const ms = view.ms(i);
        if (ms < range.from || ms > range.to) continue;
      }
      if (isReads ? fitsRead(i) : fits(view.row(i))) list.push(i);
    }
    const order = view.orders[byId("order").value];
    if (order) list.sort(order);
    view.prepare?.(list);
    table.show(view, list);
    const isAll = list.length === view.count;
    const part = range === null
      ? ""
      : `, from ${formatMoment(range.from)} to ${formatMoment(range.to)} s`;
    byId("count").textContent = isAll
      ? `All ${formatCount(view.count)} ${view.what}${leftOut(session)}`
      : `${formatCount(list.length)} of ${
        formatCount(view.count)
      } ${view.what}${part}`;
    byId("clear").hidden = isAll;
  }

  /** Marks what holds a text: the rows, or the reads of a stream. */
  function search(words, isReads) {
    texts ??= indexTexts(session);
    const found = searchTexts(texts, words);
    if (!isReads) return found;
    // A read is found by the rows that it has a part of.
    const marked = new Uint8Array(reads.count);
    for (let row = 0; row < rows.count; row++) {
      if (found[row] === 0) continue;
      const start = rows.offset[row];
      const end = start + rows.size[row];
      let read = lowerBound(reads.ms, rows.ms[row] + 1e-6) - 1;
      for (; read >= 0; read--) {
        if (reads.from[read] !== rows.from[row]) continue;
        if (reads.offset[read] + reads.size[read] <= start) break;
        if (reads.offset[read] < end) marked[read] = 1;
      }
    }
    return marked;
  }

  function openFrom(number) {
    if (chosen.view === views.reads) openRead(number);
    else openRow(chosen.view.row(number), false);
  }

  function openRow(row, moves = true) {
    if (moves && chosen.view === views.messages) table.moveTo(row);
    if (rows.size[row] > 0) line.pointAt(rows.ms[row], rows.from[row]);
    show(rowDetail(session, row, openRow));
  }

  function openRead(read) {
    if (chosen.view === views.reads) table.moveTo(read);
    show(readDetail(session, read, openRow));
  }

  /** Shows the panel: beside the table, or over a small screen. */
  function show({ title, place, content }) {
    const close = make("button", {
      type: "button",
      onclick: () => detail.close(),
    }, "Close");
    const heading = make("h3", { id: "detail-title", tabindex: -1 }, title);
    detail.replaceChildren(
      make("div", { class: "bar" }, make("p", { class: "kind" }, place), close),
      heading,
      ...content,
    );
    detail.scrollTop = 0;
    if (!detail.open) {
      const isSmall = matchMedia("(max-width: 900px)").matches;
      if (isSmall) detail.showModal();
      else detail.show();
    }
    heading.focus({ preventScroll: true });
  }

  detail.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    detail.close();
  });
  detail.addEventListener(
    "close",
    () => byId("grid").focus({ preventScroll: true }),
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, select")) return;
    event.preventDefault();
    byId("search").focus();
  });
  addEventListener("beforeprint", () => table.drawAll(PRINTED_ROWS));
  addEventListener("afterprint", () => table.draw(true));
  // The first search finds its index ready.
  setTimeout(() => texts ??= indexTexts(session));
}

function leftOut({ meta: { leftOut } }) {
  const { rows, reads, bytes } = leftOut;
  const parts = [
    rows > 0 && `${formatCount(rows)} more rows`,
    reads > 0 && `${formatCount(reads)} more reads`,
    bytes > 0 && `${formatBytes(bytes)} of the last bytes`,
  ].filter(Boolean);
  return parts.length === 0
    ? ""
    : `; ${parts.join(" and ")} are not in this page, which would be too large`;
}
