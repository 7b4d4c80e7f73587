//! Past results over days and weeks: how many recordings sounded how.

use std::collections::BTreeMap;

use vocabulary::Emotion;

use crate::{fixed::fixed, history::Entry, i18n::emotion_words::answer};

/// Days since 1970-01-01 where the reader is.
pub type Day = i32;

/// How long a period is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// A day.
    #[default]
    Day,
    /// Seven days from a Sunday on, as in Bangladesh.
    Week,
}

/// A day or a week in which there are results.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// Its first day.
    pub first_day: Day,
    /// Results by emotion, as the user says or as it was heard; those that are unclear come first, under `None`.
    pub counts: BTreeMap<Option<Emotion>, usize>,
}

impl Length {
    /// The first day of the period that a day is in.
    const fn first_day(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            // 1970-01-01 was a Thursday, four days after a Sunday.
            Self::Week => day - (day + 4).rem_euclid(7),
        }
    }
}

impl Period {
    /// All its results.
    pub fn n_results(&self) -> usize {
        self.counts.values().sum()
    }
}

/// Periods with results, the newest first. What several voices sound like together is nobody's and does not count.
pub fn periods(entries: &[Entry], length: Length, day_of: impl Fn(f64) -> Day) -> Vec<Period> {
    let mut periods = BTreeMap::<Day, BTreeMap<Option<Emotion>, usize>>::new();
    for entry in entries {
        if entry.prediction.is_of_several() {
            continue;
        }
        let first_day = length.first_day(day_of(entry.at_ms));
        let emotion = entry.heard_as.or(answer(&entry.prediction));
        *periods
            .entry(first_day)
            .or_default()
            .entry(emotion)
            .or_default() += 1;
    }
    let periods = periods.into_iter().rev();
    periods
        .map(|(first_day, counts)| Period { first_day, counts })
        .collect()
}

/// Periods as a table for spreadsheets: first day, number of results, of those that are unclear, and of every emotion
/// that there is.
pub fn to_csv(periods: &[Period], iso_date: impl Fn(Day) -> String) -> String {
    let is_heard = |emotion: &Emotion| {
        let mut counts = periods.iter().map(|period| &period.counts);
        counts.any(|counts| counts.contains_key(&Some(*emotion)))
    };
    let emotions: Vec<Emotion> = Emotion::ALL.into_iter().filter(is_heard).collect();
    let mut csv = "\u{feff}first_day,results,unclear".to_owned();
    for emotion in &emotions {
        csv += ",";
        csv += emotion.code();
    }
    for period in periods {
        let of = |emotion| period.counts.get(&emotion).copied().unwrap_or_default();
        let counts = [period.n_results(), of(None)].into_iter();
        let counts = counts.chain(emotions.iter().map(|emotion| of(Some(*emotion))));
        csv += "\r\n";
        csv += &iso_date(period.first_day);
        for count in counts {
            csv += ",";
            csv += &fixed(count as f64, 0);
        }
    }
    csv + "\r\n"
}

#[cfg(test)]
mod tests {
    use vocabulary::{Calibration, LabelSet, Prediction, Probabilities};

    use super::*;

    const DAY_MS: f64 = 86_400_000.0;

    fn entry(day: Day, angry: f32, heard_as: Option<Emotion>) -> Entry {
        let values = [angry, 0.0, 1.0 - angry, 0.0, 0.0];
        Entry {
            at_ms: f64::from(day) * DAY_MS,
            source: None,
            part_s: None,
            model: None,
            prediction: Prediction {
                duration_s: 3.0,
                speech_s: 3.0,
                notes: Vec::new(),
                probabilities: Probabilities::new(&LabelSet::five(), &values)
                    .expect("a distribution"),
                certainty: Calibration::default().band_of(angry, None),
                intensity: None,
                distance: None,
                speech: Vec::new(),
                windows: Vec::new(),
                turns: Vec::new(),
                channels: Vec::new(),
            },
            heard_as,
            known: Default::default(),
        }
    }

    fn day(at_ms: f64) -> Day {
        (at_ms / DAY_MS) as Day
    }

    #[test]
    fn what_a_person_says_counts_before_what_was_heard() {
        let entries = [
            entry(20_000, 0.9, None),
            entry(20_000, 0.9, Some(Emotion::Happy)),
            entry(20_003, 0.9, None),
        ];
        let found = periods(&entries, Length::Day, day);
        assert_eq!(
            found.iter().map(|one| one.first_day).collect::<Vec<_>>(),
            [20_003, 20_000]
        );
        let counts = &found[1].counts;
        assert_eq!(counts[&Some(Emotion::Angry)], 1);
        assert_eq!(counts[&Some(Emotion::Happy)], 1);
        assert_eq!(found[1].n_results(), 2);
    }

    #[test]
    fn weeks_begin_on_sundays() {
        // 2024-10-04 was day 20_000, a Friday.
        for (day, expected) in [
            (20_000, 19_995),
            (19_995, 19_995),
            (19_994, 19_988),
            (20_002, 20_002),
            (-1, -4),
        ] {
            assert_eq!(Length::Week.first_day(day), expected);
        }
        let entries = [entry(19_995, 0.9, None), entry(20_001, 0.9, None)];
        let found = periods(&entries, Length::Week, day);
        assert_eq!((found.len(), found[0].n_results()), (1, 2));
    }

    #[test]
    fn csv_has_a_line_for_each_period_and_no_column_without_need() {
        let entries = [
            entry(20_000, 0.9, None),
            entry(20_001, 0.1, Some(Emotion::Sad)),
        ];
        let csv = to_csv(&periods(&entries, Length::Day, day), |day| {
            format!("D{day}")
        });
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(
            lines,
            [
                "\u{feff}first_day,results,unclear,angry,sad",
                "D20001,1,0,0,1",
                "D20000,1,0,1,0",
            ]
        );
    }
}
