/** That nobody has to look for what happened. */
import {
  analyseButton, answerWith, chooseFile, clip, expect, expectInView, LANGUAGES, open, picture, recordButton, silence, test, words,
} from "../fixtures";

/** Chromium writes every answer from 400 on to the console. */
const refused = { annotation: { type: "expected console error", description: "Failed to load resource" } };

for (const language of LANGUAGES) {
  for (const [width, height] of [[390, 740], [800, 600], [1280, 800]]) {
    test(`results and errors are seen at ${width} px (${language})`, refused, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await open(page, language);
      await chooseFile(page, language).setInputFiles(clip("text.wav"));
      await analyseButton(page, language).click();
      const alert = page.getByRole("alert");
      await expect(alert).toBeFocused();
      await expectInView(alert);
      const [error, submit] = await Promise.all([alert.boundingBox(), analyseButton(page, language).boundingBox()]);
      expect(error!.y + error!.height, "above the button").toBeLessThanOrEqual(submit!.y);
      await picture(page, `error-${width}-${language}`);

      await page.getByRole("button", { name: words(language, "review.discard") }).click();
      await answerWith(page, { angry: 0.8, sad: 0.2 });
      await chooseFile(page, language).setInputFiles(silence(5));
      await analyseButton(page, language).click();
      const heading = page.locator("#result-heading");
      await expect(heading).toBeFocused();
      await expectInView(heading);
      if (width < 900) expect((await heading.boundingBox())!.y, "at the top").toBeLessThan(height / 4);
      await page.screenshot({ path: `output/seen-${width}-${language}.png` });
    });
  }

  test(`a microphone that does not open is told above its button (${language})`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 740 });
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
    });
    await open(page, language);
    await recordButton(page, language).click();
    await expect(page.getByRole("alert")).toBeFocused();
    await expectInView(page.getByRole("alert"));
    const [error, button] = await Promise.all([page.getByRole("alert").boundingBox(), recordButton(page, language).boundingBox()]);
    expect(error!.y).toBeLessThan(button!.y);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const language of LANGUAGES) {
    for (const width of [320, 360, 390]) {
      test(`nothing is wider than ${width} px, and nothing dead looks alive (${language})`, async ({ page }) => {
        await page.setViewportSize({ width, height: 740 });
        for (const path of ["", "/history", "/about", "/model", "/voice"]) {
          await page.goto(`/${language}${path}`);
          for (const box of await page.locator("header, main, .card, form, .picker, .picker input").all()) {
            const place = (await box.boundingBox())!;
            expect(place.x + place.width, `${path} ${await box.getAttribute("class")}`).toBeLessThanOrEqual(width + 0.5);
          }
        }
        await page.goto(`/${language}`);
        await picture(page, `no-script-${width}-${language}`);
        await expect(page.locator("button:visible:disabled")).toHaveCount(0);
        await expect(chooseFile(page, language)).not.toHaveAttribute("multiple");
      });
    }
  }
});
