//! Writes clips in every format, for tests/exports/read_back.py, which opens them with the tools' own libraries.

use std::{fs, path::Path};

use export::{Clip, Format, Interval, export, intervals};
use serde_json::json;
use vocabulary::{
    BandAccuracy, ConfidenceBand, Emotion, Expression, Intensity, LabelSet, Prediction,
    Probabilities, Turn, WindowPrediction,
};

/// What a file may be called.
const ODD_NAMES: [&str; 14] = [
    "",
    "   ",
    ".wav",
    "=HYPERLINK(\"http://example.org\")",
    "a\nb\r\nc\n\n1\n00:00:00,000 --> 00:00:09,000\nx.wav",
    "WEBVTT\n\nNOTE --> <v B>.vtt",
    "tab\tand, \"quotes\" and 'apostrophe'; semicolon.wav",
    "<ANNOTATION> & ]]> &amp; <!-- -->.wav",
    "nul \u{0} bell \u{7} escape \u{1b} next line \u{85} \u{2028} \u{ffff}.wav",
    "আমার কণ্ঠ ১.ogg",
    "\u{feff}mark\u{a0}and\u{3000}blanks.wav",
    "folder/../SPEAKER a 1 0 1 <NA> <NA> A <NA> <NA>.wav",
    "100%25 #1 ?.wav",
    "\u{202e}right to left\u{1f600}.wav",
];
const BANDS: [ConfidenceBand; 4] = [
    ConfidenceBand::High,
    ConfidenceBand::Medium,
    ConfidenceBand::Low,
    ConfidenceBand::Unclear,
];

fn certainty(band: ConfidenceBand) -> BandAccuracy {
    BandAccuracy {
        band,
        min_confidence: 0.0,
        accuracy: None,
    }
}

/// One label has `share`, the others the rest.
fn mostly(label: usize, share: f32) -> Probabilities {
    let mut values = [(1.0 - share) / 4.0; 5];
    values[label % 5] = share;
    Probabilities::new(&LabelSet::five(), &values).expect("a distribution")
}

fn clip_of(duration_s: f32) -> Prediction {
    Prediction {
        duration_s,
        speech_s: duration_s / 2.0,
        notes: Vec::new(),
        probabilities: mostly(0, 0.6),
        certainty: certainty(ConfidenceBand::Medium),
        intensity: None,
        distance: None,
        speech: Vec::new(),
        windows: Vec::new(),
        turns: Vec::new(),
        channels: Vec::new(),
    }
}

/// Ten minutes of two speakers: each turn begins before the other's ends, or after a pause; every seventh is short.
fn dialogue() -> Prediction {
    let turns = (0..150_u16).map(|idx| {
        let start_s = f32::from(idx) * 4.0 + f32::from(idx % 3) * 0.1234;
        let is_short = idx % 7 == 3;
        let length_s = if is_short {
            0.3
        } else {
            3.0 + f32::from(idx % 4) * 0.777
        };
        Turn {
            speaker: usize::from(idx % 2),
            channel: (idx % 5 != 0).then_some(usize::from(idx % 2)),
            start_s,
            end_s: (start_s + length_s).min(600.0),
            expression: (!is_short).then(|| Expression {
                probabilities: mostly(idx.into(), 0.3 + f32::from(idx % 70) / 100.0),
                certainty: certainty(BANDS[usize::from(idx % 4)]),
                intensity: Some(Intensity::of(0.5)),
            }),
            name: None,
            corrected: None,
        }
    });
    Prediction {
        turns: turns.collect(),
        ..clip_of(600.0)
    }
}

fn monologue(duration_s: f32) -> Prediction {
    let starts = (0..duration_s as u16 - 4).filter(|at_s| !(20..30).contains(at_s));
    let windows = starts.map(|at_s| WindowPrediction {
        start_s: at_s.into(),
        end_s: f32::from(at_s) + 4.0,
        probabilities: mostly(usize::from(at_s / 9), 0.7),
        intensity: None,
    });
    Prediction {
        windows: windows.collect(),
        ..clip_of(duration_s)
    }
}

/// Every format of a clip, and what they tell as JSON, in a folder of its own.
fn write(folder: &Path, case: &str, name: &str, prediction: &Prediction) -> Vec<Interval> {
    let clip = Clip {
        name,
        model: "bilstm <\"1\">",
        prediction,
    };
    let folder = folder.join(case);
    fs::create_dir_all(&folder).expect("the build's folder can be written");
    for format in Format::ALL {
        let file = format!("{}.{}", format.name(), format.extension());
        fs::write(folder.join(file), export(format, &clip)).expect("the folder can be written");
    }
    let heard = intervals(prediction);
    let labels: Vec<_> = prediction
        .probabilities
        .iter()
        .map(|(label, _)| label)
        .collect();
    let told = json!({
        "name": name,
        "model": clip.model,
        "duration_s": prediction.duration_s,
        "confidence": prediction.confidence(),
        "labels": labels,
        "intervals": heard,
    });
    fs::write(folder.join("heard.json"), told.to_string()).expect("the folder can be written");
    heard
}

#[test]
fn clips_are_written_for_the_libraries_of_other_tools() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exports");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("what an earlier run wrote can go");
    }
    let talk = dialogue();
    let heard = write(&folder, "dialogue", "আলাপ \"১\".wav", &talk);
    assert_eq!(heard.len(), talk.turns.len());
    for (interval, turn) in heard.iter().zip(&talk.turns) {
        let off_s = |at_ms: u32, at_s: f32| (f64::from(at_ms) / 1e3 - f64::from(at_s)).abs();
        assert!(off_s(interval.start_ms, turn.start_s) <= 0.0006);
        assert!(off_s(interval.end_ms, turn.end_s) <= 0.0006);
        assert_eq!(interval.speaker, Some(turn.speaker));
        let emotions = (
            interval.heard.as_ref().map(|heard| heard.emotion),
            turn.expression.as_ref().map(Expression::emotion),
        );
        assert_eq!(emotions.0, emotions.1);
    }
    let overlaps = heard
        .windows(2)
        .filter(|pair| pair[1].start_ms < pair[0].end_ms);
    assert!(overlaps.count() > 50);

    assert!(write(&folder, "monologue", "a.wav", &monologue(60.0)).len() > 4);
    let call = Prediction {
        channels: vec![Some(monologue(60.0)), None, Some(monologue(40.0))],
        ..clip_of(60.0)
    };
    let heard = write(&folder, "channels", "call.wav", &call);
    assert!(heard.iter().any(|one| one.channel == Some(2)));
    let unclear = Prediction {
        certainty: certainty(ConfidenceBand::Unclear),
        ..monologue(60.0)
    };
    write(&folder, "unclear", "b.mp3", &unclear);
    assert_eq!(write(&folder, "nothing", "c.wav", &clip_of(3.0)), []);
    assert_eq!(write(&folder, "no-length", "d.wav", &clip_of(0.0)), []);
    let mut talk = dialogue();
    for turn in &mut talk.turns {
        turn.name = [Some("<b>&\"মিনা\"\t"), Some("মা"), Some("মা"), None][turn.speaker % 4]
            .map(str::to_owned);
    }
    for (turn, emotion) in talk.turns.iter_mut().step_by(3).zip(Emotion::ALL) {
        turn.corrected = Some(emotion);
    }
    write(&folder, "corrected", "e.wav", &talk);
    for (idx, name) in ODD_NAMES.into_iter().enumerate() {
        let mut talk = dialogue();
        talk.turns.truncate(6);
        write(&folder, &format!("name-{idx:02}"), name, &talk);
    }
}
