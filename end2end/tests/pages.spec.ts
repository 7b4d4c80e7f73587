import {
  analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, postAsBrowser,
  recordButton, test, words,
} from "../fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  for (const language of LANGUAGES) {
    test.describe(`${colorScheme}, ${language}`, () => {
      test.use({ colorScheme });

      test("axe finds nothing in start, review, error and result", async ({ page }) => {
        test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
        await open(page, language);
        await expectAccessible(page);
        await picture(page, `start-${language}-${colorScheme}`);
        await chooseFile(page, language).setInputFiles(clip("text.wav"));
        await expectAccessible(page);
        await analyseButton(page, language).click();
        await expect(page.getByRole("alert")).toBeVisible();
        await expectAccessible(page);
        await page.getByRole("button", { name: words(language, "review.discard") }).click();
        await chooseFile(page, language).setInputFiles(clip("long.opus"));
        await analyseButton(page, language).click();
        await expectResult(page, language);
        await expectAccessible(page);
        await picture(page, `result-${language}-${colorScheme}`);
      });

      test("axe finds nothing on the about page", async ({ page }) => {
        await open(page, language, "/about");
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "about.heading"));
        await expectAccessible(page);
        await picture(page, `about-${language}-${colorScheme}`);
      });

      test("axe finds nothing on the page of the model", async ({ page }) => {
        await open(page, language, "/model");
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "site.model"));
        await expect(page.locator("figure.matrix svg")).toBeVisible();
        await expectAccessible(page);
        await picture(page, `model-${language}-${colorScheme}`);
      });
    });
  }
}

test("an unknown address is said to be one", async ({ page }) => {
  test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
  const answer = await page.goto("/no-such-page");
  expect(answer!.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("en", "not_found.heading"));
});

test("everything is reached by keyboard, with a focus that can be seen", async ({ page }) => {
  await open(page, "en");
  const seen: string[] = [];
  for (let step = 0; step < 16; step++) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) === 0) break;
    seen.push(await focused.evaluate((element) => element.textContent || element.getAttribute("name") || ""));
    const outline = await focused.evaluate((element) => {
      const shown = element.matches(".picker input") ? element.parentElement! : element;
      return getComputedStyle(shown).outlineStyle;
    });
    expect(outline, `focus on ${seen.at(-1)}`).toBe("solid");
  }
  const all = seen.join(" ");
  for (const name of ["BanglaSER", "বাংলা", "English", "Start recording", "file", "Voice 1"]) expect(all).toContain(name);
});

test("nothing is wider than the narrowest phone", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const language of LANGUAGES) {
    await open(page, language);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    await chooseFile(page, language).setInputFiles(clip("long.opus"));
    await analyseButton(page, language).click();
    await expectResult(page, language);
    expect(await overflow()).toBe(0);
    await open(page, language, "/model");
    expect(await overflow()).toBe(0);
    await picture(page, `model-phone-${language}`);
  }
});

test("a link leads to the model's card, in either language", async ({ page }) => {
  await open(page, "en");
  await page.getByRole("contentinfo").getByRole("link", { name: words("en", "site.model") }).click();
  await expect(page.locator(".model-card table").first()).toBeVisible();
  await expect(page.locator("figure.matrix")).toContainText("Angry");
  await page.getByRole("link", { name: "বাংলা" }).click();
  await expect(page.locator("figure.matrix")).toContainText("রাগান্বিত");
});

test("nothing is asked of any other host", async ({ page, baseURL }) => {
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await open(page, "bn");
  await open(page, "bn", "/about");
  expect([...hosts]).toEqual([new URL(baseURL!).host]);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const language of LANGUAGES) {
    test(`a file is uploaded and its result shown (${language})`, async ({ page, baseURL }) => {
      await page.context().addCookies([{ name: "locale", value: language, url: baseURL! }]);
      await page.goto("/");
      // Text selectors pass over noscript.
      const hint = page.locator("noscript p");
      await expect(hint).toBeVisible();
      await expect(hint).toHaveText(words(language, "recorder.no_script"));
      await picture(page, `no-script-${language}`);
      await chooseFile(page, language).setInputFiles(clip("clip.m4a"));
      await analyseButton(page, language).click();
      await expectResult(page, language);
      await picture(page, `no-script-result-${language}`);
    });

    test(`a file that is no audio is refused in words (${language})`, async ({ page, baseURL }) => {
      test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
      await page.context().addCookies([{ name: "locale", value: language, url: baseURL! }]);
      await page.goto("/");
      await chooseFile(page, language).setInputFiles(clip("text.wav"));
      await analyseButton(page, language).click();
      await expect(page.getByText(words(language, "error.unsupported"))).toBeVisible();
    });
  }

  test("the language switch is a link that works", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "বাংলা" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "bn");
    await page.goto("/about");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("bn", "about.heading"));
    await page.goto("/model");
    await expect(page.locator("figure.matrix")).toContainText("রাগান্বিত");
    await expect(page.locator(".model-card table").first()).toBeVisible();
  });
});

test("the result of an upload without JavaScript comes alive where there is some", async ({ page }) => {
  await open(page, "en");
  await postAsBrowser(page, "clip.opus");
  await expectResult(page, "en");
  await expect(recordButton(page, "en")).toBeEnabled();
  await page.getByRole("link", { name: words("en", "result.again") }).click();
  await expect(page.locator("#result-heading")).toBeHidden();
});
