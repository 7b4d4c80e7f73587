//! A line through measured points as an SVG picture.

use std::fmt::Write as _;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 44.0;

/// Points with both axes' names; the horizontal axis is logarithmic, the vertical one too where the values span more
/// than a factor of 30.
pub struct Plot {
    across: &'static str,
    up: &'static str,
    points: Vec<(f64, f64)>,
}

impl Plot {
    /// Of points with positive coordinates, from left to right.
    pub fn new(
        across: &'static str,
        up: &'static str,
        points: impl Iterator<Item = (f64, f64)>,
    ) -> Self {
        Self {
            across,
            up,
            points: points.filter(|(x, y)| *x > 0.0 && *y > 0.0).collect(),
        }
    }

    /// The picture; colours of the reader's light or dark theme.
    pub fn svg(&self) -> String {
        let ends = |of: fn(&(f64, f64)) -> f64| {
            let values = self.points.iter().map(of);
            values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let (left, right) = ends(|point| point.0);
        let (low, high) = ends(|point| point.1);
        let is_log = high > 30.0 * low;
        let scale = |value: f64, low: f64, high: f64, log: bool| match log {
            true => (value / low).ln() / (high / low).ln().max(1e-9),
            false => (value - low) / (high - low).max(1e-9),
        };
        let x = |value: f64| LEFT + scale(value, left, right, true) * (WIDTH - LEFT - RIGHT);
        let bottom = if is_log { low } else { 0.0 };
        let y = |value: f64| {
            HEIGHT - BOTTOM - scale(value, bottom, high, is_log) * (HEIGHT - TOP - BOTTOM)
        };

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{} against {}\">\n\
             <style>text {{ font: 12px sans-serif; fill: #555 }} .line {{ fill: none; stroke: #0a6c74; stroke-width: 2 }} \
             .dot {{ fill: #0a6c74 }} .axis {{ stroke: #999 }} \
             @media (prefers-color-scheme: dark) {{ text {{ fill: #bbb }} .line {{ stroke: #5fc9d1 }} .dot {{ fill: #5fc9d1 }} }}</style>\n",
            self.up, self.across
        );
        let axis = HEIGHT - BOTTOM;
        // Writing to a `String` does not fail.
        let _ = writeln!(
            svg,
            "<path class=\"axis\" d=\"M{LEFT} {TOP}V{axis}H{}\" fill=\"none\"/>",
            WIDTH - RIGHT
        );
        let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"16\">{}</text>", self.up);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            HEIGHT - 8.0,
            self.across
        );
        for value in [bottom, high] {
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                y(value) + 4.0,
                short(value)
            );
        }
        let mut line = String::new();
        for &(across, up) in &self.points {
            let (x, y) = (x(across), y(up));
            let _ = write!(
                line,
                "{}{x:.1} {y:.1}",
                if line.is_empty() { 'M' } else { 'L' }
            );
            let _ = writeln!(
                svg,
                "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
            );
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{across}</text>",
                axis + 16.0
            );
        }
        let _ = writeln!(svg, "<path class=\"line\" d=\"{line}\"/>\n</svg>");
        svg
    }
}

fn short(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_inside_the_picture() {
        let points = [(1.0, 5.0), (16.0, 900.0), (256.0, 20.0)];
        let svg = Plot::new("clients", "ms", points.into_iter()).svg();
        let number = |text: &str| {
            text.split('"')
                .next()
                .and_then(|number| number.parse::<f64>().ok())
        };
        let centres: Vec<_> = svg.split("cx=\"").skip(1).map(number).collect();
        assert_eq!(centres.len(), points.len());
        assert!(
            centres
                .iter()
                .flatten()
                .all(|x| (LEFT..=WIDTH - RIGHT).contains(x)),
            "{centres:?}"
        );
    }
}
