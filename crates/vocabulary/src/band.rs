//! How sure a prediction is, in four steps that have words.

use serde::{Deserialize, Serialize};

/// How sure a prediction is; the bounds are the model's, see [`Calibration`](crate::Calibration).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceBand {
    /// Right in about 8 of 10 such cases or more.
    High,
    /// Right in about 6 of 10 or more.
    Medium,
    /// Less often.
    Low,
    /// The least sure fifth of the answers, and those to voices unlike what the model learnt from: as good as none.
    Unclear,
}

impl ConfidenceBand {
    /// Stable lower-case name, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Unclear => "unclear",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_serde_writes() {
        use ConfidenceBand::{High, Low, Medium, Unclear};
        for band in [High, Medium, Low, Unclear] {
            let json = serde_json::to_string(&band).expect("serialises");
            assert_eq!(json, format!("\"{}\"", band.code()));
        }
    }
}
