import {
  chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, test, words,
} from "../fixtures";

/** Chromium writes every answer from 400 on to the console. */
const refused = { annotation: { type: "expected console error", description: "Failed to load resource" } };

for (const language of LANGUAGES) {
  test(`several files are analysed one after the other (${language})`, refused, async ({ page }) => {
    const button = (name: string) => page.getByRole("button", { name: words(language, name), exact: true });
    const row = (name: string) => page.getByRole("group", { name });
    await open(page, language);
    await chooseFile(page, language).setInputFiles([clip("clip.opus"), clip("text.wav"), clip("long.opus")]);
    await expect(row("clip.opus")).toContainText(words(language, "queue.chosen"));
    await expectAccessible(page);
    await picture(page, `queue-chosen-${language}`);
    await button("queue.analyse").click();
    await expectResult(page, language);
    await expect(row("text.wav")).toContainText(words(language, "error.unsupported"));
    const show = row("long.opus").getByRole("button", { name: words(language, "queue.show") });
    await show.click();
    await expect(show).toHaveAttribute("aria-pressed", "true");
    await expect(page.getByRole("list", { name: words(language, "result.timeline_caption") })).toBeVisible();
    await expectAccessible(page);
    await picture(page, `queue-done-${language}`);

    // Whether or not somebody looked at them.
    await open(page, language, "/history");
    await expect(page.locator(".past-result")).toHaveCount(2);
  });
}

test("a file is cancelled and tried again alone", refused, async ({ page }) => {
  const row = (name: string) => page.getByRole("group", { name });
  await open(page, "en");
  await page.route("**/api/recognize", () => {}, { times: 1 });
  await chooseFile(page, "en").setInputFiles([clip("clip.opus"), clip("clip.mp3")]);
  await page.getByRole("button", { name: words("en", "queue.analyse") }).click();
  await expect(row("clip.mp3")).toContainText(words("en", "queue.waiting"));
  await picture(page, "queue-busy-en");
  await row("clip.opus").getByRole("button", { name: words("en", "review.cancel") }).click();
  await expect(row("clip.opus")).toContainText(words("en", "queue.chosen"));
  await expectResult(page, "en");
  await row("clip.opus").getByRole("button", { name: words("en", "review.analyse") }).click();
  await expect(row("clip.opus").getByRole("button", { name: words("en", "queue.show") })).toBeVisible();
});

test("a file that failed for want of a server is tried again", refused, async ({ page }) => {
  const row = (name: string) => page.getByRole("group", { name });
  await open(page, "en");
  await page.route("**/api/recognize", (route) => route.abort(), { times: 1 });
  await chooseFile(page, "en").setInputFiles([clip("clip.opus"), clip("clip.mp3")]);
  await page.getByRole("button", { name: words("en", "queue.analyse") }).click();
  await expect(row("clip.opus")).toContainText(words("en", "error.unreachable"));
  await row("clip.opus").getByRole("button", { name: words("en", "queue.retry") }).click();
  await expect(row("clip.opus").getByRole("button", { name: words("en", "queue.show") })).toBeVisible();
});

test("how much was sent is told", async ({ page }) => {
  await open(page, "en");
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 40 * 1024 };
  await session.send("Network.emulateNetworkConditions", slow);
  await chooseFile(page, "en").setInputFiles(clip("clip.wav"));
  await page.getByRole("button", { name: words("en", "review.analyse"), exact: true }).click();
  await expect(page.getByRole("button", { name: /Sending, [1-9]\d?%/ })).toBeVisible();
  await expectResult(page, "en");
});

test("pasted files are taken", async ({ page }) => {
  await open(page, "en");
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(["any"], "pasted.wav"));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
  });
  await expect(page.getByText("pasted.wav")).toBeVisible();
});

for (const language of LANGUAGES) {
  test(`an example needs no microphone and says that it is synthetic (${language})`, async ({ page }) => {
    await open(page, language);
    await expect(page.getByText(words(language, "examples.synthetic"))).toBeVisible();
    const example = page.getByRole("button", { name: words(language, "examples.label") });
    await expect(example).toHaveCount(3);
    await example.first().click();
    await expect(page.locator(".review-title")).toHaveText(words(language, "examples.name"));
    await page.getByRole("button", { name: words(language, "review.analyse"), exact: true }).click();
    await expectResult(page, language);
  });
}

test("each file can be heard, one at a time", async ({ page }) => {
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles([clip("long.opus"), clip("clip.mp3")]);
  const row = (name: string) => page.getByRole("group", { name });
  const play = (name: string) => row(name).getByRole("button", { name: words("en", "queue.play") });
  const isPaused = (name: string) => row(name).locator("audio").evaluate((audio: HTMLAudioElement) => audio.paused);
  await play("long.opus").click();
  await expect(row("long.opus").getByRole("button", { name: words("en", "recorder.pause") })).toBeVisible();
  await play("clip.mp3").click();
  await expect.poll(() => isPaused("long.opus")).toBe(true);
  await expect(play("long.opus")).toBeVisible();
});
