/**
 * The session that the page holds: rows and reads as columns, the bytes of each
 * stream, and texts to search in. It knows nothing of the page's elements.
 *
 * The files of this folder are modules for the tools and the tests. In the page
 * they are one script: the lines that import are left out, so a name at the top
 * of one file must not be at the top of another.
 */

/** The streams, in the order of their numbers in the columns. */
export const STREAMS = ["in", "out", "err"];

/** What each is called; an arrow says which way the bytes go. */
export const STREAM_NAMES = ["→ stdin", "← stdout", "← stderr"];

/** The kinds of rows, in the order of their numbers in the columns. */
export const KINDS = [
  ...["request", "answer", "error", "notification", "batch"],
  ...["message", "text", "noise", "broken", "gap", "end", "status"],
];

/** What a row is called in the table. */
export function kindNameOf(kind) {
  const name = KINDS[kind];
  return name === "text" ? "line" : name === "status" ? "end" : name;
}

/** What becomes of requests, in the order of their numbers. */
export const OUTCOMES = ["pending", "answer", "error", "cancelled"];

const PREVIEW_BYTES = 400;

/** Reads what `columns.ts` has packed. */
export async function readSession(meta, packed) {
  const bytes = await inflate(fromBase64(packed));
  let at = 0;
  const take = (size) => bytes.subarray(at, at += size);
  const columns = new Map();
  for (const [name, size] of meta.columns) columns.set(name, take(size));
  const column = (name, count, signed = false) =>
    readColumn(columns.get(name), count, signed);
  const { rows: rowCount, reads: readCount } = meta.counts;
  const session = {
    meta,
    streams: meta.streams.map(({ parts }) => ({
      parts,
      bytes: take(parts.reduce((sum, [, size]) => sum + size, 0)),
    })),
    rows: {
      count: rowCount,
      kind: Uint8Array.from(column("kind", rowCount)),
      from: Uint8Array.from(column("from", rowCount)),
      ms: times(column("time", rowCount, true)),
      size: column("size", rowCount),
      lead: column("lead", rowCount),
      tail: column("tail", rowCount),
      method: column("method", rowCount),
      word: column("word", rowCount),
      // The request that a row asks or answers, of a batch the first.
      request: new Int32Array(rowCount).fill(-1),
    },
    requests: readRequests(column, meta.counts.requests),
    reads: {
      count: readCount,
      from: Uint8Array.from(column("read from", readCount)),
      ms: times(column("read time", readCount, true)),
      size: column("read size", readCount),
    },
  };
  const { rows, reads } = session;
  rows.offset = offsets(rows, column("offset", rowCount, true));
  reads.offset = offsets(reads, column("read offset", readCount, true));
  rows.id = ids(rows, column("id kind", rowCount), column("id", rowCount));
  const { requests } = session;
  for (let request = requests.count - 1; request >= 0; request--) {
    rows.request[requests.row[request]] = request;
    const answer = requests.answer[request];
    if (answer !== -1) rows.request[answer] = request;
  }
  return session;
}

function readRequests(column, count) {
  const row = Int32Array.from(column("request", count));
  for (let i = 1; i < count; i++) row[i] += row[i - 1];
  return {
    count,
    row,
    method: column("request method", count),
    word: column("request id", count),
    outcome: Uint8Array.from(column("outcome", count)),
    answer: Int32Array.from(
      column("answer", count),
      (distance, i) => distance === 0 ? -1 : row[i] + distance,
    ),
    ms: column("took", count).map((us) => us / 1000),
  };
}

/** The time of each row, of differences in microseconds. */
function times(differences) {
  const ms = new Float64Array(differences.length);
  let us = 0;
  for (let i = 0; i < ms.length; i++) {
    us += differences[i];
    ms[i] = us / 1000;
  }
  return ms;
}

/** Where each row begins: mostly where the one before in its stream has ended. */
function offsets({ from, size }, differences) {
  const next = [0, 0, 0];
  const offset = new Float64Array(differences.length);
  for (let i = 0; i < offset.length; i++) {
    offset[i] = next[from[i]] + differences[i];
    next[from[i]] = offset[i] + size[i];
  }
  return offset;
}

/** The ids of messages: `null`, a number, or the place of a text. */
function ids({ from }, kinds, values) {
  const last = [0, 0, 0];
  return Array.from(kinds, (kind, i) => {
    if (kind === 0) return null;
    if (kind === 2) return { word: values[i] };
    const half = values[i] / 2;
    const difference = half === Math.floor(half) ? half : -Math.ceil(half);
    return last[from[i]] += difference;
  });
}

