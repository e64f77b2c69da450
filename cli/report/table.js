/**
 * A table of any length, of which only the rows that are seen are elements, and
 * what it can show: messages, requests, reads.
 */
import {
  bytesAt,
  decode,
  formatCount,
  formatMoment,
  formatMs,
  idOf,
  kindNameOf,
  KINDS,
  methodOf,
  OUTCOMES,
  previewOf,
  STREAM_NAMES,
  STREAMS,
  visible,
} from "./session.js";

/** Rows above and below the seen ones that are there as well. */
const SPARE_ROWS = 8;

/** An element, with its attributes and what is in it. Text is only ever text. */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === "onclick") element.addEventListener("click", value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...content.filter((each) => each !== null));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/**
 * The grid of rows. The focus stays on the grid itself, which names its active
 * row: a row that scrolls away cannot take the focus with it.
 */
export class Table {
  /** The numbers of the rows that are shown, in their order. */
  list = [];
  /** The place in the list of the row that the keys are at. */
  active = 0;
  #grid;
  #head = make("div", { role: "rowgroup", class: "head" });
  #body = make("div", { role: "rowgroup", class: "body" });
  #view = { columns: [], name: "" };
  #onOpen;
  #drawn = "";

  constructor(grid, onOpen) {
    this.#grid = grid;
    this.#onOpen = onOpen;
    grid.append(this.#head, this.#body);
    grid.addEventListener("scroll", () => this.draw());
    grid.addEventListener("keydown", (event) => this.#key(event));
    this.#body.addEventListener("click", ({ target }) => {
      const row = target.closest("[role=row]");
      if (row === null) return;
      this.#go(Number(row.dataset.place));
      this.#onOpen(this.list[this.active]);
    });
    new ResizeObserver(() => this.draw(true)).observe(grid);
  }

  /** Shows these rows by this view, from the top. */
  show(view, list, active = 0) {
    this.#view = view;
    this.list = list;
    this.active = active;
    const { columns, name } = view;
    const cells = columns.map(({ title, area }) =>
      make("div", { role: "columnheader", class: area }, title)
    );
    this.#head.replaceChildren(
      make("div", { role: "row", class: "row", "aria-rowindex": 1 }, ...cells),
    );
    this.#grid.dataset.view = name;
    this.#grid.setAttribute("aria-label", view.label);
    this.#grid.setAttribute("aria-rowcount", list.length + 1);
    this.#grid.setAttribute("aria-colcount", columns.length);
    this.#grid.scrollTop = 0;
    if (active > 0) this.#reveal();
    this.draw(true);
  }

  /** Makes a row of the list the active one, where it can be seen. */
  moveTo(number) {
    const place = this.list.indexOf(number);
    if (place !== -1) this.#go(place);
    return place !== -1;
  }

  /** All rows as elements, up to so many: for a printer. */
  drawAll(most) {
    this.#draw(0, Math.min(most, this.list.length), 1);
  }

  /** Draws the rows that are seen, if they are not drawn. */
  draw(isForced = false) {
    const height = this.#rowHeight;
    const { scrollTop, clientHeight } = this.#grid;
    const first = Math.max(0, Math.floor(scrollTop / height) - SPARE_ROWS);
    const end = Math.min(
      this.list.length,
      Math.ceil((scrollTop + clientHeight) / height) + SPARE_ROWS,
    );
    this.#draw(first, end, height, isForced);
  }

  #draw(first, end, height, isForced = true) {
    const drawn = `${first} ${end}`;
    if (drawn === this.#drawn && !isForced) return;
    this.#drawn = drawn;
    const rows = [];
    for (let place = first; place < end; place++) rows.push(this.#row(place));
    const above = make("div", { class: "space", role: "presentation" });
    const below = make("div", { class: "space", role: "presentation" });
    above.style.height = `${first * height}px`;
    below.style.height = `${(this.list.length - end) * height}px`;
    this.#body.replaceChildren(above, ...rows, below);
    if (this.list.length === 0) {
      const nothing = make(
        "div",
        { role: "row", class: "nothing" },
        make("div", { role: "gridcell" }, "Nothing fits."),
      );
      this.#body.replaceChildren(nothing);
    }
    this.#name();
  }

  #row(place) {
    const number = this.list[place];
    const isActive = place === this.active;
    const cells = this.#view.columns.map(({ cell, area }) =>
      make("div", { role: "gridcell", class: area }, ...[cell(number)].flat())
    );
    return make(
      "div",
      {
        role: "row",
        class: `row ${this.#view.tone(number)}`,
        id: `row-${place}`,
        "data-place": place,
        "aria-rowindex": place + 2,
        "aria-selected": String(isActive),
      },
      ...cells,
    );
  }

  get #rowHeight() {
    const style = getComputedStyle(this.#grid);
    return Number.parseFloat(style.getPropertyValue("--row"));
  }

  #key(event) {
    const page = Math.floor(this.#grid.clientHeight / this.#rowHeight) - 2;
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      if (this.list.length > 0) this.#onOpen(this.list[this.active]);
    } else if (event.key in steps) {
      this.#go(this.active + steps[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  }

  #go(place) {
    const last = this.list.length - 1;
    if (last < 0) return;
    this.active = Math.max(0, Math.min(last, place));
    this.#reveal();
    this.draw(true);
  }

  /** Scrolls by as little as shows the active row. */
  #reveal() {
    const height = this.#rowHeight;
    const top = this.active * height;
    const room = this.#grid.clientHeight - this.#head.offsetHeight - height;
    if (top < this.#grid.scrollTop) this.#grid.scrollTop = top;
    else if (top > this.#grid.scrollTop + room) {
      this.#grid.scrollTop = top - room;
    }
  }

  #name() {
    const id = `row-${this.active}`;
    if (byId(id) === null) this.#grid.removeAttribute("aria-activedescendant");
    else this.#grid.setAttribute("aria-activedescendant", id);
  }
}

