// The page's side of the worker: fetches and keeps what it needs, starts it, asks it. Loaded when a reader first
// chooses "on this device" (src/browser/on_device.rs), so that nobody else pays for it.

const CACHE = "on-device-1";
const LIST = "/on-device/list";
const UNREACHABLE = "unreachable";
const FAILED = JSON.stringify({ code: "device_failed" });

/** What was fetched, by path: where a browser keeps nothing, for as long as the page is open. */
const fetched = new Map();
let list;
/** The model that is ready or becomes so, and when it is. */
let model, ready;
let worker;
/** What is done with the worker's answers, by the number of the question. */
const asked = new Map();
let n_asked = 0;

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

/** The bytes of a file, from the cache if it is there; `tell` is told how many have come. */
async function bytes({ path }, tell) {
  if (fetched.has(path)) return fetched.get(path);
  const cache = await store();
  let answer = await cache?.match(path);
  if (!answer) {
    answer = await fetch(path);
    if (!answer.ok) throw new Error(UNREACHABLE);
    const parts = [];
    let n_bytes = 0;
    for (const reader = answer.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      tell((n_bytes += value.length));
    }
    answer = new Response(new Blob(parts), { headers: answer.headers });
    // The body is no longer compressed.
    for (const name of ["content-encoding", "content-length"]) answer.headers.delete(name);
    // Full storage: the next visit fetches it once more.
    await cache?.put(path, answer.clone()).catch(() => {});
  }
  const content = new Uint8Array(await answer.arrayBuffer());
  fetched.set(path, content);
  return content;
}

