//! Finds speech in a stream.

use std::collections::VecDeque;

use audio::{N_FRAMES, Recorder, Waveform, frame_s};

/// How often it looks for speech, seconds.
const STEP_S: f64 = 0.25;

/// From one answer to the next about the same utterance, seconds.
const ANSWER_S: f32 = 0.5;

/// What is looked at, and the most that is recognised, seconds.
const WINDOW_S: f64 = 4.0;

/// Least speech that is recognised, seconds: less sounds like anything.
const MIN_SPEECH_S: f32 = 0.6;

/// Silence behind which another utterance begins, seconds: what comes then is heard by itself, so that another emotion
/// is shown as soon as it is there.
const PAUSE_S: f32 = 0.25;

/// What begins in the first frames of a window may have begun before.
const EDGE_FRAMES: usize = 3;

/// Silence after which somebody has ended, seconds.
const END_S: f32 = 0.7;

/// What a stream brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Somebody began to speak.
    SpeechStart {
        /// Seconds from the stream's start.
        at_s: f32,
    },
    /// A recogniser should hear this.
    Speech(Utterance),
    /// Somebody has ended.
    SpeechEnd {
        /// Seconds from the stream's start.
        at_s: f32,
    },
}

/// Leaves of what should be recognised only the newest: whoever speaks now does not want the others any more.
pub fn keep_newest(heard: &mut VecDeque<Heard>) {
    let is_speech = |one: &Heard| matches!(one, Heard::Speech(_));
    let mut n_speech = heard.iter().filter(|one| is_speech(one)).count();
    heard.retain(|one| {
        n_speech -= usize::from(is_speech(one));
        !is_speech(one) || n_speech == 0
    });
}

/// The last seconds of what somebody says without a pause.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// From the first word on, at most 4 s.
    pub waveform: Waveform,
    /// Where somebody began to say it, seconds from the stream's start: tells utterances apart.
    pub began_s: f32,
    /// Where the waveform begins.
    pub start_s: f32,
    /// Where it ends: now.
    pub end_s: f32,
}

/// Listens to a stream.
pub struct Listener {
    sample_rate_hz: u32,
    /// The last samples, at most a window.
    recent: Vec<f32>,
    /// Makes the frames of the last window, and those of the next one: each begins a window after the one before.
    recorders: VecDeque<(u64, Recorder)>,
    /// Samples that came since the last step.
    n_since: usize,
    /// Samples of the stream.
    n_heard: u64,
    /// Where the utterance began that was heard last, while somebody speaks.
    began_s: Option<f32>,
    /// The utterance that was to be recognised last, by where it began, and where it ended then.
    recognised: Option<(f32, f32)>,
}

impl Listener {
    /// For samples at this rate, more than 0 Hz.
    pub fn new(sample_rate_hz: u32) -> Self {
        Self {
            sample_rate_hz,
            recent: Vec::new(),
            recorders: VecDeque::new(),
            n_since: 0,
            n_heard: 0,
            began_s: None,
            recognised: None,
        }
    }

    /// Seconds of the stream so far.
    pub fn duration_s(&self) -> f32 {
        self.n_heard as f32 / self.sample_rate_hz as f32
    }

    /// Whether it would look at the last seconds for so many samples more, which takes some milliseconds.
    pub fn is_due(&self, n_samples: usize) -> bool {
        self.n_since + n_samples >= self.n_samples(STEP_S)
    }

    /// Takes the samples that come next.
    pub fn push(&mut self, mut samples: &[f32]) -> Vec<Heard> {
        let n_step = self.n_samples(STEP_S);
        let mut heard = Vec::new();
        while !samples.is_empty() {
            let n_now = samples.len().min(n_step - self.n_since);
            let (now, behind) = samples.split_at(n_now);
            self.keep(now);
            samples = behind;
            if self.n_since == n_step {
                self.n_since = 0;
                self.listen(&mut heard);
            }
        }
        heard
    }

    fn n_samples(&self, duration_s: f64) -> usize {
        (duration_s * f64::from(self.sample_rate_hz)).ceil() as usize
    }

    fn keep(&mut self, samples: &[f32]) {
        let n_window = self.n_samples(WINDOW_S);
        let is_over = |(began, _): &(u64, Recorder)| self.n_heard - began >= n_window as u64;
        if self.recorders.back().is_none_or(is_over) {
            let recorder = Recorder::new(self.sample_rate_hz);
            self.recorders.push_back((self.n_heard, recorder));
            // Two hold the last window, whenever that is.
            if self.recorders.len() > 2 {
                self.recorders.pop_front();
            }
        }
        for (_, recorder) in &mut self.recorders {
            recorder.push(samples);
        }
        self.recent.extend(samples);
        self.n_since += samples.len();
        self.n_heard += samples.len() as u64;
        let n_over = self.recent.len().saturating_sub(n_window);
        self.recent.drain(..n_over);
    }

