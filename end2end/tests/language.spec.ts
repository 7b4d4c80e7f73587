import { analyseButton, chooseFile, clip, expect, expectResult, open, recordButton, test, words } from "../fixtures";

const link = { bn: "বাংলা", en: "English" };

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

test("labels in the other language are marked as such", async ({ page }) => {
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  await analyseButton(page, "en").click();
  await expectResult(page, "en");
  const foreign = page.locator("#content :not(:has(*))").filter({ hasText: /[\u0980-\u09ff]/ });
  expect(await foreign.count(), "heading and five bars").toBeGreaterThanOrEqual(6);
  for (const one of await foreign.all()) await expect(one).toHaveAttribute("lang", "bn");
});
