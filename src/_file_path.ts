/** The path of a `file:` URL; `what` is named where it is refused. */
export function filePath(what: string, url: URL): string {
  if (url.protocol === "file:") {
    try {
      return decodeURIComponent(url.pathname);
    } catch {
      // Not UTF-8: Deno has no way to pass such a path on.
    }
  }
  throw new TypeError(
    `Cannot start a child as ${what} is not a file: URL of UTF-8 text: ` +
      `current value is ${url.href}`,
  );
}
