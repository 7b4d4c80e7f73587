import {
  analyseButton, chooseFile, clip, expect, expectResult, open, recordButton, SENTENCES, test, words,
} from "../fixtures";

const link = { bn: "বাংলা", en: "English" };
/** Of no sentence here: tells that the comparison can fail. */
const foreignConjunct = "ক্ট";

test("the switch keeps the clip and the result, and survives a reload", async ({ page }) => {
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  await analyseButton(page, "en").click();
  await expectResult(page, "en");

  await page.getByRole("link", { name: link.bn }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "bn");
  await expect(page).toHaveTitle(words("bn", "site.title"));
  await expect(page.getByText("clip.opus")).toBeVisible();
  await expectResult(page, "bn");

  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "bn");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("bn", "home.heading"));
  await expect(recordButton(page, "bn")).toBeEnabled();
});

test.describe("on the first visit", () => {
  test.use({ locale: "bn-BD" });

  test("the browser's language is taken", async ({ page }) => {
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", "bn");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("bn", "home.heading"));
  });
});

test("the font of the page has every conjunct that its sentences need", async ({ page }) => {
  await open(page, "bn");
  // The admin page has the whole font.
  const { admin: _, ...ofPage } = SENTENCES.bn;
  const sentences = JSON.stringify(ofPage).match(/[\u0964\u0965\u0980-\u09ff\u200c\u200d]+/g)!;
  const misshapen = await page.evaluate(async (texts) => {
    const context = document.createElement("canvas").getContext("2d")!;
    const widths = async (font: string) => {
      await document.fonts.load(font, "\u0995");
      context.font = font;
      return texts.map((text) => context.measureText(text).width);
    };
    const own = await widths('40px "Noto Sans Bengali"');
    const whole = await widths('40px "Noto Sans Bengali Whole"');
    return texts.filter((_, at) => Math.abs(own[at] - whole[at]) > 0.01);
  }, [...sentences, foreignConjunct]);
  expect(misshapen, "run tools/subset-fonts.py").toEqual([foreignConjunct]);
});

test("labels in the other language are marked as such", async ({ page }) => {
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  await analyseButton(page, "en").click();
  await expectResult(page, "en");
  const foreign = page.locator("#content :not(:has(*))").filter({ hasText: /[\u0980-\u09ff]/ });
  expect(await foreign.count(), "heading and five bars").toBeGreaterThanOrEqual(6);
  for (const one of await foreign.all()) await expect(one).toHaveAttribute("lang", "bn");
});

for (const [language, other] of [["bn", "en"], ["en", "bn"]] as const) {
  test(`a path says its language, and links keep it (${language})`, async ({ page, baseURL }) => {
    await page.context().addCookies([{ name: "locale", value: other, url: baseURL! }]);
    await page.goto(`/${language}/about`);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await expect(page.locator("link[rel=canonical]")).toHaveAttribute("href", `/${language}/about`);
    await expect(page.locator(`link[rel=alternate][hreflang=${other}]`)).toHaveAttribute("href", `/${other}/about`);
    await page.getByRole("contentinfo").getByRole("link", { name: words(language, "site.model") }).click();
    await expect(page).toHaveURL(`/${language}/model`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "site.model"));

    await page.getByRole("link", { name: link[other] }).click();
    await expect(page).toHaveURL(`/${other}/model`);
    await expect(page.locator("html")).toHaveAttribute("lang", other);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(other, "site.model"));
    await page.goBack();
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await page.goto("/");
    await expect(page.locator("html"), "the last language is remembered").toHaveAttribute("lang", language);
  });
}
