/**
 * What a module may do: `"all"`, or for each kind everything (`true`) or only
 * what is listed. What is not named is denied, with the exception that Deno
 * makes for code: it may be imported from a few hosts that Deno trusts, such as
 * `jsr.io` and `deno.land`. A list of `import` takes their place. A name that is
 * empty or has a comma in it is a `TypeError`; an empty list is as if the kind
 * was not named.
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
