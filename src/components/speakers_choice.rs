//! Whether the next clip's voices are told apart.

use leptos::prelude::*;

use crate::{
    i18n::{number, text, use_i18n},
    live::live,
    on_device::OnDevice,
    workbench::Workbench,
};

/// The most voices that a reader can tell of; the server knows as many.
const MAX_SPEAKERS: u8 = 6;

/// How many voices take turns, and whether each side of a call has a channel. Only the server tells voices apart.
#[component]
pub fn SpeakersChoice() -> impl IntoView {
    let i18n = use_i18n();
    let device = expect_context::<OnDevice>();
    let apart = expect_context::<Workbench>().apart;
    let is = move |value: &str| {
        let value = value.to_owned();
        live(move || apart.speakers.with(|chosen| *chosen == value))
    };
    let numbers = (2..=MAX_SPEAKERS).map(|n_speakers| {
        let value = n_speakers.to_string();
        view! {
            <option selected=is(&value) value=value>
                {live(move || number::decimal(i18n.get_locale(), n_speakers.into(), 0))}
            </option>
        }
    });
    view! {
        <details class="apart" hidden=live(move || device.is_chosen.get())>
            <summary>{text!(i18n, talk.choice)}</summary>
            <label class="field">
                <span>{text!(i18n, talk.how_many)}</span>
                <select name="speakers" on:change=move |event| apart.speakers.set(event_target_value(&event))>
                    <option value="" selected=is("")>{text!(i18n, talk.untold)}</option>
                    <option value="auto" selected=is("auto")>{text!(i18n, talk.auto)}</option>
                    {numbers.collect_view()}
                </select>
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    name="channels"
                    value="separate"
                    prop:checked=apart.channels
                    on:change=move |event| apart.channels.set(event_target_checked(&event))
                />
                <span>{text!(i18n, talk.channels)}</span>
            </label>
        </details>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #[test]
    fn the_server_knows_as_many_voices() {
        assert_eq!(usize::from(super::MAX_SPEAKERS), diarization::MAX_SPEAKERS);
    }
}
