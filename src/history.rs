//! Past results, as they are kept in the browser and given away: no audio, nothing on the server.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use vocabulary::{Emotion, Prediction, Probabilities};

/// Older results are forgotten.
pub const MAX_ENTRIES: usize = 200;

/// A past result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was found, milliseconds since 1970.
    pub at_ms: f64,
    /// Name of the file; `None` for a recording.
    pub source: Option<String>,
    /// What was found.
    pub prediction: Prediction,
    /// What the user says it was.
    pub heard_as: Option<Emotion>,
}

impl Entry {
    /// A result that nobody has judged yet.
    pub const fn new(at_ms: f64, source: Option<String>, prediction: Prediction) -> Self {
        Self {
            at_ms,
            source,
            prediction,
            heard_as: None,
        }
    }

    /// Whether both tell of the same clip.
    pub fn is_of_same_clip(&self, other: &Self) -> bool {
        (
            &self.source,
            &self.prediction.probabilities,
            self.prediction.duration_s,
        ) == (
            &other.source,
            &other.prediction.probabilities,
            other.prediction.duration_s,
        )
    }
}

/// `entries` with `newest` in front, once, and without the parts of its clip, which would fill the storage.
pub fn with_newest(mut entries: Vec<Entry>, mut newest: Entry) -> Vec<Entry> {
    newest.prediction.windows.clear();
    if let Some(known) = entries
        .iter()
        .position(|entry| entry.is_of_same_clip(&newest))
    {
        newest.heard_as = newest.heard_as.or(entries.remove(known).heard_as);
    }
    entries.insert(0, newest);
    entries.truncate(MAX_ENTRIES);
    entries
}

/// Results as a table for spreadsheets: for each a line, and one for each part of its clip.
///
/// Columns: time (milliseconds since 1970), source, start and end in seconds, emotion, its probability, what the user
/// says, and the probability of every emotion in the order of [`Emotion::ALL`].
pub fn to_csv(entries: &[Entry]) -> String {
    let mut csv = "time_ms,source,start_s,end_s,emotion,confidence,heard_as".to_owned();
    for emotion in Emotion::ALL {
        csv += ",";
        csv += emotion.code();
    }
    for entry in entries {
        let whole = (
            0.0,
            entry.prediction.duration_s,
            &entry.prediction.probabilities,
        );
        let windows = entry.prediction.windows.iter();
        let parts = windows.map(|window| (window.start_s, window.end_s, &window.probabilities));
        for (start_s, end_s, probabilities) in std::iter::once(whole).chain(parts) {
            write_row(&mut csv, entry, start_s, end_s, probabilities);
        }
    }
    csv += "\r\n";
    csv
}

fn write_row(
    csv: &mut String,
    entry: &Entry,
    start_s: f32,
    end_s: f32,
    probabilities: &Probabilities,
) {
    let source = quoted(entry.source.as_deref().unwrap_or_default());
    let (emotion, confidence) = probabilities.top();
    let heard_as = entry.heard_as.map_or("", Emotion::code);
    // A string takes whatever is written.
    let _ = write!(
        csv,
        "\r\n{},{source},{start_s:.2},{end_s:.2},{},{confidence:.4},{heard_as}",
        entry.at_ms,
        emotion.code()
    );
    for emotion in Emotion::ALL {
        csv.push(',');
        if let Some((_, probability)) = probabilities.iter().find(|(label, _)| *label == emotion) {
            let _ = write!(csv, "{probability:.4}");
        }
    }
}

/// A cell of text (RFC 4180). What a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use vocabulary::{BandAccuracy, ConfidenceBand, LabelSet, WindowPrediction};

    use super::*;

    fn entry(source: Option<&str>, values: [f32; 5]) -> Entry {
        let probabilities = Probabilities::new(&LabelSet::five(), &values).expect("a distribution");
        Entry {
            at_ms: 1_700_000_000_000.0,
            source: source.map(str::to_owned),
            prediction: Prediction {
                duration_s: 5.0,
                speech_s: 3.0,
                notes: Vec::new(),
                certainty: BandAccuracy {
                    band: ConfidenceBand::High,
                    min_confidence: 0.8,
                    accuracy: None,
                },
                windows: vec![WindowPrediction {
                    start_s: 1.0,
                    end_s: 5.0,
                    probabilities: probabilities.clone(),
                }],
                probabilities,
            },
            heard_as: None,
        }
    }

    const SAD: [f32; 5] = [0.0, 0.0, 0.9, 0.1, 0.0];
    const HAPPY: [f32; 5] = [0.25, 0.75, 0.0, 0.0, 0.0];

    #[test]
    fn the_newest_is_first_and_no_clip_is_there_twice() {
        let mut known = entry(Some("a.wav"), SAD);
        known.heard_as = Some(Emotion::Angry);
        let entries = with_newest(with_newest(Vec::new(), known), entry(None, HAPPY));
        let entries = with_newest(entries, entry(Some("a.wav"), SAD));
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.source.as_deref(), entry.heard_as))
            .collect();
        assert_eq!(told, [(Some("a.wav"), Some(Emotion::Angry)), (None, None)]);
        assert!(
            entries
                .iter()
                .all(|entry| entry.prediction.windows.is_empty())
        );
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let names = (0..MAX_ENTRIES + 5).map(|name| name.to_string());
        let entries = names.fold(Vec::new(), |entries, name| {
            with_newest(entries, entry(Some(&name), SAD))
        });
        assert_eq!(entries.len(), MAX_ENTRIES);
        assert_eq!(entries[0].source.as_deref(), Some("204"));
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let entries = vec![entry(Some("গান \"১\".wav"), HAPPY), entry(None, SAD)];
        let json = serde_json::to_string(&entries).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Vec<Entry>>(&json).ok(),
            Some(entries)
        );
    }

    #[test]
    fn csv_has_a_line_for_the_clip_and_for_each_part() {
        let mut entry = entry(Some("=\"x\""), HAPPY);
        entry.heard_as = Some(Emotion::Sad);
        let csv = to_csv(&[entry]);
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].ends_with("heard_as,angry,happy,sad,neutral,surprise,fear,disgust"));
        let expected = "1700000000000,\"'=\"\"x\"\"\",0.00,5.00,happy,0.7500,sad,0.2500,0.7500,0.0000,0.0000,0.0000,,";
        assert_eq!(lines[1], expected);
        assert!(lines[2].contains(",1.00,5.00,happy,"));
    }
}
