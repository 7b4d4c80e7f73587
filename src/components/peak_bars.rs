//! A waveform as a row of bars.

use std::fmt::Write;

use leptos::prelude::*;

use crate::fixed::{css_percent, fixed};
use crate::live::live;

/// Height of the picture in its own units.
const HEIGHT: f32 = 40.0;

/// A path of upright lines, one unit apart and around the middle, the last one at `n_bars`. Heights grow with the
/// square root of the peak, so that a quiet voice is seen too.
fn outline(peaks: &[f32], n_bars: usize) -> String {
    let first = n_bars.saturating_sub(peaks.len());
    let mut path = String::new();
    for (bar_idx, peak) in peaks.iter().enumerate() {
        let half = (peak.sqrt() * HEIGHT / 2.0).max(0.5);
        let (x, middle) = (first + bar_idx, HEIGHT / 2.0);
        // Writing to a string does not fail.
        let (top, bottom) = (fixed(middle - half, 1), fixed(middle + half, 1));
        let _ = write!(path, "M{x}.5 {top}V{bottom}");
    }
    path
}

/// The bars of `peaks`, `[0, 1]`; with `part`, shares of the width, what lies outside is pale.
#[component]
pub fn PeakBars(
    #[prop(into)] peaks: Signal<Vec<f32>>,
    n_bars: usize,
    #[prop(optional, into)] part: Option<Signal<(f64, f64)>>,
) -> impl IntoView {
    let path = Memo::new(move |_| peaks.with(|peaks| outline(peaks, n_bars)));
    let selection = part.map(|part| {
        let start = live(move || css_percent(part.get().0));
        let width = live(move || css_percent(part.get().1 - part.get().0));
        view! {
            <clipPath id="peaks-selection">
                <rect x=start y="-1" width=width height="110%" />
            </clipPath>
        }
    });
    let clip = selection.is_some().then_some("url(#peaks-selection)");
    view! {
        <svg
            class="peaks"
            viewBox=format!("0 0 {n_bars} {}", HEIGHT as u8)
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            {selection}
            <path class="peaks-all" d=path />
            <path class="peaks-part" d=path clip-path=clip />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_peak_is_at_the_right() {
        assert_eq!(outline(&[0.25, 1.0], 4), "M2.5 10.0V30.0M3.5 0.0V40.0");
        assert_eq!(outline(&[0.0], 1), "M0.5 19.5V20.5");
    }
}
