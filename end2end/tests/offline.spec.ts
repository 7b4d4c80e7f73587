import { analyseButton, chooseFile, clip, expect, LANGUAGES, open, picture, recordButton, test, words } from "../fixtures";

test.use({ serviceWorkers: "allow" });

const kept = `(async () => {
  const cache = await caches.open("page-1");
  return (await cache.keys()).map((request) => new URL(request.url).pathname);
})()`;

for (const language of LANGUAGES) {
  test(`the page opens without a connection and says what needs one (${language})`, async ({ page, context }) => {
    test.info().annotations.push({ type: "expected console error", description: "ERR_INTERNET_DISCONNECTED" });
    test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
    await open(page, language);
    await expect.poll(() => page.evaluate<string[]>(kept)).toContain("/");
    // It keeps the page before it is in charge of it.
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await context.setOffline(true);
    await page.reload();
    await expect(recordButton(page, language)).toBeEnabled();
    await expect(page.getByText(words(language, "home.offline"))).toBeVisible();
    await picture(page, `offline-${language}`);
    await chooseFile(page, language).setInputFiles(clip("clip.opus"));
    await analyseButton(page, language).click();
    await expect(page.getByRole("alert")).toContainText(words(language, "error.unreachable"));
    await context.setOffline(false);
    await expect(page.getByText(words(language, "home.offline"))).toBeHidden();
  });
}

for (const language of LANGUAGES) {
  test(`past results are there without a connection (${language})`, async ({ page, context }) => {
    test.info().annotations.push({ type: "expected console error", description: "ERR_INTERNET_DISCONNECTED" });
    test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
    await open(page, language);
    await expect.poll(() => page.evaluate<string[]>(kept)).toContain("/history");
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await context.setOffline(true);
    for (const path of ["/history", "/bn/history", "/en/history"]) {
      await page.goto(path);
      const spoken = path.startsWith("/bn") ? "bn" : path.startsWith("/en") ? "en" : language;
      await expect(page.locator("html")).toHaveAttribute("lang", spoken);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(spoken, "history.heading"));
    }
    await context.setOffline(false);
  });
}

for (const language of LANGUAGES) {
  test(`the language that was chosen last holds without a connection (${language})`, async ({ page, context }) => {
    test.info().annotations.push({ type: "expected console error", description: "ERR_INTERNET_DISCONNECTED" });
    test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
    await open(page, language === "bn" ? "en" : "bn");
    await expect.poll(() => page.evaluate<string[]>(kept)).toEqual(expect.arrayContaining(["/", "/history"]));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.getByRole("link", { name: words(language, "language.name"), exact: true }).click();
    await expect(page).toHaveURL(`/${language}`);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await context.setOffline(true);
    for (const [path, name] of [["/", "home"], ["/?from=elsewhere", "home"], ["/history", "history"]]) {
      await page.goto(path);
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, `${name}.heading`));
    }
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "history.heading"));
    await context.setOffline(false);
  });
}

test("neither audio nor answers are kept", async ({ page }) => {
  await open(page, "en");
  await expect.poll(() => page.evaluate<string[]>(kept)).toContain("/");
  await page.getByRole("button", { name: words("en", "examples.label") }).first().click();
  await analyseButton(page, "en").click();
  await expect(page.locator("#result-heading")).toBeVisible();
  const paths = await page.evaluate<string[]>(kept);
  expect(paths.filter((path) => !/^\/$|^\/history$|^\/(pkg|fonts|icons)\/|^\/icon\.svg$/.test(path))).toEqual([]);
});

for (const language of LANGUAGES) {
  test(`a phone can install the page (${language})`, async ({ page, request, baseURL }) => {
    await open(page, language);
    const link = await page.locator("link[rel=manifest]").getAttribute("href");
    const answer = await request.get(link!);
    expect(answer.headers()["content-type"]).toContain("application/manifest+json");
    const manifest = await answer.json();
    expect(manifest).toMatchObject({ lang: language, name: words(language, "site.title"), display: "standalone" });
    for (const icon of manifest.icons) {
      const picture = await request.get(new URL(icon.src, baseURL).href);
      expect(picture.headers()["content-type"]).toBe("image/png");
      // Width and height of a PNG are bytes 16 to 24.
      const bytes = await picture.body();
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(icon.sizes);
    }
    const session = await page.context().newCDPSession(page);
    expect((await session.send("Page.getAppManifest")).errors).toEqual([]);
  });
}
