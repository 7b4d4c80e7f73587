// The page's side of the worker: starts it and asks it. xtask puts it behind files.js and ribbon.js. Loaded when a
// reader first chooses "on this device" (src/browser/on_device.rs), so that nobody else pays for it.

/** Another model was chosen meanwhile. */
const SUPERSEDED = "superseded";
/** Statuses: all is kept for the next visit; it is not, as a browser keeps nothing here or is full. */
const KEPT = 200;
const NOT_KEPT = 202;
/** A larger clip would take more memory than a phone has. */
const MAX_BYTES = 256 << 20;
const FAILED = JSON.stringify({ code: "device_failed" });

let list;
/** The model that is ready or becomes so, when it is, and what stands for that attempt. */
let model, ready, opening;
let worker;
/** What is being heard: the worker is left alone until then. */
const busy = new Set();
/** What is done with the worker's answers, by the number of the question. */
const asked = new Map();
let n_asked = 0;

/** Makes a model ready; promises whether all is kept for the next visit. */
async function open(wanted, tell) {
  const mine = (opening = {});
  const unless_superseded = () => { if (opening !== mine) throw new Error(SUPERSEDED); };
  const newer = await newest();
  const files = newer.models[wanted];
  if (!files) throw new Error("no such model");
  const all = [newer.page, newer.script, newer.tap, newer.module, ...files];
  const total = all.reduce((sum, file) => sum + file.bytes, 0);
  let before = 0;
  for (const file of all) {
    await bytes(file, (n_bytes) => tell(Math.min(1, (before + n_bytes) / total)));
    before += file.bytes;
    tell(before / total);
  }
  await tidy(newer);
  // What is being heard is heard to its end, by the worker that began it.
  while (busy.size) await Promise.allSettled(busy);
  unless_superseded();
  list = newer;
  stop();
  await start().finally(unless_superseded);
  const cache = await store();
  const kept = await Promise.all([LIST, ...all.map(({ path }) => path)].map((path) => cache?.match(path)));
  return kept.every(Boolean) ? KEPT : NOT_KEPT;
}

/** Starts a worker and hands it all that it needs. */
async function start() {
  const module = await WebAssembly.compile(fetched.get(list.module.path));
  const named = list.models[model].map(({ name, path }) => [name, fetched.get(path)]);
  const started = new Worker(list.script.path, { type: "module", name: "banglaser" });
  started.onmessage = ({ data }) => asked.get(data.id)?.(data);
  started.onerror = (event) => { if (worker === started) stop(event.message ?? "error"); };
  worker = started;
  const answer = await ask({ verb: "open", module, files: Object.fromEntries(named) });
  if (answer.failure !== undefined) {
    if (worker === started) stop();
    throw new Error(answer.failure);
  }
}

