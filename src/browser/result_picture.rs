//! Draws a result on a canvas, to be kept or shown elsewhere, in the colours of the page.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};

use super::dynamic::{call, member, set_member};

/// Width of the picture, pixels.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 72.0;
/// Width of what is in it.
const FULL: f64 = WIDTH - 2.0 * MARGIN;
/// Left of the timeline, for the names of its lanes.
const LANE_NAME: f64 = 180.0;

/// Where an emotion is heard.
pub struct Lane {
    /// Its name.
    pub label: &'static str,
    /// Its colour.
    pub color: &'static str,
    /// Starts and ends, in shares of the clip's length.
    pub spans: Vec<(f32, f32)>,
}

/// What the picture shows, in the reader's language. Colours are names of the style sheet's tokens.
pub struct ResultPicture<'a> {
    /// The sentence.
    pub heading: &'a str,
    /// Colour of the sentence.
    pub color: &'static str,
    /// How sure that is, and what it is worth, line by line.
    pub meaning: Vec<String>,
    /// Where the clip comes from, and when it was analysed.
    pub source: String,
    /// Label, number, share in `[0, 1]` and colour of each emotion.
    pub bars: Vec<(&'static str, String, f32, &'static str)>,
    /// One for each emotion that is heard.
    pub lanes: Vec<Lane>,
    /// Outline of the waveform, as in `vocabulary::Pictures`; nothing where it is empty.
    pub waveform: &'a str,
    /// What this is not for.
    pub footer: String,
}

impl ResultPicture<'_> {
    /// The picture as the `data:` URL of a PNG; `None` where the browser has no canvas.
    pub fn draw(&self) -> Option<String> {
        let canvas: JsValue = document().create_element("canvas").ok()?.into();
        let pen = Pen {
            context: call(&canvas, "getContext", &["2d".into()])?,
            style: call(
                &window(),
                "getComputedStyle",
                &[document().document_element()?.into()],
            )?,
        };
        // How high it is shows when it was drawn; a canvas forgets when its size changes.
        let height = self.paint(&pen)?;
        set_member(&canvas, "width", WIDTH);
        set_member(&canvas, "height", height);
        pen.rectangle("surface", [0.0, 0.0, WIDTH, height]);
        self.paint(&pen)?;
        call(&canvas, "toDataURL", &[])?.as_string()
    }

    /// Draws everything from the top to the bottom, and tells where that is.
    fn paint(&self, pen: &Pen) -> Option<f64> {
        let mut y = pen.text(self.heading, "700 54px", self.color, MARGIN + 54.0, 70.0);
        y = pen.text(&self.source, "400 26px", "ink-soft", y, 40.0);
        for line in &self.meaning {
            y = pen.text(line, "400 28px", "ink", y + 6.0, 42.0);
        }
        for (label, number, share, color) in &self.bars {
            y += 40.0;
            pen.write(label, "600 28px", "ink", MARGIN, y);
            pen.write(number, "600 28px", "ink", WIDTH - MARGIN - 80.0, y);
            pen.rectangle("surface-sunken", [MARGIN, y + 16.0, FULL, 14.0]);
            pen.rectangle(color, [MARGIN, y + 16.0, FULL * f64::from(*share), 14.0]);
            y += 34.0;
        }
        if !self.waveform.is_empty() {
            y += 120.0;
            pen.outline(self.waveform, y)?;
            y += 100.0;
        }
        for Lane {
            label,
            color,
            spans,
        } in &self.lanes
        {
            y += 36.0;
            pen.write(label, "600 24px", color, MARGIN, y);
            for (start, end) in spans {
                let width = FULL - LANE_NAME;
                let x = MARGIN + LANE_NAME + width * f64::from(*start);
                pen.rectangle(color, [x, y - 16.0, width * f64::from(end - start), 16.0]);
            }
        }
        Some(pen.text(&self.footer, "400 24px", "ink-soft", y + 80.0, 36.0) + 24.0)
    }
}

/// A drawing context of a canvas, and the page's style.
struct Pen {
    context: JsValue,
    style: JsValue,
}

impl Pen {
    /// Takes a colour of the style sheet.
    fn dip(&self, token: &str) {
        let value = call(
            &self.style,
            "getPropertyValue",
            &[format!("--{token}").into()],
        );
        set_member(&self.context, "fillStyle", value.unwrap_or(JsValue::NULL));
    }

    fn numbers(&self, method: &str, numbers: &[f64]) {
        let numbers: Vec<JsValue> = numbers.iter().map(|&number| number.into()).collect();
        call(&self.context, method, &numbers);
    }

    fn rectangle(&self, color: &str, place: [f64; 4]) {
        self.dip(color);
        self.numbers("fillRect", &place);
    }

    /// Writes one line.
    fn write(&self, text: &str, font: &str, color: &str, x: f64, y: f64) {
        let font = format!("{font} \"Noto Sans Bengali\", \"Noto Sans Bengali Whole\", sans-serif");
        set_member(&self.context, "font", font);
        self.dip(color);
        call(
            &self.context,
            "fillText",
            &[text.into(), x.into(), y.into()],
        );
    }

    /// Writes as many lines as it takes, the first at `y`, and tells where the next is.
    fn text(&self, text: &str, font: &str, color: &str, y: f64, leading: f64) -> f64 {
        // For the width of a line, the font has to be chosen.
        self.write("", font, color, 0.0, 0.0);
        let (mut y, mut line) = (y, String::new());
        for word in text.split(' ') {
            let longer = format!("{line}{}{word}", if line.is_empty() { "" } else { " " });
            if self.width(&longer) > FULL && !line.is_empty() {
                self.write(&line, font, color, MARGIN, y);
                y += leading;
                line = word.to_owned();
            } else {
                line = longer;
            }
        }
        self.write(&line, font, color, MARGIN, y);
        y + leading
    }

    fn width(&self, text: &str) -> f64 {
        let size = call(&self.context, "measureText", &[text.into()]);
        size.and_then(|size| member(&size, "width")?.as_f64())
            .unwrap_or_default()
    }

    fn outline(&self, path: &str, middle: f64) -> Option<()> {
        let shape: Function = member(&window(), "Path2D")?.dyn_into().ok()?;
        let path = Reflect::construct(&shape, &Array::of1(&path.into())).ok()?;
        self.dip("accent");
        self.numbers("translate", &[MARGIN + LANE_NAME, middle]);
        self.numbers("scale", &[(FULL - LANE_NAME) / 400.0, 0.8]);
        call(&self.context, "fill", &[path]);
        self.numbers("resetTransform", &[]);
        Some(())
    }
}
