import { checkInteger, checkKeys, checkList, shown } from "../check.ts";
import { quote } from "../text_safety.ts";
import { SPAWN_OPTIONS, type SpawnOptions } from "./spawn_options.ts";
import { StartError } from "./start.ts";

/**
 * What a module may do: `"all"`, or for each kind everything (`true`) or only
 * what is listed. What is not named is denied. A name that is empty or has a
 * comma in it is a `TypeError`; an empty list is as if the kind was not named.
 *
 * Deno makes exceptions for what a module imports by a literal specifier: code
 * from a few hosts that Deno trusts, such as `jsr.io` and `deno.land` (a list of
 * `import` takes their place), and any local file that is JavaScript, JSON or,
 * with `{ type: "text" }`, text. So a module without permissions can still read
 * files that this user can read, use up time and memory, and write to its pipes.
 * Code that nobody trusts needs a boundary of the system as well: a container, a
 * virtual machine, or at least a user of its own.
 *
 * @example One variable and nothing else
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawnModule } from "@basic-pipes/basic-pipes";
 *
 * const source = `console.log(Deno.env.get("SPAM")); Deno.env.get("HOME")`;
 * const module = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
 * await using child = spawnModule(module, {
 *   env: { SPAM: "0" },
 *   permissions: { env: ["SPAM"] },
 * });
 * assertEquals(await child.stdout.readLine(), "0");
 * const { code, stderrTail } = await child.status;
 * assertEquals([code, stderrTail.includes("NotCapable")], [1, true]);
 * ```
 */
export type ModulePermissions =
  | "all"
  | {
    readonly [kind in PermissionKind]?: true | readonly string[];
  };

/** A kind of permission, as in the flag `--allow-<kind>`. */
export type PermissionKind =
  | "read"
  | "write"
  | "net"
  | "env"
  | "run"
  | "sys"
  | "ffi"
  | "import";

/** Options of {@linkcode spawnModule}. */
export interface SpawnModuleOptions extends SpawnOptions {
  /** Arguments of the module (its `Deno.args`). Default: none. */
  args?: readonly string[];
  /** What the module may do. Default: nothing. */
  permissions?: ModulePermissions;
  /**
   * The most memory for the module's JavaScript objects, 4 to 1,048,576 MiB. Past
   * that V8 ends the module by a signal (SIGTRAP on Linux). The bytes of an
   * `ArrayBuffer` do not count. Default: what V8 takes, a part of the machine's.
   */
  maxHeapMb?: number;
}

const PURPOSE = "start a module";
const OWN_OPTIONS = ["args", "permissions", "maxHeapMb"];

/** What `start` and `spawn` take to start a module. */
export interface ModuleCommand {
  command: string;
  args: string[];
  options: SpawnOptions;
}

/** The command that runs a module; the first half of {@linkcode spawnModule}. */
export function moduleCommand(
  specifier: string | URL,
  options: SpawnModuleOptions = {},
): ModuleCommand {
  checkKeys(PURPOSE, options, [...OWN_OPTIONS, ...SPAWN_OPTIONS]);
  const { args = [], permissions = {}, maxHeapMb, ...rest } = options;
  if (maxHeapMb !== undefined) {
    checkInteger(PURPOSE, "maxHeapMb", maxHeapMb, 4, 1_048_576);
  }
  checkPermissions(permissions);
  // A text would be spread into its letters.
  checkList(PURPOSE, "the arguments", args);
  const module = place(specifier);
  const command = denoExecutable();
  if (Deno.build.standalone) {
    throw new StartError(
      "failed",
      command,
      "Cannot start a module as a child as this is a compiled program: " +
        `current value of Deno.execPath() is the program itself, "${
          quote(command)
        }"`,
    );
  }
  return {
    command,
    args: [
      "run",
      ...["-q", "--no-prompt", "--no-config", "--no-lock"],
      ...(maxHeapMb === undefined
        ? []
        : [`--v8-flags=--max-old-space-size=${maxHeapMb}`]),
      ...permissionFlags(permissions),
      module,
      ...args,
    ],
    options: {
      ...rest,
      stdin: rest.stdin ?? "piped",
      // It would be loaded before the module, with whatever it requires.
      env: { ...rest.env, NODE_OPTIONS: rest.env?.NODE_OPTIONS ?? "" },
    },
  };
}

/**
 * The file of this program's executable. Once it was replaced, as by an upgrade,
 * Linux puts " (deleted)" after its path; the new one has the path without.
 */
export function ownExecutable(path: string = Deno.execPath()): string {
  return Deno.build.os === "linux" ? path.replace(/ \(deleted\)$/, "") : path;
}

/** The Deno that may be run: npm and others have a link on PATH, and a run
 * permission for its name does not cover the file that it points to. */
function denoExecutable(): string {
  const own = ownExecutable();
  const canRun = (command: string) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted";
  return !canRun(own) && canRun("deno") ? "deno" : own;
}

/** What stands for the module on the command line. */
function place(specifier: string | URL): string {
  if (specifier instanceof URL) return specifier.href;
  if (typeof specifier !== "string" || specifier === "") {
    throw new TypeError(
      "Cannot start a module as its specifier must be a URL or a path: " +
        `current value is ${shown(specifier)}`,
    );
  }
  // A path that begins with a dash is not an option.
  return specifier.startsWith("-") ? `./${specifier}` : specifier;
}

const KINDS: ReadonlySet<string> = new Set<PermissionKind>([
  "read",
  "write",
  "net",
  "env",
  "run",
  "sys",
  "ffi",
  "import",
]);

/** Refuses permissions that would mean another thing than they say. */
function checkPermissions(permissions: ModulePermissions): void {
  if (permissions === "all") return;
  if (typeof permissions !== "object" || permissions === null) {
    throw new TypeError(
      `Cannot start a module as its permissions must be "all" or an object of ` +
        `kinds: current value is ${quote(String(permissions))}`,
    );
  }
  for (const [kind, granted] of Object.entries(permissions)) {
    if (!KINDS.has(kind)) {
      throw new TypeError(
        "Cannot start a module as its permission is none of " +
          `${[...KINDS].join(", ")}: current value is ${quote(kind)}`,
      );
    }
    // An empty list element is an error of Deno's, and a comma ends an element:
    // the rest of a name would be a permission that nobody has named.
    const isList = Array.isArray(granted) &&
      granted.every((entry) => typeof entry === "string");
    if (granted !== undefined && granted !== true && !isList) {
      throw new TypeError(
        `Cannot start a module as its ${kind} permission must be true or a ` +
          `list of names: current value is ${quote(String(granted))}`,
      );
    }
    const wrong = granted !== undefined && granted !== true &&
      granted.find((entry) => entry === "" || entry.includes(","));
    if (typeof wrong === "string") {
      throw new TypeError(
        `Cannot start a module as its ${kind} permission has a name that is ` +
          `empty or has a comma in it: current value is "${quote(wrong)}"`,
      );
    }
  }
}

/** The flags of `deno run` that grant exactly these permissions. */
function permissionFlags(permissions: ModulePermissions): string[] {
  if (permissions === "all") return ["--allow-all"];
  const flags: string[] = [];
  for (const [kind, granted] of Object.entries(permissions)) {
    if (granted === true) flags.push(`--allow-${kind}`);
    else if (granted && granted.length > 0) {
      flags.push(`--allow-${kind}=${granted.join(",")}`);
    }
  }
  return flags;
}
