//! The program that hears clips on this device: its script (crates/worker/js/page.js) is fetched when it is first
//! wanted.

use std::{cell::RefCell, rc::Rc, slice};

use js_sys::{Function, Promise};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use vocabulary::{ConfidenceBand, Emotion};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::{
    Clip, UploadEvent,
    answer::{read, unreachable},
    dynamic::{call, member, set_member},
};
use crate::error::AppError;

/// What the script tells of a stream when something could not be fetched.
const NOT_FETCHED: f64 = -2.0;

/// In the script's order.
const BANDS: [ConfidenceBand; 4] = [
    ConfidenceBand::High,
    ConfidenceBand::Medium,
    ConfidenceBand::Low,
    ConfidenceBand::Unclear,
];

/// What the script adds to the window.
const DOOR: &str = "onDevice";

/// Something that is being heard on this device. Dropping it ends that; nothing is told afterwards.
pub struct Hearing(Rc<RefCell<State>>);

enum State {
    /// The script is on its way.
    Waiting,
    /// The script is at it: what ends it, and what it tells.
    Hearing(JsValue, Tell),
    /// Nobody wants to know.
    Dropped,
}

/// Three values, as the script's verbs say.
type Tell = Closure<dyn FnMut(f64, JsValue, JsValue)>;

/// Where the last minute is drawn, and how.
pub struct Ribbon {
    /// An empty element, whose `data-names` are the names of [`Emotion::ALL`] for people, with `|` between them.
    pub place: JsValue,
    /// Theirs, `#rrggbb`, with spaces between them.
    pub colors: String,
}

/// What a voice expresses now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Now {
    /// Nobody speaks.
    Pause,
    /// This emotion, so probable, so sure.
    Emotion(Emotion, f32, ConfidenceBand),
    /// It is not heard: something could not be fetched.
    NotFetched,
    /// It is not heard: what hears has ended, or does not run.
    Failed,
}

/// Makes a model ready to hear on this device; `tell` is told the share of what is fetched that has come, `[0, 1]`.
/// Returns whether all of it is kept for the next visit.
///
/// # Errors
/// [`AppError::Unreachable`] where something could not be fetched, [`AppError::DeviceFailed`] where it does not run.
pub async fn prepare_device(
    script: &str,
    model: &str,
    tell: impl FnMut(f64) + 'static,
) -> Result<bool, AppError> {
    let door = door(script).await?;
    let tell: Closure<dyn FnMut(f64)> = Closure::new(tell);
    let ready = call(&door, "prepare", &[model.into(), tell.as_ref().clone()]);
    let ready = JsFuture::from(Promise::resolve(&ready.ok_or(AppError::DeviceFailed)?)).await;
    match ready.ok().and_then(|status| status.as_f64()) {
        Some(200.0) => Ok(true),
        Some(202.0) => Ok(false),
        Some(0.0) => Err(AppError::Unreachable),
        _ => Err(AppError::DeviceFailed),
    }
}

impl Hearing {
    /// Hears `clip` by a model, of somebody of whom there may be a profile (JSON).
    pub fn clip(
        script: String,
        model: String,
        clip: &Clip,
        profile: Option<String>,
        on_event: impl Fn(UploadEvent) + 'static,
    ) -> Self {
        let profile = profile.map_or(JsValue::UNDEFINED, Into::into);
        let tell = move |share, status: JsValue, body: JsValue| {
            on_event(match status.as_f64() {
                None => UploadEvent::Heard(share),
                Some(status) => {
                    let body = body.as_string().unwrap_or_default();
                    UploadEvent::Answered(read(status as u16, &body))
                }
            });
        };
        Self::start(
            script,
            "analyse",
            vec![model.into(), clip.blob().into(), profile],
            tell,
        )
    }

    /// Hears a stream by a model, and draws what it expresses.
    pub fn stream(
        script: String,
        model: String,
        stream: JsValue,
        ribbon: Ribbon,
        on_change: impl Fn(Now) + 'static,
    ) -> Self {
        let tell = move |place: f64, confidence: JsValue, band: JsValue| {
            let emotion = Emotion::ALL.get(place as usize).filter(|_| place >= 0.0);
            let band = BANDS.get(band.as_f64().unwrap_or_default() as usize);
            let confidence = confidence.as_f64().unwrap_or_default() as f32;
            on_change(match (emotion, band) {
                (Some(emotion), Some(band)) => Now::Emotion(*emotion, confidence, *band),
                _ if place > NOT_FETCHED => Now::Pause,
                _ if place == NOT_FETCHED => Now::NotFetched,
                _ => Now::Failed,
            });
        };
        let labels = Emotion::ALL.map(Emotion::code).join(" ");
        let Ribbon { place, colors } = ribbon;
        let arguments = vec![model.into(), stream, place, labels.into(), colors.into()];
        Self::start(script, "live", arguments, tell)
    }

    fn start(
        script: String,
        verb: &'static str,
        mut arguments: Vec<JsValue>,
        tell: impl FnMut(f64, JsValue, JsValue) + 'static,
    ) -> Self {
        let mut tell: Box<dyn FnMut(f64, JsValue, JsValue)> = Box::new(tell);
        let state = Rc::new(RefCell::new(State::Waiting));
        let kept = Rc::clone(&state);
        spawn_local(async move {
            let door = door(&script).await;
            if matches!(*kept.borrow(), State::Dropped) {
                return;
            }
            let Ok(door) = door else {
                return tell(NOT_FETCHED, 0.into(), JsValue::NULL);
            };
            let tell: Tell = Closure::wrap(tell);
            arguments.push(tell.as_ref().clone());
            let end = call(&door, verb, &arguments);
            *kept.borrow_mut() = State::Hearing(end.unwrap_or_default(), tell);
        });
        Self(state)
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        if let State::Hearing(cancel, _tell) = self.0.replace(State::Dropped) {
            // A script that has ended the clip already does nothing more.
            drop(
                cancel
                    .dyn_into::<Function>()
                    .map(|cancel| cancel.call0(&JsValue::NULL)),
            );
        }
    }
}

/// What the script adds to the window, once it has run.
async fn door(script: &str) -> Result<JsValue, AppError> {
    if let Some(door) = member(&window(), DOOR) {
        return Ok(door);
    }
    let element: JsValue = document()
        .create_element("script")
        .map_err(unreachable)?
        .into();
    set_member(&element, "type", "module");
    set_member(&element, "src", script);
    let mut add = |resolve: Function, reject: Function| {
        set_member(&element, "onload", resolve);
        set_member(&element, "onerror", reject);
        let head = member(&document(), "head").unwrap_or_default();
        call(&head, "append", slice::from_ref(&element));
    };
    let loaded = JsFuture::from(Promise::new(&mut add)).await;
    loaded.map_err(unreachable)?;
    member(&window(), DOOR).ok_or(AppError::DeviceFailed)
}
