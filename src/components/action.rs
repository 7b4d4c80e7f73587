//! The buttons of the page.

use leptos::{ev::MouseEvent, prelude::*};

use crate::live::Live;

/// A button that does something. One type for all of them: Leptos compiles every other button on its own.
#[component]
pub fn Action(
    /// What it says.
    label: Live<&'static str>,
    /// What it does.
    #[prop(into)]
    act: Callback<()>,
    /// How it looks.
    #[prop(default = "button")]
    class: &'static str,
) -> AnyView {
    let press: Box<dyn FnMut(MouseEvent)> = Box::new(move |_| act.run(()));
    view! {
        <button type="button" class=class on:click=press>
            {label}
        </button>
    }
    .into_any()
}
