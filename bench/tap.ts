// deno-lint-ignore-file no-console -- a benchmark speaks to a person
/**
 * `main.ts tap` in the place of `cat`, of `socat -v` and of a script with `tee`:
 * bytes, throughput, round trips, memory, start. Each part can be named alone.
 */
import {
  type Cases,
  DENO,
  inTurns,
  isInstalled,
  median,
  pathOf,
  printed,
  report,
  type Samples,
  temporaryFolder,
} from "./measure.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Starts a tap as its users do; it may record. */
const TAP: readonly string[] = [
  ...[Deno.execPath(), "run", "-q", "--allow-run", "--allow-write"],
  ...[pathOf("../main.ts"), "tap"],
];

/** A tap that records nothing, or into a file. */
function tap(record: string, ...command: string[]): string[] {
  return [...TAP, "--record", record, "--", ...command];
}

/** A word that a shell takes as it stands. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Runs a line of bash in which `"$@"` is a command; what it prints. */
async function bash(line: string, argv: readonly string[]): Promise<string> {
  const { stdout, success } = await new Deno.Command("bash", {
    args: ["-o", "pipefail", "-c", line, "bash", ...argv],
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Failed: ${line} with ${argv.join(" ")}`);
  return new TextDecoder().decode(stdout);
}

/** MB/s of a command that reads so many bytes of a source. */
function rate(source: string, bytes: number, argv: readonly string[]) {
  return async () => {
    const startMs = performance.now();
    await bash(`${source} | "$@" | cat >/dev/null`, argv);
    return bytes / 1000 / (performance.now() - startMs);
  };
}

/** 1 GiB of random bytes to an echo and back, at once: whether all are the same. */
export async function tapBytes(): Promise<void> {
  const line = `head -c ${GIB} /dev/urandom |
    tee >(sha256sum >"$0") | "$@" | sha256sum; cat "$0"`;
  await using folder = await temporaryFolder();
  const argv = tap(`${folder.path}/s.jsonl`, "cat");
  const hashes = await bash(
    line.replaceAll('"$0"', quoted(`${folder.path}/hash`)),
    argv,
  );
  const [came, sent] = hashes.trim().split("\n");
  console.log(
    `\n1 GiB each way at once: ${came === sent ? "equal" : "NOT EQUAL"}`,
  );
}

/** Throughput without a recording, in the place of `cat`. */
export async function tapRate(isFull: boolean): Promise<void> {
  const source = `head -c ${GIB} /dev/zero`;
  const cases: Cases = {
    "cat": rate(source, GIB, ["cat"]),
    "cat | cat | cat": rate(source, GIB, ["sh", "-c", "cat | cat | cat"]),
    "tap -- cat": rate(source, GIB, tap("none", "cat")),
  };
  if (isInstalled("socat")) {
    cases["socat - EXEC:cat"] = rate(source, GIB, ["socat", "-", "EXEC:cat"]);
  }
  report(
    "1 GiB through it, nothing recorded, MB/s",
    await inTurns(cases, isFull ? 9 : 5),
    [
      { ours: "tap -- cat", peer: "cat", atLeast: 0.5 },
      { ours: "tap -- cat", peer: "cat | cat | cat" },
      { ours: "tap -- cat", peer: "socat - EXEC:cat" },
    ],
  );
}

/** Throughput of JSON text that is recorded. */
export async function tapRecord(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const text = `${folder.path}/text`;
  const line = JSON.stringify({
    jsonrpc: "2.0",
    method: "textDocument/publishDiagnostics",
    params: {
      uri: "file:///spam.ts",
      text: '\tconst spam = "eggs";\n'.repeat(20),
    },
  });
  await Deno.writeTextFile(
    text,
    `${line}\n`.repeat(Math.ceil(8 * MIB / line.length)),
  );
  const { size } = await Deno.stat(text);
  const copies = 32;
  const shares: number[] = [];
  const recorded = async () => {
    const record = `${folder.path}/s.jsonl`;
    const startMs = performance.now();
    const files = Array(copies).fill(text).map(quoted).join(" ");
    await bash(`cat ${files} | "$@"`, tap(record, "wc", "-c"));
    const ms = performance.now() - startMs;
    const gaps = (await Deno.readTextFile(record)).matchAll(
      /"gap":\{"from":"in","bytes":(\d+)/g,
    );
    const missing = [...gaps].reduce(
      (sum, [, bytes]) => sum + Number(bytes),
      0,
    );
    shares.push(100 * (1 - missing / (copies * size)));
    await Deno.remove(record);
    return (copies * size - missing) / 1000 / ms;
  };
  const ours = "tap --record, what it recorded";
  const cases: Cases = { [ours]: recorded };
  const socat = "socat -x -v";
  if (isInstalled("socat")) {
    cases[socat] = async () => {
      const startMs = performance.now();
      await bash(`cat ${quoted(text)} | "$@" 2>/dev/null`, [
        ...["socat", "-x", "-v", "-", "EXEC:wc -c"],
      ]);
      return size / 1000 / (performance.now() - startMs);
    };
  } else console.log("socat is missing: it is left out");
  report(
    "JSON text that is recorded, MB/s",
    await inTurns(cases, isFull ? 5 : 3),
    [
      { ours, atLeast: 100 },
      { ours, peer: socat, atLeast: 50 },
    ],
  );
  console.log(`recorded without a gap: ${median(shares).toFixed(0)} % of it`);
}

/** What a round trip takes more with something between the two. */
export async function tapTrips(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  for (const kind of ["mcp", "lsp"] as const) {
    const session = ["python3", pathOf("tap_session.py")];
    const server = [...session, "server", kind];
    const script = `${folder.path}/${kind}`;
    await Deno.writeTextFile(
      script,
      `#!/bin/sh\nexec ${server.map(quoted).join(" ")}\n`,
      { mode: 0o700 },
    );
    const contenders: Record<string, readonly string[]> = {
      "directly": server,
      "a tee script": [
        ...[
          "sh",
          "-c",
          `tee ${folder.path}/in | "$@" | tee ${folder.path}/out`,
          "sh",
        ],
        ...server,
      ],
      "tap --record none": tap("none", ...server),
      "tap --record FILE": tap(`${folder.path}/%p.jsonl`, ...server),
    };
    if (isInstalled("socat")) {
      contenders["socat -v"] = [
        "sh",
        "-c",
        `exec socat -v - EXEC:${script} 2>${folder.path}/err`,
      ];
    }
    const cases: Cases<number[]> = {};
    for (const [name, argv] of Object.entries(contenders)) {
      const client = [...session, "client", kind, isFull ? "2000" : "500"];
      cases[name] = () => printed<number[]>([...client, ...argv]);
    }
    const trips = await inTurns(cases, isFull ? 11 : 7);
    const floor = trips.get("directly")!.map(median);
    const added: Samples = new Map();
    for (const [name, rounds] of trips) {
      if (name === "directly") continue;
      added.set(
        name,
        rounds.map((each, round) => (median(each) - floor[round]!) / 1000),
      );
    }
    report(`${kind}: added to a round trip, median, ms`, added, [
      { ours: "tap --record FILE", atMost: 0.3 },
      { ours: "tap --record FILE", peer: "socat -v", atMost: 1 },
      { ours: "tap --record FILE", peer: "a tee script" },
      { ours: "tap --record none", peer: "socat -v" },
    ]);
  }
}

