//! BanglaSER, the web application: hears the emotion in Bengali speech.

// The types of nested views are deep.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod administer;
#[cfg(feature = "ssr")]
pub mod analyze;
pub mod apart;
pub mod api;
pub mod app;
pub mod browser;
#[cfg(feature = "ssr")]
pub mod command_line;
pub mod components;
pub mod conversation;
pub mod corrections;
#[cfg(feature = "ssr")]
pub mod enrol;
pub mod enrolment;
pub mod error;
pub mod fixed;
pub mod history;
pub mod i18n;
pub mod lazy;
pub mod live;
pub mod model_choice;
pub mod on_device;
pub mod over_time;
pub mod pages;
pub mod palette;
pub mod preferences;
pub mod profiles;
pub mod queue;
pub mod region;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
pub mod theme;
pub mod trim;
pub mod voices;
pub mod wav;
pub mod workbench;

/// Brings the page that the server sent to life, once the code of all that it shows is there. Without that code it
/// stays as it is, a page without script.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    use leptos::prelude::{document, location};

    console_error_panic_hook::set_once();
    let path = location().pathname().unwrap_or_default();
    let is_there = |id: &str| document().get_element_by_id(id).is_some();
    if pages::load_rendered(&path, is_there).await.is_ok() {
        leptos::mount::hydrate_body(app::App);
    }
}
