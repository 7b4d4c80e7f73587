import {
  analyseButton, announcement, chooseFile, clip, expect, expectResult, LANGUAGES, open, picture, result, test, words,
} from "../fixtures";

const FORMATS = ["wav", "flac", "mp3", "ogg", "opus", "webm", "m4a", "aac"];

/** Chromium writes every answer from 400 on to the console. */
const refused = { annotation: { type: "expected console error", description: "Failed to load resource" } };

test(`hears an emotion in ${FORMATS.join(", ")}`, async ({ page }) => {
  // Eight clips in one test.
  test.slow();
  await open(page, "en");
  for (const format of FORMATS) {
    await test.step(format, async () => {
      await chooseFile(page, "en").setInputFiles(clip(`clip.${format}`));
      await expect(page.getByText(`clip.${format}`)).toBeVisible();
      await analyseButton(page, "en").click();
      await expectResult(page, "en");
      await page.getByRole("link", { name: words("en", "result.again") }).click();
      await expect(result(page)).toBeHidden();
    });
  }
});

for (const language of LANGUAGES) {
  test(`tells how a longer clip changes (${language})`, async ({ page }) => {
    await open(page, language);
    await chooseFile(page, language).setInputFiles(clip("long.opus"));
    await analyseButton(page, language).click();
    await expectResult(page, language);
    const parts = result(page).getByRole("list", { name: words(language, "result.timeline_caption") });
    await expect(parts.getByRole("listitem").first()).toContainText(language === "bn" ? "০:০০–" : "0:00–");
    await picture(page, `result-${language}`);
  });

  test(`a text file named .wav is refused in words (${language})`, refused, async ({ page }) => {
    await open(page, language);
    await chooseFile(page, language).setInputFiles(clip("text.wav"));
    await analyseButton(page, language).click();
    await expect(page.getByRole("alert")).toContainText(words(language, "error.unsupported"));
    await picture(page, `error-${language}`);
  });
}

for (const isOnDevice of [false, true]) {
  const where = isOnDevice ? "on this device" : "by the server";
  test(`what only the browser decodes is heard as WAV ${where}`, refused, async ({ page }) => {
    let nSent = 0;
    page.on("request", (request) => { if (request.url().endsWith("/api/recognize")) nSent += 1; });
    await open(page, "en");
    if (isOnDevice) {
      await page.getByRole("switch", { name: words("en", "on_device.choice") }).check();
      await expect(page.getByText(words("en", "on_device.ready"), { exact: true })).toBeVisible();
    }
    await chooseFile(page, "en").setInputFiles(clip("six.opus"));
    await analyseButton(page, "en").click();
    await expectResult(page, "en");
    expect(nSent).toBe(isOnDevice ? 0 : 2);
  });
}

test("what is refused as WAV too is refused", refused, async ({ page }) => {
  let nSent = 0;
  await page.route("**/api/recognize", (route) => {
    nSent += 1;
    return route.fulfill({ status: 415, json: { code: "unsupported_audio", found: "something" } });
  });
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  await analyseButton(page, "en").click();
  await expect(page.getByRole("alert")).toContainText(words("en", "error.unsupported"));
  expect(nSent).toBe(2);
});

test("the same file can be chosen twice", async ({ page }) => {
  await open(page, "en");
  for (const _ of [1, 2]) {
    await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
    await expect(page.getByText("clip.opus")).toBeVisible();
    await page.getByRole("button", { name: words("en", "review.discard") }).click();
    await expect(page.getByText("clip.opus")).toBeHidden();
  }
});

test("a dropped file is taken", async ({ page }) => {
  await open(page, "en");
  const transfer = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["any"], "dropped.wav"));
    return transfer;
  });
  await page.locator(".picker").dispatchEvent("drop", { dataTransfer: transfer });
  await expect(page.getByText("dropped.wav")).toBeVisible();
});

test("a file that is too large is refused before it is sent", async ({ page }) => {
  const sent: string[] = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  await open(page, "bn");
  const buffer = Buffer.alloc(11 * 1024 * 1024);
  await chooseFile(page, "bn").setInputFiles({ name: "large.wav", mimeType: "audio/wav", buffer });
  await analyseButton(page, "bn").click();
  await expect(page.getByRole("alert")).toContainText("১০ মেগাবাইটের চেয়ে বড়");
  expect(sent).toEqual([]);
});

test("nothing to analyse is said", async ({ page }) => {
  await open(page, "en");
  await page.locator("form").evaluate((form: HTMLFormElement) => form.requestSubmit());
  await expect(page.getByRole("alert")).toContainText(words("en", "error.no_file"));
});

test("an analysis can be cancelled and started again", async ({ page }) => {
  await open(page, "en");
  await page.route("**/api/recognize", () => {}, { times: 1 });
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  await analyseButton(page, "en").click();
  await expect(announcement(page)).toHaveText(words("en", "review.busy"));
  await picture(page, "busy-en");
  await page.getByRole("button", { name: words("en", "review.cancel") }).click();
  await analyseButton(page, "en").click();
  await expectResult(page, "en");
});

test("a server that does not answer is said", refused, async ({ page }) => {
  await open(page, "en");
  await page.route("**/api/recognize", (route) => route.abort());
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  await analyseButton(page, "en").click();
  await expect(page.getByRole("alert")).toContainText(words("en", "error.unreachable"));
});

test("a clip's URL is revoked when the clip is thrown away", async ({ page }) => {
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles(clip("clip.opus"));
  const url = (await page.locator("audio").getAttribute("src"))!;
  const lives = () =>
    page.evaluate((url) => new Promise<boolean>((resolve) => {
      const audio = new Audio(url);
      audio.onloadedmetadata = () => resolve(true);
      audio.onerror = () => resolve(false);
    }), url);
  expect(await lives()).toBe(true);
  test.info().annotations.push({ type: "expected console error", description: "ERR_FILE_NOT_FOUND" });
  await page.getByRole("button", { name: words("en", "review.discard") }).click();
  await expect(page.locator("audio")).toBeHidden();
  expect(await lives()).toBe(false);
});
