import {
  analyseButton, announcement, expect, expectResult, LANGUAGES, open, picture, recordButton, result, test, words,
} from "../fixtures";

const timer = "timer";

test.describe("with a microphone", () => {
  test.use({ permissions: ["microphone"] });

  for (const language of LANGUAGES) {
    test(`records, pauses, goes on, stops and hears an emotion, twice (${language})`, async ({ page }) => {
      const button = (name: string) => page.getByRole("button", { name: words(language, name) });
      const clock = page.getByRole(timer);
      await open(page, language);

      await recordButton(page, language).click();
      await expect(clock).toContainText(language === "bn" ? "০:০২" : "0:02");
      await picture(page, `recording-${language}`);
      await button("recorder.pause").click();
      await expect(button("recorder.resume")).toBeVisible();
      const paused = await clock.textContent();
      await picture(page, `paused-${language}`);
      await button("recorder.resume").click();
      await expect(clock).not.toHaveText(paused!);
      await button("recorder.stop").click();

      await expect(page.getByText(words(language, "review.recorded"))).toBeVisible();
      await expect(page.locator("audio")).toHaveAttribute("src", /^blob:/);
      await picture(page, `review-${language}`);
      await analyseButton(page, language).click();
      await expectResult(page, language);
      await expect(page.locator("#result-heading")).toBeFocused();

      await page.getByRole("link", { name: words(language, "result.again") }).click();
      await expect(result(page)).toBeHidden();
      await recordButton(page, language).click();
      await expect(clock).toContainText(language === "bn" ? "০:০১" : "0:01");
      await button("recorder.stop").click();
      await analyseButton(page, language).click();
      await expectResult(page, language);
    });
  }

  test("a discarded recording lets go of the microphone", async ({ page }) => {
    await page.addInitScript(() => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        const stream = await open(constraints);
        Object.assign(window, { tracks: stream.getTracks() });
        return stream;
      };
    });
    const states = () => page.evaluate(() => (window as any).tracks.map((track: MediaStreamTrack) => track.readyState));
    await open(page, "en");
    await recordButton(page, "en").click();
    await expect(page.getByRole(timer)).toBeVisible();
    expect(await states()).toEqual(["live"]);
    await page.getByRole("button", { name: words("en", "recorder.cancel") }).click();
    await expect(recordButton(page, "en")).toBeEnabled();
    expect(await states()).toEqual(["ended"]);
  });

  test("ends by itself after a minute", async ({ page }) => {
    await page.clock.install();
    await open(page, "en");
    await recordButton(page, "en").click();
    await expect(page.getByRole(timer)).toBeVisible();
    await page.clock.fastForward(52_000);
    await expect(announcement(page)).toHaveText(words("en", "recorder.said_nearly_full"));
    await page.clock.fastForward(10_000);
    await expect(page.getByText(words("en", "review.recorded"))).toBeVisible();
  });
});

test.describe("without permission", () => {
  test.use({ permissions: [] });

  for (const language of LANGUAGES) {
    test(`a refused microphone says what to do (${language})`, async ({ page }) => {
      await open(page, language);
      await recordButton(page, language).click();
      await expect(page.getByRole("alert")).toContainText(words(language, "error.microphone_denied"));
      await expect(recordButton(page, language)).toBeEnabled();
      await picture(page, `denied-${language}`);
    });
  }
});

test("a browser that cannot record says so", async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "mediaDevices", { value: undefined }));
  await open(page, "en");
  await recordButton(page, "en").click();
  await expect(page.getByRole("alert")).toContainText(words("en", "error.recording_unsupported"));
});
