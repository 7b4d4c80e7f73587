//! From a recording to a prediction.
//!
//! Input   `Recording`
//! Output  `Prediction`: one `Probabilities` per window with speech, and their mean; windows of 4 s,
//!         1 s apart, from where the speech begins to where it ends
//! Errors  [`RecognizeError`]: too short, no speech
//! Invariant: a window's probabilities do not depend on the other windows of its batch.

use std::{collections::BTreeSet, ops::Range, slice};

use audio::{Features, Quality, Recording, Speech, frame_s};
use vocabulary::{
    Calibration, Emotion, LabelSet, MIN_DURATION_S, Note, Outcome, Prediction, Probabilities,
    Profile, WindowPrediction,
};

use crate::{Input, Network, Rankings, RecognizeError, VoiceEncoder, VoicePrior};

/// What sounds is speech so far from a vowel, frames: 0.5 s.
const SPOKEN_MARGIN_FRAMES: usize = 16;

/// Pauses up to this are inside of a stretch of speech, frames: 0.3 s.
const WORD_GAP_FRAMES: usize = 10;

/// Windows per forward pass: bounds the memory of a long clip (about 5 MB of activations each).
const BATCH_WINDOWS: usize = 16;

/// Networks that answer together, and how.
pub struct Committee<'a, N> {
    /// Of one architecture and one speaker encoder; at least one.
    pub members: &'a [N],
    /// What hears the speech beside the members.
    pub encoder: Option<&'a dyn VoiceEncoder>,
    /// In the order of the logits.
    pub labels: &'a LabelSet,
    /// What their confidence is worth.
    pub calibration: &'a Calibration,
    /// What is taken from the voice vectors, where networks were trained so.
    pub voice_prior: Option<&'a VoicePrior>,
    /// How strongly voices express something, where somebody fitted that.
    pub rankings: Option<&'a Rankings>,
}

impl<N: Network> Committee<'_, N> {
    /// Predicts the emotion of a clip, of somebody of whom there may be a profile.
    ///
    /// # Errors
    /// [`RecognizeError`]; see the module's head.
    pub fn predict(
        &self,
        recording: &Recording,
        profile: Option<&Profile>,
    ) -> Result<Prediction, RecognizeError> {
        let mut predictions = self.predict_all(&[(recording, profile)]);
        predictions.pop().expect("one for each recording")
    }

    /// The same of several clips, whose windows go through the network together: one result each, in order.
    pub fn predict_all(
        &self,
        clips: &[(&Recording, Option<&Profile>)],
    ) -> Vec<Result<Prediction, RecognizeError>> {
        self.predict_watched(clips, |_| {})
    }

    /// The same; `watch` is told the share of the windows that are answered, `[0, 1]`, whenever some are.
    pub(crate) fn predict_watched(
        &self,
        clips: &[(&Recording, Option<&Profile>)],
        mut watch: impl FnMut(f32),
    ) -> Vec<Result<Prediction, RecognizeError>> {
        let heard = clips.iter().map(|&(recording, profile)| {
            let speaker_mean = self.voice_prior.map(|prior| prior.speaker_mean(profile));
            Heard::new(
                recording,
                self.members[0].input(),
                speaker_mean.unwrap_or_default(),
                profile.map_or(&[], |profile| &profile.bias),
            )
        });
        let heard: Vec<_> = heard.collect();
        let spoken: Vec<_> = heard.iter().flatten().flat_map(Heard::spoken).collect();
        let mut answers = Vec::with_capacity(spoken.len());
        for batch in spoken.chunks(BATCH_WINDOWS) {
            answers.extend(self.answers(batch));
            watch(answers.len() as f32 / spoken.len() as f32);
        }
        let mut answers = &answers[..];
        let of_clip = |heard: Result<Heard, _>| {
            let heard = heard?;
            let (of_clip, behind) = answers.split_at(heard.windows.len());
            answers = behind;
            heard.prediction(self, of_clip)
        };
        heard.into_iter().map(of_clip).collect()
    }

    /// One for each window; the logits are the mean of the members'.
    fn answers(&self, spoken: &[Spoken]) -> Vec<Answer> {
        let input = self.members[0].input();
        let read: Vec<Vec<f32>> = spoken.iter().map(|one| one.read(input)).collect();
        let read: Vec<&[f32]> = read.iter().map(Vec::as_slice).collect();
        let mut voices = self.voices(spoken);
        for (voice, spoken) in voices.iter_mut().zip(spoken) {
            let pairs = voice.iter_mut().zip(&spoken.clip.speaker_mean);
            pairs.for_each(|(value, mean)| *value -= mean);
        }
        let mut mean = self.members[0].logits(&read, &voices);
        for member in &self.members[1..] {
            let others = member.logits(&read, &voices);
            for (sum, value) in mean.iter_mut().flatten().zip(others.iter().flatten()) {
                *sum += value;
            }
        }
        let n_members = self.members.len() as f32;
        mean.iter_mut().flatten().for_each(|sum| *sum /= n_members);
        let distance = |idx: usize| {
            let voice: &Vec<f32> = voices.get(idx)?;
            self.voice_prior?.distance(voice)
        };
        let scores = |idx: usize| {
            let ranked = self.rankings.zip(voices.get(idx));
            ranked.map_or_else(Vec::new, |(rankings, voice)| rankings.scores(voice))
        };
        let answer = |(idx, logits)| Answer {
            logits,
            distance: distance(idx),
            scores: scores(idx),
        };
        mean.into_iter().enumerate().map(answer).collect()
    }

    /// Voice vectors of windows' speech, `[voice_size]` each; none without an encoder.
    fn voices(&self, spoken: &[Spoken]) -> Vec<Vec<f32>> {
        let samples: Vec<Vec<f32>> = spoken.iter().map(Spoken::samples).collect();
        let samples: Vec<&[f32]> = samples.iter().map(Vec::as_slice).collect();
        let voices = self.members[0].voices(&samples);
        match self.encoder {
            Some(encoder) => join(voices, encoder.voices(&samples)),
            None => voices,
        }
    }

    /// Mean of the voice vectors of a clip's windows, `[voice_size]`; empty without a speaker encoder.
    ///
    /// # Errors
    /// [`RecognizeError`]; see the module's head.
    pub(crate) fn voice(&self, recording: &Recording) -> Result<Vec<f32>, RecognizeError> {
        let heard = Heard::new(recording, self.members[0].input(), Vec::new(), &[])?;
        let spoken: Vec<_> = heard.spoken().collect();
        let batches = spoken.chunks(BATCH_WINDOWS);
        let voices: Vec<_> = batches.flat_map(|batch| self.voices(batch)).collect();
        let n_windows = voices.len() as f32;
        let sums = voices.into_iter().reduce(|mut sum, voice| {
            sum.iter_mut()
                .zip(voice)
                .for_each(|(sum, value)| *sum += value);
            sum
        });
        Ok(sums
            .unwrap_or_default()
            .into_iter()
            .map(|sum| sum / n_windows)
            .collect())
    }
}

