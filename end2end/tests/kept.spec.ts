/** That nobody's work is lost: history in several tabs, recordings, originals, results. */
import type { Page } from "@playwright/test";

import {
  analyseButton, answerWith, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, recordButton,
  result, silence, test, words, type Language,
} from "../fixtures";

const rows = (page: Page) => page.locator(".past-result");
const button = (page: Page, language: Language, name: string) =>
  page.getByRole("button", { name: words(language, name), exact: true });

async function analyse(page: Page, name: string, share: number) {
  await answerWith(page, { happy: share, sad: 1 - share });
  await open(page, "en");
  await chooseFile(page, "en").setInputFiles({ ...silence(5), name });
  await analyseButton(page, "en").click();
  await expectResult(page, "en");
}

test("what one tab deletes does not come back from another, and what one finds is not lost", async ({ page, context }) => {
  await analyse(page, "first.wav", 0.9);
  await open(page, "en", "/history");
  await expect(rows(page)).toHaveCount(1);
  const other = await context.newPage();
  await open(other, "en", "/history");
  await expect(rows(other)).toHaveCount(1);

  await button(page, "en", "history.remove").click();
  await expect(rows(other), "the other tab sees it").toHaveCount(0);
  await other.close();

  // A list that is older than what another tab has written meanwhile.
  await analyse(page, "second.wav", 0.8);
  await open(page, "en", "/history");
  const third = await context.newPage();
  await third.addInitScript(() => window.addEventListener("storage", (event) => event.stopImmediatePropagation(), true));
  await open(third, "en", "/history");
  await analyse(page, "third.wav", 0.7);
  await rows(third).first().getByRole("button", { name: words("en", "history.remove") }).click();
  await open(page, "en", "/history");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("third.wav");
});

test("an answer that is judged after its result was deleted does not bring it back", async ({ page, context }) => {
  await analyse(page, "first.wav", 0.9);
  const other = await context.newPage();
  await open(other, "en", "/history");
  await button(other, "en", "history.remove").click();
  await button(page, "en", "feedback.yes").click();
  await other.reload();
  await expect(other.getByText(words("en", "history.empty"))).toBeVisible();
});

test.describe("with a microphone", () => {
  test.use({ permissions: ["microphone"] });

  for (const language of LANGUAGES) {
    test(`a link asks before it ends a recording, and what was recorded is kept (${language})`, async ({ page }) => {
      const asked: string[] = [];
      let follows = false;
      page.on("dialog", (dialog) => {
        asked.push(dialog.message());
        return follows ? dialog.accept() : dialog.dismiss();
      });
      const link = page.getByRole("contentinfo").getByRole("link", { name: words(language, "site.about") });
      await open(page, language);
      await recordButton(page, language).click();
      await expect(page.getByRole("timer")).toContainText(language === "bn" ? "০:০২" : "0:02");
      await page.getByRole("link", { name: language === "bn" ? "English" : "বাংলা" }).click();
      await page.getByRole("link", { name: language === "bn" ? "বাংলা" : "English" }).click();
      expect(asked, "another language is the same page").toEqual([]);
      await link.click();
      expect(asked).toEqual([words(language, "recorder.leave")]);
      await expect(page.getByRole("timer")).toBeVisible();

      follows = true;
      await link.click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "about.heading"));
      await page.getByRole("banner").getByRole("link", { name: /BanglaSER/ }).click();
      await expect(page.getByText(words(language, "review.recorded"))).toBeVisible();
      await analyseButton(page, language).click();
      await expectResult(page, language);
    });

    test(`an interrupted recording is offered again until it was analysed or declined (${language})`, async ({ page }) => {
      const types: string[] = [];
      page.on("dialog", (dialog) => {
        types.push(dialog.type());
        return dialog.accept();
      });
      const offer = page.getByText(words(language, "recorder.interrupted"));
      const interrupt = async () => {
        await recordButton(page, language).click();
        await expect(page.getByRole("timer")).toContainText(language === "bn" ? "০:০৩" : "0:03");
        await page.reload();
      };
      await open(page, language);
      await interrupt();
      expect(types).toEqual(["beforeunload"]);
      await expect(offer).toBeVisible();
      await expectAccessible(page);
      await picture(page, `interrupted-${language}`);
      await button(page, language, "recorder.take").click();
      await expect(page.getByText(words(language, "review.recorded"))).toBeVisible();
      await page.reload();
      await expect(offer, "still not analysed").toBeVisible();
      await button(page, language, "recorder.take").click();
      await analyseButton(page, language).click();
      await expectResult(page, language);
      await page.reload();
      await expect(recordButton(page, language)).toBeEnabled();
      await expect(offer, "analysed").toBeHidden();

      await interrupt();
      await offer.waitFor();
      await button(page, language, "history.remove").click();
      await expect(offer).toBeHidden();
      await page.reload();
      await expect(recordButton(page, language)).toBeEnabled();
      await expect(offer, "declined").toBeHidden();
    });
  }

  test("what is pasted or dropped while somebody records does not end it", async ({ page }) => {
    await open(page, "en");
    await recordButton(page, "en").click();
    await expect(page.getByRole("timer")).toContainText("0:01");
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(["any"], "pasted.wav"));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["any"], "dropped.wav"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    });
    await expect(page.getByRole("timer")).toContainText("0:03");
  });
});

for (const language of LANGUAGES) {
  test(`another part of the whole clip can be chosen after a part was analysed (${language})`, async ({ page }) => {
    await open(page, language);
    await chooseFile(page, language).setInputFiles(clip("long.opus"));
    const end = page.getByRole("slider", { name: words(language, "review.end"), exact: true });
    const whole_s = Number(await end.getAttribute("max"));
    await end.fill("4");
    await analyseButton(page, language).click();
    await expectResult(page, language);
    const heard_s = () => result(page).locator("audio").evaluate((audio: HTMLAudioElement) => audio.duration);
    await expect.poll(heard_s, "the player has the part").toBeCloseTo(4, 0);
    await expect(page.locator("audio"), "one clip, one player").toHaveCount(1);
    await button(page, language, "review.trim_again").click();
    await expect(end).toBeVisible();
    expect(Number(await end.getAttribute("max"))).toBe(whole_s);
    expect(Number(await end.inputValue())).toBe(4);
    await end.fill(String(whole_s));
    await analyseButton(page, language).click();
    await expect.poll(heard_s, "the player has all of it").toBeGreaterThan(6);
  });

  test(`a result is still there after another page, and can be opened from the past ones (${language})`, async ({ page }) => {
    await open(page, language);
    await chooseFile(page, language).setInputFiles(clip("long.opus"));
    await analyseButton(page, language).click();
    await expectResult(page, language);
    await page.getByRole("contentinfo").getByRole("link", { name: words(language, "site.history") }).click();
    await expect(rows(page)).toHaveCount(1);
    await page.goBack();
    await expectResult(page, language);
    await page.goForward();

    await page.reload();
    const opener = button(page, language, "history.open");
    await opener.click();
    await expect(opener).toHaveAttribute("aria-expanded", "true");
    const bars = rows(page).getByRole("list", { name: words(language, "result.all") }).getByRole("listitem");
    await expect(bars).toHaveCount(5);
    await expect(rows(page).locator(".timeline li").first()).toBeVisible();
    await expectAccessible(page);
    await picture(page, `history-open-${language}`);
    await opener.click();
    await expect(bars).toHaveCount(0);
  });
}
