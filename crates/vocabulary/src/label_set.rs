//! The emotions that one model tells apart.

use std::{error::Error, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Emotion, UnknownEmotion};

/// The emotions that a model tells apart, in class order: logit `i` belongs to label `i`.
///
/// In JSON a list of codes, on the command line the codes between commas.
/// Invariant: at least two labels, none twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Emotion>", into = "Vec<Emotion>")]
pub struct LabelSet(Vec<Emotion>);

/// Why a list of emotions is no [`LabelSet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotLabels {
    /// A name that is no emotion.
    Unknown(UnknownEmotion),
    /// An emotion occurs twice.
    Repeated(Emotion),
    /// Fewer than two emotions.
    TooFew,
}

impl LabelSet {
    /// Takes labels in class order.
    ///
    /// # Errors
    /// [`NotLabels`] when there are fewer than two or one occurs twice.
    pub fn new(labels: Vec<Emotion>) -> Result<Self, NotLabels> {
        let repeated = (1..labels.len()).find(|&idx| labels[..idx].contains(&labels[idx]));
        match repeated {
            Some(idx) => Err(NotLabels::Repeated(labels[idx])),
            None if labels.len() < 2 => Err(NotLabels::TooFew),
            None => Ok(Self(labels)),
        }
    }

    /// Angry, happy, sad, neutral, surprise: the labels of BanglaSER.
    pub fn five() -> Self {
        Self(Emotion::ALL[..5].to_vec())
    }

    /// Number of labels, at least two.
    pub fn n_labels(&self) -> usize {
        self.0.len()
    }

    /// The labels in class order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Emotion> + '_ {
        self.0.iter().copied()
    }

    /// Class index of `emotion`, `0..n_labels`; `None` where it is no label.
    pub fn class_idx(&self, emotion: Emotion) -> Option<usize> {
        self.0.iter().position(|&label| label == emotion)
    }
}

impl Default for LabelSet {
    /// [`LabelSet::five`].
    fn default() -> Self {
        Self::five()
    }
}

impl TryFrom<Vec<Emotion>> for LabelSet {
    type Error = NotLabels;

    fn try_from(labels: Vec<Emotion>) -> Result<Self, Self::Error> {
        Self::new(labels)
    }
}

impl From<LabelSet> for Vec<Emotion> {
    fn from(labels: LabelSet) -> Self {
        labels.0
    }
}

impl fmt::Display for LabelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.iter().map(Emotion::code).collect();
        f.write_str(&codes.join(","))
    }
}

impl FromStr for LabelSet {
    type Err = NotLabels;

    /// Reads codes between commas.
    fn from_str(codes: &str) -> Result<Self, Self::Err> {
        let labels = codes.split(',').map(|code| code.trim().parse());
        Self::new(
            labels
                .collect::<Result<_, _>>()
                .map_err(NotLabels::Unknown)?,
        )
    }
}

impl fmt::Display for NotLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(unknown) => unknown.fmt(f),
            Self::Repeated(emotion) => write!(f, "label {emotion} occurs twice"),
            Self::TooFew => f.write_str("a label set has at least two emotions"),
        }
    }
}

impl Error for NotLabels {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_keep_their_order() {
        let five = LabelSet::five();
        assert_eq!(five.to_string(), "angry,happy,sad,neutral,surprise");
        assert_eq!(five.class_idx(Emotion::Surprise), Some(4));
        assert_eq!(five.class_idx(Emotion::Fear), None);
    }

    #[test]
    fn text_and_json_say_the_same() {
        let labels: LabelSet = "fear, Angry,disgust".parse().expect("labels");
        let json = serde_json::to_string(&labels).expect("serialises");
        assert_eq!(json, r#"["fear","angry","disgust"]"#);
        assert_eq!(serde_json::from_str::<LabelSet>(&json).ok(), Some(labels));
    }

    #[test]
    fn refuses_what_is_no_set_of_labels() {
        let bored = UnknownEmotion("bored".to_owned());
        for (codes, refusal) in [
            ("angry", NotLabels::TooFew),
            ("sad,angry,sad", NotLabels::Repeated(Emotion::Sad)),
            ("angry,bored", NotLabels::Unknown(bored)),
        ] {
            assert_eq!(codes.parse::<LabelSet>(), Err(refusal));
        }
        for json in ["[]", r#"["angry","angry"]"#, r#"["angry","bored"]"#] {
            assert!(serde_json::from_str::<LabelSet>(json).is_err(), "{json}");
        }
    }
}
