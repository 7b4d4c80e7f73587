//! Hears a clip of several voices: each channel by itself, each turn of a speaker by itself.
//!
//! Input   a clip, and how its voices are to be told [`Apart`]
//! Output  the [`Prediction`] of the whole clip, with its turns, and with its channels where they were asked for; and
//!         what `see` makes of the clip
//! Errors  [`PipelineError`], as of the whole clip

use std::{
    collections::BTreeMap, num::NonZeroUsize, ops::ControlFlow, str::FromStr, sync::LazyLock,
};

use audio::{DecodeLimits, Recording, SAMPLE_RATE_HZ, Waveform};
use diarization::{Diarizer, MAX_SPEAKERS, Span, turns_of_one};
use inference::{CheckpointError, RecognizeError, Recognizer};
use vocabulary::{Expression, Prediction, Profile, Turn};

use crate::PipelineError;

/// Turns that are recognised together.
const N_TOGETHER: usize = 8;

/// How the voices of a clip are told apart; by default not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Apart {
    /// Whether each channel is heard by itself.
    pub channels: bool,
    /// Whose turn it is within a channel, or within the mean of all; one voice each where channels are heard apart and
    /// nobody asks.
    pub speakers: Option<Speakers>,
}

/// How many voices there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speakers {
    /// To be found out.
    Auto,
    /// So many, at most [`MAX_SPEAKERS`].
    Told(NonZeroUsize),
}

/// What tells voices apart, opened when somebody first asks.
pub type LazyDiarizer = LazyLock<
    Result<Diarizer, CheckpointError>,
    Box<dyn FnOnce() -> Result<Diarizer, CheckpointError> + Send>,
>;

/// Neither `auto` nor a number of voices from 1 to [`MAX_SPEAKERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither auto nor a number from 1 to {MAX_SPEAKERS}")]
pub struct UnknownSpeakers;

impl FromStr for Speakers {
    type Err = UnknownSpeakers;

    fn from_str(text: &str) -> Result<Self, UnknownSpeakers> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let number = text.parse::<NonZeroUsize>().map_err(|_| UnknownSpeakers)?;
        match number.get() <= MAX_SPEAKERS {
            true => Ok(Self::Told(number)),
            false => Err(UnknownSpeakers),
        }
    }
}

impl Speakers {
    /// What [`from_str`](FromStr::from_str) reads.
    pub fn known() -> impl Iterator<Item = String> {
        let numbers = (1..=MAX_SPEAKERS).map(|number| number.to_string());
        ["auto".to_owned()].into_iter().chain(numbers)
    }
}

impl Apart {
    /// Whether anything is asked.
    pub fn is_asked(self) -> bool {
        self != Self::default()
    }
}

/// What hears a clip.
#[derive(Clone, Copy, Debug)]
pub struct Engine<'a> {
    /// The networks.
    pub recognizer: &'a Recognizer,
    /// What tells voices apart.
    pub diarizer: &'a LazyDiarizer,
    /// What a clip may cost.
    pub limits: &'a DecodeLimits,
}

/// Hears a clip, whose voices are told apart where that is asked; `profile` is of who speaks in the clip as a whole,
/// and says nothing of turns. `watch` is called whenever windows or turns are heard, and may stop it.
///
/// # Errors
/// [`PipelineError`]; see the module's head.
pub fn recognize_apart<T>(
    engine: Engine<'_>,
    clip: impl AsRef<[u8]>,
    apart: Apart,
    profile: Option<&Profile>,
    see: impl FnOnce(&Recording) -> T,
    mut watch: impl FnMut() -> ControlFlow<()>,
) -> Result<(Prediction, T), PipelineError> {
    let Engine {
        recognizer,
        diarizer,
        limits,
    } = engine;
    let mixed = audio::record(&clip, limits)?;
    // Nobody decodes it again.
    let clip = apart.channels.then_some(clip);
    let mut prediction = recognizer.recognize_watched(&mixed, profile, |_| watch())?;
    let seen = see(&mixed);
    if !apart.is_asked() {
        return Ok((prediction, seen));
    }
    let Some(clip) = clip else {
        let spans = spans(&mixed, diarizer, apart.speakers, &mut watch)?;
        prediction.turns = expressed(recognizer, &mixed, None, &spans, &mut watch)?;
        return Ok((prediction, seen));
    };
    drop(mixed);
    let channels = audio::record_channels(clip, limits)?;
    for (channel, recording) in channels.into_iter().enumerate() {
        let heard = match recognizer.recognize_watched(&recording, None, |_| watch()) {
            Ok(heard) => Some(heard),
            Err(RecognizeError::NoSpeech) => None,
            Err(error) => return Err(error.into()),
        };
        if heard.is_some() {
            let spans = spans(&recording, diarizer, apart.speakers, &mut watch)?;
            prediction.turns.extend(expressed(
                recognizer,
                &recording,
                Some(channel),
                &spans,
                &mut watch,
            )?);
        }
        prediction.channels.push(heard);
    }
    in_time_order(&mut prediction.turns);
    Ok((prediction, seen))
}

