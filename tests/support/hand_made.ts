/** Recordings for the tests of the page, made by hand: each time is known. */
import type {
  RecordedEvent,
  RecordedStatus,
  RecordedStream,
} from "../../src/recording/event.ts";
import { eventLine, headerLine } from "../../src/recording/line.ts";

const ENCODER = new TextEncoder();

/** Collects the lines of a recording. */
export class HandMade {
  readonly #lines: string[];
  readonly #offsets = { in: 0, out: 0, err: 0 };

  constructor(command: readonly string[], frame = "auto") {
    this.#lines = [headerLine({
      program: "basic-pipes 0.2.0",
      command,
      startedAt: "2026-11-26T10:00:00.000000Z",
      frame,
    })];
  }

  /** What one read gave, as text or as bytes. */
  piece(ms: number, from: RecordedStream, content: string | Uint8Array): this {
    const bytes = typeof content === "string"
      ? ENCODER.encode(content)
      : content;
    const offset = this.#offsets[from];
    this.#offsets[from] += bytes.length;
    return this.event({ kind: "piece", ms, from, offset, bytes });
  }

  /** A message of JSON-RPC with a Content-Length header, in one read. */
  rpc(ms: number, from: RecordedStream, message: object): this {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    const { length } = ENCODER.encode(text);
    return this.piece(ms, from, `Content-Length: ${length}\r\n\r\n${text}`);
  }

  /** Bytes that were not recorded. */
  gap(
    ms: number,
    from: RecordedStream,
    bytes: number,
    why = "the recorder fell behind",
  ): this {
    this.#offsets[from] += bytes;
    return this.event({ kind: "gap", ms, from, bytes, why });
  }

  /** All streams end, and the command. */
  end(ms: number, code = 0): this {
    for (const from of ["in", "out", "err"] as const) {
      this.event({ kind: "end", ms, from });
    }
    const bytes: RecordedStatus["bytes"] = Object.fromEntries(
      Object.entries(this.#offsets).map((
        [from, read],
      ) => [from, { read, passed: read }]),
    );
    const status = { code, signal: null, reason: "exited" };
    return this.event({ kind: "status", ms, status, bytes });
  }

  event(event: RecordedEvent): this {
    this.#lines.push(eventLine(event));
    return this;
  }

  /** The file. */
  get text(): string {
    return this.#lines.join("");
  }
}

/** A session with a language server in which much goes wrong. */
export function troubledSession(): HandMade {
  const made = new HandMade(["spam-language-server", "--stdio"]);
  made.rpc(12.4, "in", {
    id: 0,
    method: "initialize",
    params: {
      processId: 41,
      rootUri: "file:///home/sam/spam",
      capabilities: {},
    },
  });
  made.piece(96.2, "err", "spam-language-server 1.4.2 starting\n");
  made.rpc(212.75, "out", {
    id: 0,
    result: { capabilities: { hoverProvider: true, textDocumentSync: 1 } },
  });
  made.rpc(213.9, "in", { method: "initialized", params: {} });
  made.rpc(215.1, "in", {
    method: "textDocument/didOpen",
    params: {
      textDocument: {
        uri: "file:///home/sam/spam/menu.ts",
        languageId: "typescript",
        version: 1,
        text: "const spam = 0;\n".repeat(120),
      },
    },
  });
  let id = 1;
  let ms = 400;
  for (
    const [i, word] of [
      "egg",
      "bacon",
      "sausage",
      "spam",
      "toast",
      "tea",
      "jam",
      "ham",
      "leek",
    ].entries()
  ) {
    made.rpc(ms, "in", {
      id,
      method: "textDocument/hover",
      params: {
        textDocument: { uri: "file:///home/sam/spam/menu.ts" },
        position: { line: i, character: 6 },
      },
    });
    const took = [18.2, 9.4, 11.1, 640.2, 12.8, 8.3, 7.9, 22.5, 10.1][i]!;
    made.rpc(ms + took, "out", {
      id,
      result: {
        contents: {
          kind: "markdown",
          value: `\`\`\`ts\nconst ${word}: number\n\`\`\``,
        },
      },
    });
    id++;
    ms += took + 60 + 35 * (i % 3);
  }
  made.piece(ms, "out", "debug: cache miss for menu.ts\n");
  made.rpc(ms + 4, "out", {
    method: "textDocument/publishDiagnostics",
    params: {
      uri: "file:///home/sam/spam/menu.ts",
      diagnostics: [{
        message: "‘egg’ is declared but never used.",
        severity: 2,
      }],
    },
  });
  ms += 60;
  made.rpc(ms, "in", {
    id,
    method: "textDocument/rename",
    params: { newName: "" },
  });
  made.rpc(ms + 14, "out", {
    id,
    error: { code: -32602, message: "The new name must not be empty" },
  });
  id++;
  ms += 2400;
  made.rpc(ms, "in", {
    id,
    method: "workspace/symbol",
    params: { query: "spam" },
  });
  const parts = JSON.stringify({
    jsonrpc: "2.0",
    id,
    result: Array.from(
      { length: 60 },
      (_, i) => ({
        name: `spam${i}`,
        kind: 13,
        location: { uri: "file:///home/sam/spam/menu.ts" },
      }),
    ),
  });
  const frame = `Content-Length: ${parts.length}\r\n\r\n${parts}`;
  for (let at = 0; at < frame.length; at += 1500) {
    made.piece(ms + 80 + at / 100, "out", frame.slice(at, at + 1500));
  }
  id++;
  ms += 400;
  made.gap(ms, "err", 4096);
  made.piece(ms + 20, "err", "warning: 3 files were not indexed\n");
  made.piece(ms + 60, "out", "Content-Length: twelve\r\n\r\n");
  made.rpc(ms + 120, "in", {
    id,
    method: "textDocument/completion",
    params: { position: { line: 3, character: 9 } },
  });
  made.rpc(ms + 300, "in", { method: "exit" });
  made.piece(
    ms + 320,
    "err",
    'fatal: cannot read the header "Content-Length: twelve"\n',
  );
  return made.end(ms + 330, 1);
}

