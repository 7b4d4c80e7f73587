//! BanglaSER, the web application: hears the emotion in Bengali speech.

// The types of nested views are deep.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod analyze;
pub mod api;
pub mod app;
pub mod browser;
#[cfg(feature = "ssr")]
pub mod command_line;
pub mod components;
#[cfg(feature = "ssr")]
pub mod enrol;
pub mod enrolment;
pub mod error;
pub mod fixed;
pub mod history;
pub mod i18n;
pub mod live;
pub mod model_choice;
pub mod on_device;
pub mod pages;
pub mod palette;
pub mod preferences;
pub mod profiles;
pub mod queue;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
pub mod theme;
pub mod trim;
pub mod voices;
pub mod wav;
pub mod workbench;

/// Brings the page that the server sent to life.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
