/** That what is drawn at a moment is what sounds at that moment. */
import { analyseButton, answerWith, chooseFile, expect, LANGUAGES, open, result, shares, silence, test, words } from "../fixtures";

const DURATION_S = 20.4;

/** What a recogniser hears in windows of 4 s of a clip that is angry at first and sad from `change_s` on. */
function joined(change_s: number) {
  const starts_s = [...Array(Math.ceil(DURATION_S - 4)).keys(), DURATION_S - 4];
  return starts_s.map((start_s) => {
    const angry = Math.min(1, Math.max(0, (change_s - start_s) / 4));
    return { start_s, end_s: start_s + 4, probabilities: shares({ angry, sad: 1 - angry }) };
  });
}

for (const language of LANGUAGES) {
  for (const change_s of [6.3, 11.7, 13.1]) {
    test(`a change at ${change_s} s is drawn and played there (${language})`, async ({ page }) => {
      await answerWith(page, { angry: 0.6, sad: 0.4 }, { duration_s: DURATION_S, windows: joined(change_s) });
      await open(page, language);
      await chooseFile(page, language).setInputFiles(silence(DURATION_S));
      await analyseButton(page, language).click();
      const bar = result(page).locator(".lane[data-emotion=sad] i");
      await expect(bar).toHaveCount(1);
      const left = await bar.evaluate((bar: HTMLElement) => Number.parseFloat(bar.style.left));
      expect(Math.abs((left / 100) * DURATION_S - change_s)).toBeLessThanOrEqual(0.5);

      const part = result(page).locator(".timeline li[data-emotion=sad] button");
      await part.click();
      await expect(part).toHaveAttribute("aria-current", "true");
      const heard_s = await result(page).locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime);
      expect(Math.abs(heard_s - change_s)).toBeLessThanOrEqual(1);
      await expect(result(page).locator(".timeline li")).toHaveCount(2);
      await expect(part.locator(".part-time")).toContainText(language === "bn" ? /০:\d*[০-৯]+/ : /0:\d+/);
    });
  }
}

test("a part says where it is even if it is shorter than a second", async ({ page }) => {
  const at = (start_s: number, end_s: number, told: object) => ({ start_s, end_s, probabilities: shares(told as {}) });
  const windows = [at(0, 0.8, { angry: 1 }), at(1.2, 5.2, { sad: 1 })];
  await answerWith(page, { sad: 0.9, angry: 0.1 }, { duration_s: 5.2, windows });
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(silence(5.2));
  await analyseButton(page, "en").click();
  await expect(result(page).locator(".part-time")).toHaveText(["0:00–0:00.8", "0:01.2–0:05.2"]);
  await expect(result(page).getByText(words("en", "result.parts"))).toBeVisible();
});
