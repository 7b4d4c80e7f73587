/** Tabs that can be told apart. */
import { expect, LANGUAGES, open, test, words } from "../fixtures";

const PAGES = { "/about": "about.heading", "/model": "site.model", "/history": "site.history", "/voice": "voice.heading", "/no-such-page": "not_found.heading" };

for (const language of LANGUAGES) {
  test(`every page has a title of its own, before and after scripts run (${language})`, async ({ page, request }) => {
    test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
    const titles = new Set<string>();
    for (const [path, name] of Object.entries(PAGES)) {
      const title = `${words(language, name)} – BanglaSER`;
      const html = await (await request.get(`/${language}${path}`)).text();
      expect(html).toContain(`<title>${title}</title>`);
      await page.goto(`/${language}${path}`);
      await expect(page).toHaveTitle(title);
      titles.add(title);
    }
    expect(titles.size).toBe(Object.keys(PAGES).length);
    await open(page, language);
    await expect(page).toHaveTitle(words(language, "site.title"));
    await page.getByRole("contentinfo").getByRole("link", { name: words(language, "site.about") }).click();
    await expect(page).toHaveTitle(`${words(language, "about.heading")} – BanglaSER`);
    await page.goBack();
    await expect(page).toHaveTitle(words(language, "site.title"));
  });
}
