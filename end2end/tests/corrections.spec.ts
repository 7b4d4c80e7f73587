/** A profile of what the reader said that past answers were. */
import type { Page } from "@playwright/test";

import {
  analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, pastResult, picture, result, test,
  words, type Share,
} from "../fixtures";

/** Results in which surprise was heard as a happy voice, nearly; the last one was right. */
async function withCorrections(page: Page, count: number) {
  const entries = Array.from({ length: count }, (_, idx) => {
    const isRight = idx + 1 === count;
    const told: Share = isRight ? { happy: 0.9, angry: 0.1 } : { happy: 0.5, surprise: 0.4, neutral: 0.1 };
    const heard_as = isRight ? "happy" : "surprise";
    return pastResult(idx, told, { source: `${idx}.wav`, model: "bilstm-v8", heard_as });
  });
  await page.addInitScript((json) => localStorage.setItem("banglaser.results", json), JSON.stringify(entries));
}

for (const language of LANGUAGES) {
  test(`ten corrections make a profile, which is used and can be removed (${language})`, async ({ page }) => {
    await withCorrections(page, 12);
    await open(page, language, "/voice");
    const card = page.getByRole("region", { name: words(language, "corrections.heading") });
    const digit = (n: number) => n.toLocaleString(language === "bn" ? "bn-BD" : "en");
    await expect(card).toContainText(words(language, "corrections.found"));
    const numbers = (await card.locator("p").first().innerText()).match(/[\d০-৯]+/g);
    expect(numbers, "corrected, right, right after, changed").toEqual([12, 1, 12, 11].map(digit));
    await expectAccessible(page);
    await picture(page, `corrections-${language}`);
    await card.getByRole("button", { name: words(language, "corrections.make"), exact: true }).click();
    await expect(card).toContainText(words(language, "corrections.done"));
    const profile = page.getByRole("radio", { name: words(language, "corrections.name"), exact: true });
    await expect(profile).toBeChecked();
    await expect(page.getByText(words(language, "corrections.profile"), { exact: true })).toBeVisible();

    await open(page, language);
    await chooseFile(page, language).setInputFiles(clip("clip.wav"));
    await analyseButton(page, language).click();
    await expectResult(page, language);
    await expect(result(page)).toContainText(words(language, "voice.heard_with"));
    await expect(page.getByRole("button", { name: words(language, "voice.better"), exact: true })).toBeHidden();
    const kept = await page.evaluate(() => JSON.parse(localStorage.getItem("banglaser.results")!)[0]);
    expect(kept.known.bias).toHaveLength(5);

    await open(page, language, "/voice");
    await page.getByRole("button", { name: words(language, "history.remove"), exact: true }).click();
    await page.getByRole("button", { name: words(language, "history.yes"), exact: true }).click();
    await expect(page.getByText(words(language, "voice.empty"))).toBeVisible();
  });
}

test("fewer corrections, or such as teach nothing, offer no profile", async ({ page }) => {
  await withCorrections(page, 9);
  await open(page, "en", "/voice");
  const card = page.getByRole("region", { name: words("en", "corrections.heading") });
  await expect(card).toContainText("You have said of 9 answers what they were. From 10 on");
  await expect(card.getByRole("button")).toBeHidden();
});
