//! What is heard of a recording: the windows in which somebody speaks, from the first word to the last.
//!
//! Input   `Features` of a recording
//! Output  windows of 4 s, 1 s apart, from where the speech begins to where it ends; and what goes through the networks
//! Loudness  each window is judged by its own loudest sound, so that a bang does not hide what is said at another time

use std::{collections::BTreeSet, ops::Range};

use audio::{Features, Recording, Samples, Speech, frame_s};
use vocabulary::{MIN_DURATION_S, Profile};

use crate::{Input, RecognizeError};

/// What sounds is speech so far from a vowel, frames: 0.5 s.
const SPOKEN_MARGIN_FRAMES: usize = 16;

/// Pauses up to this are inside of a stretch of speech, frames: 0.3 s.
const WORD_GAP_FRAMES: usize = 10;

/// How windows are found.
#[derive(Clone, Copy)]
pub(crate) struct Listening {
    /// What the networks read.
    pub input: Input,
    pub judge: Judge,
}

/// Who tells whether what sounds like vowels is a voice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    /// `audio`, by the spectrum: all that there is before an encoder heard it.
    Spectrum,
    /// What an encoder hears, afterwards ([`Presence`](crate::Presence)): that is right more often, beside noise and
    /// music above all.
    Encoder,
}

/// A recording in which somebody speaks, and of whom there may be a profile.
pub(crate) struct Heard<'a> {
    pub recording: &'a Recording,
    pub profile: Option<&'a Profile>,
    pub windows: Vec<Window>,
}

/// A window in which somebody speaks.
pub(crate) struct Window {
    /// Where in the clip.
    pub frames: Range<usize>,
    /// From the first word to the last, frames of the clip.
    pub speech: Range<usize>,
    /// Frames of the clip that hold speech.
    spoken: Vec<usize>,
}

/// What goes through the networks of a window.
pub(crate) struct Spoken {
    /// What the members read.
    pub read: Vec<f32>,
    /// What the encoders hear: from the first word to the last.
    pub samples: Vec<f32>,
}

impl<'a> Heard<'a> {
    /// Finds the windows.
    ///
    /// # Errors
    /// [`RecognizeError::TooShort`], [`RecognizeError::NoSpeech`].
    pub fn new(
        recording: &'a Recording,
        profile: Option<&'a Profile>,
        Listening { input, judge }: Listening,
    ) -> Result<Self, RecognizeError> {
        let duration_s = recording.duration_s();
        if duration_s == 0.0 {
            return Err(RecognizeError::NoSpeech);
        }
        if duration_s < MIN_DURATION_S {
            return Err(RecognizeError::TooShort { duration_s });
        }
        let features = &recording.features;
        let whole = 0..features.pitch.len();
        let span = match input {
            Input::Decibels => whole,
            Input::Speech => speech_span(features, whole, judge),
        };
        let windows = audio::windows(span).filter_map(|frames| Window::of(features, frames, judge));
        let windows: Vec<Window> = windows.collect();
        if windows.is_empty() {
            return Err(RecognizeError::NoSpeech);
        }
        Ok(Self {
            recording,
            profile,
            windows,
        })
    }
}

impl Window {
    /// These frames of a clip; `None` where nobody speaks.
    pub fn of(features: &Features, frames: Range<usize>, judge: Judge) -> Option<Self> {
        let speech = spoken(features, frames.clone(), judge)?;
        let frames_within = speech.frames_within(SPOKEN_MARGIN_FRAMES);
        Some(Self {
            spoken: frames_within.map(|frame| frames.start + frame).collect(),
            speech: in_clip(&frames, &speech),
            frames,
        })
    }

    /// Takes out of a clip what goes through the networks.
    pub fn spoken(&self, input: Input, features: &Features, samples: &Samples) -> Spoken {
        let Self { frames, speech, .. } = self;
        let in_window = speech.start - frames.start..speech.end - frames.start;
        Spoken {
            read: input.read_span(&features.slice(frames.clone()), in_window),
            samples: samples.range(samples.of_frames(speech.clone())),
        }
    }
}

/// Stretches of speech in windows, seconds; a word's own pauses are part of it.
pub(crate) fn speech_s(windows: &[&Window]) -> Vec<(f32, f32)> {
    let spoken = windows.iter().flat_map(|window| &window.spoken);
    let frames = BTreeSet::from_iter(spoken.copied());
    let spans = audio::stretches(frames.into_iter(), WORD_GAP_FRAMES);
    let seconds = spans.iter();
    seconds
        .map(|span| (frame_s(span.start), frame_s(span.end)))
        .collect()
}

/// Frames of a recording from the first word that a network hears to the last; none where nobody speaks. Training
/// reads the same, of clips in which somebody speaks.
pub fn heard_span(features: &Features) -> Range<usize> {
    let within = |frames| speech_span(features, frames, Judge::Encoder);
    within(within(0..features.pitch.len()))
}

/// From the first word to the last.
fn speech_span(features: &Features, whole: Range<usize>, judge: Judge) -> Range<usize> {
    audio::windows(whole)
        .filter_map(|frames| speech_within(features, frames, judge))
        .reduce(both)
        .unwrap_or(0..0)
}

/// From the first word of a window to its last, frames of the clip; `None` where nobody speaks.
pub(crate) fn speech_within(
    features: &Features,
    frames: Range<usize>,
    judge: Judge,
) -> Option<Range<usize>> {
    let speech = spoken(features, frames.clone(), judge)?;
    Some(in_clip(&frames, &speech))
}

/// From where one of two spans begins to where one of them ends.
pub(crate) fn both(left: Range<usize>, right: Range<usize>) -> Range<usize> {
    left.start.min(right.start)..left.end.max(right.end)
}

fn spoken(features: &Features, frames: Range<usize>, judge: Judge) -> Option<Speech> {
    let speech = features.slice(frames).speech();
    let is_spoken = match judge {
        Judge::Spectrum => speech.is_spoken(),
        Judge::Encoder => speech.duration_s() > 0.0,
    };
    is_spoken.then_some(speech)
}

fn in_clip(window: &Range<usize>, speech: &Speech) -> Range<usize> {
    let speech = speech.span();
    window.start + speech.start..window.start + speech.end
}
