//! Emotions, how many there are, and confidence bands in words.

use emotion::{ConfidenceBand, Emotion};

use super::{Locale, number, td_string};

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
        Emotion::Fear => td_string!(locale, result.sounds.fear),
        Emotion::Disgust => td_string!(locale, result.sounds.disgust),
    }
}

/// How many emotions a model tells apart: a word up to as many as there are, else digits.
pub fn how_many(locale: Locale, n_emotions: usize) -> String {
    match n_emotions {
        2 => td_string!(locale, how_many.two).to_owned(),
        3 => td_string!(locale, how_many.three).to_owned(),
        4 => td_string!(locale, how_many.four).to_owned(),
        5 => td_string!(locale, how_many.five).to_owned(),
        6 => td_string!(locale, how_many.six).to_owned(),
        7 => td_string!(locale, how_many.seven).to_owned(),
        _ => number::decimal(locale, n_emotions as f64, 0),
    }
}

/// How often answers as sure as this one were right, as a sentence.
pub fn how_often_right(locale: Locale, accuracy: Option<f32>) -> String {
    match accuracy {
        Some(accuracy) => {
            let times = number::decimal(locale, f64::from(accuracy * 10.0), 0);
            td_string!(locale, result.right_of_ten, times)
        }
        None => td_string!(locale, result.meaning).to_owned(),
    }
}

/// How sure the model is, as a sentence.
pub fn sureness(locale: Locale, band: ConfidenceBand) -> &'static str {
    match band {
        ConfidenceBand::High => td_string!(locale, result.band.high),
        ConfidenceBand::Medium => td_string!(locale, result.band.medium),
        ConfidenceBand::Low => td_string!(locale, result.band.low),
        ConfidenceBand::Unclear => td_string!(locale, result.band.unclear),
    }
}

/// The language beside which a label is repeated.
pub const fn other(locale: Locale) -> Locale {
    match locale {
        Locale::en => Locale::bn,
        Locale::bn => Locale::en,
    }
}
