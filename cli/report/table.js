/** A table of any length: only the rows that are seen are elements. */

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
