//! Past results and voice profiles in the browser's local storage, and the cookies of language and appearance.

use js_sys::{Date, Object};
use leptos::prelude::{document, on_cleanup, window, window_event_listener_untyped};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

use super::dynamic::{call, member, set_member};
use crate::{
    history::{Entry, deleted, with_newest},
    i18n::{Locale, td_string, time_words::time_of_day},
    over_time::Day,
    preferences::COOKIE_MAX_AGE_S,
    profiles::Profiles,
};

/// Where the results lie, as JSON.
const RESULTS: &str = "banglaser.results";

/// When the results were found that were deleted, as JSON: a tab that has not seen it yet writes them once more.
const DELETED: &str = "banglaser.results.deleted";

/// Holds something while the user does not want results to be kept.
const OFF: &str = "banglaser.results.off";

/// Where the voice profiles lie, as JSON.
const PROFILES: &str = "banglaser.profiles";

/// Name of the model that was chosen last.
const MODEL: &str = "banglaser.model";

/// Holds something while clips are heard on this device.
const ON_DEVICE: &str = "banglaser.on_device";

/// The microphone that was chosen last.
const MICROPHONE: &str = "banglaser.microphone";

/// Holds something while the browser may change what the microphone hears.
const CLEANED: &str = "banglaser.microphone.cleaned";

/// Holds something while the page's keys are not in use.
const KEYS_OFF: &str = "banglaser.keys.off";

/// Calls a method of the local storage; `None` where the browser forbids it, or nothing is there.
pub(super) fn storage(method: &str, arguments: &[&str]) -> Option<String> {
    let storage = member(&window(), "localStorage")?;
    let arguments: Vec<JsValue> = arguments.iter().map(|&text| text.into()).collect();
    call(&storage, method, &arguments)?.as_string()
}

/// Holds something under a name, or nothing.
fn mark(name: &str, is_marked: bool) {
    match is_marked {
        true => storage("setItem", &[name, "1"]),
        false => storage("removeItem", &[name]),
    };
}

/// Whether results are kept.
pub fn keeps_results() -> bool {
    storage("getItem", &[OFF]).is_none()
}

/// Keeps results from now on, or not.
pub fn keep_results(keep: bool) {
    mark(OFF, !keep);
}

/// The results that are kept, newest first; what cannot be read counts as none.
pub fn results() -> Vec<Entry> {
    let mut written: Vec<Entry> = read(RESULTS);
    let deleted: Vec<f64> = read(DELETED);
    written.retain(|entry| !deleted.contains(&entry.at_ms));
    written
}

