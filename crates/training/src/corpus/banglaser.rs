//! BanglaSER as published: a folder per speaker, clips named `AA-BB-EE-II-SS-RR-GG`.
//!
//! Source: Das et al. 2022, Data in Brief 42:108091. EE emotion, SS sentence, RR repetition, GG
//! speaker (odd is male). The emotion numbers are not RAVDESS's.

use std::{fs, path::Path};

use emotion::Emotion;

use super::Clip;

/// Every clip below `root` whose name has BanglaSER's form.
pub(super) fn read(root: &Path) -> anyhow::Result<Vec<Clip>> {
    let mut clips = Vec::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.is_dir() {
            clips.extend(read(&path)?);
        } else {
            clips.extend(clip(&path));
        }
    }
    Ok(clips)
}

fn clip(path: &Path) -> Option<Clip> {
    let stem = path.file_stem()?.to_str()?;
    let fields: Vec<&str> = stem.split('-').collect();
    let &[_, _, emotion, _, _, _, speaker] = fields.as_slice() else {
        return None;
    };
    let emotion = match emotion {
        "01" => Emotion::Happy,
        "02" => Emotion::Sad,
        "03" => Emotion::Angry,
        "04" => Emotion::Surprise,
        "05" => Emotion::Neutral,
        _ => return None,
    };
    let is_male = speaker.parse::<u32>().ok()? % 2 == 1;
    Some(Clip {
        path: path.to_owned(),
        speaker: speaker.to_owned(),
        sex: Some(if is_male { "M" } else { "F" }.to_owned()),
        emotion,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_published_names() {
        let happy = clip(Path::new("Actor 01/03-01-01-01-02-03-01.wav")).expect("a clip");
        assert_eq!(happy.emotion, Emotion::Happy);
        assert_eq!(
            (happy.speaker.as_str(), happy.sex.as_deref()),
            ("01", Some("M"))
        );
        let neutral = clip(Path::new("03-01-05-01-02-03-34.flac")).expect("a clip");
        assert_eq!(neutral.emotion, Emotion::Neutral);
        assert_eq!(neutral.sex.as_deref(), Some("F"));
    }

    #[test]
    fn other_names_are_no_clips() {
        for name in ["readme.txt", "03-01-09-01-02-03-01.wav", "a-b.wav"] {
            assert_eq!(clip(Path::new(name)), None, "{name}");
        }
    }
}
