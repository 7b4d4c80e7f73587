//! Remembers, in this browser only, that its user has read the notice.

use super::storage::storage;

/// Name in the local storage. Another number asks everybody again.
const KEY: &str = "banglaser.notice-1";

/// Whether the notice was acknowledged.
pub fn is_acknowledged() -> bool {
    storage("getItem", &[KEY]).is_some()
}

/// Remembers that it was. Where nothing can be stored, the notice comes again.
pub fn acknowledge() {
    storage("setItem", &[KEY, "read"]);
}
