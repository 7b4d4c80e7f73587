//! Whether there is a network, and the worker that keeps the page for when there is none.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The script in public/.
const WORKER: &str = "/service-worker.js";

/// Whether the browser believes that it is connected; call it once the page is alive.
pub fn watch_connection(is_online: RwSignal<bool>) {
    is_online.set(window().navigator().on_line());
    for (event, now) in [("online", true), ("offline", false)] {
        let listener = window_event_listener_untyped(event, move |_| {
            is_online.try_set(now);
        });
        on_cleanup(move || listener.remove());
    }
}

/// Lets the browser keep the page. Nothing depends on it, so that a refusal is nobody's concern.
pub fn keep_offline() {
    let window = window();
    // Absent on insecure origins and in some private windows.
    let has_workers = js_sys::Reflect::has(&window.navigator(), &"serviceWorker".into());
    if window.is_secure_context() && has_workers.unwrap_or(false) {
        let registering = window.navigator().service_worker().register(WORKER);
        leptos::task::spawn_local(async move {
            drop(JsFuture::from(registering).await);
        });
    }
}
