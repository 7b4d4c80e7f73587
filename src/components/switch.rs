//! The switches of the page.

use leptos::{ev::Event, prelude::*};

use crate::live::Live;

/// Something that is on or off. One type for all of them, as for [`Action`](super::Action).
#[component]
pub fn Switch(
    /// What it says.
    label: Live<String>,
    /// Whether it is on.
    #[prop(into)]
    is_on: Signal<bool>,
    /// What happens when somebody switches it.
    #[prop(into)]
    change: Callback<bool>,
    /// How it looks.
    class: &'static str,
) -> AnyView {
    let switch: Box<dyn FnMut(Event)> =
        Box::new(move |event| change.run(event_target_checked(&event)));
    view! {
        <label class=class>
            <input type="checkbox" role="switch" prop:checked=is_on on:change=switch />
            <span>{label}</span>
        </label>
    }
    .into_any()
}
