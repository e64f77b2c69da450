/** Reads the session that the page holds, shows its figures, connects its parts. */
import {
  formatBytes,
  formatCount,
  formatMoment,
  formatMs,
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

/** Rows that a printer gets. */
const PRINTED_ROWS = 500;
/** A title of more characters is set smaller. */
const LONG_TITLE = 90;
/** The fewest sizes or times that make a histogram. */
const MIN_COUNTED = 10;

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

/** What stands at the top: what was recorded, when, and what stands out. */
function showHeader(meta) {
  byId("title").textContent = visible(meta.title);
  byId("title").classList.toggle("long", meta.title.length > LONG_TITLE);
  byId("command").textContent = visible(meta.command);
  byId("command").hidden = meta.command === meta.title;
  byId("when").textContent = [
    `${meta.startedAt.slice(0, 19).replace("T", " ")} UTC`,
    formatMs(meta.durationMs),
    meta.ending,
  ].map(visible).join(" · ");
  byId("footer").textContent = `Recorded by ${visible(meta.program)}. ` +
    "Everything is in this file; nothing is loaded or sent.";
  byId("findings").append(...meta.findings.map(({ tone, text, row }) => {
    const words = make("span", {}, visible(text));
    const item = make("li", { class: tone }, words);
    if (row !== undefined && row < meta.counts.rows) {
      item.append(
        " ",
        make(
          "button",
          { type: "button", class: "link", "data-row": row },
          "Show it",
        ),
      );
    }
    return item;
  }));
  showStreams(meta);
}

function showStreams({ streams }) {
  const there = [...STREAMS.keys()].filter((from) => {
    const { bytes, hasEnded, read = 0 } = streams[from];
    return bytes > 0 || hasEnded || read > 0;
  });
  const count = (name) => (from) => {
    const figure = streams[from][name];
    return figure === undefined ? "not known" : formatCount(figure);
  };
  const sum = (name) => there.some((from) => streams[from][name] > 0);
  const ways = ["to the command", "from it", "from it"];
  const figures = [
    ["Bytes read", count("read")],
    ["Bytes passed on", count("passed")],
    ["Bytes recorded", count("bytes")],
    ["Reads", count("pieces")],
    sum("messages") && ["Messages", count("messages")],
    sum("lines") && ["Lines", count("lines")],
    sum("noise") && ["Noise", count("noise"), true],
    sum("broken") && ["Broken frames", count("broken"), true],
    sum("missingBytes") && ["Bytes not recorded", count("missingBytes"), true],
    ["Ended", (from) => streams[from].hasEnded ? "yes" : "no"],
  ].filter(Boolean);
  byId("streams").append(
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("td"),
        ...there.map((from) =>
          make(
            "th",
            { scope: "col", class: STREAMS[from] },
            STREAM_NAMES[from],
            make("small", {}, ways[from]),
          )
        ),
      ),
    ),
    make(
      "tbody",
      {},
      ...figures.map(([name, figure, isBad]) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, name),
          ...there.map((from) => {
            const text = figure(from);
            return make("td", { class: isBad && text !== "0" && "bad" }, text);
          }),
        )
      ),
    ),
  );
}

