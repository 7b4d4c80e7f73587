//! Emotions, how many there are, and confidence bands in words.

use vocabulary::{ConfidenceBand, Emotion, Note, Outcome, Prediction};

use super::{Locale, number, td_string};

/// The emotion's name.
pub fn label(locale: Locale, emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Angry => td_string!(locale, emotion.angry),
        Emotion::Happy => td_string!(locale, emotion.happy),
        Emotion::Sad => td_string!(locale, emotion.sad),
        Emotion::Neutral => td_string!(locale, emotion.neutral),
        Emotion::Surprise => td_string!(locale, emotion.surprise),
        Emotion::Fear => td_string!(locale, emotion.fear),
        Emotion::Disgust => td_string!(locale, emotion.disgust),
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

/// What a clip sounds like and how sure that is, in one sentence: "Sounds angry, fairly sure".
pub fn sentence(locale: Locale, prediction: &Prediction) -> String {
    let sure = match prediction.certainty.band {
        ConfidenceBand::High => td_string!(locale, result.sure.high),
        ConfidenceBand::Medium => td_string!(locale, result.sure.medium),
        ConfidenceBand::Low => td_string!(locale, result.sure.low),
        ConfidenceBand::Unclear => return td_string!(locale, result.unclear).to_owned(),
    };
    let sounds = sounds(locale, prediction.emotion());
    td_string!(locale, result.sentence, sounds, sure)
}

/// What that is worth: advice for weak answers, and how often answers as sure as this one were right.
pub fn worth(locale: Locale, prediction: &Prediction) -> String {
    let often = how_often_right(locale, prediction.certainty.accuracy);
    let advice = match prediction.certainty.band {
        ConfidenceBand::High | ConfidenceBand::Medium => return often,
        ConfidenceBand::Low => td_string!(locale, result.band.low),
        ConfidenceBand::Unclear => td_string!(locale, result.band.unclear),
    };
    format!("{advice} {often}")
}

/// Probability of the most probable emotion, in words.
pub fn confidence(locale: Locale, prediction: &Prediction) -> String {
    let percent = number::percent(locale, prediction.confidence());
    td_string!(locale, result.confidence, percent)
}

/// The name that a result goes by: the emotion's, or that it is unclear.
pub fn outcome_label(locale: Locale, prediction: &Prediction) -> &'static str {
    match prediction.outcome() {
        Outcome::Emotion => label(locale, prediction.emotion()),
        Outcome::Unclear => td_string!(locale, result.unclear),
    }
}

/// What a note means and what to do about it.
pub fn note(locale: Locale, note: Note, speech_s: f32) -> String {
    match note {
        Note::LittleSpeech => {
            let seconds = number::decimal(locale, f64::from(speech_s), 1);
            td_string!(locale, result.little_speech, seconds)
        }
        Note::Quiet => td_string!(locale, result.quiet).to_owned(),
        Note::Clipped => td_string!(locale, result.clipped).to_owned(),
        Note::Noisy => td_string!(locale, result.noisy).to_owned(),
    }
}

/// A whole result as lines of text.
pub fn as_text(locale: Locale, prediction: &Prediction) -> String {
    let mut lines = vec![
        sentence(locale, prediction),
        confidence(locale, prediction),
        worth(locale, prediction),
    ];
    let notes = prediction.notes.iter();
    lines.extend(notes.map(|&said| note(locale, said, prediction.speech_s)));
    let ranked = prediction.probabilities.ranked();
    lines.extend(ranked.into_iter().map(|(emotion, probability)| {
        format!(
            "{} {}",
            label(locale, emotion),
            number::percent(locale, probability)
        )
    }));
    lines.push("BanglaSER".to_owned());
    lines.join("\n")
}

/// The language in which a label is repeated: the voice's, or for those who read that the default one.
pub fn other(locale: Locale) -> Locale {
    if locale == Locale::bn {
        Locale::default()
    } else {
        Locale::bn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_calls_emotions_as_the_interface_does() {
        for emotion in Emotion::ALL {
            assert_eq!(label(Locale::en, emotion), emotion.label_en());
            assert_eq!(label(Locale::bn, emotion), emotion.label_bn());
        }
    }
}
