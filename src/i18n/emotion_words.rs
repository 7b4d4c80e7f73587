//! Emotions and confidence bands in words.

use emotion::{ConfidenceBand, Emotion};

use super::{Locale, td_string};

/// The emotion's name.
pub const fn label(locale: Locale, emotion: Emotion) -> &'static str {
    match locale {
        Locale::en => emotion.label_en(),
        Locale::bn => emotion.label_bn(),
    }
}

/// What a voice with this emotion sounds like, as a sentence.
pub fn sounds(locale: Locale, emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Angry => td_string!(locale, result.sounds.angry),
        Emotion::Happy => td_string!(locale, result.sounds.happy),
        Emotion::Sad => td_string!(locale, result.sounds.sad),
        Emotion::Neutral => td_string!(locale, result.sounds.neutral),
        Emotion::Surprise => td_string!(locale, result.sounds.surprise),
    }
}

/// How sure the model is, as a sentence.
pub fn sureness(locale: Locale, band: ConfidenceBand) -> &'static str {
    match band {
        ConfidenceBand::High => td_string!(locale, result.band.high),
        ConfidenceBand::Medium => td_string!(locale, result.band.medium),
        ConfidenceBand::Low => td_string!(locale, result.band.low),
    }
}

/// The language beside which a label is repeated.
pub const fn other(locale: Locale) -> Locale {
    match locale {
        Locale::en => Locale::bn,
        Locale::bn => Locale::en,
    }
}