/** Asks the worker; `watch` is told the share that is done. A worker that dies or is stopped has failed. */
function ask(question, watch = () => {}) {
  if (!worker) return Promise.resolve({ failure: "no worker" });
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

/** Makes a model ready; once more after it failed, or for another one. */
function prepare(wanted, tell) {
  if (model !== wanted || !ready) {
    model = wanted;
    const opened = open(wanted, tell);
    opened.catch(() => { if (ready === opened) ready = undefined; });
    ready = opened;
  }
  return ready;
}

/** The same; where another one is chosen meanwhile, that one. */
const prepare_chosen = (wanted, tell) => prepare(wanted, tell).catch((error) => {
  if (error.message !== SUPERSEDED) throw error;
  return prepare_chosen(model, tell);
});

/** Does something with the worker of a model; until it is done no other worker takes its place. */
async function with_worker(wanted, work) {
  await prepare_chosen(wanted, () => {});
  const done = (worker ? Promise.resolve() : start()).then(work);
  busy.add(done);
  try {
    return await done;
  } finally {
    busy.delete(done);
  }
}

/** Hears a clip; `state` tells whether anybody still wants it, and is told when the worker has it. */
async function hear(clip, profile, tell, state) {
  if (!state.isWanted) return [];
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

/** Workers that may die one after the other before anything was heard. */
const MAX_DEATHS = 3;
/** From one picture of the last minute to the next, seconds. */
const PICTURE_S = 0.5;

/** Listens to a stream; `tell` is told the events, and the time. Samples that come while the worker is busy wait, and
 *  are heard together. Another worker goes on for one that died. Returns what ends it, and a promise of its end. */
async function listen(stream, tell) {
  let waiting = [];
  let isBusy = true;
  let isWanted = true;
  let n_deaths = 0;
  /** Seconds of the stream that came, that were handed to workers, and where the present one began. */
  let came_s = 0, handed_s = 0, began_s = 0;
  let end;
  const ended = new Promise((resolve) => { end = resolve; });
  const begin = () => {
    began_s = handed_s;
    return ask({ verb: "listen", rate: context.sampleRate });
  };
  const go_on = async () => {
    stop();
    tell({ type: "error" });
    if (++n_deaths > MAX_DEATHS) return false;
    return start().then(begin).then(({ failure }) => failure === undefined, () => false);
  };
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
      handed_s += samples.length / context.sampleRate;
      const { answer, failure } = await ask({ verb: "hear", samples });
      if (!isWanted) break;
      if (failure !== undefined) isWanted = await go_on();
      else for (const event of JSON.parse(answer)) {
        if (event.type === "result") {
          n_deaths = 0;
          event.end_s += began_s;
        }
        tell(event);
      }
    }
    isBusy = false;
  };
  const take = (samples) => {
    if (!isWanted) return;
    const before = Math.floor(came_s / PICTURE_S);
    came_s += samples.length / context.sampleRate;
    if (Math.floor(came_s / PICTURE_S) > before) tell({ type: "time", at_s: came_s });
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
    await begin();
  };
  context.onstatechange = renew;
  await begin();
  isBusy = false;
  return {
    ended,
    end() {
      isWanted = false;
      context.close().catch(() => {});
      end();
    },
  };
}

globalThis.onDevice = {
  /** Makes a model ready; `tell` is told the share of the bytes that have come. Promises a status. */
  prepare: (wanted, tell) => prepare_chosen(wanted, tell).catch(status),
  /** Hears a clip; `tell` is told a share and, at the end, a status and JSON, as the server answers. Returns what
   *  cancels it. */
  analyse(wanted, clip, profile, tell) {
    const state = { isWanted: true, isComputing: false };
    const told = (...what) => { if (state.isWanted) tell(...what); };
    const heard = clip.size > MAX_BYTES
      ? Promise.resolve([413, JSON.stringify({ code: "too_large", max_bytes: MAX_BYTES })])
      : with_worker(wanted, () => hear(clip, profile, told, state));
    heard
      .catch((error) => [status(error), FAILED])
      .then((end) => { told(1, ...end); state.isWanted = false; });
    return () => {
      state.isWanted = false;
      // What is being computed ends only with the worker.
      if (state.isComputing) stop();
    };
  },
  /** Tells what a microphone's stream expresses, and draws it in a place: `tell` gets the place of the emotion among
   *  the labels (-1: nobody speaks; -2: not fetched; -3: it does not run), how probable it is, and its band's place. */
  live(wanted, stream, place, labels, colors, tell) {
    const ribbon = new Ribbon(place, labels, colors);
    const bands = ["high", "medium", "low", "unclear"];
    let listening;
    let isWanted = true;
    const told = (event) => {
      if (event.type === "error") tell(-3);
      if (event.type === "speech.end") tell(-1);
      if (event.type === "time") ribbon.draw(event.at_s);
      if (event.type !== "result") return;
      ribbon.add(event);
      const { emotion, probabilities, band } = event;
      tell(ribbon.labels.indexOf(emotion), probabilities[emotion], bands.indexOf(band));
    };
    with_worker(wanted, async () => {
      if (!isWanted) return;
      listening = await listen(stream, (event) => { if (isWanted) told(event); });
      if (!isWanted) listening.end();
      else tell(-1);
      await listening.ended;
    }).catch((error) => { if (isWanted) tell(status(error) ? -3 : -2); });
    return () => {
      isWanted = false;
      listening?.end();
    };
  },
};