/// What lies under a name as JSON; nothing where it cannot be read.
fn read<T: DeserializeOwned + Default>(name: &str) -> T {
    let json = storage("getItem", &[name]);
    json.and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

fn write(name: &str, value: &impl Serialize) {
    if let Ok(json) = serde_json::to_string(value) {
        storage("setItem", &[name, &json]);
    }
}

/// The kept result of the clip that `entry` tells of, where there is one.
pub fn kept_result(entry: &Entry) -> Option<Entry> {
    let mut known = results().into_iter();
    known.find(|known| known.is_of_same_clip(entry))
}

/// Changes the results that are kept, whichever tab wrote them, and tells what is left; a full storage keeps what it
/// has.
pub fn change_results(change: impl FnOnce(Vec<Entry>) -> Vec<Entry>) -> Vec<Entry> {
    let known = results();
    let changed = change(known.clone());
    let earlier: Vec<f64> = read(DELETED);
    let deleted = deleted(earlier.clone(), &known, &changed);
    if deleted != earlier {
        write(DELETED, &deleted);
    }
    write(RESULTS, &changed);
    changed
}

/// Changes the kept result of the clip that `entry` tells of, where there is one: what was deleted meanwhile, here or
/// in another tab, stays deleted.
pub fn change_result(entry: &Entry, change: impl FnOnce(&mut Entry)) {
    change_results(|mut known| {
        known
            .iter_mut()
            .find(|known| known.is_of_same_clip(entry))
            .map(change);
        known
    });
}

/// Calls `changed` whenever another tab writes, as long as the page's owner lives.
pub fn watch_changes(changed: impl Fn() + 'static) {
    let listener = window_event_listener_untyped("storage", move |_| changed());
    on_cleanup(move || listener.remove());
}

/// Adds a result or, where it is there, moves it up; nothing where results are not kept.
pub fn add_result(entry: Entry) {
    if keeps_results() {
        change_results(|known| with_newest(known, entry));
    }
}

/// The voice profiles that are kept; what cannot be read counts as none.
pub fn profiles() -> Profiles {
    read(PROFILES)
}

/// Keeps these voice profiles; `false` where the browser does not.
pub fn keep_profiles(changed: &Profiles) -> bool {
    write(PROFILES, changed);
    profiles() == *changed
}

/// Name of the model that was chosen last.
pub fn model() -> Option<String> {
    storage("getItem", &[MODEL])
}

/// Remembers the chosen model.
pub fn choose_model(id: &str) {
    storage("setItem", &[MODEL, id]);
}

/// Whether clips are heard on this device.
pub fn is_on_device() -> bool {
    storage("getItem", &[ON_DEVICE]).is_some()
}

/// Remembers where clips are heard.
pub fn choose_device(is_chosen: bool) {
    mark(ON_DEVICE, is_chosen);
}

/// The microphone that was chosen last.
pub fn microphone() -> Option<String> {
    storage("getItem", &[MICROPHONE])
}

/// Remembers the chosen microphone.
pub fn remember_microphone(device_id: &str) {
    storage("setItem", &[MICROPHONE, device_id]);
}

/// Whether the browser may change what the microphone hears, as calls have it.
pub fn is_cleaned() -> bool {
    storage("getItem", &[CLEANED]).is_some()
}

/// Lets the browser change what the microphone hears from now on, or not.
pub fn clean(is_cleaned: bool) {
    mark(CLEANED, is_cleaned);
}

/// Whether the page's keys are in use.
pub fn has_keys() -> bool {
    storage("getItem", &[KEYS_OFF]).is_none()
}

/// Uses the page's keys from now on, or not.
pub fn use_keys(has_keys: bool) {
    mark(KEYS_OFF, !has_keys);
}

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    Date::now()
}

/// Date and time as ISO 8601, in universal time; empty for what is no time.
pub fn iso_time(at_ms: f64) -> String {
    let date = Date::new(&at_ms.into());
    call(&date, "toISOString", &[])
        .and_then(|time| time.as_string())
        .unwrap_or_default()
}

/// Milliseconds of a day without a change of the clock.
const DAY_MS: f64 = 86_400_000.0;

/// The day of a moment where the reader is, counted from 1970-01-01.
pub fn local_day(at_ms: f64) -> Day {
    let offset_min = Date::new(&at_ms.into()).get_timezone_offset();
    ((at_ms - offset_min * 60_000.0) / DAY_MS).floor() as Day
}

/// Noon of a day where the reader is, milliseconds since 1970.
pub fn noon_ms(day: Day) -> f64 {
    let noon_ms = (f64::from(day) + 0.5) * DAY_MS;
    noon_ms + Date::new(&noon_ms.into()).get_timezone_offset() * 60_000.0
}

/// A day as ISO 8601 writes it.
pub fn iso_date(day: Day) -> String {
    let mut date = iso_time((f64::from(day) + 0.5) * DAY_MS);
    date.truncate(10);
    date
}

/// The day as readers of the language write it.
pub fn local_date(at_ms: f64, locale: Locale) -> String {
    let options = Object::new();
    set_member(&options, "dateStyle", "medium");
    let time = Date::new(&at_ms.into());
    time.to_locale_date_string(td_string!(locale, language.tag), &options)
        .into()
}

/// Date and time as readers of the language write them.
pub fn local_time(at_ms: f64, locale: Locale) -> String {
    let time = Date::new(&at_ms.into());
    let time = time_of_day(locale, time.get_hours(), time.get_minutes());
    format!("{}, {time}", local_date(at_ms, locale))
}

/// What is remembered, as in a header `Cookie`.
pub fn cookies() -> String {
    let cookies = member(&document(), "cookie");
    cookies
        .and_then(|cookies| cookies.as_string())
        .unwrap_or_default()
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
