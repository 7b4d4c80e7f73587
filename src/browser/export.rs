//! Hands results to the user: as files, and on the clipboard.

use std::time::Duration;

use js_sys::{Array, Object, Promise};
use leptos::{
    prelude::{document, set_timeout, window},
    task::spawn_local,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlElement};

use super::{
    Clip,
    dynamic::{call, member, set_member},
    object_url::ObjectUrl,
};

/// How long the URL of a file that is given away lives.
const URL_LIFE: Duration = Duration::from_secs(60);

/// Offers `text` as a file.
pub fn save_text(file_name: &str, media_type: &str, text: &str) {
    let properties = BlobPropertyBag::new();
    properties.set_type(media_type);
    let parts = Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &properties);
    if let Some(url) = blob.ok().and_then(|blob| ObjectUrl::of(&blob)) {
        save_url(file_name, url.as_str());
        // Some browsers fetch it only after this turn.
        set_timeout(move || drop(url), URL_LIFE);
    }
}

/// Offers a clip as a file.
pub fn save_clip(file_name: &str, clip: Clip) {
    if let Some(url) = clip.url() {
        save_url(file_name, &url);
        // Some browsers fetch it only after this turn.
        set_timeout(move || drop(clip), URL_LIFE);
    }
}

/// Offers what is at a `blob:` or `data:` URL as a file.
pub fn save_url(file_name: &str, url: &str) {
    let link = document().create_element("a").ok();
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        drop(link.set_attribute("href", url));
        drop(link.set_attribute("download", file_name));
        link.click();
    }
}

/// Whether the browser has a share sheet.
pub fn can_share() -> bool {
    member(&window().navigator(), "share").is_some()
}

/// Opens the system's share sheet with `text`; nothing comes of it where the reader closes it.
pub fn share(title: &str, text: &str) {
    let content = Object::new();
    set_member(&content, "title", title);
    set_member(&content, "text", text);
    if let Some(shared) = call(&window().navigator(), "share", &[content.into()]) {
        // A sheet that is closed is an error to the browser.
        spawn_local(async move { drop(JsFuture::from(Promise::resolve(&shared)).await) });
    }
}

/// Puts `text` on the clipboard; `false` where the browser refuses or has none (insecure origins).
pub async fn copy(text: &str) -> bool {
    let clipboard = member(&window().navigator(), "clipboard");
    let written = clipboard.and_then(|clipboard| call(&clipboard, "writeText", &[text.into()]));
    match written {
        Some(written) => JsFuture::from(Promise::resolve(&written)).await.is_ok(),
        None => false,
    }
}
