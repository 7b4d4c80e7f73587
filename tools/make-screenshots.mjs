// Pictures of the page for its web app manifest, which stores and installers show:
//
//     cd end2end && npm ci && node ../tools/make-screenshots.mjs http://127.0.0.1:3000
//
// Writes public/screenshots/LANGUAGE-{wide,narrow}.png of the result of the first synthetic voice.
import { createRequire } from "node:module";
import path from "node:path";

const { chromium } = createRequire(path.join(process.cwd(), "package.json"))("@playwright/test");
const [base] = process.argv.slice(2);
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"],
});
for (const language of ["bn", "en"]) {
  for (const [form, viewport] of Object.entries(SIZES)) {
    const page = await browser.newPage({ viewport, colorScheme: "light", serviceWorkers: "block" });
    await page.addInitScript(() => localStorage.setItem("banglaser.notice-1", "read"));
    await page.goto(`${base}/${language}`);
    await page.locator(".examples button:enabled").first().click();
    await page.locator(".source form .buttons button[type=submit]:enabled").first().click();
    await page.locator("#result-heading").waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(500);
    await page.screenshot({ path: path.join(import.meta.dirname, "..", "public", "screenshots", `${language}-${form}.png`) });
    await page.close();
  }
}
await browser.close();
