//! BanglaSER and RAVDESS: clips named `AA-BB-EE-II-SS-RR-GG`, two digits each.
//!
//! EE emotion, II intensity, SS sentence, RR repetition, GG speaker (odd is male). The two number their emotions
//! differently. BanglaSER's intensity is not read: it follows from the emotion (all angry and surprised clips have 02,
//! all others 01). RAVDESS's AA tells a film (01), a film without sound (02) and the sound alone (03), which are one
//! recording; its BB speech (01) and song (02).
//! Sources: Das et al. 2022, Data in Brief 42:108091; Livingstone and Russo 2018, PLoS ONE 13(5):e0196391

use std::path::Path;

use super::{Acted, Entry};

/// BanglaSER's emotions, from 01.
const BANGLASER: [&str; 5] = ["happy", "sad", "angry", "surprise", "neutral"];

/// RAVDESS's emotions, from 01: its "fearful" and "surprised" are our fear and surprise.
const RAVDESS: [&str; 8] = [
    "neutral", "calm", "happy", "sad", "angry", "fear", "disgust", "surprise",
];

/// In the place of RAVDESS's songs' emotion, so that they are counted among what is left out.
const SONG: &str = "song";

/// What a name of BanglaSER's tells.
pub(super) fn banglaser(path: &Path) -> Option<Entry> {
    entry(path, &BANGLASER)
}

/// What a name of RAVDESS's tells; a film without sound is no clip.
pub(super) fn ravdess(path: &Path) -> Option<Entry> {
    let [sound, channel, recording @ ..] = numbers(path)?;
    let acted = match recording[1] {
        "01" => Some(Acted::Normal),
        "02" => Some(Acted::Strong),
        _ => None,
    };
    let entry = entry(path, &RAVDESS)?;
    let emotion = if channel == "02" {
        SONG.to_owned()
    } else {
        entry.emotion
    };
    (sound != "02").then(|| Entry {
        emotion,
        acted,
        recording: Some(format!("{channel}-{}", recording.join("-"))),
        ..entry
    })
}

/// Whether the name has an emotion that RAVDESS has and BanglaSER lacks.
pub(super) fn is_ravdess(path: &Path) -> bool {
    let beyond = BANGLASER.len() + 1..=RAVDESS.len();
    numbers(path).is_some_and(|[_, _, emotion, ..]| {
        emotion
            .parse()
            .is_ok_and(|emotion| beyond.contains(&emotion))
    })
}

fn entry(path: &Path, emotions: &[&str]) -> Option<Entry> {
    let [_, _, emotion, _, sentence, _, speaker] = numbers(path)?;
    let from_one: usize = emotion.parse().ok()?;
    let known = from_one.checked_sub(1).and_then(|idx| emotions.get(idx));
    let is_male = speaker.parse::<u32>().ok()? % 2 == 1;
    Some(Entry {
        path: path.to_owned(),
        speaker: speaker.to_owned(),
        sex: Some(if is_male { "M" } else { "F" }.to_owned()),
        emotion: known.copied().unwrap_or(emotion).to_owned(),
        sentence: Some(sentence.to_owned()),
        acted: None,
        recording: path.file_stem()?.to_str().map(str::to_owned),
    })
}

fn numbers(path: &Path) -> Option<[&str; 7]> {
    let fields: Vec<&str> = path.file_stem()?.to_str()?.split('-').collect();
    let are_numbers = fields
        .iter()
        .all(|field| field.len() == 2 && field.bytes().all(|byte| byte.is_ascii_digit()));
    fields.try_into().ok().filter(|_| are_numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_published_names() {
        let happy = banglaser(Path::new("Actor 01/03-01-01-01-02-03-01.wav")).expect("a clip");
        assert_eq!(
            (happy.speaker.as_str(), happy.sex.as_deref()),
            ("01", Some("M"))
        );
        assert_eq!(
            (happy.emotion.as_str(), happy.sentence.as_deref()),
            ("happy", Some("02"))
        );
        let neutral = banglaser(Path::new("03-01-05-01-02-03-34.flac")).expect("a clip");
        assert_eq!(
            (neutral.emotion.as_str(), neutral.sex.as_deref()),
            ("neutral", Some("F"))
        );
        assert_eq!(neutral.acted, None, "it follows from the emotion");
        for (file, emotion) in [
            ("03-01-01-01-02-01-12.wav", "neutral"),
            ("03-01-02-01-02-01-12.wav", "calm"),
            ("03-01-05-01-02-01-12.wav", "angry"),
            ("03-01-08-01-02-01-12.wav", "surprise"),
            ("03-01-09-01-02-01-12.wav", "09"),
            ("03-01-00-01-02-01-12.wav", "00"),
        ] {
            let entry = ravdess(Path::new(file)).expect("a clip");
            assert_eq!(entry.emotion, emotion, "{file}");
        }
    }

    #[test]
    fn ravdess_tells_how_strongly_it_was_acted() {
        for (file, expected) in [
            ("03-01-05-01-02-01-12.wav", Some(Acted::Normal)),
            ("03-01-05-02-02-01-12.wav", Some(Acted::Strong)),
            ("03-01-05-03-02-01-12.wav", None),
        ] {
            let entry = ravdess(Path::new(file)).expect("a clip");
            assert_eq!(entry.acted, expected, "{file}");
        }
    }

    #[test]
    fn other_names_are_no_clips() {
        for name in ["readme.txt", "03-01-1-01-02-03-01.wav", "a-b.wav"] {
            assert_eq!(banglaser(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn only_ravdess_has_more_than_five_emotions() {
        for (file, expected) in [
            ("03-01-05-01-02-01-12.wav", false),
            ("03-01-06-01-02-01-12.wav", true),
            ("03-01-09-01-02-01-12.wav", false),
        ] {
            assert_eq!(is_ravdess(Path::new(file)), expected, "{file}");
        }
    }
}