/** Lets go what the server's list no longer names. */
async function tidy() {
  const cache = await store();
  const wanted = new Set([LIST, list.page.path, list.script.path, list.tap.path, list.module.path]);
  for (const files of Object.values(list.models)) for (const { path } of files) wanted.add(path);
  for (const request of (await cache?.keys()) ?? []) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

async function open(wanted, tell) {
  list = await newest();
  const files = list.models[wanted];
  if (!files) throw new Error("no such model");
  const all = [list.page, list.script, list.tap, list.module, ...files];
  const total = all.reduce((sum, file) => sum + file.bytes, 0);
  let before = 0;
  for (const file of all) {
    await bytes(file, (n_bytes) => tell(Math.min(1, (before + n_bytes) / total)));
    before += file.bytes;
    tell(before / total);
  }
  await tidy();
  // Another model was chosen meanwhile.
  if (model !== wanted) throw new Error(UNREACHABLE);
  await start();
}

/** Starts a worker and hands it all that it needs. */
async function start() {
  const module = await WebAssembly.compile(fetched.get(list.module.path));
  const named = list.models[model].map(({ name, path }) => [name, fetched.get(path)]);
  worker = new Worker(list.script.path, { type: "module", name: "banglaser" });
  worker.onmessage = ({ data }) => asked.get(data.id)?.(data);
  worker.onerror = (event) => stop(event.message ?? "error");
  const answer = await ask({ verb: "open", module, files: Object.fromEntries(named) });
  if (answer.failure !== undefined) throw new Error(answer.failure);
}

/** Asks the worker; `watch` is told the share that is done. A worker that dies or is stopped has failed. */
function ask(question, watch = () => {}) {
  const id = ++n_asked;
  return new Promise((resolve) => {
    asked.set(id, (told) => {
      if (told.share !== undefined) return watch(told.share);
      asked.delete(id);
      resolve(told);
    });
    worker.postMessage({ ...question, id });
  });
}

function stop(failure = "stopped") {
  worker?.terminate();
  worker = undefined;
  for (const tell of [...asked.values()]) tell({ failure });
}

/** What went wrong, as a status of the server's: 0 where something could not be fetched. */
const status = (error) => (error.message === UNREACHABLE || error instanceof TypeError ? 0 : 500);

function forget() {
  fetched.clear();
  globalThis.caches?.delete(CACHE).catch(() => {});
}

/** Makes a model ready; once more after it failed, or for another one. */
function prepare(wanted, tell) {
  if (model !== wanted || !ready) {
    stop();
    model = wanted;
    const opened = open(wanted, tell);
    opened.catch((error) => {
      if (ready === opened) ready = undefined;
      // What was kept may be damaged: it is fetched anew.
      if (status(error)) forget();
    });
    ready = opened;
  }
  return ready;
}

/** Hears a clip; `state` tells whether anybody still wants it, and is told when the worker has it. */
async function hear(wanted, clip, profile, tell, state) {
  try {
    await prepare(wanted, () => {});
    if (state.isWanted && !worker) await start();
  } catch (error) {
    return [status(error), FAILED];
  }
  const content = new Uint8Array(await clip.arrayBuffer());
  if (!state.isWanted) return [];
  state.isComputing = true;
  const { answer, refusal, failure } = await ask({ verb: "analyse", clip: content, profile }, tell);
  state.isComputing = false;
  // The next clip starts another worker.
  if (failure !== undefined) stop();
  return failure !== undefined ? [500, FAILED] : answer !== undefined ? [200, answer] : [422, refusal];
}

/** A context at the microphone's own rate, with what hands its samples over. */
async function tapped(stream, take) {
  const context = new AudioContext();
  await context.audioWorklet.addModule(list.tap.path);
  const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
  tap.port.onmessage = ({ data }) => take(data);
  context.createMediaStreamSource(stream).connect(tap);
  return context;
}

/** Listens to a stream; `tell` is told the events. Samples that come while the worker is busy wait, and are heard
 *  together. Returns what ends it. */
async function listen(stream, tell) {
  let waiting = [];
  let isBusy = true;
  let isWanted = true;
  const send = async () => {
    isBusy = true;
    while (waiting.length && isWanted) {
      const samples = new Float32Array(waiting.reduce((sum, piece) => sum + piece.length, 0));
      let at = 0;
      for (const piece of waiting) {
        samples.set(piece, at);
        at += piece.length;
      }
      waiting = [];
      const { answer, failure } = await ask({ verb: "hear", samples });
      if (failure !== undefined) {
        stop();
        isWanted = false;
        tell({ type: "error" });
      } else if (isWanted) for (const event of JSON.parse(answer)) tell(event);
    }
    isBusy = false;
  };
  const take = (samples) => {
    if (!isWanted) return;
    waiting.push(samples);
    if (!isBusy) send();
  };
  let context = await tapped(stream, take);
  // After a call iOS leaves a context "interrupted" for good.
  const renew = async () => {
    if (!isWanted || context.state !== "interrupted") return;
    context.close().catch(() => {});
    context = await tapped(stream, take);
    context.onstatechange = renew;
    await ask({ verb: "listen", rate: context.sampleRate });
  };
  context.onstatechange = renew;
  await ask({ verb: "listen", rate: context.sampleRate });
  isBusy = false;
  return () => {
    isWanted = false;
    context.close().catch(() => {});
  };
}

/** What is remembered for the ribbon, seconds. */
const RIBBON_S = 60;

/** Draws the last minute: shares stacked over time, pauses as gaps, what is unclear pale. */
class Ribbon {
  results = [];

  constructor(place, labels, colors, names) {
    this.labels = labels.split(" ");
    this.colors = colors.split(" ");
    this.names = names.split("|");
    this.canvas = document.createElement("canvas");
    this.legend = document.createElement("p");
    this.legend.className = "legend";
    place.replaceChildren(this.canvas, this.legend);
  }

  add(result) {
    this.results.push(result);
    if (this.results.length === 1) this.explain(result);
    while (this.results[0].end_s < result.end_s - RIBBON_S) this.results.shift();
    this.draw(result.end_s);
  }

  /** Which colour and pattern is which emotion, of those that the model tells apart, below the canvas. */
  explain({ probabilities }) {
    const scale = globalThis.devicePixelRatio || 1;
    const entries = this.labels.flatMap((label, place) => {
      if (!(label in probabilities)) return [];
      const swatch = document.createElement("canvas");
      swatch.width = swatch.height = 14 * scale;
      const context = swatch.getContext("2d");
      context.fillStyle = this.colors[place];
      context.fillRect(0, 0, swatch.width, swatch.height);
      this.hatch(context, place, 0, 0, swatch.width, swatch.height, scale);
      const entry = document.createElement("span");
      entry.append(swatch, this.names[place]);
      return [entry];
    });
    this.legend.replaceChildren(...entries);
  }

  draw(now_s) {
    const { canvas } = this;
    const scale = globalThis.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    const x = (at_s) => width * (1 - (now_s - at_s) / RIBBON_S);
    for (const { end_s, probabilities, outcome } of this.results) {
      const [left, right] = [x(end_s - 0.5), x(end_s) + 0.5];
      let top = 0;
      for (const [place, label] of this.labels.entries()) {
        const tall = (probabilities[label] ?? 0) * height;
        context.fillStyle = this.colors[place];
        context.globalAlpha = outcome === "unclear" ? 0.45 : 1;
        context.fillRect(left, top, right - left, tall);
        context.globalAlpha = 1;
        this.hatch(context, place, left, top, right - left, tall, scale);
        top += tall;
      }
    }
  }

  /** Lines of another slope for each emotion, for eyes that do not tell the colours apart. */
  hatch(context, place, left, top, wide, tall, scale) {
    if (place === 0 || tall < 4 * scale) return;
    context.save();
    context.beginPath();
    context.rect(left, top, wide, tall);
    context.clip();
    context.strokeStyle = "rgb(255 255 255 / 0.55)";
    context.lineWidth = scale;
    context.beginPath();
    const step = (3 + 2 * (place % 4)) * scale;
    const rise = [0, 1, -1, 0][place % 4] * tall;
    for (let at = place % 4 === 3 ? 0 : Math.floor((left - tall) / step) * step; at < left + wide + tall; at += step) {
      if (place % 4 === 3) {
        if (at > tall) break;
        context.moveTo(left, top + at);
        context.lineTo(left + wide, top + at);
      } else {
        context.moveTo(at, rise < 0 ? top + tall : top);
        context.lineTo(at + Math.abs(rise), rise < 0 ? top : top + tall);
      }
    }
    context.stroke();
    context.restore();
  }
}

globalThis.onDevice = {
  /** Makes a model ready; `tell` is told the share of the bytes that have come. Promises a status. */
  prepare: (wanted, tell) => prepare(wanted, tell).then(() => 200, status),
  /** Hears a clip; `tell` is told a share and, at the end, a status and JSON, as the server answers. Returns what
   *  cancels it. */
  analyse(wanted, clip, profile, tell) {
    const state = { isWanted: true, isComputing: false };
    const told = (...what) => { if (state.isWanted) tell(...what); };
    hear(wanted, clip, profile, told, state)
      .catch(() => [500, FAILED])
      .then((end) => { told(1, ...end); state.isWanted = false; });
    return () => {
      state.isWanted = false;
      // What is being computed ends only with the worker.
      if (state.isComputing) stop();
    };
  },
  /** Tells what a microphone's stream expresses, and draws it: `tell` gets the place of the emotion among the
   *  labels (-1: nobody speaks; -2: not fetched; -3: it does not run), how probable it is, and its band's place. */
  live(wanted, stream, place, labels, colors, names, tell) {
    const ribbon = new Ribbon(place, labels, colors, names);
    const bands = ["high", "medium", "low", "unclear"];
    let end = () => {};
    let isWanted = true;
    const told = (event) => {
      if (event.type === "error") tell(-3);
      if (event.type === "speech.end") tell(-1);
      if (event.type !== "result") return;
      ribbon.add(event);
      const { emotion, probabilities, band } = event;
      tell(ribbon.labels.indexOf(emotion), probabilities[emotion], bands.indexOf(band));
    };
    prepare(wanted, () => {})
      .then(async () => {
        if (!worker) await start();
        if (isWanted) end = await listen(stream, (event) => { if (isWanted) told(event); });
        if (!isWanted) end();
        else tell(-1);
      })
      .catch((error) => { if (isWanted) tell(status(error) ? -3 : -2); });
    return () => {
      isWanted = false;
      end();
    };
  },
};
