import { expect, LANGUAGES, open, picture, test, words } from "../fixtures";

const PAPER = { light: "rgb(246, 244, 239)", dark: "rgb(18, 23, 26)" };

for (const language of LANGUAGES) {
  test(`a chosen appearance stands above the system's and is there before any script (${language})`, async ({ page }) => {
    const body = page.locator("body");
    const choose = async (name: string) => {
      const group = page.getByRole("group", { name: words(language, "site.theme") });
      const choice = group.getByRole("button", { name: words(language, `theme.${name}`) });
      await choice.click();
      await expect(choice).toHaveAttribute("aria-pressed", "true");
      await expect(group.locator("[aria-pressed=true]")).toHaveCount(1);
    };
    await page.emulateMedia({ colorScheme: "light" });
    await open(page, language, "/about");
    await expect(body).toHaveCSS("background-color", PAPER.light);
    await choose("dark");
    await expect(body).toHaveCSS("background-color", PAPER.dark);
    await picture(page, `about-chosen-dark-${language}`);
    await page.reload();
    await expect(body).toHaveCSS("background-color", PAPER.dark);
    const html = await (await page.request.get("/about")).text();
    expect(html).toMatch(/<html[^>]* data-theme="dark"/);

    await page.emulateMedia({ colorScheme: "dark" });
    await choose("light");
    await expect(body).toHaveCSS("background-color", PAPER.light);
    await choose("system");
    await expect(body).toHaveCSS("background-color", PAPER.dark);
    expect(await page.context().cookies()).not.toContainEqual(expect.objectContaining({ name: "theme" }));
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false, colorScheme: "dark" });

  test("the page looks as the system does", async ({ page }) => {
    await page.goto("/en");
    await expect(page.locator("body")).toHaveCSS("background-color", PAPER.dark);
  });
});

test("whoever wants less motion gets none", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "en");
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((element) => {
      const { animationName, transitionDuration } = getComputedStyle(element);
      return animationName !== "none" || Number.parseFloat(transitionDuration) > 0;
    }).length);
  expect(moving).toBe(0);
});
