import { quote } from "./_quote.ts";
import type { ModulePermissions } from "./module_permissions.ts";

const KINDS: ReadonlySet<string> = new Set([
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
export function checkPermissions(permissions: ModulePermissions): void {
  if (permissions === "all") return;
  for (const [kind, granted] of Object.entries(permissions)) {
    if (!KINDS.has(kind)) {
      throw new TypeError(
        "Cannot start a module as its permission is none of " +
          `${[...KINDS].join(", ")}: current value is ${quote(kind)}`,
      );
    }
    const empty = Array.isArray(granted) && granted.includes("");
    if (empty) {
      throw new TypeError(
        `Cannot start a module as its ${kind} permission lists nothing: ` +
          `current value is ""`,
      );
    }
  }
}

/** The flags of `deno run` that grant exactly these permissions. */
export function permissionFlags(permissions: ModulePermissions): string[] {
  if (permissions === "all") return ["--allow-all"];
  const flags: string[] = [];
  for (const [kind, granted] of Object.entries(permissions)) {
    if (granted === true) flags.push(`--allow-${kind}`);
    else if (granted && granted.length > 0) {
      // A comma ends an entry, and two stand for one.
      const list = granted.map((entry) => entry.replaceAll(",", ",,"));
      flags.push(`--allow-${kind}=${list.join(",")}`);
    }
  }
  return flags;
}
