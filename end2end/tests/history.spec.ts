import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import {
  analyseButton, answerWith, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, result, test,
  words, type Language,
} from "../fixtures";

const rows = (page: Page) => page.locator(".past-result");
const button = (page: Page, language: Language, name: string) =>
  page.getByRole("button", { name: words(language, name), exact: true });
const keepSwitch = (page: Page, language: Language) => page.getByRole("switch", { name: words(language, "history.keep") });

async function analyse(page: Page, language: Language, file: string) {
  await open(page, language);
  await chooseFile(page, language).setInputFiles(clip(file));
  await analyseButton(page, language).click();
  await expectResult(page, language);
}

async function openHistory(page: Page, language: Language) {
  await open(page, language, "/history");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "history.heading"));
  await expect(keepSwitch(page, language)).toBeEnabled();
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const language of LANGUAGES) {
    test.describe(`${colorScheme}, ${language}`, () => {
      test.use({ colorScheme });

      test("past results are listed, compared and deleted", async ({ page }) => {
        await openHistory(page, language);
        await expect(page.getByText(words(language, "history.empty"))).toBeVisible();
        await expectAccessible(page);
        await picture(page, `history-empty-${language}-${colorScheme}`);

        await analyse(page, language, "clip.wav");
        // A synthesised voice is unclear, and has no percentage.
        await answerWith(page, { happy: 0.62, surprise: 0.2, neutral: 0.1, angry: 0.05, sad: 0.03 });
        await analyse(page, language, "long.opus");
        await openHistory(page, language);
        await expect(rows(page)).toHaveCount(2);
        await expect(rows(page).first()).toContainText("long.opus");
        await expect(rows(page).first()).toContainText(language === "bn" ? /[০-৯]+%/ : /[0-9]+%/);
        for (const row of await rows(page).all()) {
          await row.getByRole("button", { name: words(language, "history.compare") }).click();
        }
        const sides = page.getByRole("region", { name: words(language, "history.comparison") });
        await expect(sides.getByRole("list")).toHaveCount(2);
        await expectAccessible(page);
        await picture(page, `history-${language}-${colorScheme}`);

        await rows(page).first().getByRole("button", { name: words(language, "history.remove") }).click();
        await expect(rows(page)).toHaveCount(1);
        await expect(sides).toBeHidden();
        await button(page, language, "history.remove_all").click();
        await button(page, language, "history.no").click();
        await expect(rows(page)).toHaveCount(1);
        await button(page, language, "history.remove_all").click();
        await expectAccessible(page);
        await button(page, language, "history.yes").click();
        await expect(page.getByText(words(language, "history.empty"))).toBeVisible();
        await page.reload();
        await expect(page.getByText(words(language, "history.empty"))).toBeVisible();
      });
    });
  }
}

test("the same clip is listed once, and its list survives a reload", async ({ page }) => {
  await analyse(page, "en", "clip.wav");
  await analyse(page, "en", "clip.wav");
  await openHistory(page, "en");
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
});

test("nothing is kept while the switch is off", async ({ page }) => {
  await openHistory(page, "en");
  await keepSwitch(page, "en").uncheck();
  await expect(page.getByText(words("en", "history.off"))).toBeVisible();
  await analyse(page, "en", "clip.wav");
  await expect(result(page).getByText(words("en", "feedback.question"))).toBeHidden();
  await openHistory(page, "en");
  await expect(page.getByText(words("en", "history.empty"))).toBeVisible();
  await expect(keepSwitch(page, "en")).not.toBeChecked();
});

test("what the user says is kept with the result, and sent nowhere", async ({ page }) => {
  await analyse(page, "en", "clip.wav");
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.url()));
  await button(page, "en", "feedback.no").click();
  await expect(result(page).getByText(words("en", "feedback.which"))).toBeVisible();
  await button(page, "en", "feedback.no").waitFor({ state: "hidden" });
  await result(page).getByRole("button", { name: "Sad", exact: true }).click();
  await expect(result(page).getByText(words("en", "feedback.noted"))).toBeVisible();
  expect(sent).toEqual([]);
  await openHistory(page, "en");
  await expect(rows(page)).toContainText("You said: Sad");
});

test("past results are given away as JSON and CSV", async ({ page }) => {
  await analyse(page, "bn", "clip.wav");
  await analyse(page, "bn", "long.opus");
  await openHistory(page, "bn");
  const saved = async (name: string) => {
    const download = page.waitForEvent("download");
    await button(page, "bn", name).click();
    return readFileSync(await (await download).path()).toString();
  };
  const json = JSON.parse(await saved("export.json"));
  expect(json.map((entry: { source: string }) => entry.source)).toEqual(["long.opus", "clip.wav"]);
  const [head, ...lines] = (await saved("export.csv")).trim().split("\r\n").map((line) => line.split(","));
  const wholes = lines.filter((line) => line[head.indexOf("certainty")] !== "");
  expect(wholes.map((line) => line[head.indexOf("source")])).toEqual(['"long.opus"', '"clip.wav"']);
  expect(lines.length, "and a line for each window").toBeGreaterThan(wholes.length);
});

test("storage that holds nonsense does no harm", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("banglaser.results", "[{]"));
  await openHistory(page, "en");
  await expect(page.getByText(words("en", "history.empty"))).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const language of LANGUAGES) {
    test(`the page of past results says what it needs (${language})`, async ({ page }) => {
      await page.goto(`/${language}/history`);
      await expect(page.locator("noscript p")).toHaveText(words(language, "history.no_script"));
    });
  }
});

for (const language of LANGUAGES) {
  test(`past results have days, names that can be changed, and are found by them (${language})`, async ({ page }) => {
    const now = Date.now();
    const entry = (at_ms: number, source: string, angry: number) => ({
      at_ms, source, heard_as: null,
      prediction: {
        duration_s: 5, speech_s: 5, notes: [], windows: [], probabilities: { angry, sad: 1 - angry },
        certainty: { band: "high", min_confidence: 0, accuracy: null },
      },
    });
    const entries = [entry(now, "one.wav", 0.9), entry(now - 1000, "two.wav", 0.2), entry(now - 3 * 86_400_000, "old.wav", 0.8)];
    await page.addInitScript((entries) => {
      if (!localStorage.getItem("banglaser.results")) localStorage.setItem("banglaser.results", JSON.stringify(entries));
    }, entries);
    await openHistory(page, language);
    await expect(rows(page)).toHaveCount(3);
    await expect(page.locator(".day")).toHaveCount(new Date(now).getDate() === new Date(now - 1000).getDate() ? 2 : 3);
    await expectAccessible(page);
    page.on("dialog", (dialog) => dialog.accept("আমার গলা"));
    await rows(page).nth(1).getByRole("button", { name: words(language, "history.rename") }).click();
    await expect(rows(page).nth(1)).toContainText("আমার গলা");
    const search = page.getByRole("searchbox", { name: words(language, "history.search") });
    await search.fill("গলা");
    await expect(rows(page)).toHaveCount(1);
    await search.fill(language === "bn" ? "রাগান্বিত" : "angry");
    await expect(rows(page)).toHaveCount(2);
    await picture(page, `history-found-${language}`);
    await search.fill("");
    await page.reload();
    await expect(rows(page).nth(1)).toContainText("আমার গলা");
  });
}
