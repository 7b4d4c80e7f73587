// Keeps the page for when there is no connection: what was visited, with the script, style and fonts that it names.
// Never audio, never an answer of the server's interfaces: only GETs of pages and of files whose names change with
// their content.
const CACHE = "page-1";
const FILES = /\/(?:pkg|fonts)\/[\w-]+\.[0-9a-f]{16}\.\w+/g;
const START = "/";
/** Kept from the beginning: the pages that work without a connection, in the reader's language. */
const PAGES = [START, "/history"];

const isFile = (url) => url.pathname.match(FILES) !== null || /^\/(?:icon\.svg|icons\/)/.test(url.pathname);

/** Fetches and keeps a file, unless it is kept already; returns it. */
async function file(cache, path) {
  const kept = await cache.match(path);
  if (kept) return kept;
  const answer = await fetch(path);
  if (answer.ok) await cache.put(path, answer.clone());
  return answer;
}

/** The files that a page, a style sheet or a script names. */
const named = async (answer) => (await answer.clone().text()).match(FILES) ?? [];

/** Keeps a page and what it names. */
async function keep(page, answer) {
  const cache = await caches.open(CACHE);
  for (const path of await named(answer)) {
    const kept = await file(cache, path);
    if (/\.(?:css|js)$/.test(path)) for (const part of await named(kept)) await file(cache, part);
  }
  await cache.put(page, answer);
  await tidy(cache);
}

/** Lets files go that no kept page names any more. */
async function tidy(cache) {
  const wanted = new Set();
  const requests = await cache.keys();
  for (const request of requests) {
    const kept = await cache.match(request);
    if (/html|css|javascript/.test(kept.headers.get("content-type"))) for (const path of await named(kept)) wanted.add(path);
  }
  for (const request of requests) {
    const { pathname } = new URL(request.url);
    if (pathname.match(FILES) && !wanted.has(pathname)) await cache.delete(request);
  }
}

/** The page from the server; without one as it was last; one that was never visited leads to the start. */
async function visit(event) {
  const path = new URL(event.request.url).pathname;
  try {
    const answer = await fetch(event.request);
    const header = (name) => answer.headers.get(name) ?? "";
    const isPage = answer.ok && !answer.redirected && header("content-type").startsWith("text/html");
    // The admin page's customers are kept by nobody.
    if (isPage && !header("cache-control").includes("no-store")) event.waitUntil(keep(path, answer.clone()));
    return answer;
  } catch {
    // A page in the other language is the same page: it speaks that of its path, else the last one (src/app.rs).
    const bare = path.replace(/^\/(?:bn|en)(?=\/|$)/, "") || START;
    return (await caches.match(path)) ?? (await caches.match(bare)) ?? (path === START ? Response.error() : Response.redirect(START));
  }
}

/** What another application shares to the page waits where the page looks for it (src/browser/kept_recording.rs). */
async function receive(request) {
  const form = await request.formData();
  const store = await caches.open("banglaser-recording");
  const files = form.getAll("file").filter((file) => file instanceof File);
  for (const [place, file] of files.entries()) {
    const headers = { "x-file-name": encodeURIComponent(file.name) };
    await store.put(`/shared/${place}`, new Response(file, { headers }));
  }
  return Response.redirect(START, 303);
}

self.addEventListener("install", (event) => {
  const keeping = PAGES.map((page) => fetch(page).then((answer) => keep(page, answer)));
  event.waitUntil(Promise.all(keeping).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === "POST" && url.pathname === "/share") event.respondWith(receive(request));
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(visit(event));
  // The page itself fetches and keeps these, once a reader wants them (crates/worker/js/page.js).
  else if (url.pathname.startsWith("/on-device/")) {
    event.respondWith(caches.match(request).then((kept) => (url.pathname.endsWith("/list") || !kept ? fetch(request) : kept)));
  }
  else if (isFile(url)) event.respondWith(caches.open(CACHE).then((cache) => file(cache, url.pathname)));
});
