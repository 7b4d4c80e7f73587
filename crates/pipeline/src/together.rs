//! Hears the clips that have waited longest: decodes them one by one, and lets their windows go through the
//! network as one batch, which takes less time than one by one (docs/performance.md).

use std::{mem, time::Instant};

use audio::{DecodeError, DecodeLimits, Recording};
use inference::Recognizer;
use tokio::sync::oneshot;

use crate::{
    Heard, Observer, pictures,
    waiting::{Clip, Told, Waiting},
};

/// Clips that are heard together: as many windows as share the weights that were read. More would take more memory.
const MAX_TOGETHER: usize = 4;

/// The windows of a longer clip fill the network by themselves, so nobody waits for them.
const MAX_TOGETHER_S: f32 = 10.0;

/// What hears.
pub struct Hearing<'a> {
    /// The networks.
    pub recognizer: &'a Recognizer,
    /// What a clip may cost.
    pub limits: &'a DecodeLimits,
    /// Who is told.
    pub observer: &'a dyn Observer,
}

impl Hearing<'_> {
    /// Hears the clips that have waited longest and tells their outcomes.
    pub fn hear(&self, waiting: &Waiting) {
        let mut together = Together::default();
        for n_before in 0..MAX_TOGETHER {
            let Some(clip) = waiting.next(n_before) else {
                break;
            };
            if let Some(decoded) = self.decode(clip, &mut together.heard) {
                let is_long = decoded.recording.waveform.duration_s() > MAX_TOGETHER_S;
                if is_long {
                    together.recognize(self);
                }
                together.clips.push(decoded);
                if is_long {
                    break;
                }
            }
        }
        together.recognize(self);
    }

    fn decode(&self, clip: Clip, heard: &mut Heard) -> Option<Decoded> {
        let start = Instant::now();
        heard.waited.push(start.duration_since(clip.since));
        let recording = audio::record(clip.bytes, self.limits);
        heard.decoding.push(start.elapsed());
        match recording {
            Ok(recording) => Some(Decoded {
                recording,
                with_pictures: clip.with_pictures,
                outcome: clip.outcome,
            }),
            Err(error) => {
                log_panic(&error);
                tell(clip.outcome, Err(error.into()));
                None
            }
        }
    }
}

struct Decoded {
    recording: Recording,
    with_pictures: bool,
    outcome: oneshot::Sender<Told>,
}

/// Clips that go through the network together.
#[derive(Default)]
struct Together {
    clips: Vec<Decoded>,
    heard: Heard,
}

impl Together {
    fn recognize(&mut self, hearing: &Hearing) {
        let Self { clips, mut heard } = mem::take(self);
        let (recordings, asked): (Vec<_>, Vec<_>) = clips
            .into_iter()
            .map(|clip| (clip.recording, (clip.with_pictures, clip.outcome)))
            .unzip();
        let start = Instant::now();
        let strangers = recordings.iter().map(|recording| (recording, None));
        let predictions = hearing
            .recognizer
            .recognize_all(&strangers.collect::<Vec<_>>());
        heard.inference = start.elapsed();
        for ((recording, (with_pictures, outcome)), prediction) in
            recordings.iter().zip(asked).zip(predictions)
        {
            let draw = || pictures::draw(&recording.waveform);
            let said = prediction.map(|prediction| (prediction, with_pictures.then(draw)));
            tell(outcome, said.map_err(Into::into));
        }
        if !heard.waited.is_empty() {
            hearing.observer.heard(&heard);
        }
    }
}

fn log_panic(error: &DecodeError) {
    if let DecodeError::Panicked { .. } = error {
        tracing::error!(%error, "a decoder panicked");
    }
}

fn tell(whom: oneshot::Sender<Told>, outcome: Told) {
    // Who has gone away does not want to know.
    let _ = whom.send(outcome);
}
