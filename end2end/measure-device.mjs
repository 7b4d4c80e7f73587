/**
 * How long the reader's own device takes, in Chromium: node measure-device.mjs http://127.0.0.1:3000
 *
 * Fetches what is needed, once over the network and once from the cache, hears a clip of four seconds many times, at
 * full speed and slowed, and prints medians.
 */
import { chromium } from "@playwright/test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";

const [base] = process.argv.slice(2);
const N_TIMES = 40;
const HEADER_BYTES = 44;
const WINDOW_BYTES = 4 * 32_000;

/** Chromium's own throttle does not reach workers: the page's processes run 3 ms, then stand still for 9. */
const SLOWED = 4;
const RUNNING_MS = 3;
const slowing = `
  const { workerData: { pids, running_ms, stopped_ms } } = require("node:worker_threads");
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    Atomics.wait(clock, 0, 0, running_ms);
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    Atomics.wait(clock, 0, 0, stopped_ms);
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }`;

/** The first four seconds of a clip: one window. */
function window_of(file) {
  const wav = readFileSync(file);
  const clip = Buffer.from(wav.subarray(0, HEADER_BYTES + WINDOW_BYTES));
  clip.writeUInt32LE(clip.length - 8, 4);
  clip.writeUInt32LE(WINDOW_BYTES, 40);
  return clip;
}

const median = (times) => [...times].sort((left, right) => left - right)[times.length >> 1];
const ms = (time) => `${time.toFixed(0)} ms`;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();

/** Until the page says that it is ready. */
async function ready() {
  const start = Date.now();
  await page.goto(`${base}/en`);
  await page.waitForFunction(() => globalThis.onDevice !== undefined);
  await page.evaluate((model) => globalThis.onDevice.prepare(model, () => {}), model);
  return Date.now() - start;
}

const [{ id: model }] = await (await fetch(`${base}/api/v1/models`)).json();
await page.addInitScript(() => localStorage.setItem("banglaser.on_device", "1"));
const fetched = await ready();
const cached = await ready();
const clip = window_of(path.join(import.meta.dirname, "clips", "clip.wav")).toString("base64");
const hear = () => page.evaluate(async ([clip, model, n_times]) => {
  const blob = new Blob([Uint8Array.from(atob(clip), (character) => character.charCodeAt(0))]);
  const times = [];
  for (let time = 0; time < n_times; time++) {
    const start = performance.now();
    await new Promise((resolve) => globalThis.onDevice.analyse(model, blob, undefined, (share, status) => {
      if (status !== undefined) resolve();
    }));
    times.push(performance.now() - start);
  }
  return times;
}, [clip, model, N_TIMES]);
const times = await hear();

const { processInfo } = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
const workerData = { pids, running_ms: RUNNING_MS, stopped_ms: (SLOWED - 1) * RUNNING_MS };
const slower = new Worker(slowing, { eval: true, workerData });
const slowed = await hear();
await slower.terminate();
for (const pid of pids) process.kill(pid, "SIGCONT");

console.log("| on the device | |\n|---|---|");
console.log(`| a window of 4 s, median of ${N_TIMES}, with the page's messages | ${ms(median(times))} |`);
console.log(`| the slowest of them | ${ms(Math.max(...times))} |`);
console.log(`| median where the page's processes run a quarter of the time | ${ms(median(slowed))} |`);
console.log(`| page open and ready, all of it fetched | ${ms(fetched)} |`);
console.log(`| page open and ready, from the cache | ${ms(cached)} |`);
await browser.close();
