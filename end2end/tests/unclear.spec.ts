/** A voice that is not clear wears no emotion's face. */
import { readFileSync } from "node:fs";

import {
  analyseButton, answerWith, chooseFile, expect, expectAccessible, LANGUAGES, open, picture, result, SENTENCES, silence, test, words,
} from "../fixtures";

for (const language of LANGUAGES) {
  test(`an unclear voice has a face of its own and names the two closest emotions (${language})`, async ({ page }) => {
    const [angry, sad] = language === "bn" ? ["রাগান্বিত", "দুঃখিত"] : ["Angry", "Sad"];
    const draw = async (band: string) => {
      await page.unrouteAll();
      await answerWith(page, { angry: 0.34, sad: 0.31, happy: 0.2, neutral: 0.1, surprise: 0.05 }, { band });
      await open(page, language);
      await chooseFile(page, language).setInputFiles(silence(5));
      await analyseButton(page, language).click();
      await expect(result(page)).toBeVisible();
      const download = page.waitForEvent("download");
      await result(page).getByRole("button", { name: words(language, "export.picture"), exact: true }).click();
      const face = await result(page).locator(".result-heading .face").innerHTML();
      const color = await result(page).locator(".result-heading").evaluate((heading) => getComputedStyle(heading).color);
      const path = `output/unclear-${band}-${language}-${test.info().project.name}.png`;
      await (await download).saveAs(path);
      return { face, color, saved: readFileSync(path) };
    };
    const clear = await draw("high");
    const unclear = await draw("unclear");
    expect(unclear.face).not.toBe(clear.face);
    expect(unclear.color).not.toBe(clear.color);
    expect(unclear.saved.equals(clear.saved)).toBe(false);
    await expect(result(page)).toHaveAttribute("data-emotion", "unclear");
    await expect(result(page).locator("#result-heading")).toContainText(words(language, "result.unclear") as string);
    await expect(result(page).locator(".result-confidence")).toContainText(new RegExp(`${angry}.*${sad}`));
    await expect(result(page).locator(".chip")).toBeHidden();
    await expectAccessible(page);
    await picture(page, `unclear-${language}`);
    await open(page, language, "/history");
    await expect(page.locator(".past-result").first()).toHaveAttribute("data-emotion", "unclear");
  });

  test(`how sure the model is stands beside the sentence and says whose it is (${language})`, async ({ page }) => {
    await answerWith(page, { sad: 0.8, happy: 0.2 });
    await open(page, language);
    await chooseFile(page, language).setInputFiles(silence(5));
    await analyseButton(page, language).click();
    await expect(result(page).locator("#result-heading")).toContainText(words(language, "result.sounds.sad") as string);
    const sure = (SENTENCES[language].result as any).sure.high;
    await expect(result(page).locator(".chip")).toHaveText(sure);
    await expect(result(page).locator("#result-heading")).not.toContainText(sure);
  });
}
