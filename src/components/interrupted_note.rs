//! Offers a recording that was never analysed, after the page was left or loaded again.

use leptos::prelude::*;

use super::When;
use crate::{
    i18n::{text, use_i18n},
    workbench::Workbench,
};

/// The question whether to go on with it; nothing where there is none.
#[component]
pub fn InterruptedNote() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    view! {
        <When is=Signal::derive(move || workbench.interrupted.with(Option::is_some))>
            <div class="interrupted" role="status">
                <p>{text!(i18n, recorder.interrupted)}</p>
                <div class="buttons">
                    <button type="button" class="button" on:click=move |_| workbench.take_interrupted()>
                        {text!(i18n, recorder.take)}
                    </button>
                    <button type="button" class="button" on:click=move |_| workbench.decline()>
                        {text!(i18n, history.remove)}
                    </button>
                </div>
            </div>
        </When>
    }
}
