// The worker's side: xtask puts it behind what wasm-bindgen makes of the crate. The page hands it everything: its own
// policy (src/server/on_device.rs) lets it fetch nothing.

let device;
/** Whoever speaks now. */
let live;

const verbs = {
  /** Takes the compiled module and the checkpoint's files by name. */
  open({ module, files }) {
    initSync({ module });
    device = new Device((name) => files[name]);
  },
  /** Hears a clip; the answer is JSON. */
  analyse({ clip, profile }, watch) {
    return device.analyse(clip, profile, watch);
  },
  /** Begins to listen to somebody who speaks now. */
  listen({ rate }) {
    live?.free();
    live = device.listen(rate);
  },
  /** Takes the samples that came since; the answer is a list of events, JSON. */
  hear({ samples }) {
    return live.hear(samples);
  },
};

self.onmessage = ({ data }) => {
  const tell = (message) => self.postMessage({ id: data.id, ...message });
  try {
    tell({ answer: verbs[data.verb](data, (share) => tell({ share })) });
  } catch (error) {
    // The crate throws text; anything else has ended the module.
    tell(data.verb === "analyse" && typeof error === "string" ? { refusal: error } : { failure: String(error) });
  }
};
