//! One recording, one clip: published folders hold some recordings twice.
//!
//! Known cases: a copy of the whole corpus in a subfolder, the same file in two formats, RAVDESS's films beside
//! their sound.

use std::{cmp::Reverse, collections::BTreeSet};

use super::Entry;

/// Leaves out every further file of a recording, and tells so.
///
/// Of a film and its sound the sound stays: its name is the later one.
pub(super) fn keep_one_file(entries: &mut Vec<Entry>, tell: &mut dyn FnMut(String)) {
    entries.sort_by_cached_key(|entry| {
        let name = entry.path.file_name().map(ToOwned::to_owned);
        (Reverse(name), entry.path.clone())
    });
    let mut heard = BTreeSet::new();
    let mut again = Vec::new();
    entries.retain(|entry| {
        let is_new = match &entry.recording {
            Some(recording) => heard.insert(recording.clone()),
            None => true,
        };
        if !is_new {
            again.push(entry.path.clone());
        }
        is_new
    });
    if let Some(one) = again.first() {
        tell(format!(
            "{} files are left out; each is a recording that another file holds too, like {}",
            again.len(),
            one.display()
        ));
    }
}
