//! Reads a slider, and puts it where it may be.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

/// Tells where a slider was moved to; it then stands at what `keep` makes of that.
pub fn move_slider(event: &Event, keep: impl FnOnce(f64) -> f64) {
    let input = event.target().and_then(|target| target.dyn_into().ok());
    let Some(input): Option<HtmlInputElement> = input else {
        return;
    };
    let wanted = input.value_as_number();
    let kept = keep(wanted);
    if kept != wanted {
        input.set_value_as_number(kept);
    }
}
