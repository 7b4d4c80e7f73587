//! What the start page is doing: clips on their way from a voice to a result.

mod recording;
mod results;
mod sending;

use std::{any::Any, collections::BTreeMap};

use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use vocabulary::Turn;

pub use crate::queue::Outcome;
use crate::{
    apart::Apart,
    api::PageFacts,
    browser::{
        Clip, Recorder, acknowledge, forget_recording, is_acknowledged, kept_recording,
        shared_clips,
    },
    error::AppError,
    live::react,
    model_choice::ModelChoice,
    on_device::OnDevice,
    queue::{ClipId, Progress, QueuedClip},
    region::Span,
    trim::Trim,
    voices::Voices,
};

/// What the reader wanted to do when the notice opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Record.
    Record,
    /// Record, and be told meanwhile what the voice expresses.
    Listen,
    /// Send what there is.
    Analyse,
    /// Read the notice, nothing else.
    Read,
}

/// A clip that is being heard; dropping what stands beside its number ends that.
type UnderWay = SendWrapper<(ClipId, Box<dyn Any>)>;

/// What the start page is doing. In the context of every page, so that nothing is lost on the way to another page and
/// back; copies share it.
///
/// Components that show a result read [`heard`](Self::heard) and [`outcome`](Self::outcome): both are those of the clip
/// on display.
#[derive(Clone, Copy)]
pub struct Workbench {
    /// Where clips are recorded.
    pub recorder: Recorder,
    /// Whether the page has come alive in the browser.
    pub is_live: RwSignal<bool>,
    /// Why the notice is open; `None` while it is not.
    pub notice: RwSignal<Option<Wish>>,
    /// The part of the clip on display that is sent.
    pub trim: Trim,
    /// How the voices of what is sent are told apart.
    pub apart: Apart,
    /// Whether a file is held over the page, to be dropped.
    pub is_held_over: RwSignal<bool>,
    /// Whether the page tells, during the recording, what the voice expresses.
    pub is_listening: RwSignal<bool>,
    /// Whether another part of an answered clip is being chosen.
    pub is_trimming: RwSignal<bool>,
    /// The parts of a recording that was never analysed, from before the page was left or loaded again.
    pub interrupted: RwSignal<Vec<Clip>>,
    queue: RwSignal<Vec<QueuedClip>>,
    shown: RwSignal<Option<ClipId>>,
    /// Of the form that the browser posted without WASM, or of a wish that came to nothing.
    other_outcome: RwSignal<Option<Outcome>>,
    one: Memo<Option<QueuedClip>>,
    outcome: Memo<Option<Outcome>>,
    is_busy: Memo<bool>,
    n_taken: StoredValue<ClipId>,
    upload: StoredValue<Option<UnderWay>>,
    /// What its reader has corrected of a clip's turns, by the clip.
    corrected: StoredValue<BTreeMap<ClipId, Vec<Turn>>>,
    facts: StoredValue<PageFacts>,
    models: ModelChoice,
    voices: Voices,
    device: OnDevice,
}

impl Workbench {
    /// An empty workbench, or one with the `outcome` of a form that the browser posted without WASM.
    pub fn new(
        facts: PageFacts,
        outcome: Option<Outcome>,
        models: ModelChoice,
        voices: Voices,
        device: OnDevice,
    ) -> Self {
        let is_live = RwSignal::new(false);
        let queue = RwSignal::new(Vec::<QueuedClip>::new());
        let shown = RwSignal::new(None);
        let other_outcome = RwSignal::new(outcome);
        let one = Memo::new(move |_| {
            let id = shown.get()?;
            queue.with(|queue| queue.iter().find(|one| one.id == id).cloned())
        });
        let workbench = Self {
            recorder: Recorder::new(),
            is_live,
            notice: RwSignal::new(None),
            trim: Trim::new(),
            apart: Apart::new(),
            is_held_over: RwSignal::new(false),
            is_listening: RwSignal::new(false),
            is_trimming: RwSignal::new(false),
            interrupted: RwSignal::new(Vec::new()),
            queue,
            shown,
            other_outcome,
            one,
            outcome: Memo::new(move |_| {
                let of_clip = one.with(|one| one.as_ref()?.progress.outcome().cloned());
                of_clip.or_else(|| other_outcome.get())
            }),
            is_busy: Memo::new(move |_| {
                queue.with(|queue| queue.iter().any(|one| one.progress.is_under_way()))
            }),
            n_taken: StoredValue::new(0),
            upload: StoredValue::new(None),
            corrected: StoredValue::new(BTreeMap::new()),
            facts: StoredValue::new(facts),
            models,
            voices,
            device,
        };
        react(move || workbench.begin());
        workbench
    }

