//! How strongly a voice expresses its emotion.

use serde::{Deserialize, Serialize};

/// How strongly a voice expresses an emotion, compared with acted examples of the same emotion.
///
/// It is no confidence, and no measure of what somebody feels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intensity {
    /// Share of the acted examples that are weaker, `[0, 1]`.
    pub value: f32,
    /// The third in which that is.
    pub word: Strength,
}

/// A third of the acted examples of an emotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// The weakest.
    Mild,
    /// Those between.
    Moderate,
    /// The strongest.
    Strong,
}

impl Intensity {
    /// Stronger than this share of the acted examples, `[0, 1]`.
    pub fn of(value: f32) -> Self {
        let word = match value * 3.0 {
            ..1.0 => Strength::Mild,
            ..2.0 => Strength::Moderate,
            _ => Strength::Strong,
        };
        Self { value, word }
    }
}

impl Strength {
    /// Stable lower-case name, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Strong => "strong",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_thirds() {
        use Strength::{Mild, Moderate, Strong};
        let words = [0.0, 0.33, 0.34, 0.66, 0.67, 1.0].map(|value| Intensity::of(value).word);
        assert_eq!(words, [Mild, Mild, Moderate, Moderate, Strong, Strong]);
    }

    #[test]
    fn code_is_what_serde_writes() {
        for strength in [Strength::Mild, Strength::Moderate, Strength::Strong] {
            let json = serde_json::to_string(&strength).expect("serialises");
            assert_eq!(json, format!("\"{}\"", strength.code()));
        }
    }
}
