/** A headless Chromium, driven by this package's own channel. */
import {
  type Channel,
  channelOf,
  type Child,
  type Format,
  nul,
  spawn,
} from "../../mod.ts";

/** How long one answer or one condition may take on a busy machine. */
const PATIENCE_MS = 60_000;

const FLAGS = [
  ...["--no-sandbox", "--headless", "--disable-gpu", "--disable-quic"],
  ...["--no-first-run", "--disable-background-networking", "--disable-sync"],
  ...["--disable-component-update", "--force-color-profile=srgb"],
  "--remote-debugging-pipe",
];

interface Message {
  id?: number;
  method?: string;
  sessionId?: string;
  params?: Record<string, unknown>;
  // deno-lint-ignore no-explicit-any -- what comes back is known to the caller
  result?: any;
  error?: { message: string };
}

const jsonNul: Format<Message> = {
  name: "browser",
  framing: nul({ maxBytes: 268_435_456 }),
  encode: (message) => new TextEncoder().encode(JSON.stringify(message)),
  decode: (payload) => JSON.parse(new TextDecoder().decode(payload)),
};

/** How a page is looked at. */
export interface Look {
  width: number;
  height?: number;
  scheme?: "light" | "dark";
}

/** A place in what is seen, in pixels. */
interface Place {
  x: number;
  y: number;
}

/** A browser without a window: one process for all pages. */
export class Browser implements AsyncDisposable {
  readonly #child: Child;
  readonly #channel: Channel<Message>;
  readonly #profile: string;
  readonly #asked = new Map<number, PromiseWithResolvers<Message>>();
  readonly #pages = new Map<string, Page>();
  readonly #ended: Promise<void>;
  #id = 0;

  private constructor(child: Child, profile: string) {
    this.#child = child;
    this.#profile = profile;
    this.#channel = channelOf(child, jsonNul);
    this.#ended = this.#receive();
  }

  /** Starts Chromium. */
  static async start(): Promise<Browser> {
    const profile = await Deno.makeTempDir();
    const args = [...FLAGS, `--user-data-dir=${profile}`];
    return new Browser(
      spawn("chromium", args, { channel: "separate" }),
      profile,
    );
  }

