//! The program that hears clips on this device: its script (crates/worker/js/page.js) is fetched when it is first wanted.

use std::{cell::RefCell, rc::Rc, slice};

use js_sys::{Function, Promise};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use vocabulary::Analysis;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::{
    Clip, UploadEvent,
    answer::{read, unreachable},
    dynamic::{call, member, set_member},
};
use crate::error::AppError;

/// What the script adds to the window.
const DOOR: &str = "onDevice";

/// A clip that is being heard on this device. Dropping it ends that; no event comes afterwards.
pub struct Hearing(Rc<RefCell<State>>);

enum State {
    /// The script is on its way.
    Waiting,
    /// The script has the clip: what cancels it, and what it tells.
    Hearing(JsValue, Tell),
    /// Nobody wants to know.
    Dropped,
}

type Tell = Closure<dyn FnMut(f64, JsValue, JsValue)>;

/// Makes a model ready to hear on this device; `tell` is told the share of what is fetched that has come, `[0, 1]`.
///
/// # Errors
/// [`AppError::Unreachable`] where something could not be fetched, [`AppError::DeviceFailed`] where it does not run.
pub async fn prepare_device(
    script: &str,
    model: &str,
    tell: impl FnMut(f64) + 'static,
) -> Result<(), AppError> {
    let door = door(script).await?;
    let tell: Closure<dyn FnMut(f64)> = Closure::new(tell);
    let fault = call(&door, "prepare", &[model.into(), tell.as_ref().clone()]);
    let fault = JsFuture::from(Promise::resolve(&fault.ok_or(AppError::DeviceFailed)?)).await;
    match fault.ok().and_then(|status| status.as_f64()) {
        Some(200.0) => Ok(()),
        Some(0.0) => Err(AppError::Unreachable),
        _ => Err(AppError::DeviceFailed),
    }
}

impl Hearing {
    /// Hears `clip` by a model, of somebody of whom there may be a profile (JSON).
    pub fn start(
        script: String,
        model: String,
        clip: Clip,
        profile: Option<String>,
        on_event: impl Fn(UploadEvent) + 'static,
    ) -> Self {
        let state = Rc::new(RefCell::new(State::Waiting));
        let kept = Rc::clone(&state);
        spawn_local(async move {
            let door = door(&script).await;
            if matches!(*kept.borrow(), State::Dropped) {
                return;
            }
            let door = match door {
                Ok(door) => door,
                Err(error) => return on_event(UploadEvent::Answered(Err(error))),
            };
            let tell: Tell = Closure::new(move |share, status: JsValue, body: JsValue| {
                on_event(match status.as_f64() {
                    None => UploadEvent::Heard(share),
                    Some(status) => {
                        let body = body.as_string().unwrap_or_default();
                        UploadEvent::Answered(read::<Analysis>(status as u16, &body))
                    }
                });
            });
            let profile = profile.map_or(JsValue::UNDEFINED, Into::into);
            let blob = clip.blob().into();
            let told = tell.as_ref().clone();
            let cancel = call(&door, "analyse", &[model.into(), blob, profile, told]);
            *kept.borrow_mut() = State::Hearing(cancel.unwrap_or_default(), tell);
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