    /// The page is alive: takes what was shared to it, and finds what was recorded before.
    fn begin(self) {
        self.is_live.set(true);
        spawn_local(async move {
            let (shared, kept) = (shared_clips().await, kept_recording().await);
            let is_empty = self.queue.try_with_untracked(Vec::is_empty) == Some(true);
            if is_empty && !self.is_recording() {
                self.interrupted.set(kept);
                self.take(shared);
            }
        });
    }

    /// The clip on display, whole.
    pub fn clip(self) -> Option<Clip> {
        self.one
            .with(|one| one.as_ref().map(|one| one.clip.clone()))
    }

    /// What was sent of the clip on display.
    pub fn heard(self) -> Option<Clip> {
        self.one
            .with(|one| one.as_ref().map(|one| one.sent().clone()))
    }

    /// Name of the voice profile with which the clip on display was sent.
    pub fn voice(self) -> Option<String> {
        self.one
            .with(|one| Some(one.as_ref()?.voice.as_ref()?.name.clone()))
    }

    /// What became of the clip on display; `None` before the end.
    pub fn outcome(self) -> Option<Outcome> {
        self.outcome.get()
    }

    /// Whether anything is being analysed or waits for it.
    pub fn is_busy(self) -> bool {
        self.is_busy.get()
    }

    /// Every clip, in the order in which they were chosen.
    pub fn queue(self) -> ReadSignal<Vec<QueuedClip>> {
        self.queue.read_only()
    }

    /// The clip on display.
    pub fn shown(self) -> Option<ClipId> {
        self.shown.get()
    }

    /// Puts a clip and its result on display.
    pub fn show(self, id: ClipId) {
        self.shown.set(Some(id));
    }

    /// Takes what was recorded before the page was loaded again.
    pub fn take_interrupted(self) {
        let clips = self.interrupted.get_untracked();
        self.interrupted.set(Vec::new());
        self.take(clips);
    }

    /// Puts `clips` in the place of the present ones; nothing while somebody records. A single one is on display at
    /// once.
    pub fn take(self, clips: Vec<Clip>) {
        if clips.is_empty() || self.is_recording() {
            return;
        }
        let unheard: Vec<Clip> = self.queue.with_untracked(|queue| {
            let unheard = queue.iter().filter(|one| one.is_unheard_recording());
            unheard.map(|one| one.clip.clone()).collect()
        });
        self.clear();
        // They were neither analysed nor declined.
        if !unheard.is_empty() {
            self.interrupted.set(unheard);
        }
        let mut queue = Vec::new();
        for clip in clips {
            self.n_taken.update_value(|n_taken| *n_taken += 1);
            queue.push(QueuedClip {
                id: self.n_taken.get_value(),
                clip,
                cut: None,
                decoded: None,
                voice: None,
                progress: Progress::Chosen,
            });
        }
        if let [one] = &queue[..] {
            self.shown.set(Some(one.id));
            self.trim.open(one.clip.clone());
        }
        self.queue.set(queue);
    }

    /// Takes what was dropped, or says that it was no file.
    pub fn take_dropped(self, clips: Vec<Clip>) {
        match clips.is_empty() && !self.is_recording() {
            true => self.other_outcome.set(Some(Err(AppError::NoFile))),
            false => self.take(clips),
        }
    }