/** The peak resident set of a process so far, in MiB. */
function peakMiB(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The peak of a tap in front of a server that writes so much. */
async function peak(
  record: string,
  mib: number,
  isSlow: boolean,
): Promise<number> {
  const [command = "", ...args] = tap(
    record,
    "head",
    "-c",
    String(mib * MIB),
    "/dev/zero",
  );
  const child = new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let most = 0;
  let bytes = 0;
  let looked = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes - looked < MIB) continue;
    looked = bytes;
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, 1));
    most = Math.max(most, peakMiB(child.pid));
  }
  await child.status;
  return most;
}

/** Memory with a slow reader, and with a disk that is stuck. */
export async function tapMemory(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const stuck = `${folder.path}/stuck`;
  await new Deno.Command("mkfifo", { args: [stuck] }).output();
  const cases: Cases = {
    "no recording, 16 MiB": () => peak("none", 16, false),
    "no recording, 1 GiB": () => peak("none", 1024, false),
    "a slow reader, 1 GiB": () => peak("none", 1024, true),
    "a recording, 1 GiB": async () => {
      const file = `${folder.path}/s.jsonl`;
      const most = await peak(file, 1024, true);
      await Deno.remove(file);
      return most;
    },
    "a stuck disk, 1 GiB": () => peak(stuck, 1024, false),
  };
  report("the tap's peak, MiB", await inTurns(cases, isFull ? 3 : 1));
}

/** From the start to the first byte that came back through a server. */
async function firstByteMs(
  [command = "", ...args]: readonly string[],
): Promise<number> {
  const startMs = performance.now();
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new Uint8Array(1));
  const reader = child.stdout.getReader();
  await reader.read();
  const ms = performance.now() - startMs;
  await writer.close();
  await reader.cancel();
  await child.status;
  return ms;
}

/** From the start of the tap to the first byte that has passed both ways. */
export async function tapStart(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  const peer = "a bare pump";
  const cases: Cases = {
    [peer]: () => firstByteMs([...DENO, pathOf("bare_pump.ts"), "cat"]),
    "tap --record none": () => firstByteMs(tap("none", "cat")),
    "tap --record FILE": () =>
      firstByteMs(tap(`${folder.path}/%p.jsonl`, "cat")),
  };
  report(
    "start to the first byte that came back, ms",
    await inTurns(cases, isFull ? 41 : 15),
    [
      { ours: "tap --record FILE", peer, atMost: 1.5 },
      { ours: "tap --record none", peer },
    ],
  );
}

/** All of them. */
export async function tapAll(isFull: boolean): Promise<void> {
  await tapBytes();
  for (const part of [tapRate, tapRecord, tapTrips, tapMemory, tapStart]) {
    await part(isFull);
  }
}
