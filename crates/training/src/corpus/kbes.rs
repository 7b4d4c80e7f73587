//! KBES: clips named `E-I-G-...`: emotion, intensity, sex of the speaker, and more that is not read.
//!
//! Source: Billah et al. 2023, Data in Brief 51:109741; the first three numbers as a public program reads
//! them. The names do not tell who speaks: all women count as one speaker and all men as another, so that
//! nobody is ever on two sides of a split.

use std::path::Path;

use super::{Acted, Entry, seven_numbers};

/// The emotions, from 1.
const EMOTIONS: [&str; 5] = ["neutral", "happy", "sad", "angry", "disgust"];

/// What a name of KBES's tells.
pub(super) fn entry(path: &Path) -> Option<Entry> {
    if seven_numbers::banglaser(path).is_some() {
        return None;
    }
    let name = path.file_stem()?.to_str()?;
    let mut numbers = name
        .split('-')
        .map(|field| field.trim().parse::<usize>().ok());
    let (emotion, intensity, sex) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let acted = match intensity {
        1 => Acted::Normal,
        2 => Acted::Strong,
        _ => return None,
    };
    let sex = match sex {
        0 => "F",
        1 => "M",
        _ => return None,
    };
    Some(Entry {
        path: path.to_owned(),
        speaker: format!("unknown_{sex}"),
        sex: Some(sex.to_owned()),
        emotion: (*EMOTIONS.get(emotion.checked_sub(1)?)?).to_owned(),
        sentence: None,
        acted: Some(acted),
        recording: Some(name.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_first_three_numbers() {
        let disgust = entry(Path::new("KBES/5-2-1-17.wav")).expect("a clip");
        assert_eq!(
            (disgust.emotion.as_str(), disgust.speaker.as_str()),
            ("disgust", "unknown_M")
        );
        assert_eq!(disgust.acted, Some(Acted::Strong));
        let neutral = entry(Path::new("1-1-0.wav")).expect("a clip");
        assert_eq!(
            (neutral.emotion.as_str(), neutral.sex.as_deref()),
            ("neutral", Some("F"))
        );
        assert_eq!(neutral.acted, Some(Acted::Normal));
    }

    #[test]
    fn other_names_are_no_clips() {
        for name in [
            "6-1-0-1.wav",
            "1-3-0-1.wav",
            "1-1-2-1.wav",
            "1-1.wav",
            "a-1-0.wav",
            "03-01-01-01-01-01-01.wav",
        ] {
            assert_eq!(entry(Path::new(name)), None, "{name}");
        }
    }
}
