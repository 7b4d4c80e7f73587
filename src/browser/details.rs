//! Details that open and close.

use web_sys::Event;

use super::dynamic::member;

/// Whether the details whose `toggle` event this is are open now.
pub fn open_details(event: &Event) -> bool {
    let target = event.target();
    let is_open = target.and_then(|target| member(&target, "open"));
    is_open.is_some_and(|is_open| is_open.is_truthy())
}