/** What would act if a line of the page took it for markup, code or a command. */
export const HOSTILE_TEXTS: readonly string[] = [
  "</script><script>globalThis.hacked = 1</script>",
  "<img src=x onerror='globalThis.hacked = 1'><svg onload=globalThis.hacked=1>",
  "<!--<script>",
  "</title><script>globalThis.hacked = 1</script>",
  '"><a href="javascript:globalThis.hacked=1" autofocus onfocus="hacked=1">',
  "</pre></dialog></style></textarea><iframe src=//example.com></iframe>",
  "\u202Etxt.exe\u2066 \u2067 \u200F \u061C hidden \u200B \u{E0041} \uFEFF",
  "a line \u2028 and a paragraph \u2029 end",
  "${globalThis.hacked = 1} {{constructor.constructor('hacked=1')()}}",
  "\x1b]0;title\x07\x1b[31mred\x1b[0m\x9b2J",
  "__proto__",
];

/** All bytes that can stand anywhere, in every place of a recording. */
export function hostileSession(): HandMade {
  const [first = "", ...others] = HOSTILE_TEXTS;
  const made = new HandMade([first, ...others], "json");
  let ms = 1;
  for (const [id, text] of HOSTILE_TEXTS.entries()) {
    const request = { jsonrpc: "2.0", id: text, method: text, params: [text] };
    made.piece(ms++, "in", `${JSON.stringify(request)}\n`);
    const error = { code: id, message: text };
    const answer = { jsonrpc: "2.0", id: text, error };
    made.piece(ms++, "out", `${JSON.stringify(answer)}\n`);
    made.piece(ms++, "out", `${text.replaceAll("\n", " ")}\n`);
    made.piece(ms++, "err", `${text}\n`);
    made.gap(ms++, "err", 10, text);
  }
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  made.piece(ms++, "out", all).piece(ms++, "err", all);
  made.piece(
    ms++,
    "in",
    Uint8Array.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80),
  );
  return made.end(ms, 0);
}

/** A session of so many events, as a language server and its client have it. */
export function longSession(events: number): HandMade {
  const made = new HandMade(["spam-language-server", "--stdio"]);
  const words = ["egg", "bacon", "sausage", "spam", "toast", "tea", "jam"];
  const methods = ["hover", "completion", "definition", "references"];
  let ms = 1;
  for (let id = 0; id < events / 2; id++) {
    const method = `textDocument/${methods[id % 4]}`;
    const uri = `file:///home/sam/spam/menu_${id % 97}.ts`;
    const position = { line: id % 613, character: id % 41 };
    made.rpc(ms, "in", {
      id,
      method,
      params: { textDocument: { uri }, position },
    });
    ms += 0.4 + id % 13 / 7;
    const value = `const ${words[id % 7]}_${id}: ${words[id % 5]}[]`;
    made.rpc(ms, "out", {
      id,
      result: { contents: { kind: "plaintext", value }, range: position },
    });
    ms += 0.3 + id % 29 / 11;
  }
  return made.end(ms);
}
