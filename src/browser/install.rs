//! The browser's offer to install the page. Only some browsers make one.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;

use super::dynamic::call;

/// An offer of the browser; copies share it.
#[derive(Clone, Copy)]
pub struct InstallOffer {
    is_made: RwSignal<bool>,
    event: StoredValue<Option<SendWrapper<JsValue>>>,
}

impl InstallOffer {
    /// None yet.
    pub fn new() -> Self {
        Self {
            is_made: RwSignal::new(false),
            event: StoredValue::new(None),
        }
    }

    /// Waits for offers as long as the page's owner lives.
    pub fn watch(self) {
        let made = window_event_listener_untyped("beforeinstallprompt", move |event| {
            event.prevent_default();
            self.event.set_value(Some(SendWrapper::new(event.into())));
            self.is_made.set(true);
        });
        let taken = window_event_listener_untyped("appinstalled", move |_| self.is_made.set(false));
        on_cleanup(move || {
            made.remove();
            taken.remove();
        });
    }

    /// Whether there is one.
    pub fn is_made(self) -> bool {
        self.is_made.get()
    }

    /// Lets the browser ask the reader. An offer can be taken once.
    pub fn take(self) {
        self.is_made.set(false);
        self.event.with_value(|event| {
            event.as_deref().map(|event| call(event, "prompt", &[]));
        });
    }
}

impl Default for InstallOffer {
    fn default() -> Self {
        Self::new()
    }
}
