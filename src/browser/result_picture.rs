//! Draws a result on a canvas, to be kept or shown elsewhere.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};

use super::dynamic::{call, member, set_member};

/// Width of the picture, pixels.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 72.0;
const ROW: f64 = 74.0;

const PAPER: &str = "#ffffff";
const TRACK: &str = "#f0ede6";
const INK: &str = "#1d2327";
const INK_SOFT: &str = "#535c63";

/// What the picture shows, in the reader's language.
pub struct ResultPicture<'a> {
    /// The sentence.
    pub heading: String,
    /// How sure that is.
    pub meaning: String,
    /// Label, number, share in `[0, 1]` and colour of each emotion.
    pub bars: Vec<(&'static str, String, f32, &'static str)>,
    /// Outline of the waveform, as in `vocabulary::Pictures`.
    pub waveform: &'a str,
    /// Where this comes from.
    pub footer: String,
}

impl ResultPicture<'_> {
    /// The picture as the `data:` URL of a PNG; `None` where the browser has no canvas.
    pub fn draw(&self) -> Option<String> {
        let canvas: JsValue = document().create_element("canvas").ok()?.into();
        let bars_top = 3.4 * ROW;
        let waveform_top = bars_top + ROW * self.bars.len() as f64;
        let height = waveform_top + 3.6 * ROW;
        set_member(&canvas, "width", WIDTH);
        set_member(&canvas, "height", height);
        let pen = Pen(call(&canvas, "getContext", &["2d".into()])?);
        pen.rectangle(PAPER, [0.0, 0.0, WIDTH, height]);
        let color = self.bars.first()?.3;
        pen.text(&self.heading, "700 54px", color, MARGIN, 1.5 * ROW);
        pen.text(&self.meaning, "400 28px", INK_SOFT, MARGIN, 2.3 * ROW);
        for (row, (label, number, share, color)) in self.bars.iter().enumerate() {
            let y = bars_top + ROW * row as f64;
            pen.text(label, "600 28px", INK, MARGIN, y);
            pen.text(number, "600 28px", INK, WIDTH - MARGIN - 80.0, y);
            let full = WIDTH - 2.0 * MARGIN;
            pen.rectangle(TRACK, [MARGIN, y + 16.0, full, 14.0]);
            pen.rectangle(color, [MARGIN, y + 16.0, full * f64::from(*share), 14.0]);
        }
        pen.outline(self.waveform, waveform_top + 1.4 * ROW)?;
        pen.text(
            &self.footer,
            "400 24px",
            INK_SOFT,
            MARGIN,
            height - 0.6 * ROW,
        );
        call(&canvas, "toDataURL", &[])?.as_string()
    }
}

/// A drawing context of a canvas.
struct Pen(JsValue);

impl Pen {
    fn numbers(&self, method: &str, numbers: &[f64]) {
        let numbers: Vec<JsValue> = numbers.iter().map(|&number| number.into()).collect();
        call(&self.0, method, &numbers);
    }

    fn rectangle(&self, color: &str, place: [f64; 4]) {
        set_member(&self.0, "fillStyle", color);
        self.numbers("fillRect", &place);
    }

    fn text(&self, text: &str, font: &str, color: &str, x: f64, y: f64) {
        set_member(
            &self.0,
            "font",
            format!("{font} \"Noto Sans Bengali\", sans-serif"),
        );
        set_member(&self.0, "fillStyle", color);
        let max_width = WIDTH - MARGIN - x;
        call(
            &self.0,
            "fillText",
            &[text.into(), x.into(), y.into(), max_width.into()],
        );
    }

    fn outline(&self, path: &str, middle: f64) -> Option<()> {
        let shape: Function = member(&window(), "Path2D")?.dyn_into().ok()?;
        let path = Reflect::construct(&shape, &Array::of1(&path.into())).ok()?;
        set_member(&self.0, "fillStyle", INK_SOFT);
        self.numbers("translate", &[MARGIN, middle]);
        self.numbers("scale", &[(WIDTH - 2.0 * MARGIN) / 400.0, 0.8]);
        call(&self.0, "fill", &[path]);
        self.numbers("resetTransform", &[]);
        Some(())
    }
}
