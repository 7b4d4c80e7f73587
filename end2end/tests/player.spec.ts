/** The page's own player and the handles on the waveform. */
import { analyseButton, answerWith, chooseFile, clip, expect, LANGUAGES, open, result, silence, test, words } from "../fixtures";

for (const language of LANGUAGES) {
  test(`a clip is played, paused and moved through in the page's own words (${language})`, async ({ page }) => {
    await answerWith(page, { sad: 0.9, happy: 0.1 }, { duration_s: 75 });
    await open(page, language);
    await chooseFile(page, language).setInputFiles(silence(75));
    await analyseButton(page, language).click();
    const player = result(page).locator(".player");
    const audio = player.locator("audio");
    await expect(player.locator(".player-time")).toHaveText(language === "bn" ? "০:০০ / ১:১৫" : "0:00 / 1:15");
    await player.getByRole("button", { name: words(language, "result.listen") }).click();
    const pause = player.getByRole("button", { name: words(language, "recorder.pause") });
    await expect(pause).toBeVisible();
    const slider = player.getByRole("slider", { name: words(language, "result.position") });
    await slider.fill("62");
    expect(await audio.evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeGreaterThanOrEqual(62);
    await expect(player.locator(".player-time")).toContainText(language === "bn" ? "১:০" : "1:0");
    await expect(slider).toHaveAttribute("aria-valuetext", language === "bn" ? /^১ মিনিট/ : /^1 min/);
    await pause.click();
    expect(await audio.evaluate((audio: HTMLAudioElement) => audio.paused)).toBe(true);
  });

  test(`the ends of the part are moved on the waveform (${language})`, async ({ page }) => {
    await open(page, language);
    await chooseFile(page, language).setInputFiles(clip("long.opus"));
    const [start, end] = ["review.start", "review.end"].map((name) =>
      page.getByRole("slider", { name: words(language, name), exact: true }));
    await expect(start).toBeVisible();
    const whole_s = Number(await end.getAttribute("max"));
    const stage = page.locator(".handles .playground");
    const { x, y, width, height } = (await stage.boundingBox())!;
    const drag = async (from: number, to: number) => {
      await page.mouse.move(x + width * from, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width * to, y + height / 2, { steps: 5 });
      await page.mouse.up();
    };
    await drag(0.02, 0.25);
    expect(Number(await start.inputValue())).toBeCloseTo(whole_s / 4, 0);
    await drag(0.98, 0.75);
    expect(Number(await end.inputValue())).toBeCloseTo((whole_s * 3) / 4, 0);
    expect(Number(await start.inputValue())).toBeCloseTo(whole_s / 4, 0);
  });
}
