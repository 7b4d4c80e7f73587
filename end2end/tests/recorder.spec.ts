/** Level, hints, choice of the microphone, trim, and that nothing is left on afterwards. */
import type { Page } from "@playwright/test";

import {
  analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, recordButton, test, words,
} from "../fixtures";

/** Notes every microphone track and audio context that the page opens; `gain` changes what the microphone hears. */
async function watch(page: Page, gain = 1) {
  await page.addInitScript((gain) => {
    const tracks: MediaStreamTrack[] = [];
    const contexts: AudioContext[] = [];
    Object.assign(window, { tracks, contexts, constraints: [] });
    const Original = window.AudioContext;
    const devices = navigator.mediaDevices;
    const open = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints) => {
      (window as any).constraints.push(constraints);
      const stream = await open(constraints);
      tracks.push(...stream.getTracks());
      if (gain === 1) return stream;
      const context = new Original();
      const changed = context.createGain();
      changed.gain.value = gain;
      const end = context.createMediaStreamDestination();
      context.createMediaStreamSource(stream).connect(changed).connect(end);
      tracks.push(...end.stream.getTracks());
      return end.stream;
    };
    window.AudioContext = class extends Original {
      constructor() {
        super();
        contexts.push(this);
      }
    };
  }, gain);
}

const states = (page: Page) => page.evaluate(() => ({
  tracks: (window as any).tracks.map((track: MediaStreamTrack) => track.readyState) as string[],
  contexts: (window as any).contexts.map((context: AudioContext) => context.state) as string[],
}));

test.describe("with a microphone", () => {
  test.use({ permissions: ["microphone"] });

  const endings = ["recorder.stop", "recorder.cancel", "about"];
  for (const ending of endings) {
    test(`microphone and audio context are let go after ${ending}`, async ({ page }) => {
      await watch(page);
      page.on("dialog", (dialog) => dialog.accept());
      await open(page, "en");
      await recordButton(page, "en").click();
      await expect(page.getByRole("timer")).toContainText("0:01");
      expect(await states(page)).toEqual({ tracks: ["live"], contexts: ["running"] });
      if (ending === "about") await page.getByRole("contentinfo").getByRole("link", { name: words("en", "site.about") }).click();
      else await page.getByRole("button", { name: words("en", ending) }).click();
      await expect(page.getByRole("timer")).toBeHidden();
      await expect.poll(() => states(page)).toEqual({ tracks: ["ended"], contexts: ["closed"] });
    });
  }

  test("the level is seen, and nothing is said while it is right", async ({ page }) => {
    await open(page, "en");
    await recordButton(page, "en").click();
    const path = page.locator(".level .peaks-part");
    await expect.poll(async () => ((await path.getAttribute("d")) ?? "").length).toBeGreaterThan(100);
    const heights = (await path.getAttribute("d"))!.match(/ ([\d.]+)V/g)!.map((one) => Number(one.slice(1, -1)));
    expect(Math.min(...heights), "the loudest bar").toBeLessThan(15);
    await expect(page.locator(".level-hint")).toHaveText("");
  });

  for (const language of LANGUAGES) {
    test(`a microphone that hears little is told (${language})`, async ({ page }) => {
      await watch(page, 0.002);
      await open(page, language);
      await recordButton(page, language).click();
      await expect(page.locator(".level-hint")).toHaveText(words(language, "recorder.too_quiet"));
      await expect(page.getByRole("status").filter({ hasText: words(language, "recorder.too_quiet") })).toBeAttached();
      await picture(page, `too-quiet-${language}`);
      await expectAccessible(page);
    });
  }

  test("a microphone that is too loud is told", async ({ page }) => {
    await watch(page, 40);
    await open(page, "en");
    await recordButton(page, "en").click();
    await expect(page.locator(".level-hint")).toHaveText(words("en", "recorder.clipping"));
  });

  test("another microphone can be chosen", async ({ page }) => {
    await watch(page);
    await open(page, "en");
    const choice = page.getByRole("combobox", { name: words("en", "recorder.microphone") });
    await expect(choice).toBeVisible();
    const last = choice.getByRole("option").last();
    const id = (await last.getAttribute("value"))!;
    await choice.selectOption(id);
    await picture(page, "microphones-en");
    await recordButton(page, "en").click();
    await expect(page.getByRole("timer")).toBeVisible();
    const asked = await page.evaluate(() => (window as any).constraints);
    const raw = { autoGainControl: false, echoCancellation: false, noiseSuppression: false };
    expect(asked).toEqual([{ audio: { deviceId: id, ...raw } }]);
    await page.getByRole("button", { name: words("en", "recorder.cancel") }).click();
    await page.reload();
    await expect(choice, "the choice is remembered").toHaveValue(id);
  });

  for (const language of LANGUAGES) {
    test(`the browser leaves the sound as it is unless the reader wants otherwise (${language})`, async ({ page }) => {
      await watch(page);
      await open(page, language);
      const clean = page.getByRole("switch", { name: words(language, "recorder.clean") });
      await expect(clean).not.toBeChecked();
      const settings = async () => {
        await recordButton(page, language).click();
        await expect(page.getByRole("timer")).toBeVisible();
        const found = await page.evaluate(() => {
          const { autoGainControl, echoCancellation, noiseSuppression } = (window as any).tracks.at(-1).getSettings();
          return { autoGainControl, echoCancellation, noiseSuppression };
        });
        await page.getByRole("button", { name: words(language, "recorder.cancel") }).click();
        return found;
      };
      expect(await settings()).toEqual({ autoGainControl: false, echoCancellation: false, noiseSuppression: false });
      await clean.check();
      expect(await settings()).toEqual({ autoGainControl: true, echoCancellation: true, noiseSuppression: true });
      await page.reload();
      await expect(clean).toBeChecked();
    });

    test(`a microphone that the system takes away is told (${language})`, async ({ page }) => {
      await watch(page);
      await open(page, language);
      await recordButton(page, language).click();
      await expect(page.getByRole("timer")).toBeVisible();
      await page.evaluate(() => Object.defineProperty((window as any).tracks[0], "muted", { value: true }));
      await expect(page.locator(".level-hint")).toHaveText(words(language, "recorder.muted"));
      await expect(page.getByRole("status").filter({ hasText: words(language, "recorder.muted") })).toBeAttached();
    });
  }

  test("everything about a recording is done by keyboard", async ({ page }) => {
    await open(page, "en");
    await recordButton(page, "en").focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: words("en", "recorder.stop") })).toBeFocused();
    await expect(page.getByRole("timer")).toContainText("0:01");
    await page.keyboard.press("Enter");
    await expect(page.locator(".review-title")).toBeFocused();
    const end = page.getByRole("slider", { name: words("en", "review.end") });
    await end.focus();
    const before = Number(await end.inputValue());
    await page.keyboard.press("ArrowLeft");
    await expect.poll(async () => Number(await end.inputValue())).toBeLessThan(before);
    await page.getByRole("button", { name: words("en", "review.again") }).press("Enter");
    await expect(page.getByRole("timer")).toBeVisible();
  });
});

