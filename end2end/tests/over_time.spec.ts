/** Past results over days and weeks. */
import { readFileSync } from "node:fs";

import { expect, expectAccessible, LANGUAGES, open, pastResult, picture, SENTENCES, test, words } from "../fixtures";

const DAY_MS = 86_400_000;

for (const language of LANGUAGES) {
  test(`results are counted by days and weeks (${language})`, async ({ page }) => {
    // Noon, Wednesday, 25 November 2026.
    const noon = new Date(2026, 10, 25, 12).getTime();
    const entries = [
      pastResult(noon, { sad: 0.9, happy: 0.1 }),
      pastResult(noon - 1, { sad: 0.8, happy: 0.2 }, { source: "a.wav" }),
      pastResult(noon - 2, { angry: 0.4, happy: 0.35, sad: 0.25 }, { band: "unclear" }),
      pastResult(noon - DAY_MS, { angry: 0.9, sad: 0.1 }, { heard_as: "happy" }),
      pastResult(noon - 4 * DAY_MS, { surprise: 0.9, sad: 0.1 }),
    ];
    await page.addInitScript((json) => localStorage.setItem("banglaser.results", json), JSON.stringify(entries));
    await open(page, language, "/history");
    await page.getByText(words(language, "over_time.heading")).first().click();
    const rows = page.locator(".over-time tbody tr");
    const counted = async () => (await rows.allInnerTexts()).map((row) => row.replaceAll(/\s+/g, " "));
    const digit = (n: number) => n.toLocaleString(language === "bn" ? "bn-BD" : "en");
    const emotion = SENTENCES[language].emotion as unknown as Record<string, string>;
    await expect(rows).toHaveCount(3);
    const [newest, before] = await counted();
    expect(newest).toContain(`${emotion.sad} ${digit(2)}`);
    expect(newest).toContain(digit(25));
    expect(before).toContain(`${emotion.happy} ${digit(1)}`);
    await expect(rows.first().locator(".over-time-bar i")).toHaveCount(2);
    await expectAccessible(page);
    await picture(page, `over-time-${language}`);

    await page.getByLabel(words(language, "over_time.by")).selectOption("week");
    await expect(rows).toHaveCount(2);
    expect((await counted())[0]).toContain(digit(22));
    await page.getByRole("switch", { name: words(language, "over_time.recorded") }).click();
    await expect(rows.first()).toContainText(`${emotion.sad} ${digit(1)}`);

    const download = page.waitForEvent("download");
    await page.locator(".over-time").getByRole("button", { name: words(language, "export.csv"), exact: true }).click();
    const csv = readFileSync(await (await download).path()).toString();
    expect(csv.split("\r\n").slice(0, 3)).toEqual([
      "\ufefffirst_day,results,unclear,happy,sad,surprise", "2026-11-22,3,1,1,1,0", "2026-11-15,1,0,0,0,1",
    ]);
  });
}