/// A clip in which somebody speaks, before the network reads it.
struct Heard<'a> {
    recording: &'a Recording,
    windows: Vec<Window>,
    /// Taken from its voice vectors, `[voice_size]`; empty where nothing is.
    speaker_mean: Vec<f32>,
    /// Added to the logarithms of its probabilities; may be empty.
    bias: &'a [f32],
}

/// A window in which somebody speaks.
struct Window {
    /// Where in the clip.
    frames: Range<usize>,
    /// From the first word to the last, frames of the clip.
    speech: Range<usize>,
    /// Frames of the clip that hold speech.
    spoken: Vec<usize>,
}

/// What goes through the networks, made when it does: of a long clip there is much.
#[derive(Clone, Copy)]
struct Spoken<'a> {
    clip: &'a Heard<'a>,
    window: &'a Window,
}

impl Spoken<'_> {
    /// What the network reads.
    fn read(&self, input: Input) -> Vec<f32> {
        let Window { frames, speech, .. } = self.window;
        let window = self.clip.recording.features.slice(frames.clone());
        input.read_span(
            &window,
            speech.start - frames.start..speech.end - frames.start,
        )
    }

    /// From the first word to the last.
    fn samples(&self) -> Vec<f32> {
        let recording = self.clip.recording;
        let speech = recording.samples_of(self.window.speech.clone());
        recording.samples.range(speech)
    }
}

/// What the networks make of a window.
struct Answer {
    /// In class order.
    logits: Vec<f32>,
    /// Of its voice, [`VoicePrior::distance`].
    distance: Option<f32>,
    /// Of its voice, [`Rankings::scores`].
    scores: Vec<(Emotion, f32)>,
}

