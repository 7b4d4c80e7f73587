//! How loud the recording under way is.

use leptos::prelude::*;

use super::{Meter, PeakBars};
use crate::{
    browser::{LevelHint, N_LEVELS},
    fixed::css_percent,
    i18n::{td_string, use_i18n},
    live::live,
    workbench::Workbench,
};

/// The last seconds as bars, or only the latest as one where the reader wants no motion; and what to do about it.
#[component]
pub fn RecordingLevel() -> AnyView {
    let i18n = use_i18n();
    let levels = expect_context::<Workbench>().recorder.levels();
    let peaks = Signal::derive(move || levels.with(|levels| levels.peaks().to_vec()));
    let latest = live(move || {
        let peak = peaks.with(|peaks| peaks.last().copied().unwrap_or_default());
        css_percent(peak.sqrt())
    });
    let hint = Memo::new(move |_| levels.with(|levels| levels.hint()));
    let sentence = live(move || match hint.get() {
        Some(LevelHint::TooQuiet) => td_string!(i18n.get_locale(), recorder.too_quiet),
        Some(LevelHint::Clipping) => td_string!(i18n.get_locale(), recorder.clipping),
        Some(LevelHint::Muted) => td_string!(i18n.get_locale(), recorder.muted),
        None => "",
    });
    view! {
        <div class="level" class:is-wrong=live(move || hint.get().is_some())>
            <PeakBars peaks n_bars=N_LEVELS />
            <Meter class="meter level-now" share=latest />
            <p class="level-hint">{sentence}</p>
        </div>
    }
    .into_any()
}
