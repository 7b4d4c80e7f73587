//! Tiers: what one voice expresses, from the beginning of a clip to its end.

use std::collections::BTreeMap;

use crate::Interval;

/// The intervals of one voice, in time order, none over another.
pub struct Tier<'a> {
    /// `A`, `channel 0`, or nothing where all were heard together.
    pub voice: String,
    /// Whether the voice is a speaker's.
    pub is_speaker: bool,
    pub intervals: Vec<&'a Interval>,
}

impl Tier<'_> {
    /// Name of this voice's tier of something: `emotion A`.
    pub fn name(&self, of: &str) -> String {
        match self.voice.as_str() {
            "" => of.to_owned(),
            voice => format!("{of} {voice}"),
        }
    }
}

/// A tier for each speaker or channel, in their order; an empty one where nothing was heard.
pub fn tiers(intervals: &[Interval]) -> Vec<Tier<'_>> {
    let mut by_voice: BTreeMap<_, Vec<&Interval>> = BTreeMap::new();
    for interval in intervals {
        let voice = interval.speaker.ok_or(interval.channel);
        by_voice.entry(voice).or_default().push(interval);
    }
    if by_voice.is_empty() {
        by_voice.insert(Err(None), Vec::new());
    }
    let tiers = by_voice.into_iter().map(|(voice, intervals)| Tier {
        voice: intervals
            .first()
            .map_or_else(String::new, |one| one.voice()),
        is_speaker: voice.is_ok(),
        intervals,
    });
    tiers.collect()
}
