/**
 * The time line: a lane for the requests and one for each stream, drawn by hand
 * on a canvas. A library of plots would be larger than the whole page, and none
 * has marks for what is wrong with a stream.
 */
import {
  formatBytes,
  formatCount,
  formatMoment,
  formatMs,
  KINDS,
  STREAM_NAMES,
  STREAMS,
} from "./session.js";
import { make } from "./table.js";

/** The height of the bars of a lane. */
const BARS = 46;
/** The room above them for the name, and below them for marks. */
const ABOVE = 20;
const BELOW = 14;
/** The width of a bar, and the distance to the next. */
const BAR = 2;
const STEP = 3;
/** The rows of the lane of requests, and the height of one. */
const SPANS = 6;
const SPAN = 6;
const AXIS = 24;
/** The left and right border, so that the first bar can be seen. */
const SIDE = 8;
/** A silence is shaded if it has such a part of what is seen. */
const SILENT_SHARE = 0.18;
/** The shortest stretch of time that is shown. */
const MIN_SHOWN_MS = 0.05;

export class TimeLine {
  /** The read that the keys are at. */
  cursor = -1;
  #session;
  #box;
  #canvas;
  #lanes = [];
  #spans;
  #wholeMs;
  #from = 0;
  #to = 1;
  #on;
  #drag = null;
  #hover = -1;
  #tallest = 1;
  #isSilent = false;
  /** The width of what is drawn; to ask the canvas would lay the page out. */
  #width = 1;
  #pen = { colors: {}, bottom: 0 };
  /** All but the cursor, as it was drawn last. */
  #picture = make("canvas");

  constructor(session, box, canvas, on) {
    this.#session = session;
    this.#box = box;
    this.#canvas = canvas;
    this.#on = on;
    const { rows, reads, meta } = session;
    const isThere = (from) =>
      reads.from.includes(from) || rows.from.includes(from);
    // After the last read that is here nothing is known: it is no silence.
    const isWhole = meta.leftOut.reads === 0;
    const endMs = isWhole ? meta.durationMs : reads.ms[reads.count - 1];
    this.#wholeMs = Math.max(endMs, MIN_SHOWN_MS);
    this.#to = this.#wholeMs;
    this.#spans = packSpans(session);
    let top = 0;
    if (this.#spans.rows > 0) {
      const height = this.#spans.rows * SPAN;
      this.#lanes.push({ from: -1, top: top + ABOVE, height });
      top += ABOVE + height + 6;
    }
    for (const from of STREAMS.keys()) {
      if (!isThere(from)) continue;
      this.#lanes.push({ from, top: top + ABOVE, height: BARS });
      top += ABOVE + BARS + BELOW;
    }
    canvas.style.height = `${top + AXIS}px`;
    box.setAttribute("aria-valuemax", Math.max(1, reads.count));
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(box);
    this.#say(-1);
  }

