//! Gives what was heard away as a file that another tool opens.

use export::{Clip, Format, export};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::Action;
use crate::{
    browser::save_text,
    history::Entry,
    i18n::{td_string, text, use_i18n},
    lazy::Loaded,
    live::live,
};

/// What a format is called, in every language.
const fn called(format: Format) -> &'static str {
    match format {
        Format::Csv => "CSV",
        Format::TextGrid => "Praat TextGrid",
        Format::Eaf => "ELAN EAF",
        Format::Audacity => "Audacity",
        Format::Vtt => "WebVTT",
        Format::Srt => "SRT",
        Format::Rttm => "RTTM",
        Format::LabelStudio => "Label Studio",
    }
}

/// Builds [`FormatExport`] of a result.
#[wasm_split(formats, fallible)]
pub fn format_export() -> Loaded<StoredValue<Entry>> {
    Ok(|entry| view! { <FormatExport entry /> }.into_any())
}

fn file(format: Format, entry: &Entry) -> String {
    let text = export(
        format,
        &Clip {
            name: entry.source.as_deref().unwrap_or("recording"),
            model: entry.model.as_deref().unwrap_or_default(),
            prediction: &entry.prediction,
        },
    );
    match format {
        // Without the mark spreadsheets garble Bengali.
        Format::Csv => format!("\u{feff}{text}"),
        _ => text,
    }
}

/// A list of the formats, and a button that saves the file.
#[component]
fn FormatExport(entry: StoredValue<Entry>) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = RwSignal::new(Format::TextGrid);
    let is_saved = RwSignal::new(false);
    let options = Format::ALL.into_iter().map(|format| {
        let is_it = format == Format::TextGrid;
        view! { <option value=format.name() selected=is_it>{called(format)}</option> }
    });
    let choose = move |event| {
        if let Ok(format) = event_target_value(&event).parse() {
            chosen.set(format);
            is_saved.set(false);
        }
    };
    let save = move |()| {
        let format = chosen.get_untracked();
        let media_type = format.media_type().split(';').next().unwrap_or_default();
        let text = entry.with_value(|entry| file(format, entry));
        let stem = entry.with_value(|entry| {
            let name = entry.source.as_deref().unwrap_or("banglaser");
            name.rsplit_once('.')
                .map_or(name, |(stem, _)| stem)
                .to_owned()
        });
        save_text(&format!("{stem}.{}", format.extension()), media_type, &text);
        is_saved.set(true);
    };
    let said = live(move || match is_saved.get() {
        true => td_string!(i18n.get_locale(), export.saved),
        false => "",
    });
    view! {
        <div class="format-export">
            <label class="field">
                <span>{text!(i18n, export.format)}</span>
                <select on:change=choose>{options.collect_view()}</select>
            </label>
            <Action act=save label=text!(i18n, export.save) />
            <p class="fine" aria-live="polite">{said}</p>
        </div>
    }
}
