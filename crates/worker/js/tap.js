// What hears the microphone: hands its samples, at whatever rate they come, to the page. A worklet has no network.

/** Samples that are handed over at once: a tenth of a second and less. */
const N_TOGETHER = 2048;

class Tap extends AudioWorkletProcessor {
  samples = new Float32Array(N_TOGETHER);
  n_samples = 0;

  process([[channel]]) {
    for (const sample of channel ?? []) {
      this.samples[this.n_samples++] = sample;
      if (this.n_samples === N_TOGETHER) {
        this.port.postMessage(this.samples, [this.samples.buffer]);
        this.samples = new Float32Array(N_TOGETHER);
        this.n_samples = 0;
      }
    }
    return true;
  }
}

registerProcessor("tap", Tap);
