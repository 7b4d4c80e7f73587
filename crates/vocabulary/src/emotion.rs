//! The emotions that the project has words for.

use std::{error::Error, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An emotion that a voice expresses, as a listener would label it.
///
/// These are all that a model can be trained on; which of them a model tells apart, and in what
/// order, says its [`LabelSet`](crate::LabelSet).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emotion {
    /// Angry, রাগান্বিত.
    Angry,
    /// Happy, খুশি.
    Happy,
    /// Sad, দুঃখিত.
    Sad,
    /// Neutral, স্বাভাবিক.
    Neutral,
    /// Surprise, অবাক.
    Surprise,
    /// Fear, ভীত.
    Fear,
    /// Disgust, বিতৃষ্ণ.
    Disgust,
    /// Contempt, অবজ্ঞাপূর্ণ.
    Contempt,
}

impl Emotion {
    /// Every emotion.
    pub const ALL: [Self; 8] = [
        Self::Angry,
        Self::Happy,
        Self::Sad,
        Self::Neutral,
        Self::Surprise,
        Self::Fear,
        Self::Disgust,
        Self::Contempt,
    ];

    /// Stable lower-case name: in JSON, in file formats and in class names.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Happy => "happy",
            Self::Sad => "sad",
            Self::Neutral => "neutral",
            Self::Surprise => "surprise",
            Self::Fear => "fear",
            Self::Disgust => "disgust",
            Self::Contempt => "contempt",
        }
    }

    /// Label in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Angry => "Angry",
            Self::Happy => "Happy",
            Self::Sad => "Sad",
            Self::Neutral => "Neutral",
            Self::Surprise => "Surprise",
            Self::Fear => "Fear",
            Self::Disgust => "Disgust",
            Self::Contempt => "Contempt",
        }
    }

    /// Label in Bengali.
    pub const fn label_bn(self) -> &'static str {
        match self {
            Self::Angry => "রাগান্বিত",
            Self::Happy => "খুশি",
            Self::Sad => "দুঃখিত",
            Self::Neutral => "স্বাভাবিক",
            Self::Surprise => "অবাক",
            Self::Fear => "ভীত",
            Self::Disgust => "বিতৃষ্ণ",
            Self::Contempt => "অবজ্ঞাপূর্ণ",
        }
    }
}

impl fmt::Display for Emotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Emotion {
    type Err = UnknownEmotion;

    /// Reads a [`code`](Self::code), in any case.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|emotion| emotion.code().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownEmotion(name.to_owned()))
    }
}

/// A name that is no [`Emotion::code`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEmotion(pub String);

impl fmt::Display for UnknownEmotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Emotion::ALL.map(Emotion::code).join(", ");
        write!(f, "unknown emotion '{}'; known: {known}", self.0)
    }
}

impl Error for UnknownEmotion {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_listed() {
        let error = serde_json::from_str::<Emotion>("\"\"").expect_err("no emotion");
        let said = error.to_string();
        // "unknown variant ``, expected one of `angry`, `happy`, ..."
        let expected = said.split_once("expected").expect("serde lists them").1;
        let known: Vec<_> = expected.split('`').skip(1).step_by(2).collect();
        assert_eq!(known, Emotion::ALL.map(Emotion::code));
    }

    #[test]
    fn code_is_what_serde_writes_and_from_str_reads() {
        for emotion in Emotion::ALL {
            let json = serde_json::to_string(&emotion).expect("serialises");
            assert_eq!(json, format!("\"{}\"", emotion.code()));
            assert_eq!(emotion.code().to_uppercase().parse(), Ok(emotion));
        }
        assert_eq!(
            "bored".parse::<Emotion>(),
            Err(UnknownEmotion("bored".to_owned()))
        );
    }
}
