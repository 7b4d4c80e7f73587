/** Keys of the start page, the share sheet and the offer to install: for who looks for them. */
import { analyseButton, answerWith, chooseFile, expect, expectAccessible, LANGUAGES, open, picture, result, silence, test, words } from "../fixtures";

for (const language of LANGUAGES) {
  test(`a question mark lists the keys, and a switch turns them off (${language})`, async ({ page }) => {
    await open(page, language);
    const dialog = page.getByRole("dialog", { name: words(language, "keys.heading") });
    await page.keyboard.press("?");
    await expect(dialog).toBeVisible();
    await expectAccessible(page);
    await picture(page, `keys-${language}`);
    await dialog.getByRole("switch", { name: words(language, "keys.on") }).uncheck();
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await page.locator("h1").click();
    await page.keyboard.press("?");
    await page.reload();
    await expect(page.getByRole("button", { name: words(language, "recorder.start") })).toBeEnabled();
    await page.keyboard.press("?");
    await expect(dialog, "off after a reload too").toBeHidden();
  });
}

test("Space and arrows play and move the clip, and leave fields alone", async ({ page }) => {
  await answerWith(page, { sad: 0.9, happy: 0.1 }, { duration_s: 20 });
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(silence(20));
  await analyseButton(page, "en").click();
  await expect(result(page)).toBeVisible();
  const audio = page.locator("main audio[src]").first();
  const state = () => audio.evaluate((audio: HTMLAudioElement) => [audio.paused, Math.round(audio.currentTime)]);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  expect(await state()).toEqual([true, 4]);
  await page.keyboard.press("ArrowLeft");
  expect(await state()).toEqual([true, 2]);
  await page.keyboard.press("Space");
  await expect.poll(async () => (await state())[0]).toBe(false);
  await page.keyboard.press("Space");
  await expect.poll(async () => (await state())[0]).toBe(true);
  const at = (await state())[1];
  await page.getByRole("slider").first().focus();
  await page.keyboard.press("Space");
  expect(await state(), "a slider has its own keys").toEqual([true, at]);
});

test.describe("with a microphone", () => {
  test.use({ permissions: ["microphone"] });

  test("R records and stops, and never throws a clip away", async ({ page }) => {
    await open(page, "en");
    await page.keyboard.press("r");
    await expect(page.getByRole("timer")).toContainText("0:01");
    await page.locator(".recording-state").click();
    await page.keyboard.press("r");
    await expect(page.getByText(words("en", "review.recorded"))).toBeVisible();
    await page.locator("h1").click();
    await page.keyboard.press("r");
    await expect(page.getByRole("timer")).toBeHidden();
    await expect(page.getByText(words("en", "review.recorded"))).toBeVisible();
  });
});

test("a result goes to the share sheet where there is one, and the page is installed where that is offered", async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { asked: 0 });
    Object.defineProperty(navigator, "share", {
      configurable: true,
      value: (content: object) => { Object.assign(window, { shared: content }); return Promise.reject(new Error("closed")); },
    });
  });
  await answerWith(page, { sad: 0.9, happy: 0.1 }, { duration_s: 2 });
  await open(page, "en");
  const install = page.getByRole("button", { name: words("en", "site.install") });
  await expect(install).toBeHidden();
  await page.evaluate(() => {
    const offer = Object.assign(new Event("beforeinstallprompt"), { prompt: () => { (window as any).asked += 1; } });
    window.dispatchEvent(offer);
  });
  await install.click();
  expect(await page.evaluate(() => (window as any).asked)).toBe(1);
  await expect(install).toBeHidden();

  await chooseFile(page, "en").setInputFiles(silence(2));
  await analyseButton(page, "en").click();
  await result(page).getByRole("button", { name: words("en", "export.share"), exact: true }).click();
  expect(await page.evaluate(() => (window as any).shared.text)).toContain("90%");
});
