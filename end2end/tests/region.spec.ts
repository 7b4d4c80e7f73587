/** A part of an answered clip: chosen by hand or keyboard, listened to, seen larger, heard alone, saved. */
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";

import {
  analyseButton, answerWith, chooseFile, expect, expectAccessible, LANGUAGES, open, picture, result, shares, silence,
  test, words, type Language,
} from "../fixtures";

const DURATION_S = 20;

const WINDOWS = Array.from({ length: 17 }, (_, start_s) => ({
  start_s, end_s: start_s + 4, probabilities: shares(start_s < 9 ? { angry: 0.9, sad: 0.1 } : { sad: 0.8, happy: 0.2 }),
}));

async function answer(page: Page, language: Language) {
  await answerWith(page, { angry: 0.6, sad: 0.4 }, { duration_s: DURATION_S, windows: WINDOWS });
  await open(page, language);
  await chooseFile(page, language).setInputFiles(silence(DURATION_S));
  await analyseButton(page, language).click();
  await expect(region(page)).toBeVisible();
}

const region = (page: Page) => result(page).locator(".region");
const audio = (page: Page) => result(page).locator("audio");
const heardAt = (page: Page) => audio(page).evaluate((audio: HTMLAudioElement) => audio.currentTime);
const isPaused = (page: Page) => audio(page).evaluate((audio: HTMLAudioElement) => audio.paused);
const button = (page: Page, language: Language, name: string) =>
  region(page).getByRole("button", { name: words(language, `region.${name}`), exact: true });
const end = (page: Page, language: Language, name: string) =>
  region(page).getByRole("slider", { name: words(language, `review.${name}`), exact: true });
const axis = (page: Page) => result(page).locator(".axis span").allTextContents();

for (const language of LANGUAGES) {
  test(`a part is chosen, seen larger, listened to and saved without a mouse (${language})`, async ({ page }) => {
    await answer(page, language);
    await region(page).locator("summary").focus();
    await page.keyboard.press("Enter");
    await expect(region(page).locator(".region-span")).toHaveText(language === "bn" ? "০:০০–০:২০" : "0:00–0:20");
    await end(page, language, "end").fill("9");
    await end(page, language, "start").fill("7.5");
    await expect(region(page).locator(".region-span")).toHaveText(language === "bn" ? "০:০৭.৫–০:০৯" : "0:07.5–0:09");
    await expectAccessible(page);
    await picture(page, `region-${language}`);

    await button(page, language, "zoom").press("Enter");
    await expect.poll(() => axis(page)).toEqual(language === "bn" ? ["৭.৫", "৮", "৮.৫", "৯"] : ["7.5", "8", "8.5", "9"]);
    await expect(button(page, language, "zoom")).toBeDisabled();
    await button(page, language, "later").press("Enter");
    await expect.poll(async () => (await axis(page)).at(-1)).toBe(language === "bn" ? "৯.৫" : "9.5");
    await picture(page, `region-zoomed-${language}`);
    await button(page, language, "all").press("Enter");
    await expect.poll(async () => (await axis(page)).at(-1)).toBe(language === "bn" ? "২০" : "20");

    await button(page, language, "play").press("Enter");
    await expect.poll(() => heardAt(page)).toBeGreaterThan(7.5);
    await expect.poll(() => isPaused(page)).toBe(true);
    expect(await heardAt(page)).toBeLessThan(9.6);

    const download = page.waitForEvent("download");
    await button(page, language, "save").press("Enter");
    const saved = await download;
    expect(saved.suggestedFilename()).toBe("joined_7.5-9.0s.wav");
    const wav = readFileSync(await saved.path());
    expect(wav.subarray(0, 4).toString()).toBe("RIFF");
    expect((wav.length - 44) / 2 / wav.readUInt32LE(24)).toBeCloseTo(1.5, 2);
  });
}

test("a part is played again and again until that is switched off", async ({ page }) => {
  await answer(page, "en");
  await region(page).locator("summary").click();
  await end(page, "en", "end").fill("0.8");
  await button(page, "en", "repeat").click();
  await expect(button(page, "en", "repeat")).toHaveAttribute("aria-pressed", "true");
  await audio(page).evaluate((audio: HTMLAudioElement) => {
    let n_back = 0;
    let before_s = 0;
    audio.addEventListener("timeupdate", () => {
      if (audio.currentTime < before_s) audio.dataset.back = String(++n_back);
      before_s = audio.currentTime;
    });
  });
  await button(page, "en", "play").click();
  // What plays may lag behind on a busy machine.
  await expect(audio(page)).toHaveAttribute("data-back", "2", { timeout: 60_000 });
  await button(page, "en", "repeat").click();
  await expect.poll(() => isPaused(page)).toBe(true);
});

test("dragging over the picture chooses, and a click still plays", async ({ page }) => {
  await answer(page, "en");
  const stage = result(page).locator(".stage .playground");
  await stage.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await stage.boundingBox())!;
  await page.mouse.move(x + width * 0.75, y + height / 3);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.25, y + height / 3, { steps: 6 });
  await page.mouse.up();
  expect(Number(await end(page, "en", "start").inputValue())).toBeCloseTo(5, 0);
  expect(Number(await end(page, "en", "end").inputValue())).toBeCloseTo(15, 0);
  expect(await isPaused(page)).toBe(true);
  await button(page, "en", "zoom").click();
  await stage.click({ position: { x: width / 2, y: height / 3 } });
  await expect.poll(() => heardAt(page)).toBeGreaterThan(9.5);
  expect(await heardAt(page)).toBeLessThan(14);
  await region(page).locator("summary").click();
  await expect(result(page).locator(".chosen")).toBeHidden();
  await expect.poll(async () => (await axis(page)).at(-1)).toBe("20");
});

test("a part is heard alone, and a part of that part too", async ({ page }) => {
  await answer(page, "en");
  const sizes: number[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/recognize")) sizes.push(request.postDataBuffer()?.length ?? 0);
  });
  await region(page).locator("summary").click();
  await end(page, "en", "end").fill("16");
  await end(page, "en", "start").fill("6");
  await answerWith(page, { sad: 0.9, happy: 0.1 }, { duration_s: 10 });
  await button(page, "en", "analyse").click();
  await expect(result(page).getByRole("heading", { level: 2 })).toContainText(words("en", "result.sounds.sad"));
  await region(page).locator("summary").click();
  await end(page, "en", "start").fill("4");
  await answerWith(page, { happy: 0.9, sad: 0.1 }, { duration_s: 6 });
  await button(page, "en", "analyse").click();
  await expect(result(page).getByRole("heading", { level: 2 })).toContainText(words("en", "result.sounds.happy"));
  const seconds = sizes.map((n_bytes) => Math.round(n_bytes / 32_000));
  expect(seconds).toEqual([10, 6]);
  const download = page.waitForEvent("download");
  await result(page).getByRole("button", { name: words("en", "export.json"), exact: true }).click();
  const json = JSON.parse(readFileSync(await (await download).path()).toString());
  expect(json.part_s ?? [json.trim_start_s, json.trim_end_s]).toEqual([10, 16]);
});
