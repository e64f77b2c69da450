/**
 * A built-in module of Node, loaded at this call and without a wait: an import
 * would load it at the start of every program that uses this package.
 */
export function nodeModule<Module>(name: string): Module {
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: string): Module };
  };
  return process.getBuiltinModule(name);
}
