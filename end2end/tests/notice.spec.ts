import {
  acknowledge, analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, picture, recordButton, test,
  words,
} from "../fixtures";

const dialog = "dialog";

for (const language of LANGUAGES) {
  test.describe(language, () => {
    test.use({ permissions: ["microphone"] });

    test.beforeEach(async ({ page, baseURL }) => {
      await page.context().addCookies([{ name: "locale", value: language, url: baseURL! }]);
      await page.goto("/");
      await expect(recordButton(page, language)).toBeEnabled();
    });

    test(`comes before the first recording, and once only (${language})`, async ({ page }) => {
      const button = (name: string) => page.getByRole("button", { name: words(language, name), exact: true });
      const notice = page.getByRole(dialog, { name: words(language, "notice.heading") });
      await recordButton(page, language).click();
      await expect(notice).toBeVisible();
      await expect(page.getByRole("timer")).toBeHidden();
      await expectAccessible(page);
      await picture(page, `notice-${language}`);
      await button("notice.decline").click();
      await expect(notice).toBeHidden();
      await expect(recordButton(page, language)).toBeFocused();
      await recordButton(page, language).click();
      await button("notice.agree").click();
      await expect(page.getByRole("timer")).toBeVisible();
      await button("recorder.cancel").click();
      await recordButton(page, language).click();
      await expect(page.getByRole("timer")).toBeVisible();
      expect((await page.context().cookies()).map(({ name }) => name)).toEqual(["locale"]);
    });

    test(`comes before the first analysis, and can be read again (${language})`, async ({ page }) => {
      const button = (name: string) => page.getByRole("button", { name: words(language, name), exact: true });
      const notice = page.getByRole(dialog, { name: words(language, "notice.heading") });
      await chooseFile(page, language).setInputFiles(clip("clip.opus"));
      await analyseButton(page, language).click();
      await expect(notice).toBeVisible();
      await button("notice.agree").click();
      await expectResult(page, language);
      await button("notice.reopen").click();
      await expect(notice).toContainText(words(language, "notice.audio"));
      await page.keyboard.press("Escape");
      await expect(notice).toBeHidden();
    });
  });
}

test("is remembered by the browser", async ({ page }) => {
  await acknowledge(page);
  await page.goto("/");
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  await analyseButton(page, "en").click();
  await expectResult(page, "en");
});
