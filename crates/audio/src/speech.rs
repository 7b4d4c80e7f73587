//! Where somebody speaks, and for how long.
//!
//! Input   [`Features`] of a clip or window
//! Output  seconds of speech, the span of frames from the first word to the last, and whether it is a
//!         [voice](crate::voice)
//! Speech  a frame near the clip's loudest that is voiced, fills several bands and differs from its
//!         neighbours: a tone fills too few, a buzz does not change, noise is not voiced
//! Loudest of the frames that may hold a vowel, but for a few far above the others: a bump hides nothing
//! Source  the thresholds were set on the clips of BanglaSER and Emo-DB (least speech found: 0.35 s)
//!         against tones, square waves, hum, chirps, clicks and white, pink and modulated noise
//!         (most found: 0.13 s)

use std::ops::Range;

use crate::{Features, N_MELS, frame_s, hum, voice};

/// A frame sounds when its loudest band is at most this far below the clip's loudest: above the
/// noise of a living room, below the quiet ends of words.
pub const SOUNDING_RANGE_DB: f32 = 40.0;

/// The same for the vowels, which are louder.
const VOWEL_RANGE_DB: f32 = 35.0;

/// Least periodicity of a voiced frame.
pub const MIN_VOICING: f32 = 0.5;

/// A voice fills at least this many bands within `BAND_RANGE_DB` of the frame's loudest.
const MIN_BANDS: usize = 6;
const BAND_RANGE_DB: f32 = 30.0;

/// Least mean change of the bands from one frame to a neighbour, dB.
const MIN_CHANGE_DB: f32 = 2.0;
const CHANGE_RANGE_DB: f32 = 60.0;

/// Consonants and breath around a vowel, frames: 0.26 s.
const MARGIN_FRAMES: usize = 8;

/// Less than this, seconds, is no speech.
const MIN_SPEECH_S: f32 = 0.2;

/// A bump is heard in at most so many frames: it lasts 0.1 s, and is more than this above all others.
const BUMP_FRAMES: usize = 5;
const BUMP_DB: f32 = 15.0;

/// Where somebody speaks in a clip or window.
#[derive(Clone, Debug)]
pub struct Speech {
    /// Whether each frame is near the loudest, `[n_frames]`.
    sounding: Vec<bool>,
    /// Whether each frame holds a vowel, `[n_frames]`.
    vowels: Vec<bool>,
    is_voice: bool,
}

impl Speech {
    /// Whether somebody speaks: there is speech, and what sounds is a voice and no instrument or machine.
    pub fn is_spoken(&self) -> bool {
        self.is_voice && self.duration_s() > 0.0
    }

    /// Vowels and what surrounds them, seconds; 0 when they last less than 0.2 s.
    pub fn duration_s(&self) -> f32 {
        let vowels = &self.vowels;
        if frame_s(vowels.iter().filter(|&&vowel| vowel).count()) < MIN_SPEECH_S {
            return 0.0;
        }
        frame_s(spoken(&self.sounding, vowels).count())
    }

    /// From the first vowel to the last, with the sounding frames around them; all sounding frames
    /// when there is no vowel. Never empty unless there are no frames.
    pub fn span(&self) -> Range<usize> {
        let sounding = span(&self.sounding, 1);
        let vowels = span(&self.vowels, MARGIN_FRAMES);
        if vowels.is_empty() {
            return sounding;
        }
        sounding.start.max(vowels.start)..sounding.end.min(vowels.end)
    }

    /// Frames of what was said last: behind the last pause of at least `pause_s` seconds; `None` where nothing was
    /// said.
    pub fn last_utterance(&self, pause_s: f32) -> Option<Range<usize>> {
        let mut last: Option<Range<usize>> = None;
        for frame_idx in spoken(&self.sounding, &self.vowels) {
            last = match last {
                Some(last) if frame_s(frame_idx - last.end) < pause_s => {
                    Some(last.start..frame_idx + 1)
                }
                _ => Some(frame_idx..frame_idx + 1),
            };
        }
        last
    }

    /// The frames that sound with a vowel nearer than `margin` frames: speech to its quiet ends, and noise about it.
    pub fn frames_within(&self, margin: usize) -> impl Iterator<Item = usize> + '_ {
        near(&self.sounding, &self.vowels, margin)
    }

    /// How many of these frames hold speech.
    pub fn n_spoken(&self, frames: Range<usize>) -> usize {
        let spoken = spoken(&self.sounding, &self.vowels);
        spoken
            .filter(|frame_idx| frames.contains(frame_idx))
            .count()
    }
}

impl Features {
    /// Finds the speech, beside hum too.
    pub fn speech(&self) -> Speech {
        match hum::without(self) {
            Some(log_mel) => Self {
                log_mel,
                pitch: self.pitch.clone(),
            }
            .speech_without_hum(),
            None => self.speech_without_hum(),
        }
    }

