//! Opens and closes dialogs, which keep the keyboard to themselves.

use leptos::prelude::window;
use web_sys::HtmlDialogElement;

/// Asks for a text in the browser's own dialog; `None` where nobody gives one.
pub fn ask_text(question: &str, before: &str) -> Option<String> {
    let answer = window().prompt_with_message_and_default(question, before);
    answer.ok().flatten()
}

/// Opens `dialog` above the page.
pub fn open_dialog(dialog: &HtmlDialogElement) {
    if !dialog.open() {
        // It fails only for a dialog that is not on the page.
        drop(dialog.show_modal());
    }
}

/// Closes it; the keyboard goes back to where it was.
pub fn close_dialog(dialog: &HtmlDialogElement) {
    dialog.close();
}
