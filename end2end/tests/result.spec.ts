import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import {
  analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, result, test, words,
  type Language,
} from "../fixtures";

async function analyse(page: Page, language: Language, file: string | { name: string; mimeType: string; buffer: Buffer }) {
  await open(page, language);
  await chooseFile(page, language).setInputFiles(typeof file === "string" ? clip(file) : file);
  await analyseButton(page, language).click();
  await expectResult(page, language);
}

const audio = (page: Page) => result(page).locator("audio");
const heardAt = (page: Page) => audio(page).evaluate((element: HTMLAudioElement) => element.currentTime);
const parts = (page: Page, language: Language) =>
  result(page).getByRole("list", { name: words(language, "result.timeline_caption") }).getByRole("button");

/** clip.wav, so loud that it is cut off at full scale. */
function overdriven() {
  const buffer = Buffer.from(readFileSync(clip("clip.wav")));
  for (let at = 44; at + 1 < buffer.length; at += 2) {
    buffer.writeInt16LE(Math.max(-32768, Math.min(32767, buffer.readInt16LE(at) * 40)), at);
  }
  return { name: "loud.wav", mimeType: "audio/wav", buffer };
}

for (const language of LANGUAGES) {
  test(`a part of the timeline plays from there and is marked (${language})`, async ({ page }) => {
    await analyse(page, language, "long.opus");
    const part = parts(page, language).last();
    await part.focus();
    await page.keyboard.press("Enter");
    await expect(part).toHaveAttribute("aria-current", "true");
    expect(await heardAt(page)).toBeGreaterThan(0);
    await audio(page).evaluate((element: HTMLAudioElement) => element.pause());
    await expect(parts(page, language).and(page.locator("[aria-current]"))).toHaveCount(1);
    await picture(page, `timeline-${language}`);
  });

  test(`the pictures and bars are readable without seeing them (${language})`, async ({ page }) => {
    await analyse(page, language, "long.opus");
    await expect(result(page).getByRole("img", { name: words(language, "result.waveform") })).toBeVisible();
    await expect(result(page).getByRole("img", { name: words(language, "result.spectrogram") })).toBeVisible();
    await expect(parts(page, language).first()).toHaveText(language === "bn" ? /০:০.*[০-৯]+%/ : /0:0.*[0-9]+%/);
    await expect(result(page).getByRole("list", { name: words(language, "result.all") })).toMatchAriaSnapshot(`
      - list:
        - listitem: /%/
        - listitem: /%/
        - listitem: /%/
        - listitem: /%/
        - listitem: /%/
    `);
  });

  test(`an overdriven recording is told so (${language})`, async ({ page }) => {
    await analyse(page, language, overdriven());
    const notes = result(page).getByRole("list", { name: words(language, "result.notes") });
    await expect(notes).toContainText(words(language, "result.clipped"));
    await expectAccessible(page);
    await picture(page, `notes-${language}`);
  });
}

test("a click in the picture plays from there", async ({ page }) => {
  await analyse(page, "en", "long.opus");
  const stage = result(page).locator(".playground");
  const { width, height } = (await stage.boundingBox())!;
  await stage.click({ position: { x: width / 2, y: height / 4 } });
  const duration = await audio(page).evaluate((element: HTMLAudioElement) => element.duration);
  await expect.poll(() => heardAt(page)).toBeGreaterThan(duration * 0.45);
});

test("a clip that the browser cannot play has its pictures all the same", async ({ page }) => {
  // Audio for the server and none for the element.
  const buffer = readFileSync(clip("../../crates/audio/tests/formats/clips/caf.caf"));
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles({ name: "voice.caf", mimeType: "audio/x-caf", buffer });
  await analyseButton(page, "en").click();
  await expect(result(page).getByRole("img", { name: words("en", "result.spectrogram") })).toBeVisible();
  await expect(result(page).locator(".player")).toHaveCount(0);
});

test("the result is given away as text, JSON, CSV and picture", async ({ page, context, baseURL }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: baseURL });
  await analyse(page, "en", "clip.wav");
  const button = (name: string) => result(page).getByRole("button", { name: words("en", name), exact: true });
  const saved = async (name: string) => {
    const download = page.waitForEvent("download");
    await button(name).click();
    const file = await download;
    return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
  };

  await button("export.copy").click();
  await expect(result(page)).toContainText(words("en", "export.copied"));
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const [heading] = (await result(page).getByRole("heading", { level: 2 }).innerText()).split("·");
  expect(text.split("\n")[0]).toBe(heading.trim());
  expect(text.split("\n").filter((line) => /^\w+ \d+%$/.test(line))).toHaveLength(5);

  const json = JSON.parse((await saved("export.json")).content.toString());
  expect(json.source).toBe("clip.wav");
  expect(Object.keys(json.prediction.probabilities)).toHaveLength(5);

  const csv = (await saved("export.csv")).content.toString().trim().split("\r\n");
  expect(csv[0]).toContain("start_s,end_s,emotion,confidence");
  expect(csv).toHaveLength(2 + json.prediction.windows.length);

  const image = await saved("export.picture");
  expect(image.name).toBe("banglaser.png");
  expect(image.content.subarray(1, 4).toString()).toBe("PNG");
  expect(image.content.readUInt32BE(16)).toBe(1200);
});

for (const language of LANGUAGES) {
  test(`the picture of a result is drawn (${language})`, async ({ page }) => {
    await analyse(page, language, "long.opus");
    const download = page.waitForEvent("download");
    await result(page).getByRole("button", { name: words(language, "export.picture"), exact: true }).click();
    await (await download).saveAs(`output/saved-picture-${language}-${test.info().project.name}.png`);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const language of LANGUAGES) {
    test(`the result has pictures and a list of parts (${language})`, async ({ page }) => {
      await page.goto(`/${language}`);
      await chooseFile(page, language).setInputFiles(clip("long.opus"));
      await analyseButton(page, language).click();
      await expectResult(page, language);
      await expect(page).toHaveURL(`/${language}`);
      await expect(result(page).getByRole("img", { name: words(language, "result.spectrogram") })).toBeVisible();
      await expect(result(page).locator(".timeline li").first()).toBeVisible();
      await expect(audio(page)).toHaveCount(0);
      await picture(page, `no-script-pictures-${language}`);
    });
  }
});