  async #receive(): Promise<void> {
    for (;;) {
      const message = await this.#channel.receive();
      if (message === null) break;
      const { id, sessionId, method, params } = message;
      if (id !== undefined) this.#asked.get(id)?.resolve(message);
      else if (sessionId !== undefined && method !== undefined) {
        this.#pages.get(sessionId)?.heard(method, params ?? {});
      }
    }
    for (const asked of this.#asked.values()) {
      asked.reject(new Error("the browser has ended"));
    }
  }

  /** Asks the browser, or one page of it. */
  async ask(
    method: string,
    params: object = {},
    sessionId?: string,
    // deno-lint-ignore no-explicit-any -- as above
  ): Promise<any> {
    const id = ++this.#id;
    const asked = Promise.withResolvers<Message>();
    this.#asked.set(id, asked);
    const timer = setTimeout(
      () => asked.reject(new Error(`no answer to ${method}`)),
      PATIENCE_MS,
    );
    try {
      const message = { id, method, params, sessionId };
      await this.#channel.send(message as Message);
      const { result, error } = await asked.promise;
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  /** Opens a page, and resolves when it is ready. */
  async open(
    url: string,
    { width, height = 900, scheme = "light" }: Look,
  ): Promise<Page> {
    const { targetId } = await this.ask("Target.createTarget", {
      url: "about:blank",
    });
    const { sessionId } = await this.ask("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const page = new Page(this, sessionId, targetId);
    this.#pages.set(sessionId, page);
    for (const domain of ["Page", "Runtime", "Log", "Network"]) {
      await page.ask(`${domain}.enable`);
    }
    await page.ask("Emulation.setDeviceMetricsOverride", {
      ...{ width, height, deviceScaleFactor: 1, mobile: width < 640 },
    });
    await page.ask("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
    await page.ask("Page.navigate", { url });
    await page.until("document.documentElement?.dataset.state === 'ready'");
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ask("Browser.close").catch(() => {});
    await using child = this.#child;
    await this.#ended.catch(() => {});
    await child.status;
    await Deno.remove(this.#profile, { recursive: true }).catch(() => {});
  }
}

/** A page that is open. */
export class Page {
  /** Messages on the console, and errors that nothing has caught. */
  readonly messages: string[] = [];
  /** What was asked for on a network or a disk. */
  readonly requests: string[] = [];
  readonly #browser: Browser;
  readonly #session: string;
  readonly #target: string;

  constructor(browser: Browser, session: string, target: string) {
    this.#browser = browser;
    this.#session = session;
    this.#target = target;
  }

  /** Notes an event of the page. */
  heard(method: string, params: Record<string, unknown>): void {
    if (method === "Network.requestWillBeSent") {
      const { request } = params as { request: { url: string } };
      this.requests.push(request.url);
    }
    const speaks = [
      ...["Runtime.consoleAPICalled", "Runtime.exceptionThrown"],
      ...["Log.entryAdded", "Page.javascriptDialogOpening"],
    ];
    if (speaks.includes(method)) {
      this.messages.push(`${method} ${JSON.stringify(params)}`);
    }
  }

  // deno-lint-ignore no-explicit-any -- as above
  ask(method: string, params: object = {}): Promise<any> {
    return this.#browser.ask(method, params, this.#session);
  }

  /** The value of an expression in the page; a promise is awaited. */
  // deno-lint-ignore no-explicit-any -- as above
  async value(expression: string, contextId?: number): Promise<any> {
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", {
      ...{ expression, contextId, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails !== undefined) {
      throw new Error(
        exceptionDetails.exception?.description ?? exceptionDetails.text,
      );
    }
    return result.value;
  }

  /** The text of what a selector finds first. */
  async text(selector: string): Promise<string> {
    return await this.value(
      `document.querySelector(${JSON.stringify(selector)}).textContent`,
    );
  }

  /** The id of what has the focus. */
  async focus(): Promise<string> {
    return await this.value("document.activeElement.id");
  }

  /** Chooses an option by its text. */
  async choose(selector: string, text: string): Promise<void> {
    await this.value(`(() => {
      const select = document.querySelector(${JSON.stringify(selector)});
      const option = [...select.options]
        .find(({ text }) => text === ${JSON.stringify(text)});
      select.value = option.value;
      select.dispatchEvent(new Event("input", { bubbles: true }));
    })()`);
  }

  /** Runs a script beside those of the page, whose policy does not hold for it. */
  async besides(script: string, expression: string) {
    const { frameTree } = await this.ask("Page.getFrameTree");
    const { executionContextId } = await this.ask("Page.createIsolatedWorld", {
      frameId: frameTree.frame.id,
    });
    await this.value(`${script}; 0`, executionContextId);
    return await this.value(expression, executionContextId);
  }

  /** Waits until an expression holds. */
  async until(expression: string): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (!await this.value(`Boolean(${expression})`)) {
      if (performance.now() > endMs) {
        throw new Error(
          `It never held: ${expression}\n${this.messages.join("\n")}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Presses a key, as `Tab`, `Enter`, `ArrowDown` or a character. */
  async press(key: string, modifiers = 0): Promise<void> {
    const codes: Record<string, number> = {
      ...{ Tab: 9, Enter: 13, Escape: 27, " ": 32, PageUp: 33, PageDown: 34 },
      ...{ End: 35, Home: 36, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39 },
      ArrowDown: 40,
    };
    const windowsVirtualKeyCode = codes[key] ?? key.toUpperCase().charCodeAt(0);
    const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
    const common = { key, modifiers, windowsVirtualKeyCode };
    const type = text === undefined ? "rawKeyDown" : "keyDown";
    await this.ask("Input.dispatchKeyEvent", { ...common, type, text });
    await this.ask("Input.dispatchKeyEvent", { ...common, type: "keyUp" });
  }

  /** Types a text into what has the focus. */
  async type(text: string): Promise<void> {
    await this.ask("Input.insertText", { text });
  }

  /** Clicks into the middle of what a selector finds first. */
  async click(selector: string): Promise<void> {
    const { x, y } = await this.value(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: "center" });
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.ask("Input.dispatchMouseEvent", {
        ...{ type, x, y, button: "left", clickCount: 1 },
      });
    }
  }

  /** Presses the mouse at one place, and lets it go at another. */
  async drag(from: Place, to: Place): Promise<void> {
    const steps = [
      { type: "mousePressed", ...from },
      { type: "mouseMoved", ...to },
      { type: "mouseReleased", ...to },
    ];
    for (const step of steps) {
      const button = { button: "left", buttons: 1, clickCount: 1 };
      await this.ask("Input.dispatchMouseEvent", { ...step, ...button });
    }
  }

  /** A picture as PNG: what is seen, or the whole page. */
  async picture(isWhole = false): Promise<Uint8Array<ArrayBuffer>> {
    const { cssContentSize } = await this.ask("Page.getLayoutMetrics");
    const clip = { ...cssContentSize, x: 0, y: 0, scale: 1 };
    const { data } = await this.ask("Page.captureScreenshot", {
      captureBeyondViewport: isWhole,
      ...isWhole ? { clip } : {},
    });
    return Uint8Array.fromBase64(data);
  }

  async close(): Promise<void> {
    await this.#browser.ask("Target.closeTarget", { targetId: this.#target });
  }
}
