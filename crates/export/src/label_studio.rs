//! Label Studio's predictions (Label Studio guide, "Import pre-annotated data"), which people correct.

use serde::Serialize;

use crate::{Clip, Heard, Interval, intervals, number::probability};

const VOICE: &str = "speaker";
const EMOTION: &str = "emotion";
const AUDIO: &str = "audio";
/// Label of a region where speakers are not told apart.
const SPEECH: &str = "speech";

#[derive(Serialize)]
struct Task<'a> {
    data: Data<'a>,
    predictions: [Predicted<'a>; 1],
}

#[derive(Serialize)]
struct Data<'a> {
    audio: &'a str,
}

#[derive(Serialize)]
struct Predicted<'a> {
    model_version: &'a str,
    score: f64,
    result: Vec<Region>,
}

#[derive(Serialize)]
struct Region {
    id: String,
    from_name: &'static str,
    to_name: &'static str,
    r#type: &'static str,
    original_length: f64,
    value: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
}

#[derive(Serialize)]
struct Value {
    start: f64,
    end: f64,
    channel: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<[&'static str; 1]>,
}

#[derive(Serialize)]
struct Meta {
    text: [String; 1],
}

/// A list of one task, whose prediction has for each interval a region: `labels` named `speaker` (`A`, `channel 0` or
/// `speech`) and, where it was told, `choices` named `emotion` (`happy`, `unclear`) with the probabilities as a note.
///
/// `data.audio` is the file's name: whoever imports it makes it an address that Label Studio can load. A labelling
/// interface that shows it, with a `Label` for each speaker and a `Choice` for each emotion and `unclear`:
///
/// ```xml
/// <View>
///   <Labels name="speaker" toName="audio"><Label value="A"/><Label value="B"/></Labels>
///   <Audio name="audio" value="$audio"/>
///   <Choices name="emotion" toName="audio" perRegion="true"><Choice value="angry"/><Choice value="unclear"/></Choices>
/// </View>
/// ```
pub fn label_studio(clip: &Clip<'_>) -> String {
    let length_ms = clip.duration_ms();
    let intervals = intervals(clip.prediction);
    let regions = intervals.iter().enumerate();
    let result = regions.flat_map(|(idx, one)| regions_of(idx, one, length_ms));
    let task = Task {
        data: Data { audio: clip.name },
        predictions: [Predicted {
            model_version: clip.model,
            score: score(clip.prediction.confidence()),
            result: result.collect(),
        }],
    };
    serde_json::to_string_pretty(&[task]).unwrap_or_default()
}

fn regions_of(idx: usize, interval: &Interval, length_ms: u32) -> impl Iterator<Item = Region> {
    let voice = match interval.voice() {
        voice if voice.is_empty() => SPEECH.to_owned(),
        voice => voice,
    };
    let region = |from_name, r#type, labels, choices| Region {
        id: format!("interval{idx}"),
        from_name,
        to_name: AUDIO,
        r#type,
        original_length: seconds(length_ms),
        value: Value {
            start: seconds(interval.start_ms),
            end: seconds(interval.end_ms),
            channel: interval.channel.unwrap_or(0),
            labels,
            choices,
        },
        score: None,
        meta: None,
    };
    let who = region(VOICE, "labels", Some([voice]), None);
    let told = region(EMOTION, "choices", None, Some([interval.word()]));
    let what = match (&interval.heard, interval.corrected) {
        (Some(heard), corrected) => Some(Region {
            score: corrected.is_none().then(|| score(heard.confidence)),
            meta: Some(Meta {
                text: [note(heard)],
            }),
            ..told
        }),
        (None, Some(_)) => Some(told),
        (None, None) => None,
    };
    std::iter::once(who).chain(what)
}

fn note(heard: &Heard) -> String {
    let all = heard.probabilities.ranked().into_iter();
    let all: Vec<_> = all
        .map(|(emotion, value)| format!("{emotion} {}", probability(value)))
        .collect();
    all.join(", ")
}

fn seconds(at_ms: u32) -> f64 {
    f64::from(at_ms) / 1e3
}

/// Four decimals, as in the other formats.
fn score(confidence: f32) -> f64 {
    (f64::from(confidence) * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::sample::{dialogue, monologue, nothing};

    fn written(prediction: &vocabulary::Prediction) -> Value {
        let text = label_studio(&Clip {
            name: "a \"b\"\n.wav",
            model: "bilstm",
            prediction,
        });
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn a_turn_is_a_region_of_a_speaker_with_an_emotion() {
        let tasks = written(&dialogue());
        assert_eq!(tasks.as_array().map(Vec::len), Some(1));
        assert_eq!(tasks[0]["data"]["audio"], "a \"b\"\n.wav");
        let prediction = &tasks[0]["predictions"][0];
        assert_eq!(prediction["model_version"], "bilstm");
        assert_eq!(prediction["score"], 0.75);
        let result = prediction["result"].as_array().expect("regions");
        let who = json!({
            "id": "interval0", "from_name": "speaker", "to_name": "audio", "type": "labels", "original_length": 10.0,
            "value": { "start": 0.5, "end": 4.0, "channel": 0, "labels": ["A"] },
        });
        let what = json!({
            "id": "interval0", "from_name": "emotion", "to_name": "audio", "type": "choices", "original_length": 10.0,
            "value": { "start": 0.5, "end": 4.0, "channel": 0, "choices": ["happy"] }, "score": 0.714,
            "meta": { "text": ["happy 0.7140, sad 0.2860, angry 0.0000, neutral 0.0000, surprise 0.0000"] },
        });
        assert_eq!(result[..2], [who, what]);
        let ids: Vec<_> = result.iter().map(|one| &one["id"]).collect();
        let expected = [
            "interval0",
            "interval0",
            "interval1",
            "interval1",
            "interval2",
            "interval3",
            "interval3",
        ];
        assert_eq!(ids, expected);
        assert_eq!(result[6]["value"]["choices"], json!(["unclear"]));
    }

    #[test]
    fn without_turns_the_regions_are_of_speech() {
        let result = &written(&monologue())[0]["predictions"][0]["result"];
        assert_eq!(result[0]["value"]["labels"], json!(["speech"]));
        assert_eq!(result[3]["value"]["choices"], json!(["sad"]));
        let result = &written(&nothing())[0]["predictions"][0]["result"];
        assert_eq!(result, &json!([]));
    }
}
