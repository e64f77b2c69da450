import { fileURLToPath } from "node:url";
import { ROOT } from "./whole_program.ts";

/** A checkout that is served on loopback, as a web host would. */
export interface Served extends AsyncDisposable {
  /** The URL of its folder, with a slash at the end. */
  url: string;
  /** The paths that were asked for, in order. */
  asked: string[];
  /** Changes what a file says, from the next request on. */
  edit(path: string, change: (text: string) => string): void;
}

/** Serves the checkout itself, with the content type that Deno takes. */
export function serveCheckout(): Served {
  const asked: string[] = [];
  const edits = new Map<string, (text: string) => string>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname.slice(1);
      asked.push(path);
      try {
        const file = fileURLToPath(new URL(path, ROOT));
        const text = await Deno.readTextFile(file);
        return new Response(edits.get(path)?.(text) ?? text, {
          headers: { "content-type": "application/typescript" },
        });
      } catch {
        return new Response("not found", { status: 404 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    asked,
    edit: (path, change) => edits.set(path, change),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
