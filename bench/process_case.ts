/**
 * One library in one situation, for `process.ts`: prints a number.
 *
 *     deno run --allow-all bench/process_case.ts LIBRARY SITUATION [SECONDS]
 */
import { run, spawn } from "../mod.ts";

/** What each library is asked to do. */
interface Library {
  /** Runs to the end, with a time limit in milliseconds where one is given. */
  run(command: string, args: string[], timeoutMs?: number): Promise<unknown>;
  /** The child's stdout, chunk by chunk. */
  chunks(
    command: string,
    args: string[],
  ): Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>;
}

// deno-lint-ignore no-explicit-any
type Untyped = any;

/** Loads what is only measured against: no dependency of the package. */
const load = (specifier: string): Promise<Untyped> => import(specifier);

const LIBRARIES: Record<string, () => Promise<Library>> = {
  "basic-pipes": () =>
    Promise.resolve({
      run: (command, args, timeoutMs) => run(command, args, { timeoutMs }),
      chunks: (command, args) => {
        const child = spawn(command, args);
        return (async function* () {
          for (;;) {
            const chunk = await child.stdout.read(65_536);
            if (chunk === null) return;
            yield chunk;
          }
        })();
      },
    }),
  "Deno.Command": () =>
    Promise.resolve({
      run: (command, args, timeoutMs) =>
        new Deno.Command(command, {
          args,
          stdin: "null",
          signal: timeoutMs === undefined
            ? undefined
            : AbortSignal.timeout(timeoutMs),
        }).output(),
      chunks: (command, args) =>
        new Deno.Command(command, { args, stdin: "null", stdout: "piped" })
          .spawn().stdout,
    }),
  execa: async () => {
    const { execa } = await load("npm:execa@10.2.1");
    return {
      run: (command, args, timeout) => execa(command, args, { timeout }),
      chunks: (command, args) => execa(command, args, { buffer: false }).stdout,
    };
  },
  dax: async () => {
    const { default: $ } = await load("npm:dax-sh@0.44.1");
    return {
      run: (command, args, timeoutMs) => {
        const builder = $`${[command, ...args]}`.quiet("both");
        return timeoutMs === undefined ? builder : builder.timeout(timeoutMs);
      },
      chunks: (command, args) =>
        $`${[command, ...args]}`.stdout("piped").spawn().stdout(),
    };
  },
  tinyexec: async () => {
    const { x } = await load("npm:tinyexec@1.3.1");
    return {
      run: (command, args, timeout) => x(command, args, { timeout }),
      chunks: (command, args) => x(command, args).process.stdout,
    };
  },
  "nano-spawn": async () => {
    const { default: nanoSpawn } = await load("npm:nano-spawn@2.1.0");
    return {
      run: (command, args, timeout) => nanoSpawn(command, args, { timeout }),
      chunks: async (command, args) =>
        (await nanoSpawn(command, args).nodeChildProcess).stdout,
    };
  },
  zx: async () => {
    const { $ } = await load("npm:zx@8.8.5");
    const quiet = $({ quiet: true, nothrow: true });
    return {
      run: (command, args, timeoutMs) => {
        const promise = quiet`${[command, ...args]}`;
        return timeoutMs === undefined ? promise : promise.timeout(timeoutMs);
      },
      chunks: (command, args) => quiet`${[command, ...args]}`.stdout,
    };
  },
};

/** Milliseconds until a 300 ms limit settles while a grandchild has the pipe. */
async function settle(library: Library): Promise<number> {
  const startMs = performance.now();
  try {
    await library.run("sh", ["-c", "sleep 3; echo x"], 300);
  } catch {
    // Some throw when the time is up, some do not.
  }
  return performance.now() - startMs;
}

/** Milliseconds that `true` takes, the median of 200. */
async function start(library: Library): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 220; count++) {
    const startMs = performance.now();
    await library.run("true", []);
    if (count >= 20) times.push(performance.now() - startMs);
  }
  return times.sort((a, b) => a - b)[100]!;
}

/** MiB over the baseline while 400 MB meet a consumer that is slow for 1.5 s. */
async function memory(library: Library): Promise<number> {
  const baseline = Deno.memoryUsage().rss;
  const endMs = performance.now() + 1500;
  let most = 0;
  const args = ["-c", "400000000", "/dev/zero"];
  for await (const _ of await library.chunks("head", args)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    most = Math.max(most, Deno.memoryUsage().rss - baseline);
    if (performance.now() > endMs) break;
  }
  return most / 2 ** 20;
}

const [name = "", situation = "", seconds = "30"] = Deno.args;
const library = await LIBRARIES[name]?.();
if (!library) throw new TypeError(`Cannot measure ${name}`);
if (situation === "sleep") {
  await library.run("sleep", [seconds]);
} else {
  const measure = { settle, start, memory }[situation];
  const value = await measure?.(library);
  Deno.stdout.writeSync(new TextEncoder().encode(String(value)));
  Deno.exit();
}
