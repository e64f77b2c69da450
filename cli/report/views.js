/** What the table can show: messages, requests, reads. */
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
  STREAMS,
  visible,
} from "./session.js";
import { make } from "./table.js";
import { STREAM_NAMES } from "./time_line.js";

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
