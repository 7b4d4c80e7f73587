//! What may make an answer worse.

use serde::{Deserialize, Serialize};

/// Something about a recording that may make the answer worse; the bounds are those of `audio::Quality`, and
/// what the decoder could not hear is told by `audio::Heard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Less than 2 s of speech.
    LittleSpeech,
    /// The voice is recorded very quietly.
    Quiet,
    /// The recording is overdriven: its peaks are cut off.
    Clipped,
    /// There is much noise beside the voice.
    Noisy,
    /// A part of the clip is damaged, or of a kind that is not decoded, and was not heard.
    PartUnheard,
    /// The channels hold different sounds, as the two sides of a call do, and were heard together.
    VoicesApart,
    /// The voice, or how it was recorded, is unlike what the model learnt from: the answer is unclear.
    Unfamiliar,
}

impl Note {
    /// Every note.
    pub const ALL: [Self; 7] = [
        Self::LittleSpeech,
        Self::Quiet,
        Self::Clipped,
        Self::Noisy,
        Self::PartUnheard,
        Self::VoicesApart,
        Self::Unfamiliar,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_listed() {
        let error = serde_json::from_str::<Note>("\"\"").expect_err("no note");
        let said = error.to_string();
        let expected = said.split_once("expected").expect("serde lists them").1;
        let known = expected.split('`').skip(1).step_by(2);
        let listed = Note::ALL.map(|note| serde_json::to_string(&note).expect("serialises"));
        assert!(known.map(|code| format!("\"{code}\"")).eq(listed));
    }
}