    /// Looks at the last seconds.
    fn listen(&mut self, heard: &mut Vec<Heard>) {
        let now_s = self.duration_s();
        let Some((n_before, recorder)) = self.recorders.front() else {
            return;
        };
        let features = recorder.features();
        let n_frames = features.pitch.len();
        let first_frame = n_frames.saturating_sub(N_FRAMES);
        let first_s = *n_before as f32 / self.sample_rate_hz as f32 + frame_s(first_frame);
        let speech = features.slice(first_frame..n_frames).speech();
        let last = speech
            .is_spoken()
            .then(|| speech.last_utterance(PAUSE_S))
            .flatten();
        let Some(last) = last.filter(|last| now_s - (first_s + frame_s(last.end)) < END_S) else {
            if self.began_s.take().is_some() {
                heard.push(Heard::SpeechEnd { at_s: now_s });
            }
            return;
        };
        let start_s = first_s + frame_s(last.start);
        // What the window begins with goes on from before it; the loudest sound moves a beginning a little.
        let goes_on =
            |began_s: &f32| last.start <= EDGE_FRAMES || (start_s - began_s).abs() < PAUSE_S;
        let began_s = self.began_s.filter(goes_on).unwrap_or(start_s);
        if self.began_s.is_none() {
            heard.push(Heard::SpeechStart { at_s: start_s });
        }
        self.began_s = Some(began_s);
        let is_due = self.recognised.is_none_or(|(of_s, until_s)| {
            of_s != began_s || now_s - until_s > ANSWER_S - 0.5 * STEP_S as f32
        });
        if is_due && frame_s(speech.n_spoken(last.clone())) >= MIN_SPEECH_S {
            self.recognised = Some((began_s, now_s));
            let n_now = self.n_samples(f64::from((now_s - start_s).max(0.0)));
            let first = self.recent.len().saturating_sub(n_now);
            let samples = self.recent[first..].to_vec();
            let start_s = now_s - samples.len() as f32 / self.sample_rate_hz as f32;
            heard.push(Heard::Speech(Utterance {
                waveform: Waveform {
                    samples,
                    sample_rate_hz: self.sample_rate_hz,
                },
                began_s,
                start_s,
                end_s: now_s,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 16_000;

    /// Something like a voice: harmonics of a gliding pitch, their loudness changing as syllables do.
    fn voice(duration_s: f32) -> Vec<f32> {
        let n_samples = (duration_s * RATE_HZ as f32) as usize;
        let mut phase = 0.0_f32;
        let sample = |n: usize| {
            let t = n as f32 / RATE_HZ as f32;
            phase += (130.0 + 25.0 * (2.0 * t).sin()) / RATE_HZ as f32;
            let formant = 4.0 + 3.0 * (9.0 * t).sin();
            let harmonics = (1..24).map(|k| {
                let k = k as f32;
                let distance = (k - formant) / 3.0;
                (-distance * distance).exp() * (std::f32::consts::TAU * k * phase).sin()
            });
            0.15 * (1.2 + (25.0 * t).sin()) * harmonics.sum::<f32>()
        };
        (0..n_samples).map(sample).collect()
    }

    fn silence(duration_s: f32) -> Vec<f32> {
        vec![0.0; (duration_s * RATE_HZ as f32) as usize]
    }

    fn hear(samples: &[f32], n_piece: usize) -> Vec<Heard> {
        let mut listener = Listener::new(RATE_HZ);
        let pieces = samples.chunks(n_piece);
        pieces.flat_map(|piece| listener.push(piece)).collect()
    }

    fn utterances(heard: &[Heard]) -> Vec<&Utterance> {
        let found = heard.iter().filter_map(|one| match one {
            Heard::Speech(utterance) => Some(utterance),
            _ => None,
        });
        found.collect()
    }

    #[test]
    fn silence_is_nothing_for_ever() {
        assert_eq!(hear(&silence(30.0), 777), []);
        assert!(hear(&[], 1).is_empty());
    }

    #[test]
    fn the_size_of_the_pieces_changes_nothing() {
        let samples = [silence(1.0), voice(6.0), silence(2.0)].concat();
        let whole = hear(&samples, samples.len());
        for n_piece in [1, 128, 441, 16_001] {
            assert_eq!(hear(&samples, n_piece), whole);
        }
    }

    #[test]
    fn speech_begins_is_heard_and_ends() {
        let heard = hear(&[silence(1.0), voice(6.0), silence(2.0)].concat(), 128);
        let Some(Heard::SpeechStart { at_s }) = heard.first() else {
            panic!("{heard:?}");
        };
        assert!((0.6..1.3).contains(at_s), "{at_s}");
        let Some(Heard::SpeechEnd { at_s }) = heard.last() else {
            panic!("{heard:?}");
        };
        assert!((7.5..8.6).contains(at_s), "{at_s}");
        let utterances = utterances(&heard);
        assert!(utterances.len() >= 10, "{}", utterances.len());
        assert_eq!(
            utterances.len(),
            heard.len() - 2,
            "one beginning and one end"
        );
        for utterance in utterances {
            assert_eq!(utterance.began_s, utterance_began(&heard));
            assert!(utterance.waveform.duration_s() <= WINDOW_S as f32 + 0.01);
            let length_s = utterance.end_s - utterance.start_s;
            assert!((utterance.waveform.duration_s() - length_s).abs() < 0.04);
        }
    }

    fn utterance_began(heard: &[Heard]) -> f32 {
        match heard.first() {
            Some(Heard::SpeechStart { at_s }) => *at_s,
            _ => f32::NAN,
        }
    }

    #[test]
    fn another_utterance_is_heard_by_itself() {
        let heard = hear(&[voice(5.0), silence(0.6), voice(4.0)].concat(), 128);
        let utterances = utterances(&heard);
        let last = utterances.last().expect("speech");
        assert!((5.2..5.8).contains(&last.began_s), "{}", last.began_s);
        assert!(last.start_s >= 5.2 && last.end_s > 9.0);
        let starts = |one: &&Heard| matches!(one, Heard::SpeechStart { .. });
        assert_eq!(
            heard.iter().filter(starts).count(),
            1,
            "nobody has ended in between"
        );
    }
}
