/**
 * What a module may do: `"all"`, or for each kind everything (`true`) or only
 * what is listed. What is not named is denied, with the exception that Deno
 * makes for code: it may be imported from a few hosts that Deno trusts, such as
 * `jsr.io` and `deno.land`. A list of `import` takes their place.
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
