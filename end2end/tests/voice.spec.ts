/** Voice profiles: made by reading aloud, kept in the browser, used, bettered, given away and taken over. */
import { readFileSync, writeFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import {
  analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, result, test, words,
  type Language,
} from "../fixtures";

const button = (page: Page, language: Language, name: string) =>
  page.getByRole("button", { name: words(language, name), exact: true });
const rows = (page: Page) => page.locator(".profile-rows bdi");
const radio = (page: Page, name: string | RegExp) => page.getByRole("radio", { name, exact: true });

async function openVoices(page: Page, language: Language) {
  await open(page, language, "/voice");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "voice.heading"));
  await expect(button(page, language, "voice.record")).toBeEnabled();
}

/** Reads a sentence aloud, as long as the fake microphone needs to say something. */
async function read(page: Page, language: Language) {
  await button(page, language, "voice.record").click();
  await expect(page.getByRole("timer")).toContainText(language === "bn" ? "০:০৪" : "0:04");
  await button(page, language, "recorder.stop").click();
  await expect(page.getByRole("timer")).toBeHidden();
  await expect(page.getByText(words(language, "voice.hearing"))).toBeHidden();
}

async function makeProfile(page: Page, language: Language) {
  await openVoices(page, language);
  const passages = new Set<string>();
  for (let place = 0; place < 3; place++) {
    passages.add((await page.locator(".passage").textContent())!);
    await read(page, language);
  }
  expect(passages.size, "three sentences").toBe(3);
  await expect(page.getByText(words(language, "voice.ready"))).toBeVisible();
  await expect(rows(page)).toHaveText([words(language, "voice.name")]);
}

for (const language of LANGUAGES) {
  test(`what is read is sent, and that is said before, on this device too (${language})`, async ({ page }) => {
    await open(page, language);
    await page.getByRole("switch", { name: words(language, "on_device.choice") }).check();
    await expect(page.getByText(words(language, "on_device.privacy"))).toBeVisible();
    await page.getByRole("link", { name: words(language, "voice.link") }).click();
    await expect(button(page, language, "voice.record")).toBeEnabled();
    await expect(page.getByText(words(language, "voice.sent"))).toBeVisible();
  });
}

test.describe("with a microphone", () => {
  test.use({ permissions: ["microphone"] });

  for (const language of LANGUAGES) {
    test(`three sentences make a profile, which hears and learns (${language})`, async ({ page }) => {
      await openVoices(page, language);
      await expect(page.getByText(words(language, "voice.empty"))).toBeVisible();
      await expectAccessible(page);
      await picture(page, `voice-empty-${language}`);
      await makeProfile(page, language);
      await expect(radio(page, words(language, "voice.name"))).toBeChecked();
      await expectAccessible(page);
      await picture(page, `voice-${language}`);

      await open(page, language);
      await expect(page.getByLabel(words(language, "voice.choice"))).toHaveValue(words(language, "voice.name") as string);
      await chooseFile(page, language).setInputFiles(clip("clip.wav"));
      await analyseButton(page, language).click();
      await expectResult(page, language);
      await expect(result(page)).toContainText(words(language, "voice.heard_with"));
      await picture(page, `voice-result-${language}`);
      // What its reader says that it was is what the profile learns.
      await button(page, language, "feedback.no").click();
      await button(page, language, "emotion.sad").click();
      await page.evaluate(() => {
        const append = FormData.prototype.append;
        FormData.prototype.append = function (this: FormData, name: string, ...rest: [string]) {
          if (name === "emotion") document.body.dataset.learnt = rest[0];
          append.call(this, name, ...rest);
        };
      });
      await button(page, language, "voice.better").click();
      await expect(page.locator("body")).toHaveAttribute("data-learnt", "sad");
      await expect(result(page)).toContainText(words(language, "voice.bettered"));
      await expect(button(page, language, "voice.better")).toBeHidden();
      await openVoices(page, language);
      await expect(page.getByText(language === "bn" ? /: ৪টি/ : /: 4$/)).toBeVisible();
    });
  }

  test("a sentence in another mood betters the profile, and what was begun outlives a look at another page", async ({ page }) => {
    await makeProfile(page, "en");
    await expect(page.getByText(words("en", "voice.mood"))).toBeVisible();
    await page.getByRole("contentinfo").getByRole("link", { name: words("en", "site.about") }).click();
    await page.getByRole("contentinfo").getByRole("link", { name: words("en", "voice.heading") }).click();
    await expect(page.getByText(words("en", "voice.mood"))).toBeVisible();
    await read(page, "en");
    await expect(page.getByText(/: 4$/)).toBeVisible();
    await expect(rows(page)).toHaveCount(1);
    await button(page, "en", "voice.begin").click();
    await expect(page.getByText(words("en", "voice.calm"))).toBeVisible();
    await expect(rows(page)).toHaveCount(1);
  });

  test("a recording of the start page is not lost to a sentence that was read", async ({ page }) => {
    await open(page, "en");
    await page.getByRole("button", { name: words("en", "recorder.start") }).click();
    await expect(page.getByRole("timer")).toContainText("0:03");
    page.on("dialog", (dialog) => dialog.accept());
    await page.goto("/voice");
    await read(page, "en");
    await page.goto("/");
    await expect(page.getByText(words("en", "recorder.interrupted"))).toBeVisible();
  });
});

