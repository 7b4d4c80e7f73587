//! Asks before something is lost with the page.

use leptos::prelude::{document, on_cleanup, window, window_event_listener_untyped};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsValue, closure::Closure};
use web_sys::Event;

use super::dynamic::{call, member};

/// Whatever the page is left by, as long as its owner lives: `question` is given the path of a link that is pressed and
/// tells what to ask before it is followed; without a path (another site, a closed tab) the browser asks in its own
/// words.
pub fn ask_before_leaving(question: impl Fn(Option<String>) -> Option<String> + Clone + 'static) {
    let unload = window_event_listener_untyped("beforeunload", {
        let question = question.clone();
        move |event| {
            if question(None).is_some() {
                event.prevent_default();
            }
        }
    });
    // It runs before the router's own.
    let on_click: Closure<dyn FnMut(Event)> = Closure::new(move |event: Event| {
        let asked = path_of_link(&event).and_then(|path| question(Some(path)));
        let stays =
            asked.is_some_and(|asked| !window().confirm_with_message(&asked).unwrap_or(true));
        if stays {
            event.prevent_default();
        }
    });
    listen("addEventListener", on_click.as_ref());
    let on_click = SendWrapper::new(on_click);
    on_cleanup(move || {
        unload.remove();
        listen("removeEventListener", (*on_click).as_ref());
    });
}

/// Adds or removes a listener for clicks, before those of elements.
fn listen(method: &str, listener: &JsValue) {
    call(
        &document(),
        method,
        &["click".into(), listener.clone(), true.into()],
    );
}

/// Where the link that was pressed leads; `None` for what is no link, or opens beside the page.
fn path_of_link(event: &Event) -> Option<String> {
    let target: JsValue = event.target()?.into();
    let link = call(
        &target,
        "closest",
        &["a[href]:not([target],[download],[href^='#'])".into()],
    )?;
    member(&link, "pathname")?.as_string()
}
