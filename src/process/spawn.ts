import type { Child } from "./child.ts";
import { moduleCommand, type SpawnModuleOptions } from "./module_command.ts";
import { OwnedChild, type OwnOptions } from "./owned_child.ts";
import type { SpawnOptions } from "./spawn_options.ts";
import { start, type Started } from "./start.ts";

/** Owns a child that was started, until its end. */
export function own(started: Started, options?: OwnOptions): Child {
  return new OwnedChild(started, options);
}

/**
 * Starts a command and owns it until its end.
 *
 * The command is started at once, without a shell. Whatever ends it (itself, a
 * timeout, an abort, `stop`, the scope, this program's own end), it takes a
 * bounded time, and nothing is left running: by default SIGTERM, 5 s, SIGKILL.
 * SIGKILL of this program itself cannot be seen: a child that watches its stdin
 * ends with it, another can be started as `setpriv --pdeathsig TERM command` on
 * Linux. The children of a worker end with it by signals, `terminate` and
 * `self.close()`, but those with `group` live on after the last two. It does not
 * learn of `Deno.exit` or an uncaught error in the main program, which leave all
 * its children behind.
 *
 * Read a piped stdout, or set it to `"null"`. Otherwise a child that writes more
 * than 64 KiB (on Linux) blocks, unless its `status` is awaited.
 *
 * @param command A name that is looked up in PATH, a path, or a `file:` URL.
 * @param args The arguments, passed on as they are.
 * @param options Streams, limits and the end.
 * @returns The child.
 * @throws {StartError} When it cannot be started; the kind says why.
 * @throws {TypeError | RangeError} When an argument or option is unusable;
 *   nothing has been started then. An aborted signal throws its reason.
 *
 * @example Start, read, check
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("printf", ["%s", "Spam 0"], { timeoutMs: 5000 });
 * const slice = await child.stdout.read(32);
 * assertEquals(slice && new TextDecoder().decode(slice), "Spam 0");
 * assertEquals((await child.status).code, 0);
 * ```
 */
export function spawn(
  command: string | URL,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Child {
  return own(start(command, args, options));
}

/**
 * Starts another Deno module as a child, from a file or a URL.
 *
 * It gets no permission that is not named, never prompts, reads no
 * configuration or lock file and no `NODE_OPTIONS`, and says nothing of its own
 * on stderr but errors. It runs with this program's own Deno where the run
 * permission covers it, else with the `deno` of PATH.
 *
 * Its stdin is `"piped"` by default and held open: a **life line**. However
 * this program ends, SIGKILL included, the child's stdin ends, and a module
 * that ends with its stdin is gone then. The other defaults are those of
 * {@linkcode spawn}.
 *
 * @param specifier A path, or a URL: `import.meta.resolve("./child.ts")` is
 *   right from a file and from `https:`, and for every character in the path.
 * @param options Arguments, permissions and everything that `spawn` takes.
 * @returns The child.
 * @throws {StartError} When it cannot be started; in a compiled program always,
 *   as there the executable is the program itself.
 * @throws {TypeError | RangeError} When an argument or option is unusable.
 *
 * @example A module that is a child
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawnModule } from "@basic-pipes/basic-pipes";
 *
 * const source = `console.log("Spam", ...Deno.args)`;
 * const module = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
 * await using child = spawnModule(module, { args: ["0"] });
 * const slice = await child.stdout.read(32);
 * assertEquals(slice && new TextDecoder().decode(slice), "Spam 0\n");
 * await child.check();
 * ```
 */
export function spawnModule(
  specifier: string | URL,
  options: SpawnModuleOptions = {},
): Child {
  const { command, args, options: rest } = moduleCommand(specifier, options);
  return spawn(command, args, rest);
}
