//! Plays the analysed clip, and tells where it is.

use js_sys::Array;
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, HtmlAudioElement, HtmlDivElement, MouseEvent, PointerEvent};

use super::dynamic::call;

/// An audio element and the place that it has reached; copies share them.
#[derive(Clone, Copy)]
pub struct Player {
    /// The element.
    pub audio: NodeRef<html::Audio>,
    position_s: RwSignal<f32>,
    duration_s: RwSignal<f32>,
    is_playing: RwSignal<bool>,
    is_repeating: RwSignal<bool>,
    /// Start and end of what is played, where it is a part.
    part_s: StoredValue<Option<(f32, f32)>>,
}

impl Player {
    /// A player at the beginning of nothing.
    pub fn new() -> Self {
        Self {
            audio: NodeRef::new(),
            position_s: RwSignal::new(0.0),
            duration_s: RwSignal::new(0.0),
            is_playing: RwSignal::new(false),
            is_repeating: RwSignal::new(false),
            part_s: StoredValue::new(None),
        }
    }

    /// The place that is heard, seconds.
    pub fn position_s(self) -> f32 {
        self.position_s.get()
    }

    /// How long the clip is, seconds; 0 where the element does not know.
    pub fn duration_s(self) -> f32 {
        self.duration_s.get()
    }

    /// Whether it is heard.
    pub fn is_playing(self) -> bool {
        self.is_playing.get()
    }

    /// Reads place, length and whether it plays from the element.
    pub fn follow(self) {
        if let Some(audio) = self.audio.get_untracked() {
            self.position_s.set(audio.current_time() as f32);
            self.is_playing.set(!audio.paused());
            self.end_part(&audio);
            let duration_s = audio.duration() as f32;
            // Endless is what a browser says of a recording whose length it was not told.
            if duration_s.is_finite() {
                self.duration_s.set(duration_s);
            }
        }
    }

    /// At the end of a part: begins it again, or pauses.
    fn end_part(self, audio: &HtmlAudioElement) {
        let at_s = audio.current_time() as f32;
        let is_past = |(_, end_s): &(f32, f32)| at_s >= *end_s && !audio.paused() || audio.ended();
        let Some((start_s, end_s)) = self.part_s.get_value().filter(is_past) else {
            return;
        };
        if self.is_repeating.get_untracked() {
            self.play_between(start_s, end_s);
        } else {
            self.part_s.set_value(None);
            // It cannot fail on an element that plays.
            drop(audio.pause());
        }
    }

    /// Whether parts are played again and again.
    pub fn is_repeating(self) -> bool {
        self.is_repeating.get()
    }

    /// Whether parts are played again and again from now on.
    pub fn repeat(self, is_repeating: bool) {
        self.is_repeating.set(is_repeating);
    }

    /// A part that is being played becomes another one.
    pub fn keep_within(self, part_s: (f32, f32)) {
        if self.part_s.with_value(Option::is_some) {
            self.part_s.set_value(Some(part_s));
        }
    }

    /// Moves to a place, and goes on as before.
    pub fn seek(self, at_s: f64) {
        self.part_s.set_value(None);
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_current_time(at_s);
            self.position_s.set(at_s as f32);
        }
    }

    /// Plays, or pauses.
    pub fn toggle(self) {
        match self.audio.get_untracked() {
            Some(audio) if !audio.paused() => drop(audio.pause()),
            Some(audio) => self.play_from(audio.current_time() as f32),
            None => {}
        }
    }

    /// Plays from `start_s`.
    pub fn play_from(self, start_s: f32) {
        self.part_s.set_value(None);
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_current_time(start_s.into());
            play(&audio);
        }
    }

    /// Plays a part, and no more; again and again where that is wanted.
    pub fn play_between(self, start_s: f32, end_s: f32) {
        self.play_from(start_s);
        self.part_s.set_value(Some((start_s, end_s)));
    }
}

impl Default for Player {
    fn default() -> Self {
        Self::new()
    }
}

/// Plays from where the element is.
pub(super) fn play(audio: &HtmlAudioElement) {
    if let Ok(started) = audio.play() {
        // It is refused where the element cannot play the clip, or is paused before it began.
        spawn_local(async move { drop(JsFuture::from(started).await) });
    }
}

/// Called with a `play` event: two clips at once are not understood.
pub fn pause_others(event: &Event) {
    let started = event.target().map(JsValue::from);
    let Some(all) = call(&document(), "querySelectorAll", &["audio".into()]) else {
        return;
    };
    for audio in Array::from(&all).iter() {
        if started.as_ref() != Some(&audio) {
            call(&audio, "pause", &[]);
        }
    }
}

/// Lets `element` hear of the pointer until it is lifted, wherever that is.
pub fn hold_pointer(element: &HtmlDivElement, event: &PointerEvent) {
    // It fails only for a pointer that is gone already.
    drop(element.set_pointer_capture(event.pointer_id()));
}

/// How far to the right in `element`, which holds nothing that takes clicks, the pointer is, `[0, 1]`.
pub fn pointer_share(element: &HtmlDivElement, event: &MouseEvent) -> f32 {
    let width = element.client_width().max(1) as f32;
    (event.offset_x() as f32 / width).clamp(0.0, 1.0)
}
