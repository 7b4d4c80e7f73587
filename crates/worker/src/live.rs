//! What is heard while somebody speaks.

use std::rc::Rc;

use audio::Recording;
use inference::Recognizer;
use live::{Heard, Listener, Word, keep_newest};
use vocabulary::LiveEvent;
use wasm_bindgen::prelude::*;

use crate::to_json;

/// Somebody who speaks now.
#[wasm_bindgen]
pub struct Live {
    recognizer: Rc<Recognizer>,
    listener: Listener,
    word: Word,
}

impl Live {
    pub(crate) fn new(recognizer: Rc<Recognizer>, sample_rate_hz: u32) -> Self {
        Self {
            recognizer,
            listener: Listener::new(sample_rate_hz),
            word: Word::default(),
        }
    }
}

#[wasm_bindgen]
impl Live {
    /// Takes the samples that come next, mono, and tells what they brought: `LiveEvent`s, a list in JSON. Of several
    /// answers that have become due only the newest is given.
    pub fn hear(&mut self, samples: &[f32]) -> String {
        let mut heard = self.listener.push(samples).into();
        keep_newest(&mut heard);
        let events = heard.into_iter().filter_map(|heard| self.event(heard));
        to_json(&events.collect::<Vec<_>>())
    }
}

impl Live {
    fn event(&mut self, heard: Heard) -> Option<LiveEvent> {
        let utterance = match heard {
            Heard::SpeechStart { at_s } => return Some(LiveEvent::SpeechStart { at_s }),
            Heard::SpeechEnd { at_s } => return Some(LiveEvent::SpeechEnd { at_s }),
            Heard::Speech(utterance) => utterance,
        };
        let recording = Recording::from(&utterance.waveform);
        // Too little speech after all.
        let prediction = self.recognizer.recognize(&recording).ok()?;
        let calibration = self.recognizer.calibration();
        let result = self.word.take(&utterance, &prediction, calibration);
        Some(LiveEvent::Result(result.clone()))
    }
}
