//! Files that the user picks or drops.

use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Event, FileList, HtmlInputElement};

use super::Clip;

/// Takes the file out of a file input's change event. The input is emptied, so that the same file
/// can be chosen again.
pub fn chosen_file(event: &Event) -> Option<Clip> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let clip = first_file(input.files());
    input.set_value("");
    clip
}

/// Takes the file out of a drop event.
pub fn dropped_file(event: &DragEvent) -> Option<Clip> {
    first_file(event.data_transfer()?.files())
}

fn first_file(files: Option<FileList>) -> Option<Clip> {
    let file = files?.item(0)?;
    let file_name = file.name();
    Some(Clip::chosen(file.into(), file_name))
}