    /// Says why a clip could not be taken.
    pub fn fail(self, error: AppError) {
        self.clear();
        self.other_outcome.set(Some(Err(error)));
    }

    /// Sends what there is and was not answered yet, once the notice was read.
    pub fn analyse(self) {
        if !self.is_noted(Wish::Analyse) {
            return;
        }
        if self.queue.with_untracked(Vec::is_empty) {
            self.fail(AppError::NoFile);
            return;
        }
        self.upload.set_value(None);
        self.is_trimming.set(false);
        self.other_outcome.set(None);
        self.queue.update(|queue| {
            if let [one] = &mut queue[..] {
                one.cut = self.trim.cut(&one.clip);
            }
            // One alone is sent whenever somebody asks, for example with another part chosen.
            let is_alone = queue.len() == 1;
            for one in queue.iter_mut() {
                if is_alone || one.progress.can_start() {
                    one.progress = Progress::Waiting;
                }
            }
        });
        self.send_next();
    }

    /// Sends a part of what was heard of the only clip there is.
    pub fn analyse_part(self, (start_s, end_s): Span) {
        let cut = self.one.with_untracked(|one| one.as_ref()?.cut.clone());
        let before_s = cut.map_or(0.0, |cut| cut.span_s.0);
        self.trim
            .choose(before_s + f64::from(start_s), before_s + f64::from(end_s));
        self.analyse();
    }

    /// Sends a clip once more.
    pub fn retry(self, id: ClipId) {
        self.set_progress(id, |_| Progress::Waiting);
        self.send_next();
    }

    /// Takes a clip off its way.
    pub fn cancel(self, id: ClipId) {
        self.set_progress(id, |_| Progress::Chosen);
        let is_sent = self
            .upload
            .with_value(|upload| upload.as_ref().is_some_and(|on| on.0 == id));
        if is_sent {
            self.upload.set_value(None);
            self.send_next();
        }
    }

    /// Takes every clip off its way.
    pub fn cancel_all(self) {
        self.upload.set_value(None);
        self.queue.update(|queue| {
            for one in queue.iter_mut().filter(|one| one.progress.is_under_way()) {
                one.progress = Progress::Chosen;
            }
        });
    }

    /// Remembers that the notice was read, and does what its reader wanted.
    pub fn agree(self) {
        acknowledge();
        let wish = self.notice.get_untracked();
        self.notice.set(None);
        match wish {
            Some(Wish::Record) => self.record(),
            Some(Wish::Listen) => self.listen(),
            Some(Wish::Analyse) => self.analyse(),
            Some(Wish::Read) | None => {}
        }
    }

    /// Forgets clips and results, and a recording among them.
    pub fn reset(self) {
        let is_recorded =
            |queue: &Vec<QueuedClip>| queue.iter().any(|one| one.clip.file_name.is_none());
        if self.queue.with_untracked(is_recorded) || self.is_recording() {
            self.decline();
        }
        self.clear();
    }

    /// Takes a clip out of the queue.
    pub fn remove(self, id: ClipId) {
        self.cancel(id);
        self.queue.update(|queue| queue.retain(|one| one.id != id));
        let last = self.queue.with_untracked(|queue| match &queue[..] {
            [one] => Some((one.id, one.clip.clone())),
            _ => None,
        });
        if let Some((id, clip)) = last {
            self.shown.set(Some(id));
            self.trim.open(clip);
        }
    }

    /// Forgets the recording that is kept in the browser.
    pub fn decline(self) {
        self.interrupted.set(Vec::new());
        forget_recording();
    }

    fn clear(self) {
        self.upload.set_value(None);
        self.recorder.discard();
        self.trim.close();
        self.is_trimming.set(false);
        self.shown.set(None);
        self.corrected.set_value(BTreeMap::new());
        self.queue.set(Vec::new());
        self.other_outcome.set(None);
    }

    /// Whether the notice was read; else it opens.
    fn is_noted(self, wish: Wish) -> bool {
        let is_noted = is_acknowledged();
        if !is_noted {
            self.notice.set(Some(wish));
        }
        is_noted
    }
}
