//! Past results, as they are kept in the browser and given away: no audio, nothing on the server.

use export::quoted;
use serde::{Deserialize, Serialize};
use vocabulary::{Emotion, Intensity, Prediction, Probabilities, Profile};

use crate::fixed::fixed;

/// Older results are forgotten.
pub const MAX_ENTRIES: usize = 200;

/// So many windows are kept with the newest results, some 300 KB; older ones have none.
const MAX_WINDOWS: usize = 2_000;

/// A past result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was found, milliseconds since 1970.
    pub at_ms: f64,
    /// Name of the file, or the one that the user gave it; `None` for a recording.
    pub source: Option<String>,
    /// Start and end of the part that was analysed, seconds; `None` where it was all of it, or nobody noted it.
    #[serde(default)]
    pub part_s: Option<(f32, f32)>,
    /// Name of the checkpoint that answered.
    #[serde(default)]
    pub model: Option<String>,
    /// What was found.
    pub prediction: Prediction,
    /// What the user says it was.
    pub heard_as: Option<Emotion>,
    /// What was known of who speaks.
    #[serde(default, skip_serializing_if = "Known::is_nothing")]
    pub known: Known,
}

/// What was known of who speaks when a clip was heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// Nothing.
    #[default]
    Nothing,
    /// The voice.
    Voice,
    /// What corrections had taught: [`Profile::bias`].
    Bias(Vec<f32>),
}

impl Known {
    /// Of the profile with which a clip was heard.
    pub fn of(profile: Option<&Profile>) -> Self {
        match profile {
            None => Self::Nothing,
            Some(profile) if profile.n_clips == 0 => Self::Bias(profile.bias.clone()),
            Some(_) => Self::Voice,
        }
    }

    fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

impl Entry {
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

/// `entries` with `newest` in front, once. The oldest lose the windows of their clips, which would fill the storage.
pub fn with_newest(mut entries: Vec<Entry>, mut newest: Entry) -> Vec<Entry> {
    if let Some(known) = entries
        .iter()
        .position(|entry| entry.is_of_same_clip(&newest))
    {
        newest.heard_as = newest.heard_as.or(entries.remove(known).heard_as);
    }
    // By its time a result is known.
    while entries.iter().any(|known| known.at_ms == newest.at_ms) {
        newest.at_ms += 1.0;
    }
    entries.insert(0, newest);
    entries.truncate(MAX_ENTRIES);
    let mut n_windows = 0;
    for entry in &mut entries {
        n_windows += entry.prediction.windows.len() + entry.prediction.turns.len();
        if n_windows > MAX_WINDOWS {
            entry.prediction.windows.clear();
        }
    }
    entries
}

/// When the results were found that a change took away, beside those of earlier changes that did not come back, the
/// latest [`MAX_ENTRIES`].
pub fn deleted(mut earlier: Vec<f64>, before: &[Entry], after: &[Entry]) -> Vec<f64> {
    let is_left = |one: &&Entry| {
        let mut left = after.iter();
        left.any(|left| left.at_ms == one.at_ms || left.is_of_same_clip(one))
    };
    let gone = before.iter().filter(|one| !is_left(one));
    earlier.extend(gone.map(|one| one.at_ms));
    earlier.retain(|at_ms| after.iter().all(|left| left.at_ms != *at_ms));
    earlier.split_off(earlier.len().saturating_sub(MAX_ENTRIES))
}

/// A result as JSON, with the time as ISO 8601 beside what is kept.
pub fn to_json(entry: &Entry, iso_time: impl Fn(f64) -> String) -> String {
    let json = serde_json::to_string(entry).unwrap_or_default();
    let members = json.strip_prefix('{').unwrap_or_default();
    format!("{{\"time\":\"{}\",{members}", iso_time(entry.at_ms))
}

/// Results as a table for spreadsheets: for each a line, and one for each window of its clip.
///
/// Columns: time (ISO 8601), source, model, the part that was analysed, start and end in it, emotion, its probability,
/// how sure that is, how strong it is, what the user says, and the probability of every emotion in the order of
/// [`Emotion::ALL`]. A column in which nothing stands is left out. The mark at the beginning tells spreadsheets that it
/// is UTF-8.
pub fn to_csv(entries: &[Entry], iso_time: impl Fn(f64) -> String) -> String {
    let names = "time,source,model,trim_start_s,trim_end_s,start_s,end_s,emotion,confidence,certainty,intensity,heard_as";
    let codes = Emotion::ALL.into_iter().map(Emotion::code);
    let head: Vec<String> = names.split(',').chain(codes).map(str::to_owned).collect();
    let mut rows = Vec::new();
    for entry in entries {
        let prediction = &entry.prediction;
        let time = iso_time(entry.at_ms);
        let certainty = prediction.certainty.band.code();
        let whole = (0.0, prediction.duration_s);
        rows.push(row(
            entry,
            &time,
            certainty,
            prediction.intensity,
            whole,
            &prediction.probabilities,
        ));
        for window in &prediction.windows {
            let span_s = (window.start_s, window.end_s);
            let probabilities = &window.probabilities;
            rows.push(row(
                entry,
                &time,
                "",
                window.intensity,
                span_s,
                probabilities,
            ));
        }
    }
    let is_used = |column: &usize| rows.iter().any(|row| !row[*column].is_empty());
    let columns: Vec<usize> = (0..head.len()).filter(is_used).collect();
    let mut csv = '\u{feff}'.to_string();
    for row in std::iter::once(&head).chain(&rows) {
        let cells: Vec<&str> = columns.iter().map(|&column| row[column].as_str()).collect();
        csv += &cells.join(",");
        csv += "\r\n";
    }
    csv
}

fn row(
    entry: &Entry,
    time: &str,
    certainty: &str,
    intensity: Option<Intensity>,
    (start_s, end_s): (f32, f32),
    probabilities: &Probabilities,
) -> Vec<String> {
    let text = |text: &Option<String>| text.as_deref().map(quoted).unwrap_or_default();
    let seconds = |at_s: f32| fixed(at_s, 2);
    let (emotion, confidence) = probabilities.top();
    let trimmed = |end: fn(&(f32, f32)) -> f32| {
        let at_s = entry.part_s.as_ref().map(end);
        at_s.map(seconds).unwrap_or_default()
    };
    let mut row = vec![
        time.to_owned(),
        text(&entry.source),
        text(&entry.model),
        trimmed(|part_s| part_s.0),
        trimmed(|part_s| part_s.1),
        seconds(start_s),
        seconds(end_s),
        emotion.code().to_owned(),
        fixed(confidence, 4),
        certainty.to_owned(),
        intensity.map(|one| fixed(one.value, 4)).unwrap_or_default(),
        entry.heard_as.map_or("", Emotion::code).to_owned(),
    ];
    row.extend(Emotion::ALL.into_iter().map(|emotion| {
        let found = probabilities.iter().find(|(label, _)| *label == emotion);
        found.map(|(_, share)| fixed(share, 4)).unwrap_or_default()
    }));
    row
}

#[cfg(test)]
pub(crate) mod tests {
    use vocabulary::{BandAccuracy, ConfidenceBand, LabelSet, WindowPrediction};

    use super::*;

    pub(crate) fn entry(source: Option<&str>, values: [f32; 5]) -> Entry {
        let probabilities = Probabilities::new(&LabelSet::five(), &values).expect("a distribution");
        Entry {
            at_ms: 1_700_000_000_000.0,
            source: source.map(str::to_owned),
            part_s: None,
            model: None,
            prediction: Prediction {
                duration_s: 5.0,
                speech_s: 3.0,
                notes: Vec::new(),
                certainty: BandAccuracy {
                    band: ConfidenceBand::High,
                    min_confidence: 0.8,
                    accuracy: None,
                },
                intensity: None,
                distance: None,
                speech: Vec::new(),
                turns: Vec::new(),
                channels: Vec::new(),
                windows: vec![WindowPrediction {
                    start_s: 1.0,
                    end_s: 5.0,
                    probabilities: probabilities.clone(),
                    intensity: None,
                }],
                probabilities,
            },
            heard_as: None,
            known: Known::Nothing,
        }
    }

    const SAD: [f32; 5] = [0.0, 0.0, 0.9, 0.1, 0.0];
    const HAPPY: [f32; 5] = [0.25, 0.75, 0.0, 0.0, 0.0];

