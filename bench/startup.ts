/**
 * From the start of the program to its first log line, beside Deno started
 * twice on an empty module, once for the parent and once for the child; and
 * from a URL, with a server that takes 50 ms for each request.
 */
import {
  type Cases,
  DENO,
  inTurns,
  MAIN,
  pathOf,
  printed,
  report,
  temporaryFolder,
} from "./measure.ts";

/** How long the server takes for each request. */
const REQUEST_MS = 50;

/** Milliseconds from the start to the first byte of stdout, or to its end. */
async function firstByteMs(
  [command = "", ...args]: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const startMs = performance.now();
  const child = new Deno.Command(command, {
    args,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const ms = performance.now() - startMs;
  await reader.cancel();
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended already.
  }
  await child.status;
  return ms;
}

/** Serves the checkout, and one file that imports nothing. */
function serveSlowly(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ url }) => {
      const { pathname } = new URL(url);
      const text = pathname === "/one.ts"
        ? 'console.log("Spam");'
        : await Deno.readTextFile(pathOf(`..${decodeURI(pathname)}`));
      await new Promise((resolve) => setTimeout(resolve, REQUEST_MS));
      return new Response(text, {
        headers: { "content-type": "application/typescript" },
      });
    },
  );
}

/** The cases from a URL; each starts with nothing of ours in Deno's cache. */
function urlCases(port: number, npmCache: string): Cases {
  const from = (file: string, hasPackage: boolean) => async () => {
    await using cache = await temporaryFolder();
    if (hasPackage) await Deno.symlink(npmCache, `${cache.path}/npm`);
    const url = `http://127.0.0.1:${port}/${file}`;
    const argv = [Deno.execPath(), "run", "-q", "--allow-run", url];
    return await firstByteMs(argv, { DENO_DIR: cache.path });
  };
  return {
    "one file that prints": from("one.ts", false),
    "main.ts, the npm package cached": from("main.ts", true),
    "main.ts, nothing cached": from("main.ts", false),
  };
}

export async function startup(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const empty = `${folder.path}/empty.ts`;
  await Deno.writeTextFile(empty, "");
  const bare = () => firstByteMs([...DENO, empty]);
  const cases: Cases = {
    "two bare starts": async () => await bare() + await bare(),
    "main.ts": () => firstByteMs(MAIN),
    "main.ts -l -f text": () => firstByteMs([...MAIN, "-l", "-f", "text"]),
    "main.ts -- echo": () => firstByteMs([...MAIN, "--", "echo", "Spam"]),
  };
  const peer = "two bare starts";
  report(
    "start to the first line, ms",
    await inTurns(cases, isFull ? 41 : 15),
    [
      { ours: "main.ts", peer, atMost: 1.35 },
      { ours: "main.ts -l -f text", peer, atMost: 1.5 },
    ],
  );
  // The starts above have put the package there.
  const { npmCache } = await printed<{ npmCache: string }>(
    [Deno.execPath(), "info", "--json"],
  );
  const server = serveSlowly();
  const urls = urlCases(server.addr.port, npmCache);
  report(
    `start to the first line from a URL, ${REQUEST_MS} ms a request, ms`,
    await inTurns(urls, isFull ? 9 : 3),
    [
      { ours: "main.ts, nothing cached", atMost: 1000 },
      { ours: "main.ts, the npm package cached", atMost: 1000 },
    ],
  );
  await server.shutdown();
}