  /** The part that is shown, or `null` for the whole. */
  get range() {
    const isWhole = this.#from <= 0 && this.#to >= this.#wholeMs;
    return isWhole ? null : { from: this.#from, to: this.#to };
  }

  /** Shows a part; without arguments the whole. */
  zoomTo(from = 0, to = this.#wholeMs) {
    const width = Math.min(this.#wholeMs, Math.max(MIN_SHOWN_MS, to - from));
    const middle = (from + to) / 2;
    const start = middle - width / 2;
    this.#from = Math.max(0, Math.min(this.#wholeMs - width, start));
    this.#to = this.#from + width;
    this.draw();
    this.#on.range(this.range);
  }

  /** Shows more, or less, around the cursor. */
  zoomBy(factor) {
    const { reads } = this.#session;
    const at = reads.ms[this.cursor];
    const isSeen = at >= this.#from && at <= this.#to;
    const middle = isSeen ? at : (this.#from + this.#to) / 2;
    const left = (middle - this.#from) * factor;
    this.zoomTo(middle - left, middle + (this.#to - middle) * factor);
  }

  /** Puts the cursor on the read that a moment of a stream falls into. */
  pointAt(ms, from) {
    const read = this.#nearest(ms, from);
    if (read !== -1) this.#move(read);
  }

  #move(read) {
    this.cursor = read;
    this.#say(read);
    this.#drawCursor();
  }

  /** Says which read the cursor is at. */
  #say(read) {
    const { reads } = this.#session;
    const said = read < 0
      ? `${formatCount(reads.count)} reads in ${formatMs(this.#wholeMs)}`
      : `Read ${formatCount(read + 1)} of ${formatCount(reads.count)}: ` +
        `${formatBytes(reads.size[read])} on ` +
        `${STREAM_NAMES[reads.from[read]].slice(2)} ` +
        `at ${formatMoment(reads.ms[read])} s`;
    this.#box.setAttribute("aria-valuenow", Math.max(1, read + 1));
    this.#box.setAttribute("aria-valuetext", said);
    this.#on.say(said);
  }

  #listen() {
    const box = this.#box;
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const x = this.#x(event);
      this.#drag = { from: x, to: x, lane: this.#laneAt(event) };
      box.setPointerCapture(event.pointerId);
    });
    box.addEventListener("pointermove", (event) => {
      if (this.#drag !== null) this.#drag.to = this.#x(event);
      else {
        const from = this.#laneAt(event);
        const read = this.#nearest(this.#ms(this.#x(event)), from);
        if (read === this.#hover) return;
        this.#hover = read;
        if (read !== -1) this.#say(read);
      }
      this.#drawCursor();
    });
    box.addEventListener("pointerup", () => this.#drop());
    box.addEventListener("pointercancel", () => this.#drag = null);
    box.addEventListener("pointerleave", () => {
      this.#hover = -1;
      this.#say(this.cursor);
      this.#drawCursor();
    });
    box.addEventListener("dblclick", () => this.zoomTo());
  }

  /** A drag shows its part; a click opens what is nearest. */
  #drop() {
    const drag = this.#drag;
    this.#drag = null;
    if (drag === null) return;
    const [left, right] = [drag.from, drag.to].sort((a, b) => a - b);
    if (right - left > 5) {
      this.zoomTo(this.#ms(left), this.#ms(right));
      return;
    }
    const read = this.#nearest(this.#ms(drag.from), drag.lane);
    if (read === -1) return;
    this.#move(read);
    this.#on.open(read);
  }

  #key(event) {
    const { count } = this.#session.reads;
    const steps = {
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageUp: 10,
      PageDown: -10,
      Home: -Infinity,
      End: Infinity,
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) {
      const next = this.cursor + steps[event.key];
      if (count > 0) this.#move(Math.max(0, Math.min(count - 1, next)));
      this.#follow();
    } else if (event.key === "Enter") {
      if (this.cursor !== -1) this.#on.open(this.cursor);
    } else if (event.key === "+" || event.key === "=") this.zoomBy(0.5);
    else if (event.key === "-") this.zoomBy(2);
    else if (event.key === "0") this.zoomTo();
    else return;
    event.preventDefault();
  }

  /** Moves the part that is shown until the cursor is in it. */
  #follow() {
    const ms = this.#session.reads.ms[this.cursor];
    if (ms >= this.#from && ms <= this.#to) return;
    const half = (this.#to - this.#from) / 2;
    this.zoomTo(ms - half, ms + half);
  }

  #x({ clientX }) {
    return clientX - this.#canvas.getBoundingClientRect().left;
  }

  #laneAt({ clientY }) {
    const y = clientY - this.#canvas.getBoundingClientRect().top;
    const lane = this.#lanes.find(({ top, height }) =>
      y >= top - ABOVE && y < top + height + BELOW
    );
    return lane?.from ?? -1;
  }

  /** The read nearest to a moment, of one stream or of all (-1). */
  #nearest(ms, from) {
    const { reads } = this.#session;
    const { count } = reads;
    const start = lowerBound(reads.ms, ms);
    const fits = (read) => from < 0 || reads.from[read] === from;
    let after = start;
    while (after < count && !fits(after)) after++;
    let before = start - 1;
    while (before >= 0 && !fits(before)) before--;
    if (after >= count) return before;
    if (before < 0) return after;
    return reads.ms[after] - ms < ms - reads.ms[before] ? after : before;
  }

  #ms(x) {
    const part = (x - SIDE) / this.#width;
    return this.#from + part * (this.#to - this.#from);
  }

