//! Chooses, drops or pastes files.

use leptos::{html, prelude::*};

use crate::{
    api::PageFacts,
    browser::{chosen_files, files_in},
    i18n::{number, td_string, text, use_i18n},
    live::{live, react},
    workbench::Workbench,
};

/// Chooses, drops or pastes one file or several. Its input is an ordinary one until the page is alive.
#[component]
pub fn FilePicker() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let max_upload_bytes = expect_context::<PageFacts>().max_upload_bytes;
    let formats = live(move || {
        let max = number::mebibytes(i18n.get_locale(), max_upload_bytes);
        td_string!(i18n.get_locale(), upload.formats, max)
    });
    let input = NodeRef::<html::Input>::new();
    react(move || {
        // A slow page lets its reader choose before it is alive.
        if let Some(input) = input.get_untracked() {
            workbench.take(files_in(&input));
        }
    });
    view! {
        <label
            class="picker"
            class:is-live=live(move || workbench.is_live.get())
            class:is-over=live(move || workbench.is_held_over.get())
        >
            <span class="picker-title">{text!(i18n, upload.choose)}</span>
            <input
                type="file"
                multiple=live(move || workbench.is_live.get())
                node_ref=input
                name="file"
                accept=vocabulary::ACCEPTED_FILES
                aria-describedby="upload-formats"
                on:change=move |event| workbench.take(chosen_files(&event))
            />
            <span class="picker-drop">{text!(i18n, upload.drop)}</span>
        </label>
        <p id="upload-formats" class="fine">
            {formats}
        </p>
    }
}
