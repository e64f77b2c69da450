import type { Child } from "./child.ts";
import type { ModulePermissions } from "./module_permissions.ts";
import { checkPermissions, permissionFlags } from "./permission_flags.ts";
import { quote } from "../text_safety.ts";
import { spawn, type SpawnOptions } from "./spawn.ts";
import { StartError } from "./start_error.ts";

/** Options of {@linkcode spawnModule}. */
export interface SpawnModuleOptions extends SpawnOptions {
  /** Arguments of the module (its `Deno.args`). Default: none. */
  args?: readonly string[];
  /** What the module may do. Default: nothing. */
  permissions?: ModulePermissions;
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
  const { args = [], permissions = {}, ...rest } = options;
  checkPermissions(permissions);
  const executable = denoExecutable();
  if (Deno.build.standalone) {
    throw new StartError(
      "failed",
      executable,
      "Cannot start a module as a child as this is a compiled program: " +
        `current value of Deno.execPath() is the program itself, "${
          quote(executable)
        }"`,
    );
  }
  const flags = ["-q", "--no-prompt", "--no-config", "--no-lock"];
  return spawn(
    executable,
    [
      "run",
      ...flags,
      ...permissionFlags(permissions),
      place(specifier),
      ...args,
    ],
    {
      ...rest,
      stdin: rest.stdin ?? "piped",
      // It would be loaded before the module, with whatever it requires.
      env: { ...rest.env, NODE_OPTIONS: rest.env?.NODE_OPTIONS ?? "" },
    },
  );
}

/** The Deno that may be run: npm and others have a link on PATH, and a run
 * permission for its name does not cover the file that it points to. */
function denoExecutable(): string {
  const own = Deno.execPath();
  const canRun = (command: string) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted";
  return !canRun(own) && canRun("deno") ? "deno" : own;
}

/** What stands for the module on the command line. */
function place(specifier: string | URL): string {
  if (specifier instanceof URL) return specifier.href;
  // A path that begins with a dash is not an option.
  return specifier.startsWith("-") ? `./${specifier}` : specifier;
}
