import type { Mutant } from "./mutant.ts";

const REPLAY = ["tests/recording/replay_test.ts"];
const STAND_IN = ["tests/recording/stand_in_test.ts"];
const PROGRAM = ["tests/cli/replay/replay_program_test.ts"];

/** Breaks of played recordings, of stand-ins, and of `main.ts replay`. */
export const REPLAY_MUTANTS: readonly Mutant[] = [
  {
    name: "a schedule drifts: a pause counts from the end of the one before",
    file: "src/recording/replay_clock.ts",
    from: "const dueMs = this.#startMs + this.#passedMs / this.#options.speed;",
    to:
      "const dueMs = this.#clock.now() + Math.min(gapMs, this.#options.maxGapMs) / this.#options.speed;",
    tests: REPLAY,
  },
  {
    name: "a long pause is not cut",
    file: "src/recording/replay_clock.ts",
    from: "Math.min(gapMs, this.#options.maxGapMs)",
    to: "gapMs",
    tests: REPLAY,
  },
  {
    name: "a timer that fires early gives a piece before its moment",
    file: "src/recording/replay_clock.ts",
    from: "    if (restMs <= 0 || signal.aborted) return;\n    await",
    to: "    if (restMs <= 0 || signal.aborted) return;\n    return await",
    tests: REPLAY,
  },
  {
    name: "a manual clock wakes all sleepers at its last moment",
    file: "src/recording/replay_clock.ts",
    from: "      this.#nowMs = Math.max(this.#nowMs, next.dueMs);\n",
    to: "      this.#nowMs = endMs;\n",
    tests: REPLAY,
  },
  {
    name: "a pipe takes all that comes",
    file: "src/recording/replayed_pipe.ts",
    from:
      "    if (this.#drops() || this.#keptBytes < PIPE_BYTES) return undefined;\n",
    to: "    if (this.#keptBytes < Infinity) return undefined;\n",
    tests: REPLAY,
  },
  {
    name: "a reader makes no room",
    file: "src/recording/replayed_pipe.ts",
    from: "      if (this.#keptBytes < PIPE_BYTES) this.#makeRoom();\n",
    to: "",
    tests: REPLAY,
  },
  {
    name: "dropped output is not told",
    file: "src/recording/replayed_pipe.ts",
    from: "    if (this.#droppedBytes > 0) {\n      return Promise.reject",
    to: "    if (this.#droppedBytes < 0) {\n      return Promise.reject",
    tests: REPLAY,
  },
  {
    name: "a gap is passed over in silence",
    file: "src/recording/replay.ts",
    from: "    else pipe.fail(gapError(event));",
    to: "    else continue;",
    tests: REPLAY,
  },
  {
    name: "a part ends with the recording, not at its own moment",
    file: "src/recording/replay.ts",
    from: "      await schedule.reach(toMs, signal);\n",
    to: "",
    tests: REPLAY,
  },
  {
    name: "the recorded end comes before its time",
    file: "src/recording/replay.ts",
    from: "      if (!hasEnded) await schedule.reach(event.ms, signal);\n",
    to: "",
    tests: REPLAY,
  },
  {
    name: "a stop is heard after the pause",
    file: "src/recording/recorded_child.ts",
    from: "    this.#stop.abort();\n",
    to: "",
    tests: REPLAY,
  },
  {
    name: "a stopped command with code 0 is a success",
    file: "src/recording/recorded_child.ts",
    from: 'success: code === 0 && reason === "exited",',
    to: "success: code === 0,",
    tests: REPLAY,
  },
  {
    name: "an end that is waited for is held up by what nobody reads",
    file: "src/recording/recorded_child.ts",
    from: "for (const pipe of Object.values(this.#pipes)) pipe.keepFlowing();",
    to: "",
    tests: REPLAY,
  },
  {
    name: "the first of two members of one name is replaced",
    file: "src/recording/json_text.ts",
    from: "if (name === key) found = [from, to];",
    to: "if (name === key) return [from, to];",
    tests: ["tests/recording/json_text_test.ts"],
  },
  {
    name: "a brace in a text ends an object",
    file: "src/recording/json_text.ts",
    from:
      "    if (character === '\"') at = after(STRING, text, at);\n    else if",
    to: "    if",
    tests: ["tests/recording/json_text_test.ts"],
  },
  {
    name: "the order of keys makes another request",
    file: "src/recording/same_params.ts",
    from: ".sort(([one], [other]) => one < other ? -1 : 1)",
    to: "",
    tests: STAND_IN,
  },
  {
    name: "a progress token makes another request",
    file: "src/recording/same_params.ts",
    from: "!this.#ignored.has(key) && !isToken([...path, key])",
    to: "!this.#ignored.has(key)",
    tests: STAND_IN,
  },
  {
    name: "a redacted text stands for itself",
    file: "src/recording/script.ts",
    from: "hasRedacted(each.params) && this.#same.fits(each.params, params)",
    to: "false",
    tests: STAND_IN,
  },
  {
    name: "the same request gets the first answer each time",
    file: "src/recording/script.ts",
    from: ": same.find(({ uses }) => uses === 0) ?? same.at(-1);",
    to: ": same[0];",
    tests: STAND_IN,
  },
  {
    name: "a request that was cancelled gets an error",
    file: "src/recording/script.ts",
    from: "left.isLeft = item.isCancelled ||",
    to: "left.isLeft =",
    tests: STAND_IN,
  },
  {
    name: "a server that was made to end ends by itself",
    file: "src/recording/script.ts",
    from: '!ASKED_SIGNALS.includes(status.signal ?? "")',
    to: "true",
    tests: STAND_IN,
  },
  {
    name: "a number of many digits becomes another id",
    file: "src/recording/stand_in_server.ts",
    from: 'const id = valueText(decodeText(payload), ["id"]) ?? "null";',
    to: "const id = JSON.stringify(json.id);",
    tests: STAND_IN,
  },
  {
    name: "a notification before an answer stays away with its cue",
    file: "src/recording/stand_in_server.ts",
    from: "          if (before.sent === 0) this.#say(before);\n",
    to: "",
    tests: STAND_IN,
  },
  {
    name: "an answer does not wait for what the client answers",
    file: "src/recording/stand_in_server.ts",
    from: "        if (heard !== undefined) await heard;\n",
    to: "",
    tests: STAND_IN,
  },
  {
    name: "progress has the recorded token",
    file: "src/recording/stand_in_server.ts",
    from: "      this.#meet(cue.params, params);\n",
    to: "",
    tests: STAND_IN,
  },
  {
    name: "a client that does not read is read on",
    file: "src/recording/stand_in_server.ts",
    from: "      await this.#room;\n    }\n  }\n\n  /** The client has closed",
    to: "    }\n  }\n\n  /** The client has closed",
    tests: STAND_IN,
  },
  {
    name: "the length of a longer answer is the recorded one",
    file: "src/recording/stand_in_server.ts",
    from: "`$1${payload.length}`",
    to: "`$1${size}`",
    tests: STAND_IN,
  },
  {
    name: "the end does not wait for what was asked",
    file: "src/recording/stand_in_server.ts",
    from:
      "    while (this.#active.size > 0) await Promise.all(this.#active);\n",
    to: "",
    tests: STAND_IN,
  },
  {
    name: "a batch is answered by its parts",
    file: "src/recording/stand_in_server.ts",
    from:
      "    if (asker?.collect !== undefined) asker.collect(answer);\n    else if",
    to: "    if",
    tests: STAND_IN,
  },
  {
    name: "a strict stand-in ends as recorded all the same",
    file: "cli/replay/play.ts",
    from: "    return UNKNOWN;\n",
    to: "",
    tests: PROGRAM,
  },
  {
    name: "a reader that has left is no reason for status 0",
    file: "cli/replay/play.ts",
    from:
      "  // The reader of our output has left.\n  if (stdout.broken !== undefined) return 0;\n",
    to: "",
    tests: PROGRAM,
  },
  {
    name: "each gap is told",
    file: "cli/replay/play.ts",
    from: "if (gaps.push(gap) === 1) void talk",
    to: "if (gaps.push(gap) > 0) void talk",
    tests: PROGRAM,
  },
];
