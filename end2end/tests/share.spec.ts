/** Audio that another application shares to the installed page. */
import { analyseButton, clip, expect, expectResult, LANGUAGES, open, test } from "../fixtures";
import { readFileSync } from "node:fs";

test.use({ serviceWorkers: "allow" });

for (const language of LANGUAGES) {
  test(`a voice message that is shared to the page waits there, once (${language})`, async ({ page }) => {
    await open(page, language);
    const manifest = await (await page.request.get(`/manifest/${language}`)).json();
    expect(manifest.share_target).toMatchObject({ action: "/share", method: "POST", enctype: "multipart/form-data" });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const bytes = readFileSync(clip("clip.opus")).toString("base64");
    // As the system does it: a form is posted to where the manifest says.
    await page.evaluate((bytes) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([content], "কণ্ঠ ১.opus", { type: "audio/ogg" }));
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: "/share", enctype: "multipart/form-data" });
      const input = Object.assign(document.createElement("input"), { type: "file", name: "file" });
      input.files = transfer.files;
      form.append(input);
      document.body.append(form);
      form.submit();
    }, bytes);
    await expect(page.locator(".review-title")).toHaveText("কণ্ঠ ১.opus");
    await analyseButton(page, language).click();
    await expectResult(page, language);
    await page.reload();
    await expect(page.locator(".review-title")).toHaveCount(0);
  });
}