    fn speech_without_hum(&self) -> Speech {
        let peaks = self.log_mel.peaks();
        let loudest = self.loudest(&peaks);
        let sounding: Vec<bool> = peaks
            .iter()
            .map(|&peak| peak >= loudest - SOUNDING_RANGE_DB)
            .collect();
        let vowels = self.vowels(&peaks, loudest);
        let spoken: Vec<usize> = spoken(&sounding, &vowels).collect();
        Speech {
            is_voice: voice::is_voice(self, &spoken, &vowels),
            sounding,
            vowels,
        }
    }

    /// Peak of the loudest frame that may hold a vowel and is no bump, dB; of any where none may.
    fn loudest(&self, peaks: &[f32]) -> f32 {
        let frames = peaks.iter().copied().enumerate();
        let mut voiced: Vec<f32> = frames
            .filter(|&(frame_idx, peak_db)| self.is_voiced(frame_idx, peak_db))
            .map(|(_, peak_db)| peak_db)
            .collect();
        voiced.sort_by(|left, right| right.total_cmp(left));
        let lasting = voiced.get(BUMP_FRAMES).or(voiced.last()).copied();
        let is_lasting = |peak: &&f32| lasting.is_some_and(|lasting| **peak <= lasting + BUMP_DB);
        match voiced.iter().find(is_lasting) {
            Some(&peak_db) => peak_db,
            None => peaks.iter().copied().fold(f32::MIN, f32::max),
        }
    }

    /// Whether a frame is periodic, and fills as many bands as a voice does.
    fn is_voiced(&self, frame_idx: usize, peak_db: f32) -> bool {
        let n_bands = || {
            let frame = &self.log_mel.frames()[frame_idx];
            frame
                .iter()
                .filter(|&&db| db > peak_db - BAND_RANGE_DB)
                .count()
        };
        self.pitch[frame_idx].voicing > MIN_VOICING && n_bands() >= MIN_BANDS
    }

    /// [`Speech::duration_s`] of these frames.
    pub fn speech_s(&self) -> f32 {
        self.speech().duration_s()
    }

    /// [`Speech::span`] of these frames.
    pub fn speech_span(&self) -> Range<usize> {
        self.speech().span()
    }

    /// The same features of fewer frames.
    #[must_use]
    pub fn slice(&self, frames: Range<usize>) -> Self {
        Self {
            log_mel: self.log_mel.frames()[frames.clone()].to_vec().into(),
            pitch: self.pitch[frames].to_vec(),
        }
    }

    /// Whether each frame holds a vowel, `[n_frames]`.
    fn vowels(&self, peaks: &[f32], loudest: f32) -> Vec<bool> {
        let frames = self.log_mel.frames();
        let is_vowel = |frame_idx: usize| {
            let frame = &frames[frame_idx];
            let peak_db = peaks[frame_idx];
            let change_db = || {
                let neighbours = [frame_idx.checked_sub(1), Some(frame_idx + 1)];
                neighbours
                    .into_iter()
                    .filter_map(|neighbour| frames.get(neighbour?))
                    .map(|neighbour| change(frame, neighbour, loudest - CHANGE_RANGE_DB))
                    .fold(0.0, f32::max)
            };
            // What is louder still is a bump.
            (loudest - VOWEL_RANGE_DB..=loudest).contains(&peak_db)
                && self.is_voiced(frame_idx, peak_db)
                && change_db() > MIN_CHANGE_DB
        };
        (0..frames.len()).map(is_vowel).collect()
    }
}

/// Frames that sound with a vowel near.
fn spoken<'a>(sounding: &'a [bool], vowels: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
    near(sounding, vowels, MARGIN_FRAMES)
}

fn near<'a>(
    sounding: &'a [bool],
    vowels: &'a [bool],
    margin: usize,
) -> impl Iterator<Item = usize> + 'a {
    (0..vowels.len()).filter(move |&frame_idx| {
        let around = frame_idx.saturating_sub(margin)..(frame_idx + margin + 1).min(vowels.len());
        sounding[frame_idx] && vowels[around].contains(&true)
    })
}

/// Joins frames, ascending, into stretches; gaps of up to `max_gap` frames are inside of one.
pub fn stretches(frames: impl Iterator<Item = usize>, max_gap: usize) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for frame in frames {
        match stretches.last_mut() {
            Some(last) if frame - last.end <= max_gap => last.end = frame + 1,
            _ => stretches.push(frame..frame + 1),
        }
    }
    stretches
}

/// Mean difference of two frames, dB, above a floor.
fn change(left: &[f32; N_MELS], right: &[f32; N_MELS], floor_db: f32) -> f32 {
    let pairs = left.iter().zip(right);
    let sum: f32 = pairs
        .map(|(left, right)| (left.max(floor_db) - right.max(floor_db)).abs())
        .sum();
    sum / N_MELS as f32
}

