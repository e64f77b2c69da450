/**
 * `stamps.ts WALL_MS`: writes that moment as `--time iso` does, in the zone of
 * its TZ. A program of its own: the tests share one process and its variables.
 */
import { Stamp } from "../../cli/formats/stamp.ts";

const stamp = new Stamp({ time: "iso", utc: false });
stamp.set({ wallMs: Number(Deno.args[0]), elapsedMs: 0, stream: "out" });
Deno.stdout.writeSync(new TextEncoder().encode(stamp.text));
