//! One recording, from the open microphone to the finished clip.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    time::Duration,
};

use js_sys::{Array, Date, Reflect};
use leptos::prelude::{IntervalHandle, set_interval_with_handle, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, MediaRecorder, MediaRecorderOptions, MediaStreamTrack,
    RecordingState,
};

use super::{
    Clip, kept_recording::keep_recording, level_meter::LevelMeter, media_type,
    microphone::Microphone,
};
use crate::error::AppError;

/// How often timer and level are brought up to date.
const TICK: Duration = Duration::from_millis(100);

/// How often what is recorded is kept, milliseconds.
const SLICE_MS: i32 = 1_000;

/// What a tick tells.
#[derive(Clone, Copy, Debug)]
pub struct Tick {
    /// Seconds since the last one.
    pub passed_s: f64,
    /// Largest absolute sample since about then, full scale 1; `None` where the browser cannot tell.
    pub peak: Option<f32>,
    /// Whether the system keeps the microphone's sound from the page.
    pub is_muted: bool,
}

/// A running recording. Dropping it ends everything: recorder, timer, meter and microphone.
pub struct RecorderSession {
    recorder: MediaRecorder,
    timer: Option<IntervalHandle>,
    _meter: Option<Rc<LevelMeter>>,
    // The browser calls these until they are taken off the recorder, in `drop`.
    _on_data: Closure<dyn FnMut(BlobEvent)>,
    _on_stop: Closure<dyn FnMut()>,
    microphone: Microphone,
}

impl RecorderSession {
    /// Opens the microphone, that with `device_id` if there is one, and starts to record; what is recorded may be kept
    /// in case the page goes away. `on_recorded` receives the clip after [`stop`](Self::stop).
    ///
    /// # Errors
    /// One [`AppError`] for each reason that a person can do something about.
    pub async fn start(
        device_id: Option<&str>,
        is_kept: bool,
        on_tick: impl Fn(Tick) + 'static,
        on_recorded: impl Fn(Clip) + 'static,
    ) -> Result<Self, AppError> {
        let window = window();
        let unsupported = |_: JsValue| AppError::RecordingUnsupported;
        let microphone = Microphone::open(&window, device_id).await?;
        if !Reflect::has(&window, &"MediaRecorder".into()).unwrap_or(false) {
            return Err(AppError::RecordingUnsupported);
        }
        let user_agent = window.navigator().user_agent().map_err(unsupported)?;
        let mime_type = media_type::supported(&user_agent).ok_or(AppError::RecordingUnsupported)?;
        let options = MediaRecorderOptions::new();
        options.set_mime_type(mime_type);
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(
            microphone.stream(),
            &options,
        )
        .map_err(unsupported)?;

        let parts = Rc::new(RefCell::new(Vec::new()));
        let on_data: Closure<dyn FnMut(BlobEvent)> = Closure::new({
            let parts = Rc::clone(&parts);
            move |event: BlobEvent| {
                let mut parts = parts.borrow_mut();
                parts.extend(event.data());
                if !is_kept {
                    return;
                }
                let parts: Array = parts.iter().cloned().map(JsValue::from).collect();
                if let Some(blob) = joined(&parts, mime_type) {
                    keep_recording(blob);
                }
            }
        });
        let on_stop: Closure<dyn FnMut()> = Closure::new(move || {
            let parts: Array = parts.borrow_mut().drain(..).map(JsValue::from).collect();
            if let Some(blob) = joined(&parts, mime_type) {
                on_recorded(Clip::recorded(blob));
            }
        });
        recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
        recorder.set_onstop(Some(on_stop.as_ref().unchecked_ref()));
        recorder
            .start_with_time_slice(SLICE_MS)
            .map_err(unsupported)?;

        let meter = LevelMeter::open(&window, microphone.stream()).map(Rc::new);
        Ok(Self {
            recorder,
            timer: ticking(meter.as_ref(), microphone.track(), on_tick),
            _meter: meter,
            _on_data: on_data,
            _on_stop: on_stop,
            microphone,
        })
    }

    /// What the microphone hears.
    pub fn stream(&self) -> JsValue {
        self.microphone.stream().into()
    }

    /// Stops listening for a while.
    pub fn pause(&self) {
        self.hear(false);
        // It fails where nothing is recorded, and then there is nothing to pause.
        drop(self.recorder.pause());
    }

    /// Listens again after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.hear(true);
        drop(self.recorder.resume());
    }

    /// Whoever else listens to the stream hears silence meanwhile.
    fn hear(&self, is_heard: bool) {
        if let Some(track) = self.microphone.track() {
            track.set_enabled(is_heard);
        }
    }

    /// Ends the recording; the clip arrives a little later. A second call changes nothing.
    pub fn stop(&self) {
        if self.recorder.state() != RecordingState::Inactive {
            drop(self.recorder.stop());
        }
    }
}

impl Drop for RecorderSession {
    fn drop(&mut self) {
        self.recorder.set_ondataavailable(None);
        self.recorder.set_onstop(None);
        self.stop();
        if let Some(timer) = self.timer {
            timer.clear();
        }
    }
}

fn joined(parts: &Array, mime_type: &str) -> Option<Blob> {
    let properties = BlobPropertyBag::new();
    properties.set_type(mime_type);
    Blob::new_with_blob_sequence_and_options(parts, &properties).ok()
}

/// The browser frees the timer's closure when it likes, so the closure does not hold the meter.
fn ticking(
    meter: Option<&Rc<LevelMeter>>,
    track: Option<MediaStreamTrack>,
    on_tick: impl Fn(Tick) + 'static,
) -> Option<IntervalHandle> {
    let meter = meter.map(Rc::downgrade);
    let last_ms = RefCell::new(Date::now());
    let tick = move || {
        let now_ms = Date::now();
        on_tick(Tick {
            passed_s: (now_ms - last_ms.replace(now_ms)) / 1000.0,
            peak: meter
                .as_ref()
                .and_then(Weak::upgrade)
                .map(|meter| meter.peak()),
            is_muted: track.as_ref().is_some_and(MediaStreamTrack::muted),
        });
    };
    set_interval_with_handle(tick, TICK).ok()
}