  #at(ms) {
    return SIDE + (ms - this.#from) / (this.#to - this.#from) * this.#width;
  }

  draw() {
    const canvas = this.#canvas;
    const picture = this.#picture;
    const scale = devicePixelRatio;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (width === 0) return;
    this.#width = width - 2 * SIDE;
    canvas.width = picture.width = Math.round(width * scale);
    canvas.height = picture.height = Math.round(height * scale);
    const context = picture.getContext("2d");
    context.scale(scale, scale);
    const colors = readColors(this.#box);
    const pen = { context, colors, width, bottom: height - AXIS };
    this.#pen = pen;
    context.font = `11px ${getComputedStyle(this.#box).fontFamily}`;
    this.#drawSilences(pen);
    this.#drawAxis(pen);
    const sums = this.#sums();
    this.#tallest = Math.max(
      1,
      ...sums.map((each) => each.reduce((a, b) => Math.max(a, b), 0)),
    );
    for (const lane of this.#lanes) {
      context.fillStyle = colors.muted;
      const name = lane.from < 0 ? "requests" : STREAM_NAMES[lane.from];
      context.fillText(name, SIDE, lane.top - 7);
      // The bad ones last, so that no other hides them.
      if (lane.from < 0) {
        this.#drawSpans(pen, lane, false);
        this.#drawSpans(pen, lane, true);
      }
      if (lane.from >= 0) this.#drawBars(pen, lane, sums[lane.from]);
    }
    this.#drawMarks(pen);
    this.#drawCursor();
    this.#on.drawn({ tallest: this.#tallest, isSilent: this.#isSilent });
  }

