/** The admin page: by keyboard alone, without scripts, in both languages, on a server with customers. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessible, type Language, LANGUAGES, picture, test, words } from "../fixtures";

// `cargo xtask test` starts the server and says where it and its program are; the program reads the same database.
const { BANGLASER_SECOND_URL: url, BANGLASER_PROGRAM: program } = process.env;
if (!url || !program) console.log("SKIPPED the admin page in the browser: no BANGLASER_SECOND_URL and BANGLASER_PROGRAM");
test.skip(!url || !program, "no server with customers");
test.use({ javaScriptEnabled: false });

/** Chromium writes every answer from 400 on to the console. */
const refused = { annotation: { type: "expected console error", description: "Failed to load resource" } };

function token(tenant?: string) {
  const forWhom = tenant ? ["--tenant", tenant] : [];
  const options = { cwd: path.dirname(program!), encoding: "utf8" } as const;
  return execFileSync(program!, ["admin", "token", ...forWhom], options).trim().split("\n").at(-1)!;
}

const say = (language: Language, name: string) => words(language, `admin.${name}`);

/** Presses Tab until the focus is there, and sees that it can be seen. */
async function reach(page: Page, target: Locator) {
  for (let step = 0; step < 80; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      expect(await target.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`no Tab leads to ${target}`);
}

async function press(page: Page, target: Locator) {
  await reach(page, target);
  await page.keyboard.press("Enter");
}

async function type(page: Page, target: Locator, text: string) {
  await reach(page, target);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}

async function signIn(page: Page, language: Language, tenant?: string) {
  await page.goto(`${url}/${language}/admin`);
  await expect(page).toHaveURL(`${url}/${language}/admin/sign-in`);
  await type(page, page.getByLabel(say(language, "sign_in.token"), { exact: true }), token(tenant));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("contentinfo")).toContainText(say(language, "site.signed_in"));
}

/** A new name for each run, because customers stay. */
const name = (language: Language) => `shop-${language}-${test.info().project.name}-${Date.now()}`;

async function make(page: Page, language: Language, tenant: string) {
  await type(page, page.getByLabel(say(language, "tenants.name"), { exact: true }), tenant);
  await press(page, page.getByRole("button", { name: say(language, "tenants.create") }));
  await expect(page.getByRole("status")).toHaveText(say(language, "tenants.created"));
}

const button = (page: Page, language: Language, name: string) => page.getByRole("button", { name: say(language, name) });
const link = (page: Page, language: Language, name: string) =>
  page.getByRole("navigation").getByRole("link", { name: say(language, name), exact: true });

for (const language of LANGUAGES) {
  test(`an operator makes a customer, limits it and gives it a key, by keyboard (${language})`, refused, async ({ page }) => {
    const tenant = name(language);
    await signIn(page, language);
    await make(page, language, tenant);
    await type(page, page.getByLabel(say(language, "limits.per_minute")), "60");
    await press(page, button(page, language, "limits.save"));
    await expect(page.getByRole("status")).toHaveText(say(language, "limits.saved"));
    await expect(page.getByLabel(say(language, "limits.per_minute"))).toHaveValue("60");

    await press(page, link(page, language, "keys.heading"));
    await press(page, button(page, language, "keys.create"));
    const key = await page.locator("code.key").innerText();
    expect(key).toMatch(/^bser_[0-9a-f]{12}_[0-9a-f]{64}$/);
    await picture(page, `admin-key-${language}`);
    await page.reload();
    await expect(page.locator("code.key")).toHaveCount(0);
    await press(page, page.getByRole("button", { name: say(language, "keys.revoke_named") }));
    await expect(page.getByRole("status")).toHaveText(say(language, "keys.was_revoked"));

    await press(page, link(page, language, "people.heading"));
    await type(page, page.getByLabel(say(language, "people.address")), `${tenant}@example.org`);
    await press(page, button(page, language, "people.add"));
    await expect(page.getByRole("listitem")).toContainText(`${tenant}@example.org`);

    await press(page, link(page, language, "tenant.overview"));
    await press(page, button(page, language, "tenant.disable"));
    await expect(page.getByRole("status")).toHaveText(say(language, "tenant.was_disabled"));
    await press(page, link(page, language, "site.audit"));
    const acts = page.getByRole("row").filter({ hasText: tenant });
    await expect(acts).toContainText(["tenant.disable", "person.add", "key.revoke", "key.create", "tenant.limit", "tenant.create"]);

    await press(page, button(page, language, "site.sign_out"));
    await expect(page.getByRole("status")).toHaveText(say(language, "sign_in.ended"));
    await page.goto(`${url}/${language}/admin/audit`);
    await expect(page).toHaveURL(`${url}/${language}/admin/sign-in`);
  });

  test(`a customer's own people see their own (${language})`, refused, async ({ page }) => {
    const tenant = name(language);
    await signIn(page, language);
    await make(page, language, tenant);
    await press(page, button(page, language, "site.sign_out"));
    await expect(page.getByRole("status")).toHaveText(say(language, "sign_in.ended"));
    await signIn(page, language, tenant);
    await expect(page).toHaveURL(`${url}/${language}/admin/tenants/${tenant}/usage`);
    for (const part of ["keys", "alerts", "usage"]) {
      await press(page, link(page, language, `${part}.heading`));
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${tenant}: ${say(language, `${part}.heading`)}`);
      await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
    }
    for (const path of [`/tenants/${tenant}`, "/tenants", "/audit", "/tenants/nobody/usage"]) {
      const answer = await page.goto(`${url}/${language}/admin${path}`);
      expect(answer!.status(), path).toBe(404);
    }
    await expect(page.getByRole("alert")).toHaveText(say(language, "trouble.not_found"));
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`${language}, ${colorScheme}`, () => {
      // axe is a script itself.
      test.use({ colorScheme, javaScriptEnabled: true });

      test("axe finds nothing, and nothing is wider than the page", async ({ page }) => {
        const tenant = name(language);
        const fits = async (what: string) => {
          const wider = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          await page.waitForLoadState();
          await page.evaluate(() => document.fonts.ready.then(() => true));
          expect(await wider(), what).toBe(0);
          await expectAccessible(page);
          await picture(page, `admin-${what}-${language}-${colorScheme}`);
        };
        await page.goto(`${url}/${language}/admin/sign-in`);
        await fits("sign-in");
        await signIn(page, language);
        await make(page, language, tenant);
        await fits("overview");
        for (const part of ["usage", "alerts", "people"]) {
          await page.goto(`${url}/${language}/admin/tenants/${tenant}/${part}`);
          await fits(part);
        }
        await page.goto(`${url}/${language}/admin/tenants/${tenant}/keys`);
        await press(page, button(page, language, "keys.create"));
        await expect(page.locator("code.key")).toBeVisible();
        await fits("keys");
        await page.goto(`${url}/${language}/admin/audit`);
        await fits("audit");
        await page.goto(`${url}/${language}/admin`);
        await page.setViewportSize({ width: 320, height: 640 });
        await fits("tenants");
      });
    });
  }
}

test("the language switch stays on the page", async ({ page }) => {
  await signIn(page, "en");
  await press(page, link(page, "en", "site.audit"));
  await press(page, page.getByRole("link", { name: "বাংলা" }));
  await expect(page).toHaveURL(`${url}/bn/admin/audit`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(say("bn", "audit.heading"));
});
