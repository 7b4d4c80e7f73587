//! How sure a prediction is, in three steps that have words.

use serde::{Deserialize, Serialize};

/// How sure a prediction is, by the probability of its top emotion.
///
/// Bounds: above 0.80, 0.60 to 0.80, below 0.60, as the paper behind the project draws them.
/// They are conventions, not measured accuracies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceBand {
    /// Above 0.80.
    High,
    /// 0.60 to 0.80.
    Medium,
    /// Below 0.60.
    Low,
}

impl ConfidenceBand {
    /// Band of a probability in `[0, 1]`.
    pub fn of(probability: f32) -> Self {
        if probability > 0.80 {
            Self::High
        } else if probability >= 0.60 {
            Self::Medium
        } else {
            Self::Low
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_middle_band() {
        use ConfidenceBand::{High, Low, Medium};
        let bands = [0.81, 0.80, 0.60, 0.59].map(ConfidenceBand::of);
        assert_eq!(bands, [High, Medium, Medium, Low]);
    }
}
