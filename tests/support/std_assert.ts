/**
 * `@std/assert`, typed: the npm package that carries it has no types.
 *
 * Tests import from here, so that `assert(x)` narrows and a wrong argument is
 * a type error. Examples in doc comments import `@std/assert` itself.
 */
import * as std from "@std/assert";

type Untyped = (...args: unknown[]) => unknown;
// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = new (...args: any[]) => E;

const untyped = std as unknown as Record<string, Untyped>;

/** Fails unless `actual` holds. */
export const assert: (actual: unknown, message?: string) => asserts actual =
  untyped.assert as (
    actual: unknown,
    message?: string,
  ) => asserts actual;

/** Fails unless both are deeply equal. */
export const assertEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = untyped.assertEquals as never;

/** Fails unless both are the same value by `Object.is`. */
export const assertStrictEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = untyped.assertStrictEquals as never;

/** Fails unless `actual` is an instance of `type`. */
export const assertInstanceOf: <E>(
  actual: unknown,
  // deno-lint-ignore no-explicit-any
  type: abstract new (...args: any[]) => E,
  message?: string,
) => asserts actual is E = untyped.assertInstanceOf as never;

/** Fails unless `actual` contains `expected`. */
export const assertStringIncludes: (
  actual: string,
  expected: string,
  message?: string,
) => void = untyped.assertStringIncludes as never;

/** Fails unless `actual` matches `expected`. */
export const assertMatch: (
  actual: string,
  expected: RegExp,
  message?: string,
) => void = untyped.assertMatch as never;

/** Fails unless `actual` is at least `expected`. */
export const assertGreaterOrEqual: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = untyped.assertGreaterOrEqual as never;

/** Fails unless `actual` is at most `expected`. */
export const assertLessOrEqual: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = untyped.assertLessOrEqual as never;

/** Fails unless `fn` throws an `E`; returns it. */
export const assertThrows: <E extends Error = Error>(
  fn: () => unknown,
  type?: ErrorClass<E>,
  includes?: string,
) => E = untyped.assertThrows as never;

/** Fails unless `fn` rejects with an `E`; resolves to it. */
export const assertRejects: <E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type?: ErrorClass<E>,
  includes?: string,
) => Promise<E> = untyped.assertRejects as never;
