//! Emotions, how many there are, and confidence bands in words.

use vocabulary::{ConfidenceBand, Emotion, Intensity, Note, Outcome, Prediction, Strength};

use super::{Locale, number, td_string, turn_words::turn_line};

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
        Emotion::Contempt => td_string!(locale, emotion.contempt),
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
        Emotion::Contempt => td_string!(locale, result.sounds.contempt),
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
        8 => td_string!(locale, how_many.eight).to_owned(),
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

/// What a clip sounds like: "Sounds angry", or that it is unclear, or that several voices speak.
pub fn sentence(locale: Locale, prediction: &Prediction) -> &'static str {
    if prediction.is_of_several() {
        return td_string!(locale, talk.several);
    }
    match prediction.outcome() {
        Outcome::Emotion => sounds(locale, prediction.emotion()),
        Outcome::Unclear => td_string!(locale, result.unclear),
    }
}

/// How sure the model is of what a clip sounds like; `None` where that is unclear, or of several voices.
pub fn how_sure_of(locale: Locale, prediction: &Prediction) -> Option<&'static str> {
    (!prediction.is_of_several())
        .then(|| how_sure(locale, prediction.certainty.band))
        .flatten()
}

/// How sure the model is of an answer; `None` where it has none.
pub fn how_sure(locale: Locale, band: ConfidenceBand) -> Option<&'static str> {
    match band {
        ConfidenceBand::High => Some(td_string!(locale, result.sure.high)),
        ConfidenceBand::Medium => Some(td_string!(locale, result.sure.medium)),
        ConfidenceBand::Low => Some(td_string!(locale, result.sure.low)),
        ConfidenceBand::Unclear => None,
    }
}

/// The emotion that a result wears the face and colour of; `None` where it is unclear, or of several voices.
pub fn answer(prediction: &Prediction) -> Option<Emotion> {
    (!prediction.is_of_several() && prediction.outcome() == Outcome::Emotion)
        .then(|| prediction.emotion())
}

/// What stands in `data-emotion` for [`answer`].
pub fn tone(answer: Option<Emotion>) -> &'static str {
    answer.map_or("unclear", Emotion::code)
}

/// The line below the sentence: the probability of the answer, where there is none the two closest emotions, or of
/// several voices how many turns they take.
pub fn confidence(locale: Locale, prediction: &Prediction) -> String {
    let percent = |share| number::percent(locale, share);
    if answer(prediction).is_some() {
        let percent = percent(prediction.confidence());
        return td_string!(locale, result.confidence, percent);
    }
    if prediction.is_of_several() {
        let count = number::decimal(locale, prediction.turns.len() as f64, 0);
        return td_string!(locale, talk.count, count);
    }
    let ranked = prediction.probabilities.ranked();
    let [(first, first_share), (second, second_share)] = [ranked[0], ranked[1]];
    td_string!(
        locale,
        result.closest,
        first = label(locale, first),
        first_percent = percent(first_share),
        second = label(locale, second),
        second_percent = percent(second_share)
    )
}

/// The word for a third of the acted examples.
pub fn strength(locale: Locale, strength: Strength) -> &'static str {
    match strength {
        Strength::Mild => td_string!(locale, result.strength.mild),
        Strength::Moderate => td_string!(locale, result.strength.moderate),
        Strength::Strong => td_string!(locale, result.strength.strong),
    }
}

/// How strongly an emotion is expressed: a word, and what it stands for.
pub fn how_strong(locale: Locale, intensity: Intensity) -> String {
    let word = strength(locale, intensity.word);
    let percent = number::percent(locale, intensity.value);
    td_string!(locale, result.stronger, word, percent)
}

/// What that is worth: advice for weak answers, and how often answers as sure as this one were right.
pub fn worth(locale: Locale, prediction: &Prediction) -> String {
    if prediction.is_of_several() {
        return td_string!(locale, talk.together).to_owned();
    }
    let often = how_often_right(locale, prediction.certainty.accuracy);
    let advice = match prediction.certainty.band {
        ConfidenceBand::High | ConfidenceBand::Medium => return often,
        ConfidenceBand::Low => td_string!(locale, result.band.low),
        ConfidenceBand::Unclear => td_string!(locale, result.band.unclear),
    };
    format!("{advice} {often}")
}

/// The name that a result goes by: the emotion's, or that it is unclear.
pub fn outcome_label(locale: Locale, prediction: &Prediction) -> &'static str {
    if prediction.is_of_several() {
        return td_string!(locale, talk.several);
    }
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
        Note::PartUnheard => td_string!(locale, result.part_unheard).to_owned(),
        Note::VoicesApart => td_string!(locale, result.voices_apart).to_owned(),
        Note::Unfamiliar => td_string!(locale, result.unfamiliar).to_owned(),
    }
}

/// A whole result as lines of text.
pub fn as_text(locale: Locale, prediction: &Prediction) -> String {
    let mut lines = vec![sentence(locale, prediction).to_owned()];
    lines.extend(how_sure_of(locale, prediction).map(str::to_owned));
    let intensity = prediction.intensity.filter(|_| !prediction.is_of_several());
    lines.extend(intensity.map(|intensity| how_strong(locale, intensity)));
    lines.extend([confidence(locale, prediction), worth(locale, prediction)]);
    let notes = prediction.notes.iter();
    lines.extend(notes.map(|&said| note(locale, said, prediction.speech_s)));
    let turns = prediction.turns.iter();
    lines.extend(turns.map(|turn| turn_line(locale, turn)));
    let ranked = prediction.probabilities.ranked().into_iter();
    let ranked = ranked.filter(|_| !prediction.is_of_several());
    lines.extend(ranked.map(|(emotion, probability)| {
        let percent = number::percent(locale, probability);
        format!("{} {percent}", label(locale, emotion))
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
            // The interface has a noun among its adjectives.
            let named = match emotion {
                Emotion::Surprise => "Surprised",
                _ => emotion.label_en(),
            };
            assert_eq!(label(Locale::en, emotion), named);
            assert_eq!(label(Locale::bn, emotion), emotion.label_bn());
        }
    }
}
