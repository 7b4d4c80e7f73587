//! Hands the result to the user: as text, JSON, CSV and picture.

use leptos::{prelude::*, task::spawn_local};
use vocabulary::{Emotion, Prediction};

use super::{Action, When, format_export, timeline::parts_of};
use crate::{
    browser::{Lane, ResultPicture, can_share, copy, save_text, save_url, share, storage},
    history::{Entry, to_csv, to_json},
    i18n::{
        Locale,
        emotion_words::{answer, as_text, confidence, how_sure_of, label, sentence, worth},
        number, td_string, text, use_i18n,
    },
    lazy::lazily,
    live::{live, react},
};

/// What became of an export.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Nothing,
    Copied,
    NotCopied,
    Saved,
}

/// The result as a picture, the `data:` URL of a PNG.
fn picture(locale: Locale, entry: &Entry, waveform: &str) -> Option<String> {
    let prediction = &entry.prediction;
    let name = entry
        .source
        .as_deref()
        .unwrap_or(td_string!(locale, history.recorded));
    let sure = how_sure_of(locale, prediction).map(str::to_owned);
    let words = [confidence(locale, prediction), worth(locale, prediction)];
    let ranked = prediction.probabilities.ranked().into_iter();
    let ranked = ranked.filter(|_| !prediction.is_of_several());
    let bars = ranked.map(|(emotion, share)| {
        let percent = number::percent(locale, share);
        (label(locale, emotion), percent, share, emotion.code())
    });
    let picture = ResultPicture {
        heading: sentence(locale, prediction),
        color: answer(prediction).map_or("ink-soft", Emotion::code),
        meaning: sure.into_iter().chain(words).collect(),
        source: format!("{name} · {}", storage::local_time(entry.at_ms, locale)),
        bars: bars.collect(),
        lanes: lanes(locale, prediction),
        waveform,
        footer: format!("BanglaSER – {}", td_string!(locale, site.footer)),
    };
    picture.draw()
}

/// A lane for each emotion that is heard in a clip's turns, or in one of several windows.
fn lanes(locale: Locale, prediction: &Prediction) -> Vec<Lane> {
    let parts = parts_of(prediction);
    let share = |at_s: f32| at_s / prediction.duration_s.max(0.1);
    let lane = |emotion: Emotion| {
        let turns = prediction.turns.iter();
        let turns = turns.filter(|turn| turn.answer() == Some(emotion));
        let own = parts.iter().filter(|part| part.emotion == emotion);
        let spans = turns.map(|turn| (turn.start_s, turn.end_s));
        let spans = spans.chain(own.map(|part| (part.start_s, part.end_s)));
        Lane {
            label: label(locale, emotion),
            color: emotion.code(),
            spans: spans
                .map(|(start_s, end_s)| (share(start_s), share(end_s)))
                .collect(),
        }
    };
    let lanes = Emotion::ALL.into_iter().map(lane);
    lanes.filter(|lane| !lane.spans.is_empty()).collect()
}

/// Buttons that copy and save the result.
#[component]
pub fn ResultExports(entry: StoredValue<Entry>, waveform: String) -> impl IntoView {
    let i18n = use_i18n();
    let done = RwSignal::new(Done::Nothing);
    let as_copy = move |_| {
        let text =
            entry.with_value(|entry| as_text(i18n.get_locale_untracked(), &entry.prediction));
        spawn_local(async move {
            done.set(if copy(&text).await {
                Done::Copied
            } else {
                Done::NotCopied
            });
        });
    };
    let shares = RwSignal::new(false);
    react(move || shares.set(can_share()));
    let as_share = move |_| {
        let text =
            entry.with_value(|entry| as_text(i18n.get_locale_untracked(), &entry.prediction));
        share("BanglaSER", &text);
    };
    let as_json = move |_| {
        let json = entry.with_value(|entry| to_json(entry, storage::iso_time));
        save_text("banglaser.json", "application/json", &json);
        done.set(Done::Saved);
    };
    let as_csv = move |_| {
        let csv = entry.with_value(|entry| to_csv(std::slice::from_ref(entry), storage::iso_time));
        save_text("banglaser.csv", "text/csv", &csv);
        done.set(Done::Saved);
    };
    let as_picture = move |_| {
        let url = entry.with_value(|entry| picture(i18n.get_locale_untracked(), entry, &waveform));
        if let Some(url) = url {
            save_url("banglaser.png", &url);
            done.set(Done::Saved);
        }
    };
    let said = live(move || match done.get() {
        Done::Nothing => "",
        Done::Copied => td_string!(i18n.get_locale(), export.copied),
        Done::NotCopied => td_string!(i18n.get_locale(), export.not_copied),
        Done::Saved => td_string!(i18n.get_locale(), export.saved),
    });
    view! {
        <div class="exports" role="group" aria-label=text!(i18n, export.heading)>
            <h3>{text!(i18n, export.heading)}</h3>
            <div class="buttons">
                <Action act=as_copy label=text!(i18n, export.copy) />
                <When is=Signal::derive(move || shares.get())>
                    <Action act=as_share label=text!(i18n, export.share) />
                </When>
                <Action act=as_picture label=text!(i18n, export.picture) />
                <Action act=as_json label=text!(i18n, export.json) />
                <Action act=as_csv label=text!(i18n, export.csv) />
            </div>
            <p class="fine" aria-live="polite">{said}</p>
            {lazily(format_export, entry)}
        </div>
    }
}
