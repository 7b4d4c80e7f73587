//! What is said of a turn and of who speaks in it.

use vocabulary::{Emotion, Turn, speaker_name};

use super::{Locale, emotion_words::label, number, td_string};

/// The name that a reader gave, or the letter.
pub fn called(speaker: usize, name: Option<&str>) -> String {
    name.map_or_else(|| speaker_name(speaker), str::to_owned)
}

/// The emotion, or why there is none.
pub fn turn_label(locale: Locale, turn: &Turn) -> &'static str {
    match turn.answer() {
        Some(emotion) => label(locale, emotion),
        None if turn.expression.is_none() => td_string!(locale, talk.too_short),
        None => td_string!(locale, result.unclear),
    }
}

/// How sure that is, or that its reader says so; nothing where there is no emotion.
pub fn turn_certainty(locale: Locale, turn: &Turn) -> String {
    match (&turn.corrected, &turn.expression) {
        (Some(_), _) => td_string!(locale, talk.corrected).to_owned(),
        (None, Some(heard)) if turn.answer().is_some() => {
            number::percent(locale, heard.probabilities.top().1)
        }
        (None, _) => String::new(),
    }
}

/// From when to when it is.
pub fn turn_time(locale: Locale, turn: &Turn) -> String {
    number::span(locale, turn.start_s, turn.end_s)
}

/// A turn as a line of text.
pub fn turn_line(locale: Locale, turn: &Turn) -> String {
    let [time, certainty] = [turn_time(locale, turn), turn_certainty(locale, turn)];
    let who = called(turn.speaker, turn.name.as_deref());
    format!("{time} {who}: {} {certainty}", turn_label(locale, turn))
        .trim_end()
        .to_owned()
}

/// How much of the time somebody speaks, and what that mostly expresses.
pub fn share(locale: Locale, time: String, share: f32, mostly: Option<Emotion>) -> String {
    let share = number::percent(locale, share);
    let told = td_string!(locale, talk.share, time, share);
    match mostly {
        Some(emotion) => {
            let mostly = td_string!(locale, talk.mostly, emotion = label(locale, emotion));
            format!("{told} · {mostly}")
        }
        None => told,
    }
}