    #[test]
    fn what_was_deleted_is_remembered_until_it_is_taken_back() {
        let of = |at_ms: f64, source: &str| Entry {
            at_ms,
            ..entry(Some(source), [0.2; 5])
        };
        let [one, two] = [of(1.0, "one.wav"), of(2.0, "two.wav")];
        let both = [one.clone(), two.clone()];
        assert_eq!(deleted(vec![0.5], &both, &both[1..]), [0.5, 1.0]);
        assert_eq!(deleted(vec![0.5, 1.0], &both[1..], &both), [0.5]);
        let renamed = of(2.0, "three.wav");
        assert!(deleted(Vec::new(), &both, &[one.clone(), renamed]).is_empty());
        let again = of(3.0, "one.wav");
        assert!(deleted(Vec::new(), &both, &[again, two]).is_empty());
        let many = (0..MAX_ENTRIES).map(|idx| idx as f64 + 10.0).collect();
        let latest = deleted(many, &[one], &[]);
        assert_eq!((latest.len(), latest[0]), (MAX_ENTRIES, 11.0));
    }

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
    }

    #[test]
    fn no_two_were_found_at_the_same_time() {
        let entries = with_newest(Vec::new(), entry(Some("a.wav"), SAD));
        let entries = with_newest(entries, entry(Some("b.wav"), SAD));
        assert_eq!(entries[0].at_ms, entries[1].at_ms + 1.0);
    }

    #[test]
    fn only_the_newest_keep_their_windows() {
        let mut long = entry(Some("long.wav"), SAD);
        long.prediction.windows = vec![long.prediction.windows[0].clone(); MAX_WINDOWS - 1];
        let entries = with_newest(with_newest(Vec::new(), entry(None, HAPPY)), long);
        let entries = with_newest(entries, entry(Some("a.wav"), HAPPY));
        let kept: Vec<_> = entries
            .iter()
            .map(|entry| entry.prediction.windows.len())
            .collect();
        assert_eq!(kept, [1, MAX_WINDOWS - 1, 0]);
    }

    #[test]
    fn what_earlier_versions_stored_is_read() {
        let json = serde_json::to_string(&entry(None, SAD)).expect("JSON");
        let older = json.replace("\"part_s\":null,\"model\":null,", "");
        assert!(older.len() < json.len());
        assert_eq!(
            serde_json::from_str::<Entry>(&older).ok(),
            Some(entry(None, SAD))
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
    fn csv_has_a_line_for_the_clip_and_for_each_window() {
        let mut entry = entry(Some("=\"x\""), HAPPY);
        entry.heard_as = Some(Emotion::Sad);
        entry.part_s = Some((1.5, 6.5));
        entry.model = Some("bilstm".to_owned());
        entry.prediction.intensity = Some(Intensity::of(0.5));
        let csv = to_csv(&[entry], |at_ms| format!("T{at_ms}"));
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 3);
        let head = "\u{feff}time,source,model,trim_start_s,trim_end_s,start_s,end_s,emotion,confidence,certainty,\
                    intensity,heard_as";
        assert_eq!(lines[0], format!("{head},angry,happy,sad,neutral,surprise"));
        let expected = "T1700000000000,\"'=\"\"x\"\"\",\"bilstm\",1.50,6.50,0.00,5.00,happy,0.7500,high,0.5000,sad,\
                        0.2500,0.7500,0.0000,0.0000,0.0000";
        assert_eq!(lines[1], expected);
        assert!(lines[2].contains(",1.00,5.00,happy,"));
    }

    #[test]
    fn no_column_of_a_table_is_empty() {
        let csv = to_csv(&[entry(None, SAD)], |_| "now".to_owned());
        let head = "\u{feff}time,start_s,end_s,emotion,confidence,certainty,angry,happy,sad,neutral,surprise";
        assert_eq!(csv.lines().next(), Some(head));
    }

    #[test]
    fn json_has_the_time_as_people_read_it() {
        let json = to_json(&entry(None, SAD), |_| "2026-11-28T03:13:00.000Z".to_owned());
        let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(value["time"], "2026-11-28T03:13:00.000Z");
        assert_eq!(value["prediction"]["certainty"]["band"], "high");
    }
}
