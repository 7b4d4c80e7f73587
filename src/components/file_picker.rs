//! Chooses, drops or pastes files.

use leptos::{ev, html, prelude::*};

use crate::{
    api::PageFacts,
    browser::{chosen_files, dropped_files, files_in, pasted_files},
    i18n::{number, td_string, text, use_i18n},
    live::live,
    workbench::Workbench,
};

/// What the file dialog offers first: some systems know a format by its extension only.
const ACCEPT: &str =
    "audio/*,video/webm,video/mp4,.wav,.flac,.mp3,.ogg,.oga,.opus,.webm,.m4a,.mp4,.aac";

/// Chooses, drops or pastes one file or several. Its input is an ordinary one until the page is alive.
#[component]
pub fn FilePicker() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let max_upload_bytes = expect_context::<PageFacts>().max_upload_bytes;
    let is_over = RwSignal::new(false);
    let formats = live(move || {
        let max = number::mebibytes(i18n.get_locale(), max_upload_bytes);
        td_string!(i18n.get_locale(), upload.formats, max)
    });
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        let paste = window_event_listener(ev::paste, move |event| {
            workbench.take(pasted_files(&event));
        });
        on_cleanup(move || paste.remove());
        // A slow page lets its reader choose before it is alive.
        if let Some(input) = input.get_untracked() {
            workbench.take(files_in(&input));
        }
    });
    view! {
        <label
            class="picker"
            class:is-live=live(move || workbench.is_live.get())
            class:is-over=live(move || is_over.get())
            on:dragover=move |event| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                is_over.set(false);
                workbench.take(dropped_files(&event));
            }
        >
            <span class="picker-title">{text!(i18n, upload.choose)}</span>
            <input
                type="file"
                multiple
                node_ref=input
                name="file"
                accept=ACCEPT
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
