/** Several models: one is chosen on the page and remembered, and its answers say whose they are. */
import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import {
  analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, result, test, words,
  type Language,
} from "../fixtures";

const choice = (page: Page, language: Language) =>
  page.getByRole("combobox", { name: words(language, "model.choice"), exact: true });

async function choose(page: Page, language: Language) {
  await open(page, language);
  await expect(page.getByText(words(language, "model.is_experimental"))).toBeHidden();
  await choice(page, language).selectOption({ index: 1 });
  await expect(page.getByText(words(language, "model.is_experimental"))).toBeVisible();
}

for (const language of LANGUAGES) {
  test(`a model of eight emotions is chosen, remembered, and given up again (${language})`, async ({ page }) => {
    await choose(page, language);
    await expectAccessible(page);
    await picture(page, `model-choice-${language}`);
    const chosen = await choice(page, language).inputValue();
    await chooseFile(page, language).setInputFiles(clip("clip.wav"));
    await analyseButton(page, language).click();
    await expectResult(page, language, 8);
    await expectAccessible(page);
    await picture(page, `model-result-${language}`);

    await open(page, language);
    await expect(choice(page, language)).toHaveValue(chosen);
    await choice(page, language).selectOption({ index: 0 });
    await chooseFile(page, language).setInputFiles(clip("clip.wav"));
    await analyseButton(page, language).click();
    await expectResult(page, language);
  });
}

test("what is given away names the model that answered", async ({ page }) => {
  await choose(page, "en");
  const chosen = await choice(page, "en").inputValue();
  await chooseFile(page, "en").setInputFiles(clip("clip.wav"));
  await analyseButton(page, "en").click();
  await expectResult(page, "en", 8);
  const download = page.waitForEvent("download");
  await result(page).getByRole("button", { name: words("en", "export.json"), exact: true }).click();
  const kept = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  expect(kept.model).toBe(chosen);
});

test("every model has its card", async ({ page }) => {
  await open(page, "en", "/model");
  await expect(page.getByText(/^Model: /)).toHaveCount(2);
  await expectAccessible(page);
  await picture(page, "model-cards");
});
