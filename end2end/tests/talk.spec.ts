/** A clip of several voices: who speaks when, what its reader corrects, and the files that other tools open. */
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";

import {
  analyseButton, answerWith, chooseFile, clip, expect, expectAccessible, LANGUAGES, open, picture, postAsBrowser,
  result, shares, silence, test, words, type Language,
} from "../fixtures";

const DURATION_S = 12;

const turn = (speaker: number, start_s: number, end_s: number, told: object | null, band = "high") => ({
  speaker, channel: null, start_s, end_s,
  expression: told && { probabilities: shares(told as {}), certainty: { band, min_confidence: 0, accuracy: 0.8 } },
});

/** Two voices, one of which says something short, and something unclear. */
const TURNS = [
  turn(0, 0.5, 3, { happy: 0.9, sad: 0.1 }),
  turn(1, 3.5, 6, { sad: 0.8, neutral: 0.2 }),
  turn(0, 6.2, 6.6, null),
  turn(0, 8, 11, { angry: 0.3, happy: 0.28, sad: 0.42 }, "unclear"),
];

async function answer(page: Page, language: Language) {
  await answerWith(page, { happy: 0.5, sad: 0.5 }, { duration_s: DURATION_S, turns: TURNS });
  await open(page, language);
  await chooseFile(page, language).setInputFiles(silence(DURATION_S));
  await analyseButton(page, language).click();
  await expect(table(page, language)).toBeVisible();
}

const table = (page: Page, language: Language) =>
  result(page).getByRole("table", { name: words(language, "talk.table") });

for (const language of LANGUAGES) {
  test(`two voices of a real clip are told apart (${language})`, async ({ page }) => {
    await open(page, language);
    await page.getByText(words(language, "talk.choice")).click();
    await page.getByLabel(words(language, "talk.how_many")).selectOption("2");
    await chooseFile(page, language).setInputFiles(clip("dialogue.ogg"));
    await analyseButton(page, language).click();
    const rows = table(page, language).locator("tbody");
    await expect(rows.nth(1)).toBeVisible();
    await expect(result(page).getByRole("heading", { level: 2 })).toContainText(words(language, "talk.several"));
    const names = await page.locator(".turns tbody td:nth-child(2)").allTextContents();
    expect(new Set(names)).toEqual(new Set(["A", "B"]));
    await expectAccessible(page);
    await picture(page, `talk-${language}`);
  });

  test(`turns are listened to, and corrected with a way back (${language})`, async ({ page }) => {
    await answer(page, language);
    const rows = table(page, language).locator("tbody");
    await expect(rows).toHaveCount(4);
    await expect(rows.nth(2)).toContainText(words(language, "talk.too_short"));
    await expect(rows.nth(3)).toContainText(words(language, "result.unclear"));
    await expect(result(page).locator(".lane")).toHaveCount(2);

    await rows.nth(1).getByRole("button").first().click();
    await expect(rows.nth(1)).toHaveAttribute("aria-current", "true");
    const audio = result(page).locator("audio");
    await expect.poll(() => audio.evaluate((audio: HTMLAudioElement) => audio.paused)).toBe(true);
    expect(await audio.evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeLessThan(6.6);

    const name = result(page).getByLabel(words(language, "talk.name")).first();
    await name.fill("রানা <b>");
    await name.press("Enter");
    await expect(rows.nth(0)).toContainText("রানা <b>");
    await expect(result(page).locator(".lane").first()).toContainText("রানা <b>");

    await rows.nth(3).getByRole("button", { name: words(language, "talk.correct") }).click();
    await rows.nth(3).getByLabel(words(language, "talk.expresses")).selectOption("angry");
    await expect(rows.nth(3)).toContainText(words(language, "talk.corrected"));
    await rows.nth(3).getByLabel(words(language, "talk.end")).fill("11.5");
    await rows.nth(3).getByLabel(words(language, "talk.end")).press("Enter");
    await expect(rows.nth(3).getByLabel(words(language, "talk.end"))).toHaveValue("11.5");

    await result(page).getByLabel(words(language, "talk.merge")).nth(1).selectOption({ label: "রানা <b>" });
    await expect(result(page).locator(".lane")).toHaveCount(1);
    await result(page).getByRole("button", { name: words(language, "talk.undo") }).click();
    await expect(result(page).locator(".lane")).toHaveCount(2);
    await expectAccessible(page);
  });

  test(`files for other tools have the names and corrections (${language})`, async ({ page }) => {
    await answer(page, language);
    const rows = table(page, language).locator("tbody");
    const name = result(page).getByLabel(words(language, "talk.name")).first();
    await name.fill("রানা");
    await name.press("Enter");
    await rows.nth(1).getByRole("button", { name: words(language, "talk.correct") }).click();
    await rows.nth(1).getByLabel(words(language, "talk.expresses")).selectOption("neutral");
    const saved = async (format: string) => {
      await result(page).getByLabel(words(language, "export.format")).selectOption(format);
      const download = page.waitForEvent("download");
      await result(page).getByRole("button", { name: words(language, "export.save") }).click();
      return readFileSync(await (await download).path(), "utf8");
    };
    expect(await saved("textgrid")).toMatch(/name = "emotion রানা"[\s\S]*text = "happy"/);
    expect(await saved("csv")).toContain(",3.500,6.000,,B,emotion,sad,0.8000,high,,neutral,");
    expect(await saved("rttm")).toContain("SPEAKER joined 1 0.500 2.500 <NA> <NA> রানা <NA> <NA>");
    expect(await saved("vtt")).toContain("<v B>neutral (corrected)");
    expect(JSON.parse(await saved("labelstudio"))[0].predictions[0].result.length).toBeGreaterThan(4);
    for (const format of ["eaf", "srt", "audacity"]) expect(await saved(format)).toContain("রানা");
  });
}

test("the keyboard stays where it is after a correction, and the page within its width", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 740 });
  await answer(page, "en");
  const rows = table(page, "en").locator("tbody");
  const name = result(page).getByLabel(words("en", "talk.name")).first();
  await name.fill("ক".repeat(60));
  await name.press("Tab");
  await expect(rows.nth(0)).toContainText("ক".repeat(60));
  await rows.nth(0).getByRole("button", { name: words("en", "talk.correct") }).click();
  const end = rows.nth(0).getByLabel(words("en", "talk.end"));
  await end.focus();
  for (let press = 0; press < 3; press += 1) await end.press("ArrowUp");
  await expect(end).toBeFocused();
  await expect(end).toHaveValue("3.3");
  await end.fill("99");
  await end.press("Enter");
  await expect(end, "up to the speaker's next turn").toHaveValue("6.2");
  const emotion = rows.nth(0).getByLabel(words("en", "talk.expresses"));
  await emotion.focus();
  await emotion.selectOption("sad");
  await expect(emotion).toBeFocused();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await name.fill("");
  await name.press("Enter");
  await expect(name).toHaveValue("A");
});

