import { assertEquals } from "../support/std_assert.ts";
import { needs } from "../support/processes.ts";
import {
  SIGNAL_NUMBERS,
  signalNumbers,
} from "../../src/process/system_signals.ts";

Deno.test(
  "the numbers of the signals are those of the system",
  needs("bash"),
  async () => {
    const script = 'for number; do kill -l "$number"; done';
    const numbers = Object.values(SIGNAL_NUMBERS).map(String);
    const { stdout } = await new Deno.Command("bash", {
      args: ["-c", script, "bash", ...numbers],
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout).trim().split("\n"),
      Object.keys(SIGNAL_NUMBERS).map((name) => name.slice(3)),
    );
  },
);

const SYSTEMS = [
  { os: "linux", SIGUSR1: 10, SIGCHLD: 17, SIGPWR: 30, SIGTERM: 15 },
  { os: "darwin", SIGUSR1: 30, SIGCHLD: 20, SIGINFO: 29, SIGTERM: 15 },
  { os: "windows", SIGTERM: 15, SIGKILL: 9 },
] as const;
for (const { os, ...some } of SYSTEMS) {
  Deno.test(`the signals of ${os} have its numbers, and those that it lacks are absent`, () => {
    const numbers = signalNumbers(os);
    const names = [
      ...["SIGUSR1", "SIGCHLD", "SIGPWR", "SIGSTKFLT", "SIGINFO", "SIGEMT"],
      ...["SIGTERM", "SIGKILL", "SIGINT"],
    ];
    const lacks = {
      linux: ["SIGINFO", "SIGEMT"],
      darwin: ["SIGPWR", "SIGSTKFLT"],
      windows: names.slice(0, 6).concat("SIGINT"),
    }[os];
    assertEquals(names.filter((name) => !(name in numbers)), lacks);
    for (const [name, number] of Object.entries(some)) {
      assertEquals({ name, number: numbers[name] }, { name, number });
    }
  });
}
