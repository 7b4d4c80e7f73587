//! Audio that waits in this browser: a recording that was not analysed yet, in case the page goes away, and what other
//! applications share to the page.
//!
//! It lies in the Cache storage, which holds bytes and is there wherever a browser records. A recording is written
//! while somebody records, and deleted once it was analysed or declined. What is shared is written by
//! public/service-worker.js, and deleted when the page takes it.

use std::cell::RefCell;

use js_sys::{Promise, decode_uri_component};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Blob, Response};

use super::{
    Clip,
    dynamic::{call, member},
    recorder_state::{MAX_LIVE_S, MAX_PART_S},
};

/// Name of the store.
const STORE: &str = "banglaser-recording";

/// Most parts of a recording that are kept.
const MAX_PARTS: usize = (MAX_LIVE_S / MAX_PART_S) as usize;

thread_local! {
    /// What was asked last: a deletion does not overtake the writing before it.
    static LAST: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Keeps `blob`, a part of the recording, in the place of what was kept of that part.
pub(super) fn keep_recording(part: usize, blob: Blob) {
    if let Ok(response) = Response::new_with_opt_blob(Some(&blob)) {
        drop(ask("put", vec![address(part), response.into()]));
    }
}

/// Deletes what was kept.
pub fn forget_recording() {
    for part in 0..MAX_PARTS {
        drop(ask("delete", vec![address(part)]));
    }
}

/// The parts that were kept; none where nothing was, or where the browser keeps nothing.
pub async fn kept_recording() -> Vec<Clip> {
    let mut clips = Vec::new();
    for part in 0..MAX_PARTS {
        let Some(response) = found(&address(part)).await else {
            break;
        };
        let blob = content(&response).await.filter(|blob| blob.size() > 0.0);
        clips.extend(blob.map(Clip::recorded));
    }
    clips
}

/// Where a part of the recording lies in the store.
fn address(part: usize) -> JsValue {
    format!("/recording/{part}").into()
}

/// Takes what was shared to the page since it was last open.
pub async fn shared_clips() -> Vec<Clip> {
    let mut clips = Vec::new();
    while let Some((blob, name)) = take_shared(clips.len()).await {
        clips.push(Clip::chosen(blob, name));
    }
    clips
}

async fn take_shared(place: usize) -> Option<(Blob, String)> {
    let address: JsValue = format!("/shared/{place}").into();
    let response = found(&address).await?;
    drop(ask("delete", vec![address]));
    let name = call(
        &member(&response, "headers")?,
        "get",
        &["x-file-name".into()],
    );
    let name = decode_uri_component(&name?.as_string()?).ok()?;
    Some((content(&response).await?, name.into()))
}

async fn found(address: &JsValue) -> Option<Response> {
    let found = JsFuture::from(ask("match", vec![address.clone()])).await;
    found.ok()?.dyn_into().ok()
}

async fn content(response: &Response) -> Option<Blob> {
    let blob = JsFuture::from(response.blob().ok()?).await.ok()?;
    Some(blob.unchecked_into())
}

/// Calls a method of the store, after what was asked before.
fn ask(method: &'static str, arguments: Vec<JsValue>) -> Promise {
    let before = LAST.take();
    let asked = future_to_promise(async move {
        if let Some(before) = before {
            // What did not work before is nobody's concern now.
            drop(JsFuture::from(before).await);
        }
        let answer = answer(method, &arguments).await;
        Ok(answer.unwrap_or(JsValue::UNDEFINED))
    });
    LAST.set(Some(asked.clone()));
    asked
}

async fn answer(method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let stores = member(&window(), "caches")?;
    let store = JsFuture::from(Promise::resolve(&call(&stores, "open", &[STORE.into()])?));
    let answer = call(&store.await.ok()?, method, arguments)?;
    JsFuture::from(Promise::resolve(&answer)).await.ok()
}
