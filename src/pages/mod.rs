//! The pages. The first one's code comes at once, the others' when one of them is first shown.

mod about;
mod history;
mod home;
mod model;
mod not_found;
mod voice;

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use self::{about::AboutPage, history::HistoryPage, model::ModelPage, voice::VoicePage};
pub use self::{home::HomePage, not_found::NotFoundPage};
use crate::{
    components::{format_export, result_card, talk},
    i18n::path,
    lazy::{Loaded, NotLoaded},
};

/// Builds the page at a path without its language.
#[wasm_split(pages, fallible)]
pub fn further_page() -> Loaded<&'static str> {
    Ok(|path| match path {
        "/about" => view! { <AboutPage /> }.into_any(),
        "/model" => view! { <ModelPage /> }.into_any(),
        "/history" => view! { <HistoryPage /> }.into_any(),
        "/voice" => view! { <VoicePage /> }.into_any(),
        _ => view! { <NotFoundPage /> }.into_any(),
    })
}

/// Brings the code of what the server has rendered at a path; `is_there` tells of an element by its id.
///
/// # Errors
/// Where it does not arrive.
pub async fn load_rendered(path: &str, is_there: impl Fn(&str) -> bool) -> Result<(), NotLoaded> {
    if is_there("result-heading") {
        result_card().await?;
        format_export().await?;
    }
    if is_there("talk-heading") {
        talk().await?;
    }
    if !path::split(path).1.trim_matches('/').is_empty() {
        further_page().await?;
    }
    Ok(())
}
