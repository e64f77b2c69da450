/**
 * The lines for the configurations of clients: each is read as its client reads
 * it, and what it says is run, with this checkout in the place of the URL and an
 * echo in the place of the server.
 */
import { fileURLToPath } from "node:url";
import { serverOf } from "./support/taps.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { extent, readRecording } from "./support/recordings.ts";
import { ROOT } from "./support/whole_program.ts";

const FOLDER = new URL("../examples/configurations/", import.meta.url);
const URL_OF_MAIN = "https://example.com/basic-pipes/main.ts";
const RECORDINGS = "/home/me/recordings";

/** A command of a configuration: its words. */
type Words = (file: string) => string[];

/** How each client finds the command in its file. */
const CLIENTS: Readonly<Record<string, Words>> = {
  "claude_desktop_config.json": (file) => {
    const { mcpServers: { everything: { command, args } } } = JSON.parse(file);
    return [command, ...args];
  },
  "vscode_mcp.json": (file) => {
    const { servers: { everything: { type, command, args } } } = JSON.parse(
      file,
    );
    assertEquals(type, "stdio");
    return [command, ...args];
  },
  "vscode_settings.json": (file) => {
    const settings = JSON.parse(file);
    return [settings["clangd.path"], ...settings["clangd.arguments"]];
  },
  "neovim.lua": (file) => {
    const [, list = ""] = /\bcmd = \{([^}]*)\}/.exec(file) ?? [];
    // A list of Lua strings without escapes, with a comma at its end.
    return JSON.parse(`[${list.trim().replace(/,$/, "")}]`);
  },
};

Deno.test("every configuration is tried", () => {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name);
  assertEquals(names.sort(), Object.keys(CLIENTS).sort());
});

for (const [name, wordsOf] of Object.entries(CLIENTS)) {
  Deno.test(`the lines of ${name} put a tap in front of the server`, async () => {
    const words = wordsOf(Deno.readTextFileSync(new URL(name, FOLDER)));
    const border = words.lastIndexOf("--");
    const server = words.slice(border + 1);
    assert(server.length > 0 && words.includes(URL_OF_MAIN));
    const run = words.indexOf("run");
    // What starts Deno differs, and so does the machine.
    assert(
      ["npx -y deno@2.9.6", "deno"].includes(words.slice(0, run).join(" ")),
    );

    const folder = await Deno.makeTempDir();
    try {
      const args = words.slice(run, border + 1).map((word) =>
        word === URL_OF_MAIN
          ? fileURLToPath(new URL("main.ts", ROOT))
          : word.replace(RECORDINGS, folder)
      );
      const tap = new Deno.Command(Deno.execPath(), {
        args: [...args, ...serverOf("echoes.ts")],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const writer = tap.stdin.getWriter();
      await writer.write(new TextEncoder().encode("spam"));
      await writer.close();
      const { code, stdout, stderr } = await tap.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals({ code, stdout: text(stdout), stderr: text(stderr) }, {
        code: 0,
        stdout: "spam",
        stderr: "",
      });
      const [recording] = [...Deno.readDirSync(folder)];
      const { events } = await readRecording(`${folder}/${recording!.name}`);
      assertEquals([extent(events, "in"), extent(events, "out")], [4, 4]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
