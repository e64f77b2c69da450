import { quote } from "../text_safety.ts";
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
export function permissionFlags(permissions: ModulePermissions): string[] {
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
