//! What is dropped anywhere on the page: files, and folders with everything in them.

use js_sys::{Array, Function, Promise};
use leptos::{
    ev,
    prelude::{on_cleanup, window_event_listener},
    task::spawn_local,
};
use vocabulary::ACCEPTED_FILES;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, File};

use super::{
    Clip,
    dynamic::{call, member},
};

/// Most files that are taken out of folders.
const MAX_FILES: usize = 500;

/// As long as the page's owner lives, the whole page takes drops: `over` is told whether something is held above it,
/// and `dropped` gets the clips; none where it was a text, a link, or a folder without audio.
pub fn take_drops(
    over: impl Fn(bool) + Clone + 'static,
    dropped: impl Fn(Vec<Clip>) + Clone + 'static,
) {
    let told = over.clone();
    let dragging = window_event_listener(ev::dragover, move |event| {
        // Else the browser opens the file in the page's place.
        event.prevent_default();
        told(true);
    });
    let told = over.clone();
    let leaving = window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            told(false);
        }
    });
    let dropping = window_event_listener(ev::drop, move |event| {
        event.prevent_default();
        over(false);
        let entries = entries(&event);
        let dropped = dropped.clone();
        spawn_local(async move { dropped(clips_in(entries).await) });
    });
    on_cleanup(move || {
        dragging.remove();
        leaving.remove();
        dropping.remove();
    });
}

/// The files and folders of a drop; they are there while the event is, and no longer. A browser that knows no folders,
/// or a drop that a script made, has its files only.
fn entries(event: &DragEvent) -> Vec<JsValue> {
    let Some(transfer) = event.data_transfer() else {
        return Vec::new();
    };
    let list = |name: &str| -> Vec<JsValue> {
        let list = member(&transfer, name).map(|list| Array::from(&list));
        list.unwrap_or_default().iter().collect()
    };
    let items = list("items").into_iter();
    let entries: Vec<_> = items
        .filter_map(|item| call(&item, "webkitGetAsEntry", &[]))
        .collect();
    match entries.is_empty() {
        true => list("files"),
        false => entries,
    }
}

/// The clips in files and folders, these from the outside to the inside.
async fn clips_in(mut entries: Vec<JsValue>) -> Vec<Clip> {
    let mut clips = Vec::new();
    let n_dropped = entries.len();
    let mut entry_idx = 0;
    while entry_idx < entries.len() && clips.len() < MAX_FILES {
        let entry = entries[entry_idx].clone();
        let is_dropped = entry_idx < n_dropped;
        entry_idx += 1;
        if member(&entry, "isDirectory").is_some_and(|is| is.is_truthy()) {
            entries.extend(children(&entry).await);
            continue;
        }
        let file = match entry.dyn_into::<File>() {
            Ok(file) => Some(file),
            Err(entry) => ask(&entry, "file")
                .await
                .and_then(|file| file.dyn_into().ok()),
        };
        // Whoever drops a file means it; a folder has other things in it, too.
        let file = file.filter(|file: &File| is_dropped || is_audio(&file.name(), &file.type_()));
        clips.extend(file.map(|file| {
            let file_name = file.name();
            Clip::chosen(file.into(), file_name)
        }));
    }
    clips
}

/// What lies in a folder; a browser hands it out in portions, and at the end an empty one.
async fn children(folder: &JsValue) -> Vec<JsValue> {
    let mut children = Vec::new();
    let Some(reader) = call(folder, "createReader", &[]) else {
        return children;
    };
    while let Some(portion) = ask(&reader, "readEntries").await {
        let portion = Array::from(&portion);
        if portion.length() == 0 {
            break;
        }
        children.extend(portion.iter());
    }
    children
}

/// Calls a method that answers with callbacks.
async fn ask(object: &JsValue, method: &str) -> Option<JsValue> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        call(object, method, &[resolve.into(), reject.into()]);
    });
    JsFuture::from(promise).await.ok()
}

/// Whether a file's name or type is that of audio; hidden files, which systems put into folders, are none.
fn is_audio(name: &str, media_type: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_known = |kind: &str| match kind.strip_suffix('*') {
        Some(family) => media_type.starts_with(family),
        None => media_type == kind || (kind.starts_with('.') && name.ends_with(kind)),
    };
    !name.starts_with('.') && ACCEPTED_FILES.split(',').any(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_audio_only() {
        for (name, media_type) in [
            ("a.WAV", ""),
            ("b", "audio/ogg"),
            ("c.caf", ""),
            ("d.webm", "video/webm"),
        ] {
            assert!(is_audio(name, media_type), "{name}");
        }
        for (name, media_type) in [
            ("a.txt", "text/plain"),
            ("._a.wav", "audio/wav"),
            (".DS_Store", ""),
            ("wav", ""),
        ] {
            assert!(!is_audio(name, media_type), "{name}");
        }
    }
}
