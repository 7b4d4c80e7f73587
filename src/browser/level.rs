//! How loud the microphone was, moment by moment, and what to tell the speaker about it.
//!
//! Input   the peak of each tick, `[0, 1]`, full scale 1
//! Output  the last [`N_LEVELS`] peaks, and a [`LevelHint`]

/// How many peaks are kept: those of the last six seconds.
pub const N_LEVELS: usize = 60;

/// Ticks in a second, about.
const PER_SECOND: usize = 10;

/// Speech at arm's length peaks well above this (-34 dBFS), room noise mostly below.
const QUIET: f32 = 0.02;

/// From here on (-0.1 dBFS) a sample has hit the ceiling.
const CLIPPED: f32 = 0.99;

/// What a speaker can do something about while speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelHint {
    /// Nothing above [`QUIET`] for three seconds.
    TooQuiet,
    /// Something hit the ceiling in the last two seconds.
    Clipping,
    /// The system keeps the microphone to itself or to another application.
    Muted,
}

/// The last peaks, oldest first, and whether the microphone is muted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LevelHistory {
    peaks: Vec<f32>,
    is_muted: bool,
}

impl LevelHistory {
    /// Adds the peak of the latest tick.
    pub fn push(&mut self, peak: f32) {
        if self.peaks.len() == N_LEVELS {
            self.peaks.remove(0);
        }
        self.peaks.push(peak.clamp(0.0, 1.0));
    }

    /// Notes whether the system keeps the microphone's sound from the page.
    pub const fn set_muted(&mut self, is_muted: bool) {
        self.is_muted = is_muted;
    }

    /// Oldest first, at most [`N_LEVELS`].
    pub fn peaks(&self) -> &[f32] {
        &self.peaks
    }

    /// What to tell the speaker now.
    pub fn hint(&self) -> Option<LevelHint> {
        let last = |n_seconds: usize| {
            let n_ticks = n_seconds * PER_SECOND;
            &self.peaks[self.peaks.len().saturating_sub(n_ticks)..]
        };
        if self.is_muted {
            return Some(LevelHint::Muted);
        }
        if last(2).iter().any(|&peak| peak >= CLIPPED) {
            return Some(LevelHint::Clipping);
        }
        let is_long_enough = self.peaks.len() >= 3 * PER_SECOND;
        let is_quiet = last(3).iter().all(|&peak| peak < QUIET);
        (is_long_enough && is_quiet).then_some(LevelHint::TooQuiet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(peaks: impl IntoIterator<Item = f32>) -> LevelHistory {
        let mut history = LevelHistory::default();
        peaks.into_iter().for_each(|peak| history.push(peak));
        history
    }

    #[test]
    fn a_pause_between_words_is_no_silence() {
        assert_eq!(after([0.01; 29]).hint(), None);
        assert_eq!(after([0.01; 30]).hint(), Some(LevelHint::TooQuiet));
        assert_eq!(after([0.3].into_iter().chain([0.01; 29])).hint(), None);
    }

    #[test]
    fn one_clipped_moment_is_told_for_two_seconds() {
        let clipped = |n_ticks| after([1.0].into_iter().chain(vec![0.5; n_ticks])).hint();
        assert_eq!(clipped(19), Some(LevelHint::Clipping));
        assert_eq!(clipped(20), None);
    }

    #[test]
    fn a_muted_microphone_is_told_before_anything_else() {
        let mut history = after([0.0; 40]);
        history.set_muted(true);
        assert_eq!(history.hint(), Some(LevelHint::Muted));
        history.set_muted(false);
        assert_eq!(history.hint(), Some(LevelHint::TooQuiet));
    }

    #[test]
    fn only_the_last_peaks_are_kept() {
        let history = after((0..70).map(|tick| tick as f32 / 100.0));
        assert_eq!(history.peaks().len(), N_LEVELS);
        assert_eq!(history.peaks()[0], 0.1);
    }
}
