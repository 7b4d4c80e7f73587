//! Files that the user picks, drops or pastes, and the page's own examples.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ClipboardEvent, Event, FileList, HtmlInputElement};

use super::{
    Clip,
    answer::{fetch, unreachable},
};
use crate::error::AppError;

/// Takes the files out of a file input's change event. The input is emptied, so that the same file
/// can be chosen again.
pub fn chosen_files(event: &Event) -> Vec<Clip> {
    let input = event.target().and_then(|target| target.dyn_into().ok());
    let Some(input): Option<HtmlInputElement> = input else {
        return Vec::new();
    };
    files_in(&input)
}

/// Takes the files out of a file input that was used before the page came alive.
pub fn files_in(input: &HtmlInputElement) -> Vec<Clip> {
    let clips = clips(input.files());
    input.set_value("");
    clips
}

/// Takes the files out of a paste event.
pub fn pasted_files(event: &ClipboardEvent) -> Vec<Clip> {
    clips(event.clipboard_data().and_then(|transfer| transfer.files()))
}

/// Fetches one of the page's own clips.
///
/// # Errors
/// [`AppError::Unreachable`].
pub async fn fetch_clip(path: &str, name: String) -> Result<Clip, AppError> {
    let answer = fetch(path).await?;
    if !answer.ok() {
        return Err(AppError::Unreachable);
    }
    let blob = JsFuture::from(answer.blob().map_err(unreachable)?)
        .await
        .map_err(unreachable)?;
    Ok(Clip::chosen(blob.unchecked_into::<Blob>(), name))
}

fn clips(files: Option<FileList>) -> Vec<Clip> {
    let Some(files) = files else {
        return Vec::new();
    };
    let files = (0..files.length()).filter_map(|file_idx| files.item(file_idx));
    files
        .map(|file| {
            let file_name = file.name();
            Clip::chosen(file.into(), file_name)
        })
        .collect()
}