for (const language of LANGUAGES) {
  test(`only the chosen part is sent (${language})`, async ({ page }) => {
    await open(page, language);
    await chooseFile(page, language).setInputFiles(clip("long.opus"));
    const [start, end] = ["review.start", "review.end"].map((name) =>
      page.getByRole("slider", { name: words(language, name), exact: true }));
    await expect(start).toBeVisible();
    await start.fill("1");
    await end.fill("4.5");
    await expect(page.locator(".trim")).toContainText(language === "bn" ? "৩.৫" : "3.5");
    await expectAccessible(page);
    await picture(page, `trim-${language}`);
    const sent = page.waitForRequest("**/api/recognize");
    const answered = page.waitForResponse("**/api/recognize");
    await analyseButton(page, language).click();
    expect((await sent).headers()["content-type"]).toContain("multipart/form-data");
    expect((await (await answered).json()).prediction.duration_s).toBeCloseTo(3.5, 1);
    await expectResult(page, language);
  });
}

test("a part stays long enough to be heard", async ({ page }) => {
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  const start = page.getByRole("slider", { name: words("en", "review.start"), exact: true });
  const end = page.getByRole("slider", { name: words("en", "review.end"), exact: true });
  await expect(start).toBeVisible();
  expect(Number(await end.inputValue()), "all of it at first").toBeCloseTo(Number(await end.getAttribute("max")));
  await end.fill("1");
  await start.fill("2");
  expect(Number(await start.inputValue())).toBe(0.5);
});

test("a file that this browser cannot decode is sent whole", async ({ page }) => {
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("text.wav"));
  await expect(analyseButton(page, "en")).toBeEnabled();
  for (const handle of ["review.start", "review.end"]) {
    await expect(page.getByRole("slider", { name: words("en", handle), exact: true })).toHaveCount(0);
  }
});

test.describe("what goes wrong has its own words", () => {
  for (const [name, sentence] of [
    ["NotFoundError", "error.microphone_missing"],
    ["NotReadableError", "error.microphone_busy"],
    ["NotAllowedError", "error.microphone_denied"],
  ]) {
    test(name, async ({ page }) => {
      await page.addInitScript((name) => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
      }, name);
      await open(page, "bn");
      await recordButton(page, "bn").click();
      await expect(page.getByRole("alert")).toContainText(words("bn", sentence));
    });
  }

  test("an insecure origin", async ({ page }) => {
    await page.addInitScript(() => Object.defineProperty(window, "isSecureContext", { value: false }));
    await open(page, "bn");
    await recordButton(page, "bn").click();
    await expect(page.getByRole("alert")).toContainText(words("bn", "error.insecure_origin"));
  });
});
