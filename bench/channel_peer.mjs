/**
 * Node's `fork` with its default serialization (JSON) in the patterns of
 * channel_case.ts: `channel_peer.mjs PATTERN COUNT`.
 */
import { fork } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const TEXT = "x".repeat(30);
const IN_FLIGHT = 256;
const WARM_UP = 10_000;
const [pattern = "trips", words = "1000"] = process.argv.slice(2);
const count = Number(words);
const message = pattern === "large" ? "x".repeat(1_048_576) : TEXT;

/** Messages as a queue, as a program that awaits them has it. */
function talkOf(side) {
  const queue = [];
  let wake;
  side.on("message", (received) => {
    if (wake === undefined) return queue.push(received);
    const waiting = wake;
    wake = undefined;
    waiting(received);
  });
  return {
    // Without the callback nothing would hold a fast sender up.
    send: (message) => {
      if (side.send(message)) return undefined;
      return new Promise((resolve) => setImmediate(resolve));
    },
    receive: () =>
      queue.length > 0
        ? Promise.resolve(queue.shift())
        : new Promise((resolve) => wake = resolve),
  };
}

function beChild() {
  if (pattern === "out" || pattern === "large") {
    process.send("started");
    let left = count;
    process.on("message", () => {
      if (--left === 0) process.send("done");
    });
  } else if (pattern === "in") {
    process.once("message", async () => {
      for (let n = 0; n < count; n++) {
        if (!process.send(message)) await new Promise(setImmediate);
      }
    });
  } else process.on("message", (received) => process.send(received));
}

async function measure() {
  const child = fork(fileURLToPath(import.meta.url), [pattern, words]);
  const talk = talkOf(child);
  const rate = (startMs) =>
    Math.round(count / (performance.now() - startMs) * 1000);
  const trip = async () => {
    talk.send(message);
    await talk.receive();
  };
  let startMs;
  if (pattern === "trips" || pattern === "flight") {
    for (let n = 0; n < WARM_UP; n++) await trip();
  }
  if (pattern === "trips") {
    const us = new Float64Array(count);
    startMs = performance.now();
    for (let n = 0; n < count; n++) {
      const atMs = performance.now();
      await trip();
      us[n] = (performance.now() - atMs) * 1000;
    }
    const perSecond = rate(startMs);
    us.sort();
    const at = (part) => Math.round(us[Math.floor(part * count)] * 10) / 10;
    return { perSecond, p50: at(0.5), p99: at(0.99) };
  }
  if (pattern === "flight") {
    startMs = performance.now();
    let sent = 0;
    for (; sent < IN_FLIGHT; sent++) talk.send(message);
    for (let n = 0; n < count; n++) {
      await talk.receive();
      if (sent++ < count) talk.send(message);
    }
  } else if (pattern === "in") {
    talk.send(message);
    await talk.receive();
    startMs = performance.now();
    for (let n = 1; n < count; n++) await talk.receive();
  } else {
    await talk.receive();
    startMs = performance.now();
    for (let n = 0; n < count; n++) await talk.send(message);
    await talk.receive();
  }
  return { perSecond: rate(startMs) };
}

if (process.send) beChild();
else {
  const result = await measure();
  process.stdout.write(JSON.stringify(result), () => process.exit());
}
