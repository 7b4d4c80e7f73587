//! Hands the result to the user: as text, JSON, CSV and picture.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::{ResultPicture, copy, save_text, save_url},
    history::{Entry, to_csv},
    i18n::{
        Locale,
        emotion_words::{as_text, confidence, label, sentence, worth},
        number, td_string, text, use_i18n,
    },
    live::live,
    palette,
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
    let ranked = prediction.probabilities.ranked().into_iter();
    let picture = ResultPicture {
        heading: sentence(locale, prediction),
        meaning: format!(
            "{}. {}",
            confidence(locale, prediction),
            worth(locale, prediction)
        ),
        bars: ranked
            .map(|(emotion, share)| {
                (
                    label(locale, emotion),
                    number::percent(locale, share),
                    share,
                    palette::color(emotion),
                )
            })
            .collect(),
        waveform,
        footer: format!("BanglaSER – {}", td_string!(locale, site.footer)),
    };
    picture.draw()
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
    let as_json = move |_| {
        let json = entry.with_value(|entry| serde_json::to_string(entry).unwrap_or_default());
        save_text("banglaser.json", "application/json", &json);
        done.set(Done::Saved);
    };
    let as_csv = move |_| {
        let csv = entry.with_value(|entry| to_csv(std::slice::from_ref(entry)));
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
        <div class="exports" role="group" aria-labelledby="exports-heading">
            <h3 id="exports-heading">{text!(i18n, export.heading)}</h3>
            <div class="buttons">
                <button type="button" class="button" on:click=as_copy>{text!(i18n, export.copy)}</button>
                <button type="button" class="button" on:click=as_picture>{text!(i18n, export.picture)}</button>
                <button type="button" class="button" on:click=as_json>{text!(i18n, export.json)}</button>
                <button type="button" class="button" on:click=as_csv>{text!(i18n, export.csv)}</button>
            </div>
            <p class="fine" aria-live="polite">{said}</p>
        </div>
    }
}
