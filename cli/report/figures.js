/** What is told in figures: the head, the streams, the methods, how often. */
import {
  formatCount,
  formatMs,
  STREAM_NAMES,
  STREAMS,
  visible,
} from "./session.js";
import { byId, make } from "./table.js";

/** A title of more characters is set smaller. */
const LONG_TITLE = 90;
/** The fewest sizes or times that make a histogram. */
const MIN_COUNTED = 10;

/** What stands at the top: what was recorded, when, and what stands out. */
export function showHeader(meta) {
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
export function showMethods(session) {
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
export function showSpread({ reads }) {
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
