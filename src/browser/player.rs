//! Plays the analysed clip, and tells where it is.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDivElement, MouseEvent};

/// An audio element and the place that it has reached; copies share them.
#[derive(Clone, Copy)]
pub struct Player {
    /// The element.
    pub audio: NodeRef<html::Audio>,
    position_s: RwSignal<f32>,
}

impl Player {
    /// A player at the beginning of nothing.
    pub fn new() -> Self {
        Self {
            audio: NodeRef::new(),
            position_s: RwSignal::new(0.0),
        }
    }

    /// The place that is heard, seconds.
    pub fn position_s(self) -> f32 {
        self.position_s.get()
    }

    /// Reads the place from the element.
    pub fn follow(self) {
        if let Some(audio) = self.audio.get_untracked() {
            self.position_s.set(audio.current_time() as f32);
        }
    }

    /// Plays from `start_s`.
    pub fn play_from(self, start_s: f32) {
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_current_time(start_s.into());
            if let Ok(started) = audio.play() {
                // It is refused where the element cannot play the clip, or is paused before it began.
                spawn_local(async move { drop(JsFuture::from(started).await) });
            }
        }
    }
}

impl Default for Player {
    fn default() -> Self {
        Self::new()
    }
}

/// How far to the right in `element`, which holds nothing that takes clicks, the pointer is, `[0, 1]`.
pub fn pointer_share(element: &HtmlDivElement, event: &MouseEvent) -> f32 {
    let width = element.client_width().max(1) as f32;
    (event.offset_x() as f32 / width).clamp(0.0, 1.0)
}
