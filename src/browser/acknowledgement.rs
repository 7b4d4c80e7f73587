//! Remembers, in this browser only, that its user has read the notice.

use leptos::prelude::window;

/// Name in the local storage. Another number asks everybody again.
const KEY: &str = "banglaser.notice-1";

/// Whether the notice was acknowledged.
pub fn is_acknowledged() -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.is_some_and(|storage| storage.get_item(KEY).ok().flatten().is_some())
}

/// Remembers that it was. Where nothing can be stored, the notice comes again.
pub fn acknowledge() {
    if let Ok(Some(storage)) = window().local_storage() {
        drop(storage.set_item(KEY, "read"));
    }
}
