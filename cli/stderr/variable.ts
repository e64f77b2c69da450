/**
 * What a command that is started with `env` sees of a variable: its value,
 * `null` if it is not set, `undefined` where we may not look: Deno shows the
 * caller's environment with `--allow-env` alone, and asking would prompt.
 */
export function variableOf(
  name: string,
  env: readonly (readonly [name: string, value: string])[],
): string | null | undefined {
  const given = env.findLast(([given]) => given === name);
  if (given !== undefined) return given[1];
  const permission = { name: "env", variable: name } as const;
  return Deno.permissions.querySync(permission).state === "granted"
    ? Deno.env.get(name) ?? null
    : undefined;
}