  /** The bytes that came in the time of each bar, by stream. */
  #sums() {
    const { reads } = this.#session;
    const bars = Math.ceil(this.#width / STEP);
    const sums = STREAMS.map(() => new Float64Array(bars + 1));
    const end = lowerBound(reads.ms, this.#to + 1e-9);
    for (let i = lowerBound(reads.ms, this.#from); i < end; i++) {
      const bar = Math.floor((this.#at(reads.ms[i]) - SIDE) / STEP);
      sums[reads.from[i]][bar] += reads.size[i];
    }
    return sums;
  }

  #drawBars({ context, colors, width }, { from, top, height }, sums) {
    const base = top + height;
    context.fillStyle = colors.line;
    context.fillRect(SIDE, base, width - 2 * SIDE, 1);
    context.fillStyle = colors[STREAMS[from]];
    const scale = height / Math.log2(1 + this.#tallest);
    for (let bar = 0; bar < sums.length; bar++) {
      if (sums[bar] === 0) continue;
      const tall = Math.max(2, Math.log2(1 + sums[bar]) * scale);
      context.fillRect(SIDE + bar * STEP, base - tall, BAR, tall);
    }
  }

  /** A line from each request to its answer. */
  #drawSpans({ context, colors }, { top }, isBad) {
    const { requests, rows } = this.#session;
    const { place } = this.#spans;
    const last = [];
    for (let i = 0; i < requests.count; i++) {
      const startMs = rows.ms[requests.row[i]];
      if (place[i] < 0 || startMs > this.#to) continue;
      const isGood = [1, 3].includes(requests.outcome[i]);
      if (isGood === isBad) continue;
      const endMs = requests.answer[i] === -1
        ? this.#wholeMs
        : rows.ms[requests.answer[i]];
      if (endMs < this.#from) continue;
      const x = this.#at(Math.max(startMs, this.#from));
      const end = this.#at(Math.min(endMs, this.#to));
      const y = top + place[i] * SPAN;
      // Of many in one pixel the first is drawn.
      const pixel = Math.floor(end);
      if (pixel === last[place[i]]) continue;
      last[place[i]] = pixel;
      context.fillStyle = isBad
        ? colors.bad
        : colors[STREAMS[rows.from[requests.row[i]]]];
      if (requests.answer[i] === -1) {
        for (let dash = x; dash < end; dash += 6) {
          context.fillRect(dash, y, Math.min(3, end - dash), 3);
        }
        continue;
      }
      context.fillRect(x, y, Math.max(2, end - x - 1), 3);
      // Where one begins, or ends badly, it is thicker.
      if (startMs >= this.#from) {
        context.fillRect(x, y - 1, isBad ? 4 : 2, 5);
      }
    }
  }

  #drawMarks({ context, colors }) {
    const { rows } = this.#session;
    const end = lowerBound(rows.ms, this.#to + 1e-9);
    let last = "";
    for (let i = lowerBound(rows.ms, this.#from); i < end; i++) {
      const kind = KINDS[rows.kind[i]];
      const draw = MARKS[kind];
      if (draw === undefined) continue;
      const lane = this.#lanes.find(({ from }) => from === rows.from[i]);
      if (lane === undefined) continue;
      const x = Math.round(this.#at(rows.ms[i]));
      // Marks at one place are one.
      const mark = `${x} ${kind} ${lane.from}`;
      if (mark === last) continue;
      last = mark;
      context.fillStyle = context.strokeStyle = colors.bad;
      if (kind === "end") {
        context.fillStyle = context.strokeStyle = colors.muted;
      }
      draw(context, x, lane.top + lane.height + 3, lane);
    }
  }

  #drawSilences({ context, colors, bottom }) {
    const { reads } = this.#session;
    const least = (this.#to - this.#from) * SILENT_SHARE;
    const first = Math.max(0, lowerBound(reads.ms, this.#from) - 1);
    const end = lowerBound(reads.ms, this.#to);
    this.#isSilent = false;
    const shade = (fromMs, toMs) => {
      if (toMs - fromMs < least) return;
      this.#isSilent = true;
      const x = this.#at(Math.max(fromMs, this.#from)) + 4;
      const right = this.#at(Math.min(toMs, this.#to)) - 2;
      context.fillStyle = colors.shade;
      context.fillRect(x, 0, right - x, bottom);
      const said = `${formatMs(toMs - fromMs)} silent`;
      const wide = context.measureText(said).width;
      if (wide + 8 > right - x) return;
      context.fillStyle = colors.muted;
      context.fillText(said, (x + right - wide) / 2, bottom - 4);
    };
    let before = first < reads.count && reads.ms[first] < this.#from
      ? reads.ms[first]
      : 0;
    for (let i = first; i < end; i++) {
      shade(before, reads.ms[i]);
      before = reads.ms[i];
    }
    shade(before, end < reads.count ? reads.ms[end] : this.#wholeMs);
  }

  #drawAxis({ context, colors, width, bottom }) {
    const shown = this.#to - this.#from;
    const step = niceStep(shown / Math.max(2, width / 110));
    context.fillStyle = colors.line;
    context.fillRect(SIDE, bottom, width - 2 * SIDE, 1);
    for (
      let tick = Math.ceil(this.#from / step);
      tick * step <= this.#to;
      tick++
    ) {
      const x = Math.round(this.#at(tick * step));
      context.fillStyle = colors.line;
      context.fillRect(x, bottom, 1, 5);
      const name = axisName(tick * step, step);
      const wide = context.measureText(name).width;
      context.fillStyle = colors.muted;
      const left = Math.min(width - wide, Math.max(0, x - wide / 2));
      context.fillText(name, left, bottom + 17);
    }
  }

  /** Draws the cursor over the picture of the rest. */
  #drawCursor() {
    const { reads } = this.#session;
    const { colors, bottom } = this.#pen;
    const context = this.#canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.drawImage(this.#picture, 0, 0);
    context.scale(devicePixelRatio, devicePixelRatio);
    for (const read of [this.#hover, this.cursor]) {
      if (read < 0) continue;
      const x = Math.round(this.#at(reads.ms[read]));
      context.fillStyle = read === this.cursor ? colors.ink : colors.muted;
      context.fillRect(x, 0, 1, bottom);
    }
    if (this.#drag === null) return;
    const [left, right] = [this.#drag.from, this.#drag.to].sort((a, b) =>
      a - b
    );
    context.globalAlpha = 0.15;
    context.fillStyle = colors.ink;
    context.fillRect(left, 0, right - left, bottom);
    context.globalAlpha = 1;
  }
}

/** How what is wrong is marked, below the bars of its lane. */
const MARKS = {
  noise(context, x, y) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 4.5, y + 8);
    context.lineTo(x - 4.5, y + 8);
    context.fill();
  },
  broken(context, x, y) {
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - 4, y);
    context.lineTo(x + 4, y + 8);
    context.moveTo(x + 4, y);
    context.lineTo(x - 4, y + 8);
    context.stroke();
  },
  gap(context, x, y, { top, height }) {
    context.fillRect(x, y + 3, 8, 3);
    for (let at = top; at < top + height; at += 6) {
      context.fillRect(x, at, 1, 3);
    }
  },
  end(context, x, _y, { top, height }) {
    context.fillRect(x, top + height - 12, 2, 16);
  },
};

/** The marks of a legend, in its order: `name` is a kind, or what is drawn. */
export function legendOf(session, { tallest, isSilent }) {
  const { rows, reads, requests } = session;
  const has = (kind) => rows.kind.includes(KINDS.indexOf(kind));
  const entries = [
    reads.count > 0 && [
      "bars",
      `bytes that came, the taller the more (the tallest is ${
        formatBytes(tallest)
      }, on a log scale)`,
    ],
  ];
  if (requests.count > 0) {
    entries.push(["span", "a request until its answer"]);
  }
  if (requests.outcome.includes(2)) {
    entries.push(["failed", "answered by an error"]);
  }
  if (requests.outcome.includes(0)) {
    entries.push(["pending", "without an answer"]);
  }
  if (has("noise")) entries.push(["noise", "noise: bytes that are no message"]);
  if (has("broken")) entries.push(["broken", "a frame that could not be read"]);
  if (has("gap")) entries.push(["gap", "bytes that were not recorded"]);
  if (has("end")) entries.push(["end", "the end of a stream"]);
  if (isSilent) entries.push(["silent", "a silence"]);
  return entries.filter(Boolean).map(([name, text]) =>
    make("li", {}, make("span", { class: `mark ${name}` }), text)
  );
}

/**
 * The place of each request in its lane, from the top: the first row that is
 * free when it is asked; -1 if none is.
 */
function packSpans({ requests, rows }) {
  const place = new Int8Array(requests.count).fill(-1);
  const freeAt = [];
  for (let i = 0; i < requests.count; i++) {
    const answer = requests.answer[i];
    const startMs = rows.ms[requests.row[i]];
    let row = freeAt.findIndex((ms) => ms <= startMs);
    if (row === -1 && freeAt.length < SPANS) row = freeAt.push(0) - 1;
    if (row === -1) continue;
    freeAt[row] = answer === -1 ? Infinity : rows.ms[answer];
    place[i] = row;
  }
  return { place, rows: freeAt.length };
}

/** The first place of a sorted list with a value of at least so much. */
export function lowerBound(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1, 2 or 5 times a power of ten, at least so much. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((each) => each * power >= least * 0.999) * power;
}

/** A moment below the axis, as precise as its steps. */
function axisName(ms, step) {
  if (step < 1) return `${ms.toFixed(2)} ms`;
  if (step < 100) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(step < 1000 ? 1 : 0)} s`;
}

/** The colours of the style sheet, as the canvas takes them. */
function readColors(box) {
  const probe = make("span");
  box.append(probe);
  const colors = {};
  for (
    const name of ["ink", "muted", "line", "shade", "in", "out", "err", "bad"]
  ) {
    probe.style.color = `var(--${name})`;
    colors[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colors;
}
