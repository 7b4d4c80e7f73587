//! Opens and closes dialogs, which keep the keyboard to themselves.

use web_sys::HtmlDialogElement;

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
