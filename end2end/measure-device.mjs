/**
 * How long the reader's own device takes, in Chromium: node measure-device.mjs http://127.0.0.1:3000
 *
 * Fetches what is needed, once over the network and once from the cache, hears a clip of four seconds many times, and
 * prints medians, and what the browser's process for the page holds.
 */
import { chromium } from "@playwright/test";
import { readFileSync } from "node:fs";
import path from "node:path";

const [base] = process.argv.slice(2);
const N_TIMES = 40;
const HEADER_BYTES = 44;
const WINDOW_BYTES = 4 * 32_000;

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
const times = await page.evaluate(async ([clip, model, n_times]) => {
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
console.log("| on the device | |\n|---|---|");
console.log(`| a window of 4 s, median of ${N_TIMES}, with the page's messages | ${ms(median(times))} |`);
console.log(`| the slowest of them | ${ms(Math.max(...times))} |`);
console.log(`| page open and ready, all of it fetched | ${ms(fetched)} |`);
console.log(`| page open and ready, from the cache | ${ms(cached)} |`);
await browser.close();
