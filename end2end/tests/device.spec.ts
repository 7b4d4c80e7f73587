/** Clips are heard on this device: by a worker that reaches no network, and without a connection. */
import type { Page } from "@playwright/test";

import {
  analyseButton, chooseFile, clip, expect, expectAccessible, expectResult, LANGUAGES, open, picture, recordButton, result,
  test, words, type Language,
} from "../fixtures";

const choice = (page: Page, language: Language) =>
  page.getByRole("switch", { name: words(language, "on_device.choice") });
const ready = (page: Page, language: Language) => page.getByText(words(language, "on_device.ready"), { exact: true });

async function choose(page: Page, language: Language) {
  await open(page, language);
  await choice(page, language).check();
  await expect(ready(page, language)).toBeVisible();
}

async function analyse(page: Page, language: Language, name: string) {
  await chooseFile(page, language).setInputFiles(clip(name));
  await analyseButton(page, language).click();
}

for (const language of LANGUAGES) {
  test(`nothing is sent, and the result is a whole one (${language})`, async ({ page }) => {
    const sent: string[] = [];
    page.on("request", (request) => { if (request.method() !== "GET") sent.push(request.url()); });
    await choose(page, language);
    await expect(page.getByText(words(language, "on_device.privacy"))).toBeVisible();
    await expect(page.getByText(words(language, "home.privacy"))).toBeHidden();
    await expectAccessible(page);
    await picture(page, `device-${language}`);
    await analyse(page, language, "clip.webm");
    await expectResult(page, language);
    await picture(page, `device-result-${language}`);
    expect(sent).toEqual([]);
    // Remembered, and ready again without being asked.
    await open(page, language);
    await expect(ready(page, language)).toBeVisible();
    await choice(page, language).uncheck();
    await expect(page.getByText(words(language, "home.privacy"))).toBeVisible();
    await analyse(page, language, "clip.opus");
    await expectResult(page, language);
    expect(sent).toHaveLength(1);
  });
}

