//! Parts of the page whose code comes when they are first shown, in files of their own (xtask/src/split.rs).

use std::{future::Future, time::Duration};

use futures::FutureExt;
use leptos::{prelude::*, task::spawn_local};
use vocabulary::AppError;
use wasm_split_helpers::SplitLoaderError;

use crate::{components::ErrorNote, live::react};

/// How long after a failure the code is asked for again.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The code of a part did not arrive.
#[derive(Clone, Copy, Debug)]
pub struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// What builds a part from what it is about.
pub type Loaded<T> = Result<fn(T) -> AnyView, NotLoaded>;

/// Shows a part. The server has all code, and the browser that of what the server rendered ([`crate::hydrate`]); else
/// the part appears once its code has arrived.
pub fn lazily<T, F>(load: fn() -> F, about: T) -> AnyView
where
    T: Send + Sync + 'static,
    F: Future<Output = Loaded<T>> + 'static,
{
    if let Some(Ok(build)) = load().now_or_never() {
        return build(about);
    }
    let about = StoredValue::new(Some(about));
    let loaded = RwSignal::new(None);
    react(move || try_loading(load, loaded));
    let view = move || match loaded.get()? {
        Ok(build) => about.try_update_value(Option::take)?.map(build),
        Err(NotLoaded) => Some(view! { <ErrorNote error=AppError::Unreachable /> }.into_any()),
    };
    view.into_any()
}

fn try_loading<T, F>(load: fn() -> F, loaded: RwSignal<Option<Loaded<T>>>)
where
    T: 'static,
    F: Future<Output = Loaded<T>> + 'static,
{
    spawn_local(async move {
        let answer = load().await;
        let has_failed = answer.is_err();
        let is_shown = loaded.try_set(Some(answer)).is_none();
        if has_failed && is_shown {
            set_timeout(move || try_loading(load, loaded), RETRY_AFTER);
        }
    });
}