test.describe("with profiles", () => {
  test.use({ permissions: ["microphone"] });

  test("are renamed, saved, deleted and taken over, and other files are refused", async ({ page }, info) => {
    await makeProfile(page, "en");
    page.once("dialog", (dialog) => dialog.accept("Asha"));
    await button(page, "en", "history.rename").click();
    await expect(rows(page)).toHaveText(["Asha"]);
    await expect(radio(page, "Asha")).toBeChecked();
    await radio(page, words("en", "voice.none")).check();
    const [download] = await Promise.all([
      page.waitForEvent("download"), button(page, "en", "voice.export").click(),
    ]);
    expect(download.suggestedFilename()).toBe("Asha.json");
    const saved = info.outputPath("Asha.json");
    await download.saveAs(saved);
    await button(page, "en", "history.remove").click();
    await button(page, "en", "voice.keep").click();
    await expect(rows(page)).toHaveCount(1);
    await button(page, "en", "history.remove").click();
    await expectAccessible(page);
    await button(page, "en", "history.yes").click();
    await expect(page.getByText(words("en", "voice.empty"))).toBeVisible();

    const takeOver = page.getByLabel(words("en", "voice.import"));
    await takeOver.setInputFiles(saved);
    await expect(radio(page, "Asha")).toBeChecked();
    const foreign = info.outputPath("foreign.json");
    writeFileSync(foreign, JSON.stringify({ ...JSON.parse(readFileSync(saved, "utf8")), model: "another" }));
    for (const file of [foreign, clip("clip.wav")]) {
      await takeOver.setInputFiles(file);
      await expect(page.getByRole("alert")).toContainText(words("en", "error.profile_refused"));
      await expect(rows(page)).toHaveCount(1);
    }
    await page.reload();
    await expect(radio(page, "Asha")).toBeChecked();
  });

  test("of another model are not used, and say so", async ({ page }) => {
    await page.addInitScript(() => localStorage.setItem("banglaser.profiles", JSON.stringify({
      all: [{ name: "Old", profile: { model: "bilstm-v0", n_clips: 3, voice: [1, 2] } }], in_use: "Old",
    })));
    await openVoices(page, "en");
    await expect(radio(page, "Old")).toBeDisabled();
    await expect(page.getByText(words("en", "voice.other_model"))).toBeVisible();
    await open(page, "en");
    await expect(page.getByLabel(words("en", "voice.choice"))).toBeHidden();
    await chooseFile(page, "en").setInputFiles(clip("clip.wav"));
    await analyseButton(page, "en").click();
    await expectResult(page, "en");
    await expect(result(page)).not.toContainText(words("en", "voice.heard_with"));
  });
});
