//! The results of the start page, as they are kept and given away.

use leptos::prelude::*;
use vocabulary::{Analysis, Turn};

use super::Workbench;
use crate::{
    browser::storage,
    history::{Entry, Known},
    queue::{ClipId, QueuedClip},
};

impl Workbench {
    /// Adds a result to the past ones.
    pub(super) fn keep(self, id: ClipId, analysis: &Analysis) {
        // It is heard anew.
        self.corrected
            .try_update_value(|corrected| drop(corrected.remove(&id)));
        let found = self.queue.try_with_untracked(|queue| {
            let one = queue.iter().find(|one| one.id == id);
            let is_last = !queue
                .iter()
                .any(|one| one.id != id && one.is_unheard_recording());
            one.map(|one| (self.entry(Some(one), analysis), is_last))
        });
        if let Some(Some((mut entry, is_last))) = found {
            if entry.source.is_none() && is_last {
                self.decline();
            }
            entry.at_ms = storage::now_ms();
            storage::add_result(entry);
        }
    }

    /// The result on display, as it is kept and given away; its time is not set.
    pub fn shown_entry(self, analysis: &Analysis) -> Entry {
        self.one
            .with_untracked(|one| self.entry(one.as_ref(), analysis))
    }

    /// Remembers what was corrected of the turns of the clip on display.
    pub fn correct(self, turns: Vec<Turn>) {
        if let Some(id) = self.shown.get_untracked() {
            self.corrected
                .update_value(|corrected| drop(corrected.insert(id, turns)));
        }
    }

    /// Every result of the queue, in its order.
    pub fn entries(self) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.queue.with_untracked(|queue| {
            for one in queue {
                if let Some(Ok(analysis)) = one.progress.outcome() {
                    entries.push(self.entry(Some(one), analysis));
                }
            }
        });
        let now_ms = storage::now_ms();
        entries.iter_mut().for_each(|entry| entry.at_ms = now_ms);
        entries
    }

    fn entry(self, one: Option<&QueuedClip>, analysis: &Analysis) -> Entry {
        let span_s = one.and_then(|one| one.cut.as_ref()).map(|cut| cut.span_s);
        let mut prediction = analysis.prediction.clone();
        let corrected = one.and_then(|one| {
            self.corrected
                .with_value(|corrected| corrected.get(&one.id).cloned())
        });
        if let Some(turns) = corrected {
            prediction.turns = turns;
        }
        Entry {
            at_ms: 0.0,
            source: one.and_then(|one| one.clip.file_name.clone()),
            part_s: span_s.map(|(start_s, end_s)| (start_s as f32, end_s as f32)),
            model: Some(analysis.model.clone()),
            prediction,
            heard_as: None,
            known: Known::of(one.and_then(|one| Some(&one.voice.as_ref()?.profile))),
        }
    }
}
