//! The recogniser as it runs on the reader's own device, in a worker of the page.
//!
//! Input   the bytes of a clip, and those of a checkpoint; whoever calls has fetched them
//! Output  JSON, as the server answers: an `Analysis`, or an `AppError` thrown
//! Invariant: knows neither a network nor a clock, and one clip at a time; a panic ends the module, and the page starts
//! another

mod live;

use std::{io, ops::ControlFlow, rc::Rc};

use audio::DecodeLimits;
use inference::Recognizer;
use js_sys::{Function, Uint8Array};
use serde::Serialize;
use vocabulary::{Analysis, AppError, Profile};
use wasm_bindgen::prelude::*;

pub use crate::live::Live;

/// A checkpoint, ready to hear.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Device {
    recognizer: Rc<Recognizer>,
}

#[wasm_bindgen]
impl Device {
    /// Opens a checkpoint; `read` is given the name of a file and gives its bytes.
    ///
    /// # Errors
    /// What does not fit, as a sentence for developers.
    #[wasm_bindgen(constructor)]
    pub fn open(read: &Function) -> Result<Self, String> {
        let read = |file: &str| {
            let bytes = read.call1(&JsValue::NULL, &file.into()).ok();
            let bytes = bytes.and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok());
            Ok(bytes.ok_or(io::ErrorKind::NotFound)?.to_vec())
        };
        let opened = Recognizer::open(read);
        opened
            .map(|recognizer| Self {
                recognizer: Rc::new(recognizer),
            })
            .map_err(|error| error.to_string())
    }

    /// Begins to listen to somebody who speaks now, at this rate.
    pub fn listen(&self, sample_rate_hz: u32) -> Live {
        Live::new(Rc::clone(&self.recognizer), sample_rate_hz.max(1))
    }

    /// Hears a clip of somebody of whom there may be a profile, as JSON; `watch` is told the share that is heard,
    /// `[0, 1]`.
    ///
    /// # Errors
    /// An `AppError` as JSON.
    pub fn analyse(
        &self,
        clip: Vec<u8>,
        profile: Option<String>,
        watch: &Function,
    ) -> Result<String, String> {
        let analysis = self.analysis(clip, profile.as_deref(), watch);
        analysis
            .map(|analysis| to_json(&analysis))
            .map_err(|error| to_json(&error))
    }
}

impl Device {
    fn analysis(
        &self,
        clip: Vec<u8>,
        profile: Option<&str>,
        watch: &Function,
    ) -> Result<Analysis, AppError> {
        let model = self.recognizer.model_id();
        let profile: Option<Profile> =
            profile.map(serde_json::from_str).transpose().map_err(|_| {
                AppError::ProfileRefused {
                    model: model.to_owned(),
                }
            })?;
        let recording = audio::record(clip, &DecodeLimits::default());
        let recording = recording.map_err(|error| error.told().unwrap_or_else(internal))?;
        let watch = |share| {
            let _ = watch.call1(&JsValue::NULL, &JsValue::from(share));
            ControlFlow::Continue(())
        };
        let prediction = self
            .recognizer
            .recognize_watched(&recording, profile.as_ref(), watch);
        Ok(Analysis {
            model: model.to_owned(),
            prediction: prediction.map_err(|error| error.told().unwrap_or_else(internal))?,
            pictures: audio::draw(&recording.samples),
        })
    }
}

fn internal() -> AppError {
    AppError::Internal {
        request_id: String::new(),
    }
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("answers have names for keys")
}
