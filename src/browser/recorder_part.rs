//! A part of a recording: what one of the browser's recorders writes, a file that is whole in itself.

use std::{cell::RefCell, rc::Rc};

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, MediaRecorder, MediaRecorderOptions, MediaStream,
    RecordingState,
};

use super::{Clip, kept_recording::keep_recording};

/// How often what is recorded is kept, milliseconds.
const SLICE_MS: i32 = 1_000;

/// A running part. Dropping it ends it without a clip.
pub(super) struct RecorderPart {
    recorder: MediaRecorder,
    // The browser calls these until they are taken off the recorder, in `drop`.
    _on_data: Closure<dyn FnMut(BlobEvent)>,
    _on_stop: Closure<dyn FnMut()>,
}

impl RecorderPart {
    /// Records `stream`; what is recorded is kept at place `kept_as`, if that is wanted. `on_recorded` receives the
    /// clip after [`stop`](Self::stop), or when the stream ends.
    ///
    /// # Errors
    /// What the browser refuses.
    pub(super) fn start(
        stream: &MediaStream,
        mime_type: &'static str,
        kept_as: Option<usize>,
        on_recorded: impl Fn(Clip) + 'static,
    ) -> Result<Self, JsValue> {
        let options = MediaRecorderOptions::new();
        options.set_mime_type(mime_type);
        let recorder =
            MediaRecorder::new_with_media_stream_and_media_recorder_options(stream, &options)?;
        let slices = Rc::new(RefCell::new(Vec::new()));
        let on_data: Closure<dyn FnMut(BlobEvent)> = Closure::new({
            let slices = Rc::clone(&slices);
            move |event: BlobEvent| {
                let mut slices = slices.borrow_mut();
                slices.extend(event.data());
                let Some(place) = kept_as else { return };
                let slices: Array = slices.iter().cloned().map(JsValue::from).collect();
                if let Some(blob) = joined(&slices, mime_type) {
                    keep_recording(place, blob);
                }
            }
        });
        let on_stop: Closure<dyn FnMut()> = Closure::new(move || {
            let slices: Array = slices.borrow_mut().drain(..).map(JsValue::from).collect();
            if let Some(blob) = joined(&slices, mime_type) {
                on_recorded(Clip::recorded(blob));
            }
        });
        recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
        recorder.set_onstop(Some(on_stop.as_ref().unchecked_ref()));
        let part = Self {
            recorder,
            _on_data: on_data,
            _on_stop: on_stop,
        };
        part.recorder.start_with_time_slice(SLICE_MS)?;
        Ok(part)
    }

    /// Records nothing for a while.
    pub(super) fn pause(&self) {
        // It fails where nothing is recorded, and then there is nothing to pause.
        drop(self.recorder.pause());
    }

    /// Records again after [`pause`](Self::pause).
    pub(super) fn resume(&self) {
        drop(self.recorder.resume());
    }

    /// Ends the part; the clip arrives a little later. A second call changes nothing.
    pub(super) fn stop(&self) {
        if self.recorder.state() != RecordingState::Inactive {
            drop(self.recorder.stop());
        }
    }
}

impl Drop for RecorderPart {
    fn drop(&mut self) {
        self.recorder.set_ondataavailable(None);
        self.recorder.set_onstop(None);
        self.stop();
    }
}

fn joined(slices: &Array, mime_type: &str) -> Option<Blob> {
    let properties = BlobPropertyBag::new();
    properties.set_type(mime_type);
    Blob::new_with_blob_sequence_and_options(slices, &properties).ok()
}
