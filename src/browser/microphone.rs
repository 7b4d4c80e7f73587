//! Opens the microphone, and says why it does not open.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack,
    MediaTrackConstraints, Window,
};

use super::storage::is_cleaned;
use crate::error::AppError;

/// An open microphone; closed on drop.
#[derive(Debug)]
pub struct Microphone(MediaStream);

impl Microphone {
    /// Asks for permission, where it is not given yet, and opens the microphone: the one with `device_id`
    /// if it is still there, else the browser's own choice. The browser changes nothing of what is heard, because the
    /// model learned from voices as they are, unless the reader wants it to.
    ///
    /// # Errors
    /// One [`AppError`] for each reason that a person can do something about.
    pub async fn open(window: &Window, device_id: Option<&str>) -> Result<Self, AppError> {
        if !window.is_secure_context() {
            return Err(AppError::InsecureOrigin);
        }
        let devices = media_devices(window).ok_or(AppError::RecordingUnsupported)?;
        let constraints = MediaStreamConstraints::new();
        let audio = MediaTrackConstraints::new();
        if let Some(id) = device_id {
            audio.set_device_id_str(id);
        }
        let clean = is_cleaned();
        audio.set_auto_gain_control_bool(clean);
        audio.set_echo_cancellation_bool(clean);
        audio.set_noise_suppression_bool(clean);
        constraints.set_audio_media_track_constraints(&audio);
        let promise = devices
            .get_user_media_with_constraints(&constraints)
            .map_err(|reason| refusal(&reason))?;
        let stream = JsFuture::from(promise)
            .await
            .map_err(|reason| refusal(&reason))?;
        Ok(Self(stream.unchecked_into()))
    }

    /// What it hears.
    pub const fn stream(&self) -> &MediaStream {
        &self.0
    }

    /// Its one track.
    pub fn track(&self) -> Option<MediaStreamTrack> {
        self.0
            .get_tracks()
            .iter()
            .next()
            .map(JsCast::unchecked_into)
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        for track in self.0.get_tracks() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

/// `navigator.mediaDevices`, which old browsers lack.
pub fn media_devices(window: &Window) -> Option<MediaDevices> {
    let devices = window.navigator().media_devices().ok()?;
    (!devices.is_undefined()).then_some(devices)
}

fn refusal(reason: &JsValue) -> AppError {
    let name = reason.dyn_ref::<DomException>().map(DomException::name);
    named_refusal(name.as_deref().unwrap_or_default())
}

/// Names from the specification of `getUserMedia` (W3C Media Capture and Streams, 10.2).
fn named_refusal(name: &str) -> AppError {
    match name {
        "NotAllowedError" | "SecurityError" => AppError::MicrophoneDenied,
        "NotFoundError" | "OverconstrainedError" => AppError::MicrophoneMissing,
        "NotReadableError" | "AbortError" => AppError::MicrophoneBusy,
        _ => AppError::RecordingUnsupported,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_own_words() {
        let refusals = ["NotAllowedError", "NotFoundError", "NotReadableError", ""];
        assert_eq!(
            refusals.map(named_refusal),
            [
                AppError::MicrophoneDenied,
                AppError::MicrophoneMissing,
                AppError::MicrophoneBusy,
                AppError::RecordingUnsupported
            ]
        );
    }
}