/** Numbers of seven bits a byte, the lowest first; signed ones in zigzag. */
export function readColumn(bytes, count, isSigned) {
  const values = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    if (isSigned) value = value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    values[i] = value;
  }
  return values;
}

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The bytes of a part of a stream, without those that the page does not hold. */
export function bytesAt(session, from, offset, size) {
  const { parts, bytes } = session.streams[from];
  const found = [];
  let start = 0;
  for (const [partOffset, partSize] of parts) {
    const first = Math.max(offset, partOffset);
    const end = Math.min(offset + size, partOffset + partSize);
    if (first < end) {
      const shift = start - partOffset;
      found.push(bytes.subarray(first + shift, end + shift));
    }
    start += partSize;
  }
  if (found.length === 1) return found[0];
  const whole = new Uint8Array(
    found.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of found) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The payload of a row: without its header, and without its delimiter. */
export function payloadOf(session, row, maxBytes = Infinity) {
  const { from, offset, size, lead, tail } = session.rows;
  const bytes = size[row] - lead[row] - tail[row];
  if (bytes <= 0) return new Uint8Array(0);
  const start = offset[row] + lead[row];
  return bytesAt(session, from[row], start, Math.min(bytes, maxBytes));
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function decode(bytes) {
  return decoder.decode(bytes);
}

/** The name of a message's method, or "". */
export function methodOf(session, row) {
  return session.meta.methods[session.rows.method[row] - 1] ?? "";
}

/** The id of a message as its JSON has it, or "". */
export function idOf(session, row) {
  const id = session.rows.id[row];
  if (id === null) return "";
  return typeof id === "number" ? String(id) : session.meta.words[id.word - 1];
}

/** What is said about a row that has no payload, or a broken one. */
export function wordOf(session, row) {
  return session.meta.words[session.rows.word[row] - 1] ?? "";
}

/** The beginning of what a row says, on one line. */
export function previewOf(session, row) {
  const { size, kind } = session.rows;
  const said = wordOf(session, row);
  if (kind[row] >= KINDS.indexOf("gap")) return said;
  const raw = decode(payloadOf(session, row, PREVIEW_BYTES));
  if (kind[row] > KINDS.indexOf("notification") || size[row] > 65_536) {
    return said === "" ? raw : `${said}: ${raw}`;
  }
  try {
    const { params, result, error } = JSON.parse(
      decode(payloadOf(session, row)),
    );
    const value = error?.message ?? params ?? result ?? error;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return (text ?? "").slice(0, PREVIEW_BYTES);
  } catch {
    return raw;
  }
}

/**
 * All texts in lower case as one, and where each row begins in it. A search
 * looks through one long string, which is much faster than through 100,000.
 */
export function indexTexts(session) {
  const { count, from, offset, lead, tail, size } = session.rows;
  // Where each character is one byte, a stream is decoded at once.
  const whole = session.streams.map(({ bytes, parts }) => {
    const text = parts.length < 2 ? decode(bytes).toLowerCase() : "";
    const start = parts[0]?.[0] ?? 0;
    return text.length === bytes.length && text !== "" ? { text, start } : null;
  });
  const starts = new Float64Array(count + 1);
  const texts = [];
  let at = 0;
  for (let row = 0; row < count; row++) {
    starts[row] = at;
    const stream = whole[from[row]];
    let text;
    if (stream !== null && size[row] > 0) {
      const first = offset[row] - stream.start;
      const end = first + size[row] - tail[row];
      text = stream.text.slice(first + lead[row], end);
    } else {
      text = decode(payloadOf(session, row)).toLowerCase();
    }
    const said = wordOf(session, row).toLowerCase();
    if (said !== "") text += ` ${said}`;
    // No search can hold it, so that none finds the end of one with the next.
    texts.push(text, "\0");
    at += text.length + 1;
  }
  starts[count] = at;
  return { text: texts.join(""), starts };
}

/** Marks the rows that hold a text, in any case of its letters. */
export function searchTexts({ text, starts }, words) {
  const count = starts.length - 1;
  const found = new Uint8Array(count);
  const wanted = words.toLowerCase();
  if (wanted === "") return found.fill(1);
  let row = 0;
  for (let at = text.indexOf(wanted); at !== -1;) {
    // Doubling steps, then halving: hits are often close together.
    let step = 1;
    while (row + step < count && starts[row + step] <= at) {
      row += step;
      step *= 2;
    }
    for (; step >= 1; step = Math.floor(step / 2)) {
      if (row + step < count && starts[row + step] <= at) row += step;
    }
    found[row] = 1;
    row++;
    if (row >= count) break;
    at = text.indexOf(wanted, starts[row]);
  }
  return found;
}

/** What could act, reorder a line or hide, with the marks of Unicode. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** A text on one line, with everything spelled out that is not to be seen. */
export function visible(text) {
  return text.replace(HIDDEN, spell);
}

/** The same, but with its lines and tabs as they are. */
export function visibleLines(text) {
  return text.replace(
    HIDDEN,
    (character) =>
      character === "\n" || character === "\t" ? character : spell(character),
  );
}

function spell(character) {
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0);
  const hex = code.toString(16);
  return code < 0x80 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}

/** A count with its thousands apart. */
export function formatCount(count) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Bytes in powers of 1024, as the summary of a log has them. */
export function formatBytes(bytes) {
  if (bytes < 1023.5) return `${Math.round(bytes)} B`;
  let amount = bytes / 1024;
  let unit = 0;
  while (amount >= 1023.5 && unit < 4) {
    amount /= 1024;
    unit++;
  }
  return `${digits(amount, 1)} ${["KiB", "MiB", "GiB", "TiB", "PiB"][unit]}`;
}

/** A length of time, as the summary of a log has it. */
export function formatMs(ms) {
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (ms < 999.5) return `${digits(ms, 2)} ms`;
  if (ms < 59_950) return `${digits(ms / 1000, 2)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment: seconds since the start, to the tenth of a millisecond. */
export function formatMoment(ms) {
  return (ms / 1000).toFixed(4);
}

/** Three digits, at most `decimals` of them after the point. */
function digits(amount, decimals) {
  const shown = amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0;
  return amount.toFixed(Math.min(shown, decimals));
}
