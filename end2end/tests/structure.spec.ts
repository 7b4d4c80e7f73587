/** What a screen reader is told of each page: landmarks, headings and controls, in their order. */
import { expect, LANGUAGES, open, test, words } from "../fixtures";

for (const language of LANGUAGES) {
  const word = (name: string) => JSON.stringify(words(language, name));

  test(`the start page has landmarks, headings and controls (${language})`, async ({ page }) => {
    await open(page, language);
    await expect(page.locator("body")).toMatchAriaSnapshot(`
      - link ${word("site.skip")}
      - banner:
        - link /BanglaSER/
        - navigation ${word("site.language")}:
          - link "বাংলা"
          - link "English"
      - main:
        - heading ${word("home.heading")} [level=1]
        - region ${word("home.clip_heading")}:
          - heading ${word("home.clip_heading")} [level=2]
          - button ${word("recorder.start")}
          - button /./
          - region ${word("examples.heading")}:
            - heading ${word("examples.heading")} [level=3]
            - list:
              - listitem:
                - button /[1১]/
              - listitem:
                - button /[2২]/
              - listitem:
                - button /[3৩]/
        - region ${word("limits.heading")}:
          - heading ${word("limits.heading")} [level=2]
          - button ${word("notice.reopen")}
          - link
      - contentinfo:
        - link ${word("site.about")}
        - link ${word("site.model")}
        - link ${word("site.history")}
        - group ${word("site.theme")}:
          - button ${word("theme.system")} [pressed]
          - button ${word("theme.light")}
          - button ${word("theme.dark")}
    `);
  });

  test(`the other pages have one first heading and its parts (${language})`, async ({ page }) => {
    await open(page, language, "/history");
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - heading ${word("history.heading")} [level=1]
        - switch ${word("history.keep")} [checked]
        - link ${word("history.to_start")}
    `);
    await open(page, language, "/about");
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - article:
          - heading ${word("about.heading")} [level=1]
          - heading ${word("about.how_heading")} [level=2]
          - heading ${word("about.meaning_heading")} [level=2]
          - heading ${word("about.privacy_heading")} [level=2]
          - heading ${word("about.use_heading")} [level=2]
    `);
    await open(page, language, "/model");
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - heading ${word("site.model")} [level=1]
        - group:
          - table
        - figure:
          - heading [level=2]
          - img /[0-9০-৯]+%/
    `);
  });
}