impl<'a> Heard<'a> {
    fn new(
        recording: &'a Recording,
        input: Input,
        speaker_mean: Vec<f32>,
        bias: &'a [f32],
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
            Input::Speech => speech_span(features, whole),
        };
        let windows: Vec<Window> = spoken_windows(features, span)
            .map(|(frames, speech)| Window {
                speech: in_clip(&frames, &speech),
                spoken: speech
                    .frames_within(SPOKEN_MARGIN_FRAMES)
                    .map(|frame| frames.start + frame)
                    .collect(),
                frames,
            })
            .collect();
        if windows.is_empty() {
            return Err(RecognizeError::NoSpeech);
        }
        Ok(Self {
            recording,
            windows,
            speaker_mean,
            bias,
        })
    }

    fn spoken(&self) -> impl Iterator<Item = Spoken<'_>> {
        let windows = self.windows.iter();
        windows.map(|window| Spoken { clip: self, window })
    }

    /// Of the answers to each window, in order.
    fn prediction(
        self,
        committee: &Committee<'_, impl Network>,
        answers: &[Answer],
    ) -> Result<Prediction, RecognizeError> {
        let (labels, calibration) = (committee.labels, committee.calibration);
        let intensity = |emotion, answers: &[Answer]| {
            let scores = answers.iter().map(|answer| &*answer.scores);
            committee.rankings?.intensity(emotion, scores)
        };
        let Recording {
            samples,
            clipped_share,
            features,
            heard,
        } = self.recording;
        let duration_s = self.recording.duration_s();
        let windows = self
            .windows
            .iter()
            .zip(answers)
            .map(|(Window { frames, .. }, answer)| {
                let probabilities = Probabilities::from_logits(labels, &answer.logits)?;
                let probabilities = probabilities
                    .tempered(calibration.temperature)
                    .biased(self.bias);
                let emotion = probabilities.top().0;
                Ok(WindowPrediction {
                    start_s: frame_s(frames.start),
                    end_s: frame_s(frames.end).min(duration_s),
                    probabilities,
                    intensity: intensity(emotion, slice::from_ref(answer)),
                })
            });
        let windows: Vec<_> = windows.collect::<Result<_, RecognizeError>>()?;
        let all = windows.iter().map(|window| window.probabilities.clone());
        let all: Vec<_> = all.collect();
        let probabilities = Probabilities::mean(&all).expect("somebody speaks in a window");
        let distances: Option<Vec<f32>> = answers.iter().map(|answer| answer.distance).collect();
        let distance =
            distances.map(|distances| distances.iter().sum::<f32>() / distances.len() as f32);
        let (emotion, confidence) = probabilities.top();
        let certainty = calibration.band_of(confidence, distance);
        let is_answer = Outcome::of(certainty.band) == Outcome::Emotion;
        let quality = Quality::of(samples, *clipped_share, features.speech_s());
        Ok(Prediction {
            duration_s,
            speech_s: quality.speech_s,
            notes: notes(&quality, *heard, calibration.is_far(distance)),
            certainty,
            intensity: is_answer.then(|| intensity(emotion, answers)).flatten(),
            distance,
            speech: spans_s(self.windows.iter().flat_map(|window| &window.spoken)),
            probabilities,
            windows,
            turns: Vec::new(),
            channels: Vec::new(),
        })
    }
}

/// What of the recording may make the answer worse.
fn notes(quality: &Quality, heard: audio::Heard, is_far: bool) -> Vec<Note> {
    let said = |note: &Note| match note {
        Note::LittleSpeech => quality.has_little_speech(),
        Note::Quiet => quality.is_quiet(),
        Note::Clipped => quality.is_clipped(),
        Note::Noisy => quality.is_noisy(),
        Note::PartUnheard => !heard.is_whole,
        Note::VoicesApart => heard.has_voices_apart,
        Note::Unfamiliar => is_far,
    };
    Note::ALL.into_iter().filter(said).collect()
}

/// Frames, in any order and some of them twice, as stretches of seconds; a word's own pauses are part of it.
fn spans_s<'a>(frames: impl Iterator<Item = &'a usize>) -> Vec<(f32, f32)> {
    let frames = BTreeSet::from_iter(frames.copied());
    let spans = audio::stretches(frames.into_iter(), WORD_GAP_FRAMES);
    let seconds = spans.iter();
    seconds
        .map(|span| (frame_s(span.start), frame_s(span.end)))
        .collect()
}

/// Windows in which somebody speaks, and where in them.
fn spoken_windows(
    features: &Features,
    span: Range<usize>,
) -> impl Iterator<Item = (Range<usize>, Speech)> {
    audio::windows(span)
        .map(|frames| {
            let speech = features.slice(frames.clone()).speech();
            (frames, speech)
        })
        .filter(|(_, speech)| speech.is_spoken())
}

/// Frames of a recording from the first word that a network hears to the last; none where nobody speaks. Training
/// reads the same.
pub fn heard_span(features: &Features) -> Range<usize> {
    speech_span(features, speech_span(features, 0..features.pitch.len()))
}

/// From the first word to the last. Every window is judged by its own loudest sound, so that a bang
/// does not hide what is said at another time.
fn speech_span(features: &Features, whole: Range<usize>) -> Range<usize> {
    spoken_windows(features, whole)
        .map(|(frames, speech)| in_clip(&frames, &speech))
        .reduce(|left, right| left.start.min(right.start)..left.end.max(right.end))
        .unwrap_or(0..0)
}

/// Frames of the clip from the first word of a window to its last.
fn in_clip(window: &Range<usize>, speech: &Speech) -> Range<usize> {
    let speech = speech.span();
    window.start + speech.start..window.start + speech.end
}

/// Each window's vectors end to end; the second alone where there is no first.
fn join(mut voices: Vec<Vec<f32>>, others: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    if voices.is_empty() {
        return others;
    }
    for (voice, other) in voices.iter_mut().zip(others) {
        voice.extend(other);
    }
    voices
}
