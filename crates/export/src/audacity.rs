//! Audacity's label track (Audacity manual, "Importing and Exporting Labels"): start, end and label between tabs.

use crate::{Clip, intervals, number::seconds};

/// A line for each interval, `12.000<TAB>15.250<TAB>A: happy 71 %`.
pub fn audacity(clip: &Clip<'_>) -> String {
    let intervals = intervals(clip.prediction);
    let lines = intervals.iter().map(|one| {
        let (start_s, end_s) = (seconds(one.start_ms), seconds(one.end_ms));
        format!("{start_s}\t{end_s}\t{}\n", one.caption())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{dialogue, nothing};

    fn written(prediction: &vocabulary::Prediction) -> String {
        audacity(&Clip {
            name: "a\tb\n",
            model: "m",
            prediction,
        })
    }

    #[test]
    fn a_line_has_three_fields() {
        let expected = "0.500\t4.000\tA: happy 71 %\n3.000\t6.250\tB: sad 90 %\n6.250\t6.500\tA\n\
                        8.000\t10.000\tA: unclear\n";
        assert_eq!(written(&dialogue()), expected);
        assert_eq!(written(&nothing()), "");
    }
}
