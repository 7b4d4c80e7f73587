/** What every test has: a page whose errors fail it, the words of both languages, and axe. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Locator, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import path from "node:path";

const here = import.meta.dirname;

export type Language = "bn" | "en";
export const LANGUAGES: Language[] = ["bn", "en"];

type Sentences = { [name: string]: string | Sentences };
const sentences = (language: Language, folder = ""): Sentences =>
  JSON.parse(readFileSync(path.join(here, "..", "locales", folder, `${language}.json`), "utf8"));
/** Those of the admin page are below `admin`. */
const all = (language: Language): Sentences => ({ ...sentences(language), admin: sentences(language, "admin") });
export const SENTENCES = { bn: all("bn"), en: all("en") };

/** The sentence at a dotted path; one with numbers in it as a pattern. */
export function words(language: Language, name: string): string | RegExp {
  const found = name.split(".").reduce<string | Sentences>((at, key) => (at as Sentences)[key], SENTENCES[language]);
  if (typeof found !== "string") throw new Error(`no sentence ${name}`);
  if (!found.includes("{{")) return found;
  const pieces = found.split(/\{\{.*?\}\}/).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(pieces.join(".+"));
}

export const clip = (name: string) => path.join(here, "clips", name);

/** Keeps a picture for the eye. */
export async function picture(page: Page, name: string) {
  const project = test.info().project.name;
  await page.screenshot({ path: path.join(here, "output", `${name}-${project}.png`), fullPage: true });
}

/** Until no colour is on its way to another one, whose contrast nobody reads. */
async function settle(page: Page) {
  await page.waitForFunction(() => !document.getAnimations().some((animation) => animation instanceof CSSTransition));
}

export async function expectAccessible(page: Page) {
  await settle(page);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect(found).toEqual([]);
}

/** As if the notice had been read before; `false`: as if it had not. */
export async function acknowledge(page: Page, isRead = true) {
  await page.addInitScript((isRead) => {
    if (isRead) localStorage.setItem("banglaser.notice-1", "read");
    else localStorage.removeItem("banglaser.notice-1");
  }, isRead);
}

/** Opens the page in a language, its notice read, and waits until it is alive. */
export async function open(page: Page, language: Language, url = "/") {
  const baseURL = test.info().project.use.baseURL as string;
  await page.context().addCookies([{ name: "locale", value: language, url: baseURL }]);
  await acknowledge(page);
  await page.goto(url);
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  if (url === "/") await expect(recordButton(page, language)).toBeEnabled();
}

export const recordButton = (page: Page, language: Language) =>
  page.getByRole("button", { name: words(language, "recorder.start") });

/** What a screen reader is told of the recording and the analysis. */
export const announcement = (page: Page) => page.locator("p[role=status]");

export const analyseButton = (page: Page, language: Language) =>
  page.getByRole("button", { name: words(language, "review.analyse"), exact: true });

export const chooseFile = (page: Page, language: Language) =>
  page.getByLabel(words(language, "upload.choose"));

export const result = (page: Page) => page.getByRole("region").filter({ has: page.locator("#result-heading") });

/** A result is there: one sentence, a bar for each emotion in falling order, 100 % together but for rounding. */
export async function expectResult(page: Page, language: Language, nEmotions = 5) {
  await expect(result(page)).toBeVisible();
  const bars = result(page).getByRole("list", { name: words(language, "result.all") }).getByRole("listitem");
  await expect(bars).toHaveCount(nEmotions);
  const zero = language === "bn" ? "০".codePointAt(0)! : "0".codePointAt(0)!;
  const percents = (await bars.locator(".bar-number").allTextContents()).map((text) => {
    const digits = [...text.trim().replace("%", "")].map((digit) => digit.codePointAt(0)! - zero);
    expect(digits.every((digit) => digit >= 0 && digit <= 9), `digits of ${language} in ${text}`).toBe(true);
    return Number(digits.join(""));
  });
  expect(percents).toEqual([...percents].sort((left, right) => right - left));
  const sum = percents.reduce((left, right) => left + right, 0);
  expect(Math.abs(sum - 100)).toBeLessThanOrEqual(3);
}

/** A clip of silence as WAV: for tests in which the server's answer is made up. */
export function silence(duration_s: number) {
  const n_bytes = Math.round(duration_s * 16_000) * 2;
  const buffer = Buffer.alloc(44 + n_bytes);
  buffer.write("RIFF", 0);
  buffer.writeUInt32LE(36 + n_bytes, 4);
  buffer.write("WAVEfmt ", 8);
  buffer.writeUInt32LE(16, 16);
  buffer.writeUInt16LE(1, 20);
  buffer.writeUInt16LE(1, 22);
  buffer.writeUInt32LE(16_000, 24);
  buffer.writeUInt32LE(32_000, 28);
  buffer.writeUInt16LE(2, 32);
  buffer.writeUInt16LE(16, 34);
  buffer.write("data", 36);
  buffer.writeUInt32LE(n_bytes, 40);
  return { name: "joined.wav", mimeType: "audio/wav", buffer };
}

export type Share = { [emotion: string]: number };
export const shares = (told: Share): Share => ({ angry: 0, happy: 0, sad: 0, neutral: 0, surprise: 0, ...told });

/** A past result as the browser keeps it. */
export function pastResult(
  at_ms: number, told: Share,
  { source = null as string | null, band = "high", heard_as = null as string | null, model = "m" } = {},
) {
  const prediction = {
    duration_s: 3, speech_s: 3, notes: [], probabilities: shares(told),
    certainty: { band, min_confidence: 0, accuracy: null }, windows: [],
  };
  return { at_ms, source, part_s: null, model, prediction, heard_as };
}

/** Answers every clip of the page with these probabilities, without asking the server. */
export async function answerWith(
  page: Page, told: Share, { band = "high", duration_s = 5, windows = [] as object[], turns = [] as object[] } = {},
) {
  const prediction = {
    duration_s, speech_s: duration_s, notes: [], probabilities: shares(told),
    certainty: { band, min_confidence: 0, accuracy: 0.8 }, windows, turns,
  };
  const pictures = { waveform: "M0 -50L400 50Z", spectrogram: "data:image/bmp;base64,AAAA" };
  await page.route("**/api/recognize", (route) => route.fulfill({ json: { model: "made-up", prediction, pictures } }));
}

/** Posts a clip past the page's own handler, as a browser does before the page is alive. */
export async function postAsBrowser(page: Page, name: string) {
  const bytes = readFileSync(clip(name)).toString("base64");
  await page.evaluate(({ bytes, name }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
    const form = document.querySelector("form")!;
    form.querySelector<HTMLInputElement>("input[type=file]")!.files = transfer.files;
    form.submit();
  }, { bytes, name });
}

/** Whether all of it can be seen without scrolling. */
export const expectInView = (locator: Locator) => expect(locator).toBeInViewport({ ratio: 0.99 });

export const test = base.extend<{ consoleGuard: void }>({
  /** Fails the test on any error in the page: exceptions, console errors, failed hydration. */
  consoleGuard: [
    async ({ context }, use, info) => {
      const errors: string[] = [];
      const isExpected = (text: string) =>
        info.annotations.some((one) => one.type === "expected console error" && text.includes(one.description!));
      context.on("weberror", (error) => errors.push(String(error.error())));
      context.on("console", (message) => {
        const isFault = message.type() === "error" || /hydrat|panicked/i.test(message.text());
        if (isFault && !isExpected(message.text())) errors.push(message.text());
      });
      await use();
      expect(errors, "errors in the page").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
