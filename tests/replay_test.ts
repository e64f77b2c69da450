/**
 * Real sessions: a client talks to its server through a tap, and then, alone, to
 * what the tap has recorded.
 */
import { run } from "../mod.ts";
import { fileURLToPath } from "node:url";
import { has } from "./support/processes.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { assertEquals, assertMatch } from "./support/std_assert.ts";
import { denoRun } from "./support/whole_program.ts";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));

const SESSIONS = [
  {
    name: "a client of MCP",
    client: "mcp_server.ts",
    server: [
      ...["deno", "run", "-q", "-A", "--no-config"],
      ...["npm:@modelcontextprotocol/server-everything@2026.8.31", "stdio"],
    ],
    heard: /^server: .*\ntools: echo .*\necho: .*Echo: Spam 0/,
    needs: "deno",
  },
  {
    name: "a client of Deno's language server",
    client: "language_server.ts",
    server: [Deno.execPath(), "lsp"],
    heard: /const spam: number/,
    needs: "/proc/self",
  },
];

for (const { name, client, server, heard, needs } of SESSIONS) {
  Deno.test({
    name: `${name} hears the same from a recording as from its server`,
    ignore: !has(needs),
    async fn() {
      const folder = await Deno.makeTempDir();
      const file = `${folder}/session.jsonl`;
      const talk = async (...command: string[]) => {
        const { text } = await run(Deno.execPath(), [
          ...["run", "-q", "--allow-run", EXAMPLES + client],
          ...[Deno.execPath(), ...command],
        ], { timeoutMs: 120_000 });
        return text();
      };
      try {
        const tapped = await talk(...denoRun(
          ["tap", "--record", file, "--", ...server],
          { deno: ["-A"] },
        ));
        assertMatch(tapped, heard);
        const alone = await sideBySide(["1", "max"], (speed) =>
          talk(...denoRun(
            ["replay", "--serve", "--strict", "--speed", speed, file],
            { deno: [`--allow-read=${folder}`] },
          )));
        assertEquals(alone, [tapped, tapped]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
