/** That the whole page takes what is dropped on it, and is never left for it. */
import type { Page } from "@playwright/test";

import { expect, LANGUAGES, open, picture, test, words } from "../fixtures";

/** Drops something on an element and tells whether the browser would have left the page for it. */
const drop = (page: Page, selector: string, kind: "file" | "text" | "link" | "folder") =>
  page.evaluate(([selector, kind]) => {
    const dataTransfer = new DataTransfer();
    if (kind === "file") dataTransfer.items.add(new File(["any"], "dropped.wav"));
    if (kind === "text") dataTransfer.setData("text/plain", "some words");
    if (kind === "link") dataTransfer.setData("text/uri-list", "https://example.org/a.wav");
    const file = (name: string, type = "") => ({
      isDirectory: false,
      file: (found: (file: File) => void) => found(new File(["any"], name, { type })),
    });
    // A browser hands a folder out in portions.
    const folder = (...portions: object[][]) => ({
      isDirectory: true,
      createReader: () => ({ readEntries: (found: (portion: object[]) => void) => found(portions.shift() ?? []) }),
    });
    const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    if (kind === "folder") {
      const inner = folder([file("c.txt", "text/plain"), file("d.ogg", "audio/ogg")]);
      const outer = folder([file("a.wav"), file("._a.wav", "audio/wav")], [file("b.MP3"), inner]);
      Object.defineProperty(event, "dataTransfer", {
        value: { items: [{ webkitGetAsEntry: () => outer }], files: [] },
      });
    }
    const over = new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true });
    const element = document.querySelector(selector)!;
    element.dispatchEvent(over);
    element.dispatchEvent(event);
    return { over: over.defaultPrevented, drop: event.defaultPrevented };
  }, [selector, kind]);

const stays = { over: true, drop: true };

for (const language of LANGUAGES) {
  test(`a file is taken wherever it is dropped (${language})`, async ({ page }) => {
    for (const selector of [".picker", "h1", ".limits", "footer", "html"]) {
      await open(page, language);
      expect(await drop(page, selector, "file")).toEqual(stays);
      await expect(page.getByText("dropped.wav")).toBeVisible();
    }
  });

  test(`a folder gives its audio, deep inside too (${language})`, async ({ page }) => {
    await open(page, language);
    expect(await drop(page, "h1", "folder")).toEqual(stays);
    await expect(page.locator(".queue-name")).toHaveText(["a.wav", "b.MP3", "d.ogg"]);
    await picture(page, `folder-${language}`);
  });

  test(`a text or a link is no file, and is told so (${language})`, async ({ page }) => {
    for (const kind of ["text", "link"] as const) {
      await open(page, language);
      expect(await drop(page, "h1", kind)).toEqual(stays);
      await expect(page.getByRole("alert")).toContainText(words(language, "error.no_file"));
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words(language, "home.heading"));
    }
  });
}

test("a file that is dropped on another page is taken to the start page", async ({ page }) => {
  await open(page, "en", "/about");
  await expect(page.getByRole("group", { name: words("en", "site.theme") }).getByRole("button").first()).toBeEnabled();
  expect(await drop(page, "h1", "file")).toEqual(stays);
  await expect(page.getByText("dropped.wav")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("en", "home.heading"));
});
