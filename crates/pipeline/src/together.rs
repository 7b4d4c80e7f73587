//! Hears the clips whose turn it is: decodes them one by one, and lets their windows go through the
//! network as one batch, which takes less time than one by one (docs/performance.md).

use std::{mem, time::Instant};

use audio::{DecodeError, DecodeLimits, Recording};
use inference::Recognizer;
use tokio::sync::oneshot;
use vocabulary::{Prediction, Profile};

use crate::{
    Heard, LazyDiarizer, Observer, PipelineError,
    apart::recognize_apart,
    request::Enrolment,
    waiting::{Answer, Client, Clip, Told, Waiting},
};

/// Clips that are heard together: as many windows as share the weights that were read. More would take more memory.
const MAX_TOGETHER: usize = 4;

/// The windows of a longer clip fill the network by themselves, so nobody waits for them.
const MAX_TOGETHER_S: f32 = 10.0;

/// What hears.
pub struct Hearing<'a> {
    /// The networks.
    pub recognizer: &'a Recognizer,
    /// What tells voices apart.
    pub diarizer: &'a LazyDiarizer,
    /// What a clip may cost.
    pub limits: &'a DecodeLimits,
    /// Who is told.
    pub observer: &'a dyn Observer,
    /// Larger clips are left to others.
    pub max_bytes: usize,
}

impl Hearing<'_> {
    /// Hears the clips whose turn it is and tells their outcomes.
    pub fn hear(&self, waiting: &Waiting) {
        let mut together = Together::default();
        for n_before in 0..MAX_TOGETHER {
            let Some(clip) = waiting.next(self.max_bytes, n_before) else {
                break;
            };
            if clip.request.apart.is_asked() {
                together.recognize(self, waiting);
                self.hear_apart(clip, waiting);
                break;
            }
            if let Some(decoded) = self.decode(clip, waiting, &mut together.heard) {
                let is_long = decoded.recording.duration_s() > MAX_TOGETHER_S;
                if is_long {
                    together.recognize(self, waiting);
                }
                together.clips.push(decoded);
                if is_long {
                    break;
                }
            }
        }
        together.recognize(self, waiting);
    }

    /// Hears a clip of several voices, which fills the network by itself.
    fn hear_apart(&self, clip: Clip, waiting: &Waiting) {
        let start = Instant::now();
        let Clip {
            request, client, ..
        } = clip;
        let prediction = recognize_apart(
            self.recognizer,
            self.diarizer,
            self.limits,
            request.bytes,
            request.apart,
            request.profile.as_ref(),
            |mixed| request.with_pictures.then(|| audio::draw(&mixed.samples)),
        );
        waiting.count(client, start.elapsed());
        self.observer.heard(&Heard {
            waited: vec![start.duration_since(clip.since)],
            decoding: Vec::new(),
            inference: start.elapsed(),
        });
        if let Err(PipelineError::Decode(error)) = &prediction {
            log_panic(error);
        }
        let told = prediction.map(|(prediction, pictures)| Answer {
            prediction,
            pictures,
            enrolled: None,
        });
        tell(clip.outcome, told);
    }

    fn decode(&self, clip: Clip, waiting: &Waiting, heard: &mut Heard) -> Option<Decoded> {
        let start = Instant::now();
        heard.waited.push(start.duration_since(clip.since));
        let recording = audio::record(&clip.request.bytes, self.limits);
        heard.decoding.push(start.elapsed());
        waiting.count(clip.client, start.elapsed());
        match recording {
            Ok(recording) => Some(Decoded {
                client: clip.client,
                recording,
                profile: clip.request.profile,
                with_pictures: clip.request.with_pictures,
                enrolment: clip.request.enrolment,
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
    client: Client,
    recording: Recording,
    profile: Option<Profile>,
    with_pictures: bool,
    enrolment: Option<Enrolment>,
    outcome: oneshot::Sender<Told>,
}

impl Decoded {
    fn duration_s(&self) -> f32 {
        self.recording.duration_s()
    }

    /// The prediction with all else that was asked.
    fn answer(&self, prediction: Prediction, recognizer: &Recognizer) -> Told {
        let enrol = |enrolment: Enrolment| {
            let emotion = enrolment.emotion.or(Some(prediction.emotion()));
            recognizer.enrol(self.profile.clone(), &self.recording, emotion)
        };
        Ok(Answer {
            enrolled: self.enrolment.map(enrol).transpose()?,
            pictures: self
                .with_pictures
                .then(|| audio::draw(&self.recording.samples)),
            prediction,
        })
    }
}

/// Clips that go through the network together.
#[derive(Default)]
struct Together {
    clips: Vec<Decoded>,
    heard: Heard,
}

impl Together {
    fn recognize(&mut self, hearing: &Hearing, waiting: &Waiting) {
        let Self { clips, mut heard } = mem::take(self);
        let start = Instant::now();
        let voices = clips.iter();
        let voices: Vec<_> = voices
            .map(|clip| (&clip.recording, clip.profile.as_ref()))
            .collect();
        let predictions = hearing.recognizer.recognize_all(&voices);
        heard.inference = start.elapsed();
        let all_s: f32 = clips.iter().map(Decoded::duration_s).sum();
        for (clip, prediction) in clips.into_iter().zip(predictions) {
            // Only clips without a sample have no length.
            let share = if all_s > 0.0 {
                clip.duration_s() / all_s
            } else {
                0.0
            };
            waiting.count(clip.client, heard.inference.mul_f32(share));
            let told = prediction.map_err(Into::into);
            let told = told.and_then(|prediction| clip.answer(prediction, hearing.recognizer));
            tell(clip.outcome, told);
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
