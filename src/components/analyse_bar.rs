//! Sends the clip, or stops waiting for the answer.

use leptos::prelude::*;

use crate::{
    i18n::{t, td_string, use_i18n},
    workbench::Workbench,
};

/// The form's submit button; beside it what else can be done with the clip.
#[component]
pub fn AnalyseBar() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let is_busy = move || workbench.is_busy();
    let submit = move || match is_busy() {
        true => td_string!(i18n.get_locale(), review.busy),
        false => td_string!(i18n.get_locale(), review.analyse),
    };
    let has_clip = move || workbench.clip().is_some();
    view! {
        <div class="buttons">
            <button
                type="submit"
                class="button"
                class:button-primary=has_clip
                class:is-busy=is_busy
                disabled=is_busy
            >
                {submit}
            </button>
            <Show when=is_busy>
                <button type="button" class="button" on:click=move |_| workbench.cancel()>
                    {t!(i18n, review.cancel)}
                </button>
            </Show>
            <Show when=move || has_clip() && !is_busy()>
                <button type="button" class="button" on:click=move |_| workbench.reset()>
                    {t!(i18n, review.discard)}
                </button>
            </Show>
        </div>
    }
}