/** A table of the methods: how often, how long, how it ended. */
function showMethods(session) {
  const { requests, rows, meta } = session;
  if (requests.count === 0) return;
  const groups = Map.groupBy(
    Array.from({ length: requests.count }, (_, i) => i),
    (i) => `${requests.method[i]} ${rows.from[requests.row[i]]}`,
  );
  const lines = [...groups.values()].map((group) => {
    const answered = group.filter((i) => requests.answer[i] !== -1);
    const times = answered.map((i) => requests.ms[i]).sort((a, b) => a - b);
    return {
      from: rows.from[requests.row[group[0]]],
      method: meta.methods[requests.method[group[0]] - 1],
      count: group.length,
      median: times[Math.floor((times.length - 1) / 2)],
      slowest: times.at(-1),
      sum: times.reduce((sum, each) => sum + each, 0),
      errors: group.filter((i) => requests.outcome[i] === 2).length,
      pending: group.filter((i) => requests.outcome[i] === 0).length,
    };
  }).sort((a, b) => b.sum - a.sum);
  const time = (ms) => ms === undefined ? "" : formatMs(ms);
  const bad = (count) =>
    make("td", { class: count > 0 && "bad" }, formatCount(count));
  byId("by-method-table").append(
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        ...[
          "Method",
          "Asked on",
          "Requests",
          "Median",
          "Slowest",
          "All together",
          "Errors",
          "No answer",
        ].map((name) => make("th", { scope: "col" }, name)),
      ),
    ),
    make(
      "tbody",
      {},
      ...lines.map((line) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, visible(line.method)),
          make("td", { class: STREAMS[line.from] }, STREAM_NAMES[line.from]),
          make("td", {}, formatCount(line.count)),
          make("td", {}, time(line.median)),
          make("td", {}, time(line.slowest)),
          make("td", {}, time(line.sum || undefined)),
          bad(line.errors),
          bad(line.pending),
        )
      ),
    ),
  );
  byId("by-method").hidden = false;
}

/** Histograms of the sizes and of the times between reads; none of a few. */
function showSpread({ reads }) {
  const sizes = STREAMS.map(() => []);
  const gaps = STREAMS.map(() => []);
  const last = [null, null, null];
  for (let read = 0; read < reads.count; read++) {
    const from = reads.from[read];
    sizes[from].push(reads.size[read]);
    if (last[from] !== null) {
      gaps[from].push((reads.ms[read] - last[from]) * 1000);
    }
    last[from] = reads.ms[read];
  }
  const isShown = sizes.some(({ length }) => length >= MIN_COUNTED);
  byId("spread").hidden = !isShown;
  if (!isShown) return;
  fillHistogram(
    byId("sizes"),
    "Bytes of a read",
    sizes,
    4,
    roundBytes,
  );
  fillHistogram(
    byId("gaps"),
    "Time since the read before",
    gaps,
    10,
    roundTime,
  );
}

/** Counts by powers of `base`: a row a power, a bar a stream. */
function fillHistogram(target, what, lists, base, name) {
  const power = (value) =>
    value < 1 ? 0 : Math.floor(Math.log(value) / Math.log(base) + 1e-9);
  const shown = [...STREAMS.keys()].filter((from) =>
    lists[from].length >= MIN_COUNTED
  );
  const counts = lists.map(() => []);
  for (const from of shown) {
    for (const value of lists[from]) {
      counts[from][power(value)] = (counts[from][power(value)] ?? 0) + 1;
    }
  }
  const all = shown.flatMap((from) => Object.keys(counts[from]).map(Number));
  const most = Math.max(
    ...shown.flatMap((from) => Object.values(counts[from])),
  );
  const lines = [];
  for (let each = Math.min(...all); each <= Math.max(...all); each++) {
    const cells = shown.map((from) => {
      const count = counts[from][each] ?? 0;
      const bar = make("span", { class: `fill ${STREAMS[from]}` });
      bar.style.width = `${count === 0 ? 0 : Math.max(2, 100 * count / most)}%`;
      return make(
        "td",
        {},
        make("span", { class: "track" }, bar),
        count === 0 ? "" : formatCount(count),
      );
    });
    const title = make(
      "th",
      { scope: "row" },
      `${name(base ** each)} – ${name(base ** (each + 1))}`,
    );
    lines.push(make("tr", {}, title, ...cells));
  }
  target.append(
    make("caption", {}, what),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("td"),
        ...shown.map((from) =>
          make("th", { scope: "col", class: STREAMS[from] }, STREAM_NAMES[from])
        ),
      ),
    ),
    make("tbody", {}, ...lines),
  );
}

/** A power of four in bytes, without decimals. */
function roundBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 2 ** 20 ? `${bytes / 1024} KiB` : `${bytes / 2 ** 20} MiB`;
}

/** A power of ten in microseconds, without decimals. */
function roundTime(us) {
  if (us < 1000) return `${us} µs`;
  return us < 1e6 ? `${us / 1000} ms` : `${us / 1e6} s`;
}
