//! What was heard, as the REST interface writes it (docs/api.md).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use vocabulary::{
    AppError, BandAccuracy, Expression, Intensity, Prediction, Probabilities, Turn, speaker_name,
};

/// One clip.
pub fn json(model: &str, score: &Result<Prediction, AppError>) -> String {
    let answer = match score {
        Ok(prediction) => recognition(model, prediction),
        Err(error) => json!({ "model": model, "error": told(error) }),
    };
    answer.to_string()
}

fn told(error: &AppError) -> Value {
    let mut told = value(error);
    told["detail"] = error.to_string().into();
    told
}

fn recognition(model: &str, one: &Prediction) -> Value {
    let windows = one.windows.iter().map(|window| {
        let told = json!({
            "start_s": number(window.start_s),
            "end_s": number(window.end_s),
            "probabilities": by_code(&window.probabilities),
        });
        with_intensity(told, window.intensity)
    });
    let answer = json!({
        "model": model,
        "outcome": one.outcome().code(),
        "emotion": one.emotion().code(),
        "confidence": number(one.confidence()),
        "band": band(&one.certainty),
        "probabilities": by_code(&one.probabilities),
        "duration_s": number(one.duration_s),
        "speech_s": number(one.speech_s),
        "notes": value(&one.notes),
        "windows": windows.collect::<Vec<_>>(),
    });
    let mut answer = with_intensity(answer, one.intensity);
    if !one.turns.is_empty() {
        answer["turns"] = one.turns.iter().map(turn).collect();
    }
    if !one.channels.is_empty() {
        let channels = one.channels.iter();
        let heard = channels.map(|one| one.as_ref().map(|one| recognition(model, one)));
        answer["channels"] = heard.map(Value::from).collect();
    }
    answer
}

fn turn(turn: &Turn) -> Value {
    let heard = turn.expression.as_ref();
    let told = json!({
        "speaker": speaker_name(turn.speaker),
        "channel": turn.channel,
        "start_s": number(turn.start_s),
        "end_s": number(turn.end_s),
        "outcome": heard.map(|one| one.outcome().code()),
        "emotion": heard.map(|one| Expression::emotion(one).code()),
        "band": heard.map(|one| band(&one.certainty)),
        "probabilities": heard.map(|one| by_code(&one.probabilities)),
    });
    with_intensity(told, heard.and_then(|one| one.intensity))
}

/// Absent where there is none.
fn with_intensity(mut told: Value, intensity: Option<Intensity>) -> Value {
    if let Some(Intensity { value: share, word }) = intensity {
        told["intensity"] = json!({ "value": number(share), "word": value(&word) });
    }
    told
}

fn band(certainty: &BandAccuracy) -> Value {
    json!({ "name": certainty.band.code(), "accuracy": certainty.accuracy.map(number) })
}

fn by_code(probabilities: &Probabilities) -> BTreeMap<&'static str, Value> {
    let pairs = probabilities.iter();
    pairs
        .map(|(label, one)| (label.code(), number(one)))
        .collect()
}

/// The shortest number that is the same in 32 bits, as JSON of the server has it.
fn number(number: f32) -> Value {
    let text = number.to_string();
    text.parse::<f64>().map_or(Value::Null, Value::from)
}

fn value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
