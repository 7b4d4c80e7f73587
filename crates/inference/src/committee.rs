//! From a recording to a prediction.
//!
//! Input   `Recording`
//! Output  `Prediction`: one `Probabilities` per window with speech, and their mean; windows of 4 s,
//!         1 s apart, from where the speech begins to where it ends
//! Errors  [`RecognizeError`]: too short, no speech, nobody's voice
//! Invariant: a window's probabilities do not depend on the other windows of its batch.

use std::ops::ControlFlow;

use audio::{Quality, Recording, frame_s};
use vocabulary::{
    Calibration, Emotion, Intensity, LabelSet, Note, Outcome, Prediction, Probabilities, Profile,
    WindowPrediction,
};

use crate::{
    Input, Network, Presence, Rankings, RecognizeError, VoiceEncoder, VoicePrior,
    heard::{self, Heard, Judge, Listening, Spoken, Window},
};

/// Windows per forward pass: bounds the memory of a long clip (about 5 MB of activations each).
pub(crate) const BATCH_WINDOWS: usize = 16;

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
    /// Tells voices from other sounds, where somebody fitted that.
    pub presence: Option<&'a Presence>,
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
        self.predict_watched(clips, |_| ControlFlow::Continue(()))
    }

    /// The same; `watch` is told the share of the windows that are answered, `[0, 1]`, whenever some are, and may stop
    /// it: then no clip has a prediction.
    pub(crate) fn predict_watched(
        &self,
        clips: &[(&Recording, Option<&Profile>)],
        mut watch: impl FnMut(f32) -> ControlFlow<()>,
    ) -> Vec<Result<Prediction, RecognizeError>> {
        let heard = clips.iter();
        let heard: Vec<_> = heard
            .map(|&(recording, profile)| Heard::new(recording, profile, self.listening()))
            .collect();
        let windows = heard.iter().flatten();
        let windows: Vec<_> = windows
            .flat_map(|heard| heard.windows.iter().map(move |window| (heard, window)))
            .collect();
        let mut answers = Vec::with_capacity(windows.len());
        for batch in windows.chunks(BATCH_WINDOWS) {
            answers.extend(self.answers_in(batch));
            if watch(answers.len() as f32 / windows.len() as f32).is_break() {
                return clips.iter().map(|_| Err(RecognizeError::Stopped)).collect();
            }
        }
        let mut answers = answers.into_iter();
        let of_clip = |heard: Result<Heard, _>| {
            let heard = heard?;
            let of_clip: Vec<_> = answers.by_ref().take(heard.windows.len()).collect();
            self.prediction(&heard, &of_clip)
        };
        heard.into_iter().map(of_clip).collect()
    }

    /// How windows are found.
    pub(crate) fn listening(&self) -> Listening {
        Listening {
            input: self.input(),
            judge: match self.presence {
                Some(_) => Judge::Encoder,
                None => Judge::Spectrum,
            },
        }
    }

    /// What the members read.
    fn input(&self) -> Input {
        self.members[0].input()
    }

    /// One for each window of these clips.
    pub(crate) fn answers_in(&self, windows: &[(&Heard, &Window)]) -> Vec<Answer> {
        let input = self.input();
        let spoken = windows.iter().map(|(heard, window)| {
            let Recording {
                features, samples, ..
            } = heard.recording;
            (window.spoken(input, features, samples), heard.profile)
        });
        self.answers(&spoken.collect::<Vec<_>>())
    }

    /// One for each window; the logits are the mean of the members'.
    pub(crate) fn answers(&self, spoken: &[(Spoken, Option<&Profile>)]) -> Vec<Answer> {
        let read = spoken.iter().map(|(spoken, _)| &*spoken.read);
        let read: Vec<&[f32]> = read.collect();
        let samples = spoken.iter().map(|(spoken, _)| &*spoken.samples);
        let mut voices = self.voices(&samples.collect::<Vec<_>>());
        let are_voices: Vec<bool> = voices.iter().map(|voice| self.is_voice(voice)).collect();
        if let Some(prior) = self.voice_prior {
            for (voice, (_, profile)) in voices.iter_mut().zip(spoken) {
                let pairs = voice.iter_mut().zip(prior.speaker_mean(*profile));
                pairs.for_each(|(value, mean)| *value -= mean);
            }
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
            is_voice: are_voices.get(idx).is_none_or(|&is_voice| is_voice),
        };
        mean.into_iter().enumerate().map(answer).collect()
    }

    /// Voice vectors of windows' speech, `[voice_size]` each; none without an encoder.
    fn voices(&self, samples: &[&[f32]]) -> Vec<Vec<f32>> {
        let voices = self.members[0].voices(samples);
        match self.encoder {
            Some(encoder) => join(voices, encoder.voices(samples)),
            None => voices,
        }
    }

    fn is_voice(&self, voice: &[f32]) -> bool {
        self.presence
            .is_none_or(|presence| presence.is_voice(voice))
    }

    /// Mean of the voice vectors of a clip's windows with a voice, `[voice_size]`.
    ///
    /// # Errors
    /// [`RecognizeError`]; see the module's head. Nobody is heard without an encoder.
    pub(crate) fn voice(&self, recording: &Recording) -> Result<Vec<f32>, RecognizeError> {
        let input = self.input();
        let heard = Heard::new(recording, None, self.listening())?;
        let batches = heard.windows.chunks(BATCH_WINDOWS);
        let voices = batches.flat_map(|batch| {
            let spoken = batch.iter();
            let samples = spoken.map(|window| {
                window
                    .spoken(input, &recording.features, &recording.samples)
                    .samples
            });
            let samples: Vec<_> = samples.collect();
            self.voices(&samples.iter().map(Vec::as_slice).collect::<Vec<_>>())
        });
        let mut n_voices = 0.0;
        let voices = voices.filter(|voice| self.is_voice(voice));
        let sums = voices
            .inspect(|_| n_voices += 1.0)
            .reduce(|mut sum, voice| {
                sum.iter_mut()
                    .zip(voice)
                    .for_each(|(sum, value)| *sum += value);
                sum
            });
        let sums = sums.ok_or(RecognizeError::NoSpeech)?.into_iter();
        Ok(sums.map(|sum| sum / n_voices).collect())
    }

    /// What is told of a window, of a clip that ends at `duration_s`.
    ///
    /// # Errors
    /// [`RecognizeError::Logits`].
    pub(crate) fn told(
        &self,
        window: &Window,
        answer: &Answer,
        profile: Option<&Profile>,
        duration_s: f32,
    ) -> Result<WindowPrediction, RecognizeError> {
        let probabilities = Probabilities::from_logits(self.labels, &answer.logits)?;
        let bias = profile.map_or(&[][..], |profile| &profile.bias);
        let probabilities = probabilities
            .tempered(self.calibration.temperature)
            .biased(bias);
        let emotion = probabilities.top().0;
        Ok(WindowPrediction {
            start_s: frame_s(window.frames.start),
            end_s: frame_s(window.frames.end).min(duration_s),
            probabilities,
            intensity: self.intensity(emotion, &[answer]),
        })
    }

    fn intensity(&self, emotion: Emotion, answers: &[&Answer]) -> Option<Intensity> {
        let scores = answers.iter().map(|answer| &*answer.scores);
        self.rankings?.intensity(emotion, scores)
    }

    /// Of the answers to each window, in order.
    ///
    /// # Errors
    /// [`RecognizeError::Logits`].
    pub(crate) fn prediction(
        &self,
        heard: &Heard,
        answers: &[Answer],
    ) -> Result<Prediction, RecognizeError> {
        let Recording {
            samples,
            clipped_share,
            features,
            heard: how,
        } = heard.recording;
        let duration_s = heard.recording.duration_s();
        let windows = heard.windows.iter().zip(answers);
        let (spoken, answers): (Vec<&Window>, Vec<&Answer>) =
            windows.filter(|(_, answer)| answer.is_voice).unzip();
        if spoken.is_empty() {
            return Err(RecognizeError::NoSpeech);
        }
        let windows = spoken.iter().zip(&answers);
        let windows: Vec<_> = windows
            .map(|(window, answer)| self.told(window, answer, heard.profile, duration_s))
            .collect::<Result<_, RecognizeError>>()?;
        let all = windows.iter().map(|window| window.probabilities.clone());
        let all: Vec<_> = all.collect();
        let probabilities = Probabilities::mean(&all).expect("somebody speaks in a window");
        let distances: Option<Vec<f32>> = answers.iter().map(|answer| answer.distance).collect();
        let distance =
            distances.map(|distances| distances.iter().sum::<f32>() / distances.len() as f32);
        let (emotion, confidence) = probabilities.top();
        let certainty = self.calibration.band_of(confidence, distance);
        let is_answer = Outcome::of(certainty.band) == Outcome::Emotion;
        let quality = Quality::of(samples, *clipped_share, features.speech_s());
        Ok(Prediction {
            duration_s,
            speech_s: quality.speech_s,
            notes: notes(&quality, *how, self.calibration.is_far(distance)),
            certainty,
            intensity: is_answer
                .then(|| self.intensity(emotion, &answers))
                .flatten(),
            distance,
            speech: heard::speech_s(&spoken),
            probabilities,
            windows,
            turns: Vec::new(),
            channels: Vec::new(),
        })
    }
}

/// What the networks make of a window.
pub(crate) struct Answer {
    /// In class order.
    logits: Vec<f32>,
    /// Of its voice, [`VoicePrior::distance`].
    distance: Option<f32>,
    /// Of its voice, [`Rankings::scores`].
    scores: Vec<(Emotion, f32)>,
    /// Whether it is a voice's.
    pub is_voice: bool,
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
