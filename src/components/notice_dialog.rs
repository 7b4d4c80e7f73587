//! What everybody reads once before the first recording or analysis.

use leptos::{html, prelude::*};

use super::{Action, When};
use crate::{
    browser::{close_dialog, open_dialog},
    i18n::{td_string, text, use_i18n},
    live::{live, react},
    workbench::{Wish, Workbench},
};

/// The notice; open while the workbench says why.
#[component]
pub fn NoticeDialog() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let notice = workbench.notice;
    let dialog = NodeRef::<html::Dialog>::new();
    react(move || {
        if let Some(dialog) = dialog.get() {
            match notice.get() {
                Some(_) => open_dialog(&dialog),
                None => close_dialog(&dialog),
            }
        }
    });
    let is_reading = move || notice.get() == Some(Wish::Read);
    let decline = live(move || match is_reading() {
        true => td_string!(i18n.get_locale(), notice.close),
        false => td_string!(i18n.get_locale(), notice.decline),
    });
    view! {
        <dialog
            class="notice"
            aria-labelledby="notice-heading"
            node_ref=dialog
            on:close=move |_| notice.set(None)
        >
            <h2 id="notice-heading">{text!(i18n, notice.heading)}</h2>
            <h3>{text!(i18n, notice.audio_heading)}</h3>
            <p>{text!(i18n, notice.audio)}</p>
            <h3>{text!(i18n, notice.score_heading)}</h3>
            <p>{text!(i18n, notice.score)}</p>
            <h3>{text!(i18n, notice.use_heading)}</h3>
            <p>{text!(i18n, notice.use_)}</p>
            <div class="buttons">
                <When is=Signal::derive(move || !is_reading())>
                    <Action class="button button-primary" act=move |_| workbench.agree() label=text!(i18n, notice.agree) />
                </When>
                <button type="button" class="button" on:click=move |_| notice.set(None)>
                    {decline}
                </button>
            </div>
        </dialog>
    }
}
