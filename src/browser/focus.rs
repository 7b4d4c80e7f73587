//! Moves the keyboard's place on the page.

use leptos::prelude::request_animation_frame;
use web_sys::HtmlElement;

/// Focuses `element` and scrolls it into view, so that the screen reader goes on there.
pub fn focus(element: &HtmlElement) {
    // It never fails for an element that is on the page.
    drop(element.focus());
}

/// Focuses `element` and scrolls the part of the page that it heads to the top, before the page is painted next: both
/// ask where everything is, which is found out once then, and in a task of its own.
pub fn focus_at_top(element: &HtmlElement) {
    let element = element.clone();
    request_animation_frame(move || {
        focus(&element);
        scroll_to_top(&element);
    });
}

/// Scrolls `element` to the top.
pub fn scroll_to_top(element: &HtmlElement) {
    element.scroll_into_view();
}