fn spans(
    recording: &Recording,
    diarizer: &LazyDiarizer,
    speakers: Option<Speakers>,
    watch: &mut impl FnMut() -> ControlFlow<()>,
) -> Result<Vec<Span>, PipelineError> {
    let n_speakers = match speakers {
        None | Some(Speakers::Told(NonZeroUsize::MIN)) => return Ok(turns_of_one(recording)),
        Some(Speakers::Told(n_speakers)) => Some(n_speakers),
        Some(Speakers::Auto) => None,
    };
    let diarizer = diarizer
        .as_ref()
        .map_err(|error| PipelineError::NoDiarizer(error.to_string()))?;
    match diarizer.turns(recording, n_speakers, watch) {
        ControlFlow::Continue(spans) => Ok(spans),
        ControlFlow::Break(()) => Err(RecognizeError::Stopped.into()),
    }
}

/// Turns with what each expresses.
fn expressed(
    recognizer: &Recognizer,
    recording: &Recording,
    channel: Option<usize>,
    spans: &[Span],
    watch: &mut impl FnMut() -> ControlFlow<()>,
) -> Result<Vec<Turn>, RecognizeError> {
    let second = |sample: usize| sample as f32 / SAMPLE_RATE_HZ as f32;
    let mut turns = Vec::with_capacity(spans.len());
    for together in spans.chunks(N_TOGETHER) {
        let recordings = together.iter().map(|span| {
            Recording::from(&Waveform {
                samples: recording.samples.range(span.samples.clone()),
                sample_rate_hz: SAMPLE_RATE_HZ,
            })
        });
        let recordings: Vec<Recording> = recordings.collect();
        let clips: Vec<_> = recordings.iter().map(|one| (one, None)).collect();
        for (span, heard) in together.iter().zip(recognizer.recognize_all(&clips)) {
            let expression = match heard {
                Ok(heard) => Some(Expression {
                    probabilities: heard.probabilities,
                    certainty: heard.certainty,
                    intensity: heard.intensity,
                }),
                Err(RecognizeError::NoSpeech | RecognizeError::TooShort { .. }) => None,
                Err(error) => return Err(error),
            };
            turns.push(Turn {
                speaker: span.speaker,
                channel,
                start_s: second(span.samples.start),
                end_s: second(span.samples.end),
                expression,
                name: None,
                corrected: None,
            });
        }
        if watch().is_break() {
            return Err(RecognizeError::Stopped);
        }
    }
    Ok(turns)
}

/// Turns of all channels in one order; nobody speaks in two channels, and who begins first is the first.
fn in_time_order(turns: &mut [Turn]) {
    turns.sort_by(|one, next| one.start_s.total_cmp(&next.start_s));
    let mut known = BTreeMap::new();
    for turn in turns {
        let n_known = known.len();
        turn.speaker = *known.entry((turn.channel, turn.speaker)).or_insert(n_known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_are_told_in_words() {
        assert!(Speakers::known().all(|word| word.parse::<Speakers>().is_ok()));
        assert_eq!("auto".parse(), Ok(Speakers::Auto));
        assert!(matches!("6".parse(), Ok(Speakers::Told(six)) if six.get() == 6));
        for wrong in ["", "0", "7", "-1", "2.0", "Auto", "two", " 2"] {
            assert_eq!(wrong.parse::<Speakers>(), Err(UnknownSpeakers), "{wrong}");
        }
    }

    #[test]
    fn speakers_of_all_channels_are_numbered_as_they_begin() {
        let turn = |channel, speaker, start_s| Turn {
            speaker,
            channel: Some(channel),
            start_s,
            end_s: start_s + 1.0,
            expression: None,
            name: None,
            corrected: None,
        };
        let mut turns = [
            turn(0, 0, 2.0),
            turn(0, 1, 5.0),
            turn(0, 0, 6.0),
            turn(1, 0, 0.5),
            turn(1, 0, 5.5),
        ];
        in_time_order(&mut turns);
        let found = turns.map(|turn| (turn.channel, turn.speaker));
        let expected = [(1, 0), (0, 1), (0, 2), (1, 0), (0, 1)];
        assert_eq!(
            found,
            expected.map(|(channel, speaker)| (Some(channel), speaker))
        );
    }
}
