/** Paper, the system's own colours, one sound at a time. */
import { analyseButton, answerWith, chooseFile, clip, expect, LANGUAGES, open, result, shares, silence, test, words } from "../fixtures";

for (const language of LANGUAGES) {
  test(`a printed result is a sheet and not a screen (${language})`, async ({ page }) => {
    const windows = [0, 1, 2].map((start_s) => ({ start_s, end_s: start_s + 4, probabilities: shares({ sad: 0.7, angry: 0.3 }) }));
    await answerWith(page, { sad: 0.7, angry: 0.3 }, { duration_s: 6, windows });
    await open(page, language);
    await chooseFile(page, language).setInputFiles(silence(6));
    await analyseButton(page, language).click();
    await expect(result(page)).toBeVisible();
    await page.emulateMedia({ media: "print" });
    const heading = page.locator("#result-heading");
    await expect(heading).toBeVisible();
    await expect(result(page).locator(".bars")).toBeVisible();
    await expect(result(page).locator(".timeline li").first()).toBeVisible();
    const pressed = page.locator("button:visible:not(.part), audio:visible, nav:visible, input:visible, a.button:visible");
    await expect(pressed).toHaveCount(0);
    await page.screenshot({ path: `output/print-${language}-${test.info().project.name}.png`, fullPage: true });
    const pdf = await page.pdf({ format: "A4" });
    const n_pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)!.length;
    expect(n_pages).toBeLessThanOrEqual(2);
  });

  test(`what is chosen is seen in the system's own colours (${language})`, async ({ page }) => {
    await page.emulateMedia({ forcedColors: "active" });
    await open(page, language);
    const look = (name: string) => page.getByRole("link", { name, exact: true }).evaluate((link) => {
      const { backgroundColor, borderTopStyle } = getComputedStyle(link);
      return { backgroundColor, borderTopStyle };
    });
    const [chosen, other] = language === "bn" ? ["বাংলা", "English"] : ["English", "বাংলা"];
    expect(await look(chosen)).not.toEqual(await look(other));
    expect((await look(chosen)).borderTopStyle).toBe("solid");
  });
}

test("two clips do not sound at once", async ({ page }) => {
  await answerWith(page, { sad: 0.7, angry: 0.3 });
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("long.opus"));
  await analyseButton(page, "en").click();
  await result(page).locator("audio").evaluate((audio: HTMLAudioElement) => audio.play());
  await page.getByRole("button", { name: words("en", "review.trim_again") }).click();
  const players = page.locator("audio");
  const paused = () => players.evaluateAll((all) => all.map((audio) => (audio as HTMLAudioElement).paused));
  await page.locator(".review audio").evaluate((audio: HTMLAudioElement) => audio.play());
  await expect.poll(async () => (await paused()).filter((is) => !is).length).toBeLessThanOrEqual(1);
});

test("what cannot be heard cannot be tried again, and a row can be taken out", async ({ page }) => {
  test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles([clip("text.wav"), clip("clip.opus"), clip("clip.mp3")]);
  await page.getByRole("button", { name: words("en", "queue.analyse") }).click();
  const row = (name: string) => page.getByRole("group", { name });
  await expect(row("clip.mp3").getByRole("button", { name: words("en", "queue.show") })).toBeVisible();
  await expect(row("clip.mp3").locator(".face")).toBeVisible();
  await expect(row("clip.mp3")).toContainText(/\d%/);
  await expect(row("text.wav").getByRole("button", { name: words("en", "queue.retry") })).toHaveCount(0);
  await expect(page.getByText(words("en", "queue.done"))).toHaveText("3 of 3 done");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: words("en", "queue.csv") }).click();
  expect((await download).suggestedFilename()).toBe("banglaser.csv");
  await row("text.wav").getByRole("button", { name: words("en", "queue.remove") }).click();
  await expect(row("text.wav")).toHaveCount(0);
});

for (const [language, night, length] of [["bn", /রাত ৩:১৩/, "৭ মিনিট ৩৬ সেকেন্ড"], ["en", /03:13/, "7 min 36 s"]] as const) {
  test(`times and lengths are told as people tell them (${language})`, async ({ page }) => {
    await answerWith(page, { sad: 0.7, angry: 0.3 }, { duration_s: 456.3 });
    await page.clock.setFixedTime(new Date(2026, 2, 1, 3, 13));
    await open(page, language);
    await chooseFile(page, language).setInputFiles(silence(5));
    await analyseButton(page, language).click();
    await expect(result(page)).toContainText(length);
    await page.getByRole("contentinfo").getByRole("link", { name: words(language, "site.history") }).click();
    await expect(page.locator(".past-result")).toContainText(night);
  });
}

test("a comparison that is chosen at the end of a long list is shown, and a full list says so", async ({ page }) => {
  await page.addInitScript(() => {
    const entry = (at_ms: number) => ({
      at_ms, source: `${at_ms}.wav`, heard_as: null,
      prediction: {
        duration_s: 5, speech_s: 5, notes: [], windows: [], probabilities: { angry: 0.5, sad: 0.5 },
        certainty: { band: "high", min_confidence: 0, accuracy: null },
      },
    });
    localStorage.setItem("banglaser.results", JSON.stringify([...Array(200).keys()].map((at) => entry(2_000 - at))));
  });
  await open(page, "en", "/history");
  const rows = page.locator(".past-result");
  await expect(rows).toHaveCount(200);
  await expect(page.getByText(words("en", "history.full"))).toBeVisible();
  for (const row of [rows.nth(198), rows.nth(199)]) {
    await row.getByRole("button", { name: words("en", "history.compare") }).click();
  }
  const heading = page.getByRole("heading", { name: words("en", "history.comparison") });
  await expect(heading).toBeFocused();
  await expect(heading).toBeInViewport();
});
