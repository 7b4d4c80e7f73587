//! Keeps an audio element inside the part of a clip that is sent.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlAudioElement};

/// A browser tells the time about four times a second; so much may be heard too much.
const SLACK_S: f64 = 0.05;

/// Called with each `play` and `timeupdate` event: jumps to the part's start, stops at its end. Tells where it plays.
pub fn play_within(event: &Event, (start_s, end_s): (f64, f64)) -> Option<f64> {
    let audio: HtmlAudioElement = event.target()?.dyn_into().ok()?;
    let at_s = audio.current_time();
    if audio.paused() {
        return None;
    }
    if at_s < start_s - SLACK_S {
        audio.set_current_time(start_s);
    } else if end_s > 0.0 && at_s >= end_s {
        // It cannot fail on an element that plays.
        drop(audio.pause());
        audio.set_current_time(start_s);
        return None;
    }
    Some(at_s)
}
