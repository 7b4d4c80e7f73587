//! The microphones that there are to choose from.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaDeviceInfo, MediaDeviceKind};

use super::microphone::media_devices;

/// A microphone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputDevice {
    /// As the browser knows it.
    pub id: String,
    /// As the system calls it.
    pub label: String,
}

/// Every microphone; none before the browser was allowed to use one, because it keeps their names to itself until then.
pub async fn input_devices() -> Vec<InputDevice> {
    let Some(promise) =
        media_devices(&window()).and_then(|devices| devices.enumerate_devices().ok())
    else {
        return Vec::new();
    };
    let Ok(devices) = JsFuture::from(promise).await else {
        return Vec::new();
    };
    let devices = js_sys::Array::from(&devices);
    let named = devices.iter().filter_map(|device| {
        let device: MediaDeviceInfo = device.unchecked_into();
        let (id, label) = (device.device_id(), device.label());
        let is_named = device.kind() == MediaDeviceKind::Audioinput && !label.is_empty();
        is_named.then_some(InputDevice { id, label })
    });
    named.collect()
}
