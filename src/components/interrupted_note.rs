//! Offers a recording that was never analysed, after the page was left or loaded again.

use leptos::prelude::*;

use super::{Action, When};
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
        <When is=Signal::derive(move || workbench.interrupted.with(|clips| !clips.is_empty()))>
            <div class="interrupted" role="status">
                <p>{text!(i18n, recorder.interrupted)}</p>
                <div class="buttons">
                    <Action act=move |_| workbench.take_interrupted() label=text!(i18n, recorder.take) />
                    <Action act=move |_| workbench.decline() label=text!(i18n, history.remove) />
                </div>
            </div>
        </When>
    }
}
