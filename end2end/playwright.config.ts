import { defineConfig, devices } from "@playwright/test";
import path from "node:path";

// `cargo xtask test` starts the server, finds a browser, and says where both are.
const baseURL = process.env.BANGLASER_BASE_URL ?? "http://127.0.0.1:3000";

const SAME_EVERYWHERE =
  /(drop|exports|kept|keys|language|models|offline|player|recording|share|structure|theme|title|unclear)\.spec\.ts/;

// Colours are as far apart on a phone as on a desk.
const COLOURS = /\bdark\b.* axe finds nothing/;

const chromium = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${path.join(import.meta.dirname, "clips", "clip.wav")}`,
  ],
};

export default defineConfig({
  testDir: "tests",
  outputDir: "output/traces",
  // For the slowest machine: none of them measures time.
  timeout: 90_000,
  expect: { timeout: 30_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  reporter: [["list"]],
  // TRACE=1 keeps what a failing test saw; recording it slows down all of them.
  use: {
    baseURL, launchOptions: chromium, locale: "en-GB", serviceWorkers: "block",
    trace: process.env.TRACE ? "retain-on-failure" : "off",
  },
  // What does not depend on the screen or on fingers is tried on one of the two only.
  projects: [
    { name: "desktop", use: { viewport: { width: 1280, height: 900 } } },
    {
      name: "phone",
      testIgnore: SAME_EVERYWHERE,
      grepInvert: COLOURS,
      use: { ...devices["Pixel 7"], launchOptions: chromium },
    },
  ],
});
