// What hearing on this device needs, as files: fetched, checked and kept for when there is no connection.

const CACHE = "on-device-1";
const LIST = "/on-device/list";
const UNREACHABLE = "unreachable";

/** What was fetched, by path: where a browser keeps nothing, for as long as the page is open. */
const fetched = new Map();

/** The cache, where there is one: browsers have none on insecure origins. */
const store = async () => (globalThis.caches ? caches.open(CACHE).catch(() => undefined) : undefined);

/** What the server has; without a connection as it was last. */
async function newest() {
  const cache = await store();
  try {
    const answer = await fetch(LIST);
    if (answer.ok) {
      await cache?.put(LIST, answer.clone()).catch(() => {});
      return answer.json();
    }
  } catch { /* No connection. */ }
  const kept = await cache?.match(LIST);
  if (!kept) throw new Error(UNREACHABLE);
  return kept.json();
}

/** Whether a file is what the server said it is; browsers tell that on secure origins only, where they keep files. */
async function is_whole({ bytes, sha256 }, content) {
  if (content.length !== bytes) return false;
  const digest = await globalThis.crypto?.subtle?.digest("SHA-256", content);
  if (!digest) return true;
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}

/** An answer that is whole, and its bytes; `tell` is told how many have come. */
async function download(file, tell) {
  const { ok, headers, body } = await fetch(file.path);
  if (!ok) throw new Error(UNREACHABLE);
  const parts = [];
  let n_bytes = 0;
  for (const reader = body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    tell((n_bytes += value.length));
  }
  const content = new Uint8Array(await new Blob(parts).arrayBuffer());
  if (!(await is_whole(file, content))) throw new Error(UNREACHABLE);
  const answer = new Response(content, { headers });
  // The body is no longer compressed.
  for (const name of ["content-encoding", "content-length"]) answer.headers.delete(name);
  return { answer, content };
}

/** The bytes of a file, from the cache if it is there and whole; `tell` is told how many have come. */
async function bytes(file, tell) {
  const { path } = file;
  if (fetched.has(path)) return fetched.get(path);
  const cache = await store();
  const kept = await cache?.match(path);
  let content = kept && new Uint8Array(await kept.arrayBuffer());
  if (!content || !(await is_whole(file, content))) {
    await cache?.delete(path);
    const downloaded = await download(file, tell);
    // Full storage: the next visit fetches it once more.
    await cache?.put(path, downloaded.answer).catch(() => {});
    ({ content } = downloaded);
  }
  fetched.set(path, content);
  return content;
}

/** Lets go what the server's list no longer names. */
async function tidy(list) {
  const cache = await store();
  const wanted = new Set([LIST, list.page.path, list.script.path, list.tap.path, list.module.path]);
  for (const files of Object.values(list.models)) for (const { path } of files) wanted.add(path);
  for (const request of (await cache?.keys()) ?? []) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}
