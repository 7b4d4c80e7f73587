//! Hears the clips whose turn it is: decodes them one by one, and lets their windows go through the
//! network as one batch, which takes less time than one by one (docs/performance.md).
//!
//! A long clip fills the network by itself. Between its windows others are heard, so that nobody waits for its end, and
//! it is given up where nobody waits for it.

use std::{
    mem,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use audio::{DecodeError, Recording};
use inference::Recognizer;
use tokio::sync::oneshot;
use vocabulary::{Prediction, Profile};

use crate::{
    Heard, Observer, PipelineError,
    apart::{Engine, recognize_apart},
    request::Enrolment,
    waiting::{Answer, Client, Clip, MAX_BYTES_TOGETHER, Told, Waiting},
};

/// Clips that are heard together: as many windows as share the weights that were read. More would take more memory.
const MAX_TOGETHER: usize = 4;

/// The windows of a longer clip fill the network by themselves, so nobody waits for them.
const MAX_TOGETHER_S: f32 = 10.0;

/// So many times what windows of a long clip took others have before the next ones, where they wait: it takes five
/// times as long then, at most, and they are heard at four fifths of the speed at least.
const TIMES_GIVEN: u32 = 4;

/// What hears.
#[derive(Clone, Copy)]
pub struct Hearing<'a> {
    /// The networks, and what goes with them.
    pub engine: Engine<'a>,
    /// Who is told.
    pub observer: &'a dyn Observer,
    /// Larger clips are left to others.
    pub max_bytes: usize,
    /// Whether somebody's long clip waits while these are heard.
    pub is_between: bool,
}

impl Hearing<'_> {
    /// Hears the clips whose turn it is and tells their outcomes; `false` where there was none. A panic takes the
    /// outcomes of those that were heard along, and no others.
    pub fn hear(&self, waiting: &Waiting) -> bool {
        let heard = catch_unwind(AssertUnwindSafe(|| self.hear_next(waiting)));
        heard.unwrap_or_else(|_| {
            tracing::error!("the recogniser panicked, see above");
            true
        })
    }

    fn hear_next(&self, waiting: &Waiting) -> bool {
        let mut together = Together::default();
        let first = usize::from(self.is_between);
        for n_before in first..first + MAX_TOGETHER {
            let Some(clip) = waiting.next(self.max_bytes, n_before) else {
                break;
            };
            if clip.request.apart.is_asked() {
                self.hear_apart(clip, waiting);
                return true;
            }
            let mut heard = Heard::default();
            let decoded = self.decode(clip, waiting, &mut heard);
            let is_long = decoded.iter().any(|it| it.duration_s() > MAX_TOGETHER_S);
            match decoded {
                Some(long) if is_long && !self.is_between => {
                    together.recognize(self, waiting);
                    self.hear_long(long, heard, waiting);
                    return true;
                }
                decoded => together.add(decoded, heard),
            }
            if is_long {
                break;
            }
        }
        together.recognize(self, waiting)
    }

    /// Hears a clip of many windows.
    fn hear_long(&self, clip: Decoded, mut heard: Heard, waiting: &Waiting) {
        let (recording, profile) = (&clip.recording, clip.profile.as_ref());
        let mut pace = Pace::new(self, waiting, clip.client);
        let recognizer = self.engine.recognizer;
        let prediction =
            recognizer.recognize_watched(recording, profile, |_| pace.step(&clip.outcome));
        heard.inference = pace.end();
        clip.tell(prediction.map_err(Into::into), recognizer);
        self.observer.heard(&heard);
    }

    /// Hears others' small clips for about so long.
    fn give_way(&self, at_most: Duration, waiting: &Waiting) {
        let start = Instant::now();
        let others = Self {
            max_bytes: MAX_BYTES_TOGETHER,
            is_between: true,
            ..*self
        };
        while start.elapsed() < at_most && others.hear(waiting) {}
    }

    /// Hears a clip of several voices, which fills the network by itself.
    fn hear_apart(&self, clip: Clip, waiting: &Waiting) {
        let waited = clip.since.elapsed();
        let request = clip.request;
        let mut pace = Pace::new(self, waiting, clip.client);
        let prediction = recognize_apart(
            self.engine,
            request.bytes,
            request.apart,
            request.profile.as_ref(),
            |mixed| request.with_pictures.then(|| audio::draw(&mixed.samples)),
            || pace.step(&clip.outcome),
        );
        self.observer.heard(&Heard {
            waited: vec![waited],
            decoding: Vec::new(),
            inference: pace.end(),
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
        let recording = audio::record(&clip.request.bytes, self.engine.limits);
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

/// How a clip that takes long goes on: with others in between, until nobody waits for it.
struct Pace<'a> {
    hearing: &'a Hearing<'a>,
    waiting: &'a Waiting,
    client: Client,
    took: Duration,
    last: Instant,
}

impl<'a> Pace<'a> {
    fn new(hearing: &'a Hearing<'a>, waiting: &'a Waiting, client: Client) -> Self {
        Self {
            hearing,
            waiting,
            client,
            took: Duration::ZERO,
            last: Instant::now(),
        }
    }

    /// Counts what its last windows took, and lets others be heard.
    fn step(&mut self, outcome: &oneshot::Sender<Told>) -> ControlFlow<()> {
        let took = self.count();
        if outcome.is_closed() {
            return ControlFlow::Break(());
        }
        self.hearing.give_way(TIMES_GIVEN * took, self.waiting);
        self.last = Instant::now();
        ControlFlow::Continue(())
    }

    /// What it took, without the others.
    fn end(mut self) -> Duration {
        self.count();
        self.took
    }

    fn count(&mut self) -> Duration {
        let took = self.last.elapsed();
        self.last = Instant::now();
        self.waiting.count(self.client, took);
        self.took += took;
        took
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

    /// Tells what became of it.
    fn tell(self, prediction: Result<Prediction, PipelineError>, recognizer: &Recognizer) {
        let told = prediction.and_then(|prediction| self.answer(prediction, recognizer));
        tell(self.outcome, told);
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
    /// Adds a clip, or only what was heard of one that cannot be decoded.
    fn add(&mut self, decoded: Option<Decoded>, heard: Heard) {
        self.clips.extend(decoded);
        self.heard.waited.extend(heard.waited);
        self.heard.decoding.extend(heard.decoding);
    }

    /// Tells the outcomes; `false` where there was no clip.
    fn recognize(&mut self, hearing: &Hearing, waiting: &Waiting) -> bool {
        let Self { clips, mut heard } = mem::take(self);
        let start = Instant::now();
        let voices = clips.iter();
        let voices: Vec<_> = voices
            .map(|clip| (&clip.recording, clip.profile.as_ref()))
            .collect();
        let predictions = hearing.engine.recognizer.recognize_all(&voices);
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
            clip.tell(prediction.map_err(Into::into), hearing.engine.recognizer);
        }
        let was_any = !heard.waited.is_empty();
        if was_any {
            hearing.observer.heard(&heard);
        }
        was_any
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
