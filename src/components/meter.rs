//! Bars that fill.

use leptos::prelude::*;

use crate::live::Live;

/// A bar of which a share is full, as CSS writes it; for the eye only.
#[component]
pub fn Meter(
    /// Such as `40%`.
    share: Live<String>,
    /// How it looks.
    #[prop(default = "meter")]
    class: &'static str,
) -> AnyView {
    view! {
        <svg class=class aria-hidden="true">
            <rect class="meter-track" width="100%" height="100%" rx="3" />
            <rect class="meter-fill" width=share height="100%" rx="3" />
        </svg>
    }
    .into_any()
}
