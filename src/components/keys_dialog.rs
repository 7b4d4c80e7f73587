//! Which keys the start page knows, and a switch for those who speak to their computer.

use leptos::{html, prelude::*};

use super::{Action, Switch};
use crate::{
    browser::{Key, close_dialog, open_dialog, seek_shown, storage, toggle_shown, watch_keys},
    i18n::{td_string, text, use_i18n},
    live::{live, react},
    workbench::Workbench,
};

/// A button and a dialog that list the keys; while it is on the page, they work.
#[component]
pub fn KeysDialog() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let dialog = NodeRef::<html::Dialog>::new();
    let is_on = RwSignal::new(true);
    let open = move || {
        if let Some(dialog) = dialog.get_untracked() {
            open_dialog(&dialog);
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            close_dialog(&dialog);
        }
    };
    react(move || {
        is_on.set(storage::has_keys());
        watch_keys(move |key| {
            if !is_on.get_untracked() {
                return false;
            }
            match key {
                Key::Play => toggle_shown(),
                Key::Seek(by_s) => seek_shown(by_s),
                Key::Record => workbench.toggle_recording(),
                Key::Help => {
                    open();
                    true
                }
            }
        });
    });
    let switch = move |on| {
        is_on.set(on);
        storage::use_keys(on);
    };
    let label = live(move || td_string!(i18n.get_locale(), keys.on).to_owned());
    view! {
        <Action class="button button-quiet button-small keys-button needs-script" act=move |_| open() label=text!(i18n, keys.heading) />
        <dialog class="notice" aria-labelledby="keys-heading" node_ref=dialog>
            <h2 id="keys-heading">{text!(i18n, keys.heading)}</h2>
            <dl class="keys">
                <dt><kbd>{text!(i18n, keys.space)}</kbd></dt>
                <dd>{text!(i18n, keys.play)}</dd>
                <dt><kbd>"←"</kbd> " " <kbd>"→"</kbd></dt>
                <dd>{text!(i18n, keys.seek)}</dd>
                <dt><kbd>"R"</kbd></dt>
                <dd>{text!(i18n, keys.record)}</dd>
                <dt><kbd>"?"</kbd></dt>
                <dd>{text!(i18n, keys.help)}</dd>
            </dl>
            <Switch class="switch" label is_on change=switch />
            <div class="buttons">
                <Action act=close label=text!(i18n, notice.close) />
            </div>
        </dialog>
    }
}
