/** What leaves the page as a file says all that there is to say. */
import { readFileSync } from "node:fs";

import {
  analyseButton, answerWith, chooseFile, expect, LANGUAGES, open, result, shares, silence, test, words,
} from "../fixtures";

const windows = [0, 1, 2].map((start_s) => ({ start_s, end_s: start_s + 4, probabilities: shares({ happy: 0.7, sad: 0.3 }) }));

for (const language of LANGUAGES) {
  test(`table and JSON tell model, certainty, part and time (${language})`, async ({ page }) => {
    await answerWith(page, { happy: 0.7, sad: 0.3 }, { band: "medium", duration_s: 6, windows });
    await open(page, language);
    await chooseFile(page, language).setInputFiles({ ...silence(8), name: "গান.wav" });
    await page.getByRole("slider", { name: words(language, "review.start"), exact: true }).fill("2");
    await analyseButton(page, language).click();
    await expect(result(page)).toBeVisible();
    const saved = async (name: string) => {
      const download = page.waitForEvent("download");
      await result(page).getByRole("button", { name: words(language, name), exact: true }).click();
      return readFileSync(await (await download).path());
    };
    const csv = await saved("export.csv");
    expect([...csv.subarray(0, 3)], "the mark by which Excel knows UTF-8").toEqual([0xef, 0xbb, 0xbf]);
    const [head, whole, ...rest] = csv.toString().replace("\ufeff", "").trim().split("\r\n").map((line) => line.split(","));
    const cell = (name: string) => whole[head.indexOf(name)].replaceAll('"', "");
    expect(new Date(cell("time")).toISOString()).toBe(cell("time"));
    expect(Math.abs(Date.parse(cell("time")) - Date.now())).toBeLessThan(60_000);
    expect(cell("source")).toBe("গান.wav");
    expect(cell("model")).toMatch(/\w/);
    expect([cell("certainty"), cell("trim_start_s"), cell("trim_end_s")]).toEqual(["medium", "2.00", "8.00"]);
    for (const [column, name] of head.entries()) {
      expect([whole, ...rest].some((row) => row[column] !== ""), `${name} is empty`).toBe(true);
    }
    expect(head).not.toContain("fear");

    const json = JSON.parse((await saved("export.json")).toString());
    expect(new Date(json.time).toISOString()).toBe(json.time);
    expect(json).toMatchObject({ source: "গান.wav", model: cell("model"), part_s: [2, 8] });
    expect(json.prediction.certainty.band).toBe("medium");

    const image = await saved("export.picture");
    // 1200 pixels wide, and high enough for the timeline below the bars.
    expect(image.readUInt32BE(16)).toBe(1200);
    expect(image.readUInt32BE(20)).toBeGreaterThan(900);
  });

  test(`no text of the picture is squeezed, and its colours are the page's (${language})`, async ({ page }) => {
    await page.addInitScript(() => {
      const written: { text: string; maxWidth?: number; end: number; color: string }[] = [];
      Object.assign(window, { written });
      const fillText = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text, x, y, maxWidth?: number) {
        written.push({ text, maxWidth, end: x + this.measureText(text).width, color: String(this.fillStyle) });
        return fillText.call(this, text, x, y);
      };
    });
    await answerWith(page, { happy: 0.7, sad: 0.3 }, { band: "low", duration_s: 6, windows });
    await open(page, language);
    await chooseFile(page, language).setInputFiles({ ...silence(6), name: "voice.wav" });
    await analyseButton(page, language).click();
    await result(page).getByRole("button", { name: words(language, "export.picture"), exact: true }).click();
    await expect(result(page)).toContainText(words(language, "export.saved"));
    const written: any[] = await page.evaluate(() => (window as any).written);
    const texts = written.map(({ text }) => text).join("\n");
    expect(texts).toContain("voice.wav");
    expect(texts).toContain(language === "bn" ? "২০" : String(new Date().getFullYear()));
    if (language === "bn") expect(texts).not.toMatch(/[\u0980-\u09ff]\. /);
    for (const { text, maxWidth, end } of written) {
      expect(maxWidth, text).toBeUndefined();
      expect(end, text).toBeLessThanOrEqual(1200);
    }
    const token = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--happy").trim());
    expect(written.some(({ color }) => color === token)).toBe(true);
  });
}
