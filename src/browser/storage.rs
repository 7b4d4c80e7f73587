//! Past results in the browser's local storage, and the cookies of language and appearance.

use js_sys::{Date, Object};
use leptos::prelude::{document, window};
use wasm_bindgen::JsValue;

use super::dynamic::{call, member, set_member};
use crate::{
    history::{Entry, MAX_ENTRIES, with_newest},
    preferences::COOKIE_MAX_AGE_S,
};

/// Where the results lie, as JSON.
const RESULTS: &str = "banglaser.results";

/// Holds something while the user does not want results to be kept.
const OFF: &str = "banglaser.results.off";

/// Calls a method of the local storage; `None` where the browser forbids it, or nothing is there.
pub(super) fn storage(method: &str, arguments: &[&str]) -> Option<String> {
    let storage = member(&window(), "localStorage")?;
    let arguments: Vec<JsValue> = arguments.iter().map(|&text| text.into()).collect();
    call(&storage, method, &arguments)?.as_string()
}

/// Whether results are kept.
pub fn keeps_results() -> bool {
    storage("getItem", &[OFF]).is_none()
}

/// Keeps results from now on, or not.
pub fn keep_results(keep: bool) {
    match keep {
        true => storage("removeItem", &[OFF]),
        false => storage("setItem", &[OFF, "1"]),
    };
}

/// The results that are kept, newest first; what cannot be read counts as none.
pub fn results() -> Vec<Entry> {
    let json = storage("getItem", &[RESULTS]);
    json.and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

/// Keeps exactly these results; a full storage keeps what it has.
pub fn store_results(entries: &[Entry]) {
    if let Ok(json) = serde_json::to_string(&entries[..entries.len().min(MAX_ENTRIES)]) {
        storage("setItem", &[RESULTS, &json]);
    }
}

/// Adds a result or, where it is there, moves it up; nothing where results are not kept.
pub fn add_result(entry: Entry) {
    if keeps_results() {
        store_results(&with_newest(results(), entry));
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    Date::now()
}

/// Date and time as readers of a language write them; `tag` is its own and its region's (BCP 47).
pub fn local_time(at_ms: f64, tag: &str) -> String {
    let options = Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        set_member(&options, name, value);
    }
    Date::new(&at_ms.into())
        .to_locale_string(tag, &options)
        .into()
}

/// Remembers a setting for a year; an empty value forgets it.
pub fn set_cookie(name: &str, value: &str) {
    let max_age_s = if value.is_empty() {
        0
    } else {
        COOKIE_MAX_AGE_S
    };
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age_s}; SameSite=Lax");
    set_member(&document(), "cookie", cookie);
}
