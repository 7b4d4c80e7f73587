// The last minute, drawn.

/** What is remembered for the ribbon, seconds. */
const RIBBON_S = 60;

/** Draws the last minute: shares stacked over time, pauses as gaps, what is unclear pale. */
class Ribbon {
  results = [];
  now_s = 0;

  /** In a place whose `data-names` are the emotions' names in the page's language, with "|" between them. */
  constructor(place, labels, colors) {
    this.place = place;
    this.labels = labels.split(" ");
    this.colors = colors.split(" ");
    this.canvas = document.createElement("canvas");
    this.legend = document.createElement("p");
    this.legend.className = "legend";
    place.replaceChildren(this.canvas, this.legend);
  }

  add(result) {
    this.results.push(result);
    this.draw(result.end_s);
  }

  /** Which colour and pattern is which emotion, of those that the model tells apart, below the canvas. */
  explain({ probabilities }, names) {
    this.explained = names;
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
      entry.append(swatch, names.split("|")[place]);
      return [entry];
    });
    this.legend.replaceChildren(...entries);
  }

  /** The minute up to now. */
  draw(now_s) {
    const { canvas, place: { dataset: { names } } } = this;
    now_s = this.now_s = Math.max(now_s, this.now_s);
    while (this.results.length && this.results[0].end_s < now_s - RIBBON_S) this.results.shift();
    if (this.results.length && this.explained !== names) this.explain(this.results[0], names);
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