/** Whether a row asks for an answer that has not come. */
export function isPending({ rows, requests }, row) {
  const request = rows.request[row];
  return request !== -1 && requests.row[request] === row &&
    requests.outcome[request] === OUTCOMES.indexOf("pending");
}

/** The time that an answer took, as text, on the row of the answer. */
function tookOf(session, row) {
  const { rows, requests } = session;
  const request = rows.request[row];
  if (isPending(session, row)) {
    return make("span", { class: "bad" }, "no answer");
  }
  if (request !== -1 && requests.answer[request] === -1) return "cancelled";
  if (request === -1 || requests.answer[request] !== row) return "";
  return formatMs(requests.ms[request]);
}

/** The kind of a row, in a word that a person reads. */
function kindCell(kind) {
  const isBad = ["error", "noise", "broken", "gap"].includes(KINDS[kind]);
  return make("span", { class: isBad ? "tag bad" : "tag" }, kindNameOf(kind));
}

/** What the table can show: its columns, its rows, and their orders. */
export function viewsOf(session) {
  const { rows, reads, requests } = session;
  const streamCell = (from) =>
    make("span", { class: STREAMS[from] }, STREAM_NAMES[from]);
  const what = (method, preview) => [
    ...method === "" ? [] : [make("b", {}, visible(method)), " "],
    make("span", { class: "preview" }, visible(preview)),
  ];
  const bySize = (size) => (a, b) => size[b] - size[a] || a - b;
  const messages = {
    name: "messages",
    title: "Everything",
    what: "rows",
    label: "What the streams carried",
    count: rows.count,
    ms: (row) => rows.ms[row],
    row: (row) => row,
    tone: (row) =>
      ["noise", "broken", "gap", "error"].includes(KINDS[rows.kind[row]]) ||
        isPending(session, row)
        ? "odd"
        : "",
    columns: [
      {
        title: "Time, s",
        area: "time",
        cell: (row) => formatMoment(rows.ms[row]),
      },
      {
        title: "Stream",
        area: "from",
        cell: (row) =>
          KINDS[rows.kind[row]] === "status" ? "" : streamCell(rows.from[row]),
      },
      {
        title: "Kind",
        area: "kind",
        cell: (row) => kindCell(rows.kind[row]),
      },
      {
        title: "Content",
        area: "what",
        cell: (row) => what(methodOf(session, row), previewOf(session, row)),
      },
      { title: "Id", area: "id", cell: (row) => visible(idOf(session, row)) },
      { title: "Took", area: "took", cell: (row) => tookOf(session, row) },
      {
        title: "Bytes",
        area: "size",
        cell: (row) => rows.size[row] === 0 ? "" : formatCount(rows.size[row]),
      },
    ],
    orders: {
      "by time": null,
      "largest first": bySize(rows.size),
    },
  };
  // The longest bar is that of the slowest request in the list.
  let slowest = 0;
  const isOpen = (request) => requests.outcome[request] === 0;
  const waits = (request) => {
    const bar = make("meter", {
      min: 0,
      max: slowest,
      value: requests.ms[request],
      class: isOpen(request)
        ? "bad"
        : STREAMS[rows.from[requests.row[request]]],
      "aria-hidden": "true",
    });
    return [bar, make("span", {}, formatMs(requests.ms[request]))];
  };
  const asked = {
    name: "requests",
    title: "Requests",
    what: "requests",
    prepare(list) {
      slowest = list.reduce((a, each) => Math.max(a, requests.ms[each]), 0.001);
    },
    label: "Requests with the time until their answer",
    count: requests.count,
    ms: (request) => rows.ms[requests.row[request]],
    row: (request) => requests.row[request],
    tone: (request) => [0, 2].includes(requests.outcome[request]) ? "odd" : "",
    columns: [
      {
        title: "Time, s",
        area: "time",
        cell: (each) => formatMoment(rows.ms[requests.row[each]]),
      },
      {
        title: "Stream",
        area: "from",
        cell: (each) => streamCell(rows.from[requests.row[each]]),
      },
      {
        title: "Outcome",
        area: "kind",
        cell: (each) => outcomeCell(OUTCOMES[requests.outcome[each]]),
      },
      {
        title: "Method and parameters",
        area: "what",
        cell: (each) =>
          what(
            session.meta.methods[requests.method[each] - 1],
            previewOf(session, requests.row[each]),
          ),
      },
      {
        title: "Id",
        area: "id",
        cell: (each) =>
          visible(
            session.meta.words[requests.word[each] - 1] ??
              idOf(session, requests.row[each]),
          ),
      },
      { title: "Until the answer", area: "took", cell: waits },
    ],
    orders: {
      "slowest first": (a, b) =>
        isOpen(b) - isOpen(a) || requests.ms[b] - requests.ms[a] || a - b,
      "by time": null,
    },
  };
  const pieces = {
    name: "reads",
    title: "Reads",
    what: "reads",
    label: "What each read gave",
    count: reads.count,
    ms: (read) => reads.ms[read],
    row: () => -1,
    tone: () => "",
    columns: [
      {
        title: "Time, s",
        area: "time",
        cell: (read) => formatMoment(reads.ms[read]),
      },
      {
        title: "Stream",
        area: "from",
        cell: (read) => streamCell(reads.from[read]),
      },
      {
        title: "Offset",
        area: "kind",
        cell: (read) => formatCount(reads.offset[read]),
      },
      {
        title: "Begins with",
        area: "what",
        cell: (read) =>
          what(
            "",
            decode(
              bytesAt(
                session,
                reads.from[read],
                reads.offset[read],
                Math.min(200, reads.size[read]),
              ),
            ),
          ),
      },
      {
        title: "Bytes",
        area: "size",
        cell: (read) => formatCount(reads.size[read]),
      },
    ],
    orders: {
      "by time": null,
      "largest first": bySize(reads.size),
    },
  };
  return requests.count > 0
    ? { messages, requests: asked, reads: pieces }
    : { messages, reads: pieces };
}

function outcomeCell(name) {
  if (name === "pending") {
    return make("span", { class: "tag bad" }, "no answer");
  }
  const isBad = name === "error";
  return make("span", { class: isBad ? "tag bad" : "tag" }, name);
}
