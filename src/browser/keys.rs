//! Keys of the whole page, where nobody types and nothing else has the keyboard.

use leptos::{
    ev,
    prelude::{document, on_cleanup, window_event_listener},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAudioElement, KeyboardEvent};

use super::{dynamic::call, player::play};

/// What takes keys by itself.
const INTERACTIVE: &str = "input, select, textarea, button, a, summary, dialog, [contenteditable]";

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// Space: play, or pause.
    Play,
    /// R: record, or stop.
    Record,
    /// An arrow: so many seconds forward.
    Seek(f64),
    /// A question mark: which keys there are.
    Help,
}

impl Key {
    /// How far an arrow leads, seconds.
    const STEP_S: f64 = 2.0;

    /// By its place where the layout is not Latin.
    fn of(key: &str, code: &str) -> Option<Self> {
        match (key, code) {
            (" ", _) => Some(Self::Play),
            ("?", _) => Some(Self::Help),
            ("ArrowLeft", _) => Some(Self::Seek(-Self::STEP_S)),
            ("ArrowRight", _) => Some(Self::Seek(Self::STEP_S)),
            ("r" | "R", _) | (_, "KeyR") => Some(Self::Record),
            _ => None,
        }
    }
}

/// Calls `act` with every such key as long as the page's owner lives; `true` keeps the browser from acting too.
pub fn watch_keys(act: impl Fn(Key) -> bool + 'static) {
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let is_command = event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat();
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let is_taken =
            target.is_some_and(|target| matches!(target.closest(INTERACTIVE), Ok(Some(_))));
        if is_command || is_taken {
            return;
        }
        if Key::of(&event.key(), &event.code()).is_some_and(&act) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// The first clip that the page can play.
fn shown_audio() -> Option<HtmlAudioElement> {
    let found = call(&document(), "querySelector", &["main audio[src]".into()]);
    found?.dyn_into().ok()
}

/// Plays the clip on display, or pauses it; `false` where there is none.
pub fn toggle_shown() -> bool {
    let audio = shown_audio();
    audio.is_some_and(|audio| {
        match audio.paused() {
            true => play(&audio),
            // It cannot fail on an element that plays.
            false => drop(audio.pause()),
        }
        true
    })
}

/// Moves in the clip on display; `false` where there is none.
pub fn seek_shown(by_s: f64) -> bool {
    let audio = shown_audio();
    audio.is_some_and(|audio| {
        audio.set_current_time((audio.current_time() + by_s).max(0.0));
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_on_every_layout() {
        assert_eq!(Key::of("r", "KeyR"), Some(Key::Record));
        assert_eq!(Key::of("র", "KeyR"), Some(Key::Record));
        assert_eq!(Key::of("?", "Slash"), Some(Key::Help));
        assert_eq!(Key::of("ArrowLeft", "ArrowLeft"), Some(Key::Seek(-2.0)));
        assert_eq!(Key::of("a", "KeyA"), None);
    }
}
