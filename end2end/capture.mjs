/**
 * What each of the browser's changes to the microphone's sound does to answers:
 *
 *     node capture.mjs http://127.0.0.1:3000 FOLDER [CLIPS]
 *
 * Plays every clip of FOLDER (WAV) into a recorder of Chromium, with none, one and all of the changes, and compares the
 * answer with that to the file. Prints one line per setting: how many answers changed, and how far the probabilities
 * moved.
 */
import { chromium } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const [base, folder, n_clips = "30"] = process.argv.slice(2);
const NAMES = ["autoGainControl", "echoCancellation", "noiseSuppression"];
const only = (name) => Object.fromEntries(NAMES.map((one) => [one, one === name]));
const SETTINGS = {
  none: only(""), ...Object.fromEntries(NAMES.map((name) => [name, only(name)])),
  all: Object.fromEntries(NAMES.map((name) => [name, true])),
};

/** The probabilities of a clip; `null` where nobody speaks in it. */
async function answer(bytes, type) {
  const body = new FormData();
  body.append("file", new Blob([bytes], { type }), "clip");
  const response = await fetch(`${base}/api/v1/recognitions`, { method: "POST", body });
  return response.ok ? (await response.json()).probabilities ?? null : null;
}

const top = (probabilities) => probabilities === null ? "none" : Object.entries(probabilities).sort((a, b) => b[1] - a[1])[0][0];

function distance(left, right) {
  if (left === null || right === null) return left === right ? 0 : 1;
  return Object.keys(left).reduce((sum, name) => sum + Math.abs(left[name] - right[name]), 0) / 2;
}

/** Length of a WAV file of PCM, seconds. */
const duration_s = (wav) => (wav.length - 44) / wav.readUInt32LE(28);

const files = readdirSync(folder, { recursive: true }).filter((name) => /\.wav$/i.test(name)).sort();
const step = Math.max(1, Math.floor(files.length / Number(n_clips)));
const chosen = files.filter((_, at) => at % step === 0).slice(0, Number(n_clips));
const moved = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, { n: 0, changed: 0, distance: 0 }]));
for (const name of chosen) {
  const file = path.join(folder, name);
  const wav = readFileSync(file);
  const original = await answer(wav, "audio/wav");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${path.resolve(file)}%noloop`],
  });
  for (const [setting, constraints] of Object.entries(SETTINGS)) {
    const page = await browser.newPage();
    await page.goto(base);
    const recorded = await page.evaluate(async ([constraints, length_ms]) => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
      const recorder = new MediaRecorder(stream, { mimeType: "audio/webm;codecs=opus" });
      const parts = [];
      recorder.ondataavailable = (event) => parts.push(event.data);
      const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
      recorder.start();
      await new Promise((resolve) => setTimeout(resolve, length_ms));
      recorder.stop();
      await stopped;
      stream.getTracks().forEach((track) => track.stop());
      return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
    }, [constraints, 1000 * duration_s(wav) + 500]);
    const heard = await answer(Uint8Array.from(recorded), "audio/webm");
    moved[setting].n += 1;
    moved[setting].changed += top(heard) === top(original) ? 0 : 1;
    moved[setting].distance += distance(heard, original);
    await page.close();
  }
  await browser.close();
}
for (const [setting, { n, changed, distance }] of Object.entries(moved)) {
  console.log(`${setting.padEnd(18)} ${changed} of ${n} answers changed, probabilities moved by ${(distance / n).toFixed(3)}`);
}