test("a turn can be given to somebody who had none", async ({ page }) => {
  await answer(page, "en");
  const rows = table(page, "en").locator("tbody");
  await rows.nth(3).getByRole("button", { name: words("en", "talk.correct") }).click();
  await rows.nth(3).getByLabel(words("en", "talk.speaker")).selectOption({ label: words("en", "talk.another") as string });
  await expect(result(page).locator(".lane")).toHaveCount(3);
  await expect(rows.nth(3).locator("td").first()).toHaveText("C");
});

test("corrections outlast a visit to another page", async ({ page }) => {
  await answer(page, "en");
  const name = result(page).getByLabel(words("en", "talk.name"));
  await name.first().fill("Rana");
  await name.first().press("Enter");
  await page.getByRole("contentinfo").getByRole("link", { name: words("en", "site.history") }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("en", "history.heading"));
  await page.goBack();
  await expect(name.first()).toHaveValue("Rana");
  await name.nth(1).fill("Mina");
  await name.nth(1).press("Enter");
  await page.goto("/history");
  await page.getByRole("button", { name: words("en", "history.open") }).click();
  await expect(page.locator(".turns tbody").nth(0)).toContainText("Rana");
  await expect(page.locator(".turns tbody").nth(1)).toContainText("Mina");
});

test("corrections are kept with the result", async ({ page }) => {
  await answer(page, "en");
  const name = result(page).getByLabel(words("en", "talk.name")).first();
  await name.fill("Rana");
  await name.press("Enter");
  await page.goto("/history");
  await page.getByRole("button", { name: words("en", "history.open") }).click();
  await expect(page.locator(".turns tbody").first()).toContainText("Rana");
});

test("what two tabs correct in one result is kept of both", async ({ page, context }) => {
  await answer(page, "en");
  const other = await context.newPage();
  await open(other, "en", "/history");
  await other.getByRole("button", { name: words("en", "history.open") }).click();
  const names = (tab: Page) => tab.getByLabel(words("en", "talk.name"));
  await names(other).first().fill("Rana");
  await names(other).first().press("Enter");
  await expect(names(page).first(), "the other tab sees it").toHaveValue("Rana");
  await names(page).nth(1).fill("Mina");
  await names(page).nth(1).press("Enter");
  await other.reload();
  await other.getByRole("button", { name: words("en", "history.open") }).click();
  await expect(other.locator(".turns tbody").nth(0)).toContainText("Rana");
  await expect(other.locator(".turns tbody").nth(1)).toContainText("Mina");
  await result(page).getByRole("button", { name: words("en", "talk.undo") }).click();
  await result(page).getByRole("button", { name: words("en", "talk.undo") }).click();
  await expect(names(page).first(), "with a way back").not.toHaveValue("Rana");
});

test("each side of a call is heard by itself", async ({ page }) => {
  await open(page, "en");
  await page.getByText(words("en", "talk.choice")).click();
  await page.getByLabel(words("en", "talk.channels")).check();
  await chooseFile(page, "en").setInputFiles(clip("call.ogg"));
  await analyseButton(page, "en").click();
  const names = page.locator(".turns tbody td:nth-child(2)");
  await expect(names.first()).toBeVisible();
  expect(new Set(await names.allTextContents()).size).toBe(2);
});

test("a conversation that the browser itself asked for comes alive", async ({ page }) => {
  await open(page, "en");
  await page.getByText(words("en", "talk.choice")).click();
  await page.getByLabel(words("en", "talk.how_many")).selectOption("2");
  await postAsBrowser(page, "dialogue.ogg");
  const rows = page.locator(".turns tbody");
  await expect(rows.nth(1)).toBeVisible();
  const correct = rows.nth(0).getByRole("button", { name: words("en", "talk.correct") });
  await expect(async () => {
    await correct.click();
    await expect(correct).toHaveAttribute("aria-expanded", "true", { timeout: 500 });
  }).toPass();
});