/// From the first `true` to the last, widened by a margin; empty when there is none.
fn span(flags: &[bool], margin: usize) -> Range<usize> {
    let first = flags.iter().position(|&flag| flag);
    let last = flags.iter().rposition(|&flag| flag);
    match (first, last) {
        (Some(first), Some(last)) => {
            first.saturating_sub(margin)..(last + margin + 1).min(flags.len())
        }
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::{FeatureExtractor, SAMPLE_RATE_HZ};

    const RATE: f32 = SAMPLE_RATE_HZ as f32;

    fn features(sample: impl FnMut(f32) -> f32) -> Features {
        let times = (0..3 * SAMPLE_RATE_HZ).map(|n| n as f32 / RATE);
        FeatureExtractor::new().features(&times.map(sample).collect::<Vec<_>>())
    }

    fn noise() -> impl FnMut(f32) -> f32 {
        let mut state = 7_u32;
        move |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        }
    }

    /// Syllables: a gliding voice that opens and closes three times a second, between 1 and 2 s.
    fn syllables(t: f32) -> f32 {
        if !(1.0..2.0).contains(&t) {
            return 0.0;
        }
        let phase = TAU * (130.0 * t + 15.0 * t * t);
        let opening = 0.5 - 0.5 * (TAU * 3.0 * t).cos();
        let brightness = 0.3 + 0.6 * opening;
        let harmonics = (1..30).map(|harmonic| {
            let harmonic = harmonic as f32;
            brightness.powf(harmonic / 3.0) * (phase * harmonic).sin()
        });
        0.1 * opening * harmonics.sum::<f32>()
    }

    #[test]
    fn syllables_are_speech_where_they_are() {
        let speech = features(syllables);
        assert!(
            (0.6..1.3).contains(&speech.speech_s()),
            "{}",
            speech.speech_s()
        );
        let span = speech.speech_span();
        assert!((28..36).contains(&span.start), "{span:?}");
        assert!((58..68).contains(&span.end), "{span:?}");
        let (gain, mut hiss) = (0.1, noise());
        let quiet = features(|t| gain * syllables(t) + 0.001 * hiss(t));
        // Hiss counts as breath beside a vowel.
        assert!(
            (0.6..1.6).contains(&quiet.speech_s()),
            "{}",
            quiet.speech_s()
        );
        assert!(quiet.speech_span().start > 22);
    }

    #[test]
    fn what_nobody_said_is_no_speech() {
        let mut white = noise();
        let mut modulated = noise();
        let mut brown = noise();
        let mut level = 0.0;
        let signals: [(&str, Features); 9] = [
            ("silence", features(|_| 0.0)),
            ("white noise", features(|t| 0.2 * white(t))),
            (
                "modulated noise",
                features(|t| 0.2 * modulated(t) * (1.0 + (TAU * 4.0 * t).sin())),
            ),
            (
                "brown noise",
                features(|t| {
                    level = 0.999 * level + 0.02 * brown(t);
                    level
                }),
            ),
            ("tone", features(|t| 0.5 * (TAU * 440.0 * t).sin())),
            (
                "beeps",
                features(|t| 0.5 * (TAU * 300.0 * t).sin() * (1.0 + (TAU * 4.0 * t).sin())),
            ),
            (
                "square wave",
                features(|t| 0.3 * (TAU * 200.0 * t + 0.3).sin().signum()),
            ),
            (
                "chirp",
                features(|t| 0.5 * (TAU * (100.0 * t + 200.0 * t * t)).sin()),
            ),
            (
                "clicks",
                features(|t| f32::from(((t * RATE) as u32).is_multiple_of(8000))),
            ),
        ];
        for (name, features) in signals {
            assert_eq!(features.speech_s(), 0.0, "{name}");
            assert!(!features.speech_span().is_empty(), "{name}");
        }
    }

    #[test]
    fn a_bump_hides_no_quiet_speech() {
        let quiet = |t: f32| 0.02 * syllables(t);
        let bump = |t: f32, hz: f32| {
            let inside = (0.5..0.55).contains(&t);
            if inside {
                (TAU * hz * t).sin() * (TAU * 10.0 * (t - 0.5)).sin()
            } else {
                0.0
            }
        };
        let alone = features(quiet);
        for hz in [30.0, 60.0, 1000.0] {
            let after_bump = features(|t| quiet(t) + 0.9 * bump(t, hz));
            // At worst the bump is taken for a vowel itself, with what surrounds it.
            let more_s = after_bump.speech_s() - alone.speech_s();
            assert!((-0.1..0.15).contains(&more_s), "{hz} Hz: {more_s} s");
            let [span, expected] = [&after_bump, &alone].map(|features| features.speech_span());
            assert!(
                span.start <= expected.start && span.end >= expected.end,
                "{span:?}, {expected:?}"
            );
        }
    }

    #[test]
    fn no_frames_have_no_span() {
        let nothing = Features {
            log_mel: Vec::new().into(),
            pitch: Vec::new(),
        };
        assert_eq!(nothing.speech_span(), 0..0);
        assert_eq!(nothing.speech_s(), 0.0);
    }
}