test("the worker reaches no network", async ({ page }) => {
  test.info().annotations.push({ type: "expected console error", description: "Content Security Policy" });
  test.info().annotations.push({ type: "expected console error", description: "Refused to" });
  await choose(page, "en");
  const [worker] = page.workers();
  const reached = await worker.evaluate(async () => {
    const tries = {
      fetch: () => fetch("/healthz"),
      module: () => import(`${location.origin}/on-device/list?secret`),
      script: async () => (self as any).importScripts("/service-worker.js"),
      request: () => new Promise<void>((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.onload = () => resolve();
        request.onerror = reject;
        request.open("GET", "/healthz");
        request.send();
      }),
      socket: () => new Promise<void>((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/api/v1/live`);
        socket.onopen = () => resolve();
        socket.onerror = reject;
      }),
      worker: () => new Promise<void>((resolve, reject) => {
        const worker = new Worker("/service-worker.js");
        worker.onerror = reject;
        setTimeout(resolve, 2000);
      }),
    };
    const reached: string[] = [];
    for (const [name, attempt] of Object.entries(tries)) {
      await attempt().then(() => reached.push(name), () => {});
    }
    return reached;
  });
  expect(reached).toEqual([]);
});

/** What the device and the server answer to the same bytes. */
async function answers(page: Page, name: string) {
  return page.evaluate(async ([bytes, model]) => {
    const blob = new Blob([Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0))]);
    const heard = await new Promise<any>((resolve) => {
      (window as any).onDevice.analyse(model, blob, undefined, (share: number, status?: number, body?: string) => {
        if (status !== undefined) resolve({ status, ...JSON.parse(body!) });
      });
    });
    const answer = await fetch("/api/v1/recognitions", { method: "POST", body: blob });
    return { heard, asked: await answer.json() };
  }, [(await import("node:fs")).readFileSync(clip(name)).toString("base64"), "bilstm-v8"]);
}

test("device and server answer the same", async ({ page }) => {
  test.info().annotations.push({ type: "expected console error", description: "415 (Unsupported Media Type)" });
  await choose(page, "en");
  for (const name of ["clip.wav", "clip.flac", "clip.mp3", "clip.ogg", "clip.opus", "clip.webm", "clip.m4a", "clip.aac"]) {
    const { heard, asked } = await answers(page, name);
    expect(heard.status).toBe(200);
    expect(heard.prediction.certainty.band).toBe(asked.band.name);
    for (const [emotion, probability] of Object.entries<number>(heard.prediction.probabilities)) {
      expect(Math.abs(probability - asked.probabilities[emotion]), `${name}: ${emotion}`).toBeLessThan(5e-3);
    }
  }
  const { heard } = await answers(page, "text.wav");
  expect(heard).toMatchObject({ status: 422, code: "unsupported_audio" });
});

test("what is being heard can be given up, and the next clip is heard", async ({ page }) => {
  await choose(page, "en");
  await analyse(page, "en", "long.opus");
  const cancel = page.getByRole("button", { name: words("en", "review.cancel"), exact: true });
  await cancel.click();
  await expect(cancel).toBeHidden();
  await expect(result(page)).toBeHidden();
  await page.getByRole("button", { name: words("en", "review.discard"), exact: true }).click();
  await analyse(page, "en", "clip.wav");
  await expectResult(page, "en");
});

test("a worker that died is told, and another one hears", async ({ page }) => {
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    let hasDied = false;
    Worker.prototype.postMessage = function (message: any, ...rest: any[]) {
      if (message.verb !== "analyse" || hasDied) return post.call(this, message, ...(rest as []));
      hasDied = true;
      this.dispatchEvent(new ErrorEvent("error", { message: "unreachable executed" }));
    };
  });
  await choose(page, "en");
  await analyse(page, "en", "clip.wav");
  await expect(page.getByRole("alert")).toContainText(words("en", "error.device_failed"));
  await analyseButton(page, "en").click();
  await expectResult(page, "en");
});

test("what could not be fetched is told, and fetched again", async ({ page }) => {
  test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
  await open(page, "en");
  await page.route("**/weights.safetensors", (route) => route.abort());
  await choice(page, "en").check();
  await expect(page.getByText(words("en", "error.unreachable"))).toBeVisible();
  await page.unroute("**/weights.safetensors");
  await page.getByRole("button", { name: words("en", "on_device.retry"), exact: true }).click();
  await expect(ready(page, "en")).toBeVisible();
});

test("another model that is chosen meanwhile becomes ready, and what is kept stays", async ({ page }) => {
  await choose(page, "en");
  const told = await page.evaluate(async () => {
    const [first, second] = (await (await fetch("/api/v1/models")).json()).map((model: any) => model.id);
    const ready = [second, first, second].map((model) => (window as any).onDevice.prepare(model, () => {}));
    return { ready: await Promise.all(ready), list: await caches.match("/on-device/list") !== undefined };
  });
  expect(told).toEqual({ ready: [200, 200, 200], list: true });
});

test("what is being heard is heard to its end when another model is chosen", async ({ page }) => {
  await choose(page, "en");
  const content = (await import("node:fs")).readFileSync(clip("long.opus")).toString("base64");
  const heard = await page.evaluate(async (content) => {
    const { onDevice } = window as any;
    const [first, second] = (await (await fetch("/api/v1/models")).json()).map((model: any) => model.id);
    const blob = new Blob([Uint8Array.from(atob(content), (character) => character.charCodeAt(0))]);
    let other: Promise<number> | undefined;
    const [status, model] = await new Promise<[number, string]>((resolve) => {
      onDevice.analyse(first, blob, undefined, (_: number, status?: number, body?: string) => {
        other ??= onDevice.prepare(second, () => {});
        if (status !== undefined) resolve([status, JSON.parse(body!).model]);
      });
    });
    return { status, isFirst: model === first, other: await other };
  }, content);
  expect(heard).toEqual({ status: 200, isFirst: true, other: 200 });
});

test("what was kept and is damaged is fetched anew", async ({ page }) => {
  await choose(page, "en");
  const damaged = await page.evaluate(async () => {
    const cache = await caches.open("on-device-1");
    const paths = (await cache.keys()).map((request) => new URL(request.url).pathname);
    const all = paths.filter((path) => /hear|tap|weights|SUMS/.test(path));
    for (const path of all) await cache.put(path, new Response("damaged"));
    return all.length;
  });
  expect(damaged).toBeGreaterThan(4);
  await open(page, "en");
  await expect(ready(page, "en")).toBeVisible();
  await analyse(page, "en", "clip.wav");
  await expectResult(page, "en");
});

test("a start that fails costs nothing of what is kept", async ({ page }) => {
  await choose(page, "en");
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    let hasDied = false;
    Worker.prototype.postMessage = function (message: any, ...rest: any[]) {
      if (message.verb !== "open" || hasDied) return post.call(this, message, ...(rest as []));
      hasDied = true;
      this.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
    };
  });
  await open(page, "en");
  await expect(page.getByText(words("en", "error.device_failed"))).toBeVisible();
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await page.getByRole("button", { name: words("en", "on_device.retry"), exact: true }).click();
  await expect(ready(page, "en")).toBeVisible();
  expect(fetched.filter((path) => /weights|wasm/.test(path))).toEqual([]);
});

for (const language of LANGUAGES) {
  test(`a browser that keeps nothing hears nevertheless, and says so (${language})`, async ({ page }) => {
    await page.addInitScript(() => {
      Cache.prototype.put = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
    });
    await open(page, language);
    await choice(page, language).check();
    await expect(page.getByText(words(language, "on_device.not_kept"), { exact: true })).toBeVisible();
    await analyse(page, language, "clip.wav");
    await expectResult(page, language);
  });
}

test("a file that is too large for any device is refused by its size", async ({ page }) => {
  await choose(page, "en");
  const [status, code] = await page.evaluate(() => new Promise<[number, string]>((resolve) => {
    (window as any).onDevice.analyse("any", { size: 2 ** 40 }, undefined, (_: number, status?: number, body?: string) => {
      if (status !== undefined) resolve([status, JSON.parse(body!).code]);
    });
  }));
  expect([status, code]).toEqual([413, "too_large"]);
});

test("live: another worker goes on for one that died, and the minute goes on in a pause", async ({ page, context }) => {
  test.info().annotations.push({ type: "expected console error", description: "as a test asked" });
  await context.grantPermissions(["microphone"]);
  await choose(page, "en");
  await page.getByRole("button", { name: words("en", "on_device.live"), exact: true }).click();
  const word = page.locator(".live-word");
  const [listening, failed] = [words("en", "on_device.listening"), words("en", "error.device_failed")];
  await expect(word).toHaveText(listening);
  await expect(word).not.toHaveText(listening);
  await page.workers()[0].evaluate(() => { setTimeout(() => { throw new Error("as a test asked"); }, 0); });
  await expect(word).toHaveText(failed);
  await expect(word).not.toHaveText(failed);
  await page.getByRole("button", { name: words("en", "recorder.pause"), exact: true }).click();
  await expect(word).toHaveText(listening);
  const canvas = page.locator(".live div > canvas");
  const picture = () => canvas.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const before = await picture();
  await expect.poll(picture).not.toBe(before);
  await page.getByRole("button", { name: words("en", "recorder.cancel"), exact: true }).click();
});

for (const language of LANGUAGES) {
  test(`live: a word while one speaks, then an ordinary result (${language})`, async ({ page, context }) => {
    await context.grantPermissions(["microphone"]);
    await choose(page, language);
    await page.getByRole("button", { name: words(language, "on_device.live"), exact: true }).click();
    const word = page.locator(".live-word");
    await expect(word).toHaveText(words(language, "on_device.listening"));
    await expect(word).not.toHaveText(words(language, "on_device.listening"));
    await expect(word).toBeInViewport();
    // Several answers are drawn.
    await expect(page.getByRole("timer")).toContainText(language === "bn" ? /০:(০৯|১.)/ : /0:(09|1.)/);
    const drawn = await page.locator(".live div > canvas").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value) => value > 0);
    });
    expect(drawn).toBe(true);
    await expectAccessible(page);
    await picture(page, `live-${language}`);
    await page.getByRole("button", { name: words(language, "recorder.stop"), exact: true }).click();
    await expectResult(page, language);
  });
}

test("live: who pauses is not heard, who goes on is", async ({ page, context }) => {
  await context.grantPermissions(["microphone"]);
  await choose(page, "en");
  await page.getByRole("button", { name: words("en", "on_device.live"), exact: true }).click();
  const word = page.locator(".live-word");
  await expect(word).toHaveText(words("en", "on_device.listening"));
  await expect(word).not.toHaveText(words("en", "on_device.listening"));
  await page.getByRole("button", { name: words("en", "recorder.pause"), exact: true }).click();
  await expect(word).toHaveText(words("en", "on_device.listening"));
  await page.getByRole("button", { name: words("en", "recorder.resume"), exact: true }).click();
  await expect(word).not.toHaveText(words("en", "on_device.listening"));
  await page.getByRole("button", { name: words("en", "recorder.cancel"), exact: true }).click();
  await expect(recordButton(page, "en")).toBeEnabled();
});

test("live: what is longer than a clip may be becomes several, and none is lost with the page", async ({ page, context }) => {
  await context.grantPermissions(["microphone"]);
  await page.clock.install();
  await choose(page, "en");
  await page.getByRole("button", { name: words("en", "on_device.live"), exact: true }).click();
  const timer = page.getByRole("timer");
  await expect(timer).toContainText("59:00 at most");
  await expect(timer).toContainText("0:04");
  await page.clock.fastForward("09:50");
  await expect(timer).toContainText(/9:5[89]|10:0[0-9]/);
  await expect(page.locator(".live-word"), "it is heard as before").not.toHaveText(words("en", "on_device.listening"));
  const kept = () => page.evaluate(async () => {
    const requests = await (await caches.open("banglaser-recording")).keys();
    return requests.map((request) => new URL(request.url).pathname).sort();
  });
  await expect.poll(kept).toEqual(["/recording/0", "/recording/1"]);
  await page.reload();
  await page.getByRole("button", { name: words("en", "recorder.take"), exact: true }).click();
  const rows = page.locator(".queue-row");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText(`${words("en", "review.recorded")} 2`);
  await page.getByRole("button", { name: words("en", "review.analyse"), exact: true }).first().click();
  await expect.poll(kept, "one is not heard yet").toEqual(["/recording/0", "/recording/1"]);

  await page.reload();
  await page.getByRole("button", { name: words("en", "on_device.live"), exact: true }).click();
  await expect(timer).toContainText("0:04");
  await page.clock.fastForward("09:50");
  await expect(timer).toContainText(/9:5[89]|10:0[0-9]/);
  await page.getByRole("button", { name: words("en", "recorder.stop"), exact: true }).click();
  await expect(rows).toHaveCount(2);
  await expectResult(page, "en");
  await expect.poll(kept, "all of it was heard").toEqual([]);
});

test.describe("without a connection", () => {
  test.use({ serviceWorkers: "allow" });

  test("all of it works: recording, analysing, history, the other language", async ({ page, context }) => {
    test.info().annotations.push({ type: "expected console error", description: "ERR_INTERNET_DISCONNECTED" });
    test.info().annotations.push({ type: "expected console error", description: "Failed to load resource" });
    await context.grantPermissions(["microphone"]);
    await choose(page, "en");
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await expect.poll(() => page.evaluate(async () =>
      (await (await caches.open("page-1")).keys()).map((request) => new URL(request.url).pathname)))
      .toEqual(expect.arrayContaining(["/", "/history"]));
    await context.setOffline(true);
    await page.reload();
    await expect(ready(page, "en")).toBeVisible();
    await expect(page.getByText(words("en", "on_device.offline"))).toBeVisible();
    await picture(page, "device-offline");
    await recordButton(page, "en").click();
    await expect(page.getByRole("timer")).toContainText("0:04");
    await page.getByRole("button", { name: words("en", "recorder.stop"), exact: true }).click();
    await analyseButton(page, "en").click();
    await expectResult(page, "en");
    await page.goto("/bn");
    await expect(ready(page, "bn")).toBeVisible();
    await analyse(page, "bn", "clip.m4a");
    await expectResult(page, "bn");
    await page.goto("/bn/history");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("bn", "history.heading"));
    await expect(page.getByText("clip.m4a")).toBeVisible();
    await context.setOffline(false);
  });
});
