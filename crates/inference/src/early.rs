//! The windows of a recording that is still being made, as soon as nothing to come can change them.
//!
//! Input   `Growing`: features and samples so far
//! Output  the same windows that the whole recording has, in order, but for the last ones
//! Why     the first words of an hour are answered while the rest of it is decoded, and its samples forgotten then

use std::ops::{ControlFlow, Range};

use audio::{Features, Growing, Recorder, Recording};
use vocabulary::{Prediction, Profile, WindowPrediction};

use crate::{
    Input, RecognizeError, Recognizer,
    committee::{Answer, BATCH_WINDOWS},
    heard::{Heard, Listening, Spoken, Window, both, speech_within},
};

/// Frames behind a window that must be there: its last samples are whole then.
const MARGIN_FRAMES: usize = 2;

/// Windows that were answered before the recording was whole.
pub struct Early {
    /// In time order.
    answered: Vec<(Range<usize>, Answer)>,
}

/// How far a recording was looked at.
#[derive(Default)]
struct Sight {
    /// Windows from the recording's start on that were looked at, for where the speech begins and how far it goes.
    n_searched: usize,
    speech: Option<Range<usize>>,
    /// Windows from the speech's start on.
    n_seen: usize,
}

impl Sight {
    /// The next window in which somebody speaks; `None` as long as it may change.
    fn next(
        &mut self,
        features: &Features,
        Listening { input, judge }: Listening,
    ) -> Option<Window> {
        let n_known = features.pitch.len().saturating_sub(MARGIN_FRAMES);
        match input {
            Input::Decibels => self.speech = Some(0..n_known),
            Input::Speech => {
                while window(0, self.n_searched).end < n_known {
                    let found = speech_within(features, window(0, self.n_searched), judge);
                    self.n_searched += 1;
                    self.speech = found.into_iter().chain(self.speech.take()).reduce(both);
                }
            }
        }
        let Range { start, end } = self.speech.clone()?;
        // A window to come may find words before the first one, where it holds that.
        if input == Input::Speech && window(0, self.n_searched - 1).start <= start {
            return None;
        }
        // One that ends with the speech is the last, and may have to move.
        while window(start, self.n_seen).end < end.min(n_known) {
            self.n_seen += 1;
            if let Some(window) = Window::of(features, window(start, self.n_seen - 1), judge) {
                return Some(window);
            }
        }
        None
    }

    /// The first frame of which samples may still be read: the last window begins behind the last one that was seen.
    fn first_needed(&self) -> usize {
        let seen = self.n_seen.saturating_sub(1);
        let speech = self.speech.iter();
        let of_speech = speech.map(|speech| window(speech.start, seen).start);
        let to_search = (self.n_seen == 0).then(|| window(0, self.n_searched).start);
        of_speech.chain(to_search).min().unwrap_or_default()
    }
}

/// The window of this number, of speech that begins with this frame and never ends.
fn window(first: usize, idx: usize) -> Range<usize> {
    audio::windows(first..usize::MAX)
        .nth(idx)
        .expect("without end")
}

impl Recognizer {
    /// Answers the windows of a recording while it is made, and tells each; returns when nothing comes any more, or
    /// with `None` where whoever is told has heard enough.
    ///
    /// # Errors
    /// [`RecognizeError`] when the profile is another checkpoint's, and when the networks give no probabilities.
    pub fn hear(
        &self,
        growing: &Growing,
        profile: Option<&Profile>,
        mut tell: impl FnMut(WindowPrediction) -> ControlFlow<()>,
    ) -> Result<Option<Early>, RecognizeError> {
        if let Some(profile) = profile {
            self.verify(profile)?;
        }
        let committee = self.committee();
        let listening = committee.listening();
        let mut sight = Sight::default();
        let mut answered = Vec::new();
        let mut take = |recorder: &mut Recorder| {
            let windows: Vec<(Window, Spoken)> = std::iter::from_fn(|| {
                let window = sight.next(recorder.features(), listening)?;
                let spoken =
                    window.spoken(listening.input, recorder.features(), recorder.samples());
                Some((window, spoken))
            })
            .take(BATCH_WINDOWS)
            .collect();
            recorder.forget(sight.first_needed());
            (!windows.is_empty()).then_some(windows)
        };
        while let Some(found) = growing.wait_for(&mut take) {
            let (windows, spoken): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            let spoken: Vec<_> = spoken.into_iter().map(|spoken| (spoken, profile)).collect();
            for (window, answer) in windows.into_iter().zip(committee.answers(&spoken)) {
                if answer.is_voice
                    && tell(committee.told(&window, &answer, profile, f32::INFINITY)?).is_break()
                {
                    return Ok(None);
                }
                answered.push((window.frames, answer));
            }
        }
        Ok(Some(Early { answered }))
    }

    /// The prediction of the recording that is whole now; only the windows that were not answered are.
    ///
    /// # Errors
    /// [`RecognizeError`], as of a recording that nobody heard before.
    pub fn recognize_rest(
        &self,
        recording: &Recording,
        profile: Option<&Profile>,
        early: Early,
    ) -> Result<Prediction, RecognizeError> {
        let committee = self.committee();
        let heard = Heard::new(recording, profile, committee.listening())?;
        let n_early = early.answered.len();
        let of_window = heard.windows.iter().zip(early.answered);
        let answered = of_window
            .map_while(|(window, (frames, answer))| (frames == window.frames).then_some(answer));
        let mut answers: Vec<Answer> = answered.collect();
        debug_assert_eq!(answers.len(), n_early, "samples of others are forgotten");
        let rest: Vec<_> = heard.windows[answers.len()..]
            .iter()
            .map(|window| (&heard, window))
            .collect();
        for batch in rest.chunks(BATCH_WINDOWS) {
            answers.extend(committee.answers_in(batch));
        }
        committee.prediction(&heard, &answers)
    }
}
