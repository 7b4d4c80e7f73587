//! The part of a clip that is sent.

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{Clip, Decoded};

/// Shorter parts than this the server refuses anyway.
pub const MIN_PART_S: f64 = 0.5;

/// How finely the part can be chosen.
pub const STEP_S: f64 = 0.1;

/// A part of a clip as a clip of its own; the whole one is left as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// The part.
    pub clip: Clip,
    /// Where it is in the whole clip, seconds.
    pub span_s: (f64, f64),
}

/// The part of a clip that is sent: all of it, until somebody chooses. Copies share it.
#[derive(Clone, Copy)]
pub struct Trim {
    clip: RwSignal<Option<Clip>>,
    decoded: RwSignal<Option<Decoded>>,
    start_s: RwSignal<f64>,
    end_s: RwSignal<f64>,
}

impl Trim {
    /// Of no clip.
    pub fn new() -> Self {
        Self {
            clip: RwSignal::new(None),
            decoded: RwSignal::new(None),
            start_s: RwSignal::new(0.0),
            end_s: RwSignal::new(0.0),
        }
    }

    /// Decodes `clip`, so that a part of it can be chosen. Where that fails, it is sent whole.
    pub fn open(self, clip: Clip) {
        self.close();
        self.clip.set(Some(clip.clone()));
        spawn_local(async move {
            let decoded = Decoded::of(&clip).await;
            let is_current = self.clip.try_get_untracked().flatten() == Some(clip);
            if let Some(decoded) = decoded.filter(|_| is_current) {
                self.end_s.set(decoded.duration_s());
                self.decoded.set(Some(decoded));
            }
        });
    }

    /// Forgets the clip.
    pub fn close(self) {
        self.clip.set(None);
        self.decoded.set(None);
        self.start_s.set(0.0);
        self.end_s.set(0.0);
    }

    /// The clip's samples; `None` until they are known.
    pub fn decoded(self) -> Option<Decoded> {
        self.decoded.get()
    }

    /// Start and end of the part, seconds.
    pub fn part_s(self) -> (f64, f64) {
        (self.start_s.get(), self.end_s.get())
    }

    /// Moves the start, up to the shortest part before the end.
    pub fn set_start(self, start_s: f64) {
        let last_s = self.end_s.get_untracked() - MIN_PART_S;
        self.start_s.set(start_s.min(last_s).max(0.0));
    }

    /// Moves the end, down to the shortest part after the start.
    pub fn set_end(self, end_s: f64) {
        let duration_s = self.duration_s().unwrap_or_default();
        let first_s = self.start_s.get_untracked() + MIN_PART_S;
        self.end_s.set(end_s.max(first_s).min(duration_s));
    }

    /// Chooses a part, as far as there is one.
    pub fn choose(self, start_s: f64, end_s: f64) {
        self.start_s.set(0.0);
        self.set_end(end_s);
        self.set_start(start_s);
    }

    /// The chosen part of `clip` as a clip of its own; `None` where it is all of it.
    pub fn cut(self, clip: &Clip) -> Option<Cut> {
        let decoded = self.decoded.get_untracked()?;
        let (start_s, end_s) = (self.start_s.get_untracked(), self.end_s.get_untracked());
        let is_whole = start_s < STEP_S && end_s > decoded.duration_s() - STEP_S;
        if is_whole || self.clip.get_untracked().as_ref() != Some(clip) {
            return None;
        }
        let span_s = (start_s, end_s);
        decoded
            .part(start_s, end_s, clip)
            .map(|clip| Cut { clip, span_s })
    }

    fn duration_s(self) -> Option<f64> {
        self.decoded
            .with_untracked(|decoded| decoded.as_ref().map(Decoded::duration_s))
    }
}

impl Default for Trim {
    fn default() -> Self {
        Self::new()
    }
}
