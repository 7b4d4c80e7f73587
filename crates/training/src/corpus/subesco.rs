//! SUBESCO: clips named `F_01_OISHI_S_10_ANGRY_1`: sex, number and name of the speaker, `S` and the
//! sentence, emotion, take.
//!
//! Source: Sultana et al. 2021, PLoS ONE 16(4):e0250173

use std::path::Path;

use super::Entry;

/// What a name of SUBESCO's tells. Men and women are numbered apart, so both make the speaker.
pub(super) fn entry(path: &Path) -> Option<Entry> {
    let fields: Vec<&str> = path.file_stem()?.to_str()?.split('_').collect();
    let &[
        sex @ ("F" | "M"),
        number,
        _name,
        "S",
        sentence,
        emotion,
        take,
    ] = fields.as_slice()
    else {
        return None;
    };
    let are_numbers = [number, sentence, take]
        .iter()
        .all(|number| number.parse::<u32>().is_ok());
    are_numbers.then(|| Entry {
        path: path.to_owned(),
        speaker: format!("{sex}_{number}"),
        sex: Some(sex.to_owned()),
        emotion: emotion.to_lowercase(),
        sentence: Some(sentence.to_owned()),
        acted: None,
        recording: Some(fields.join("_")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_published_names() {
        let neutral = entry(Path::new("SUBESCO/F_02_MONIKA_S_1_NEUTRAL_5.wav")).expect("a clip");
        assert_eq!(
            (neutral.speaker.as_str(), neutral.sex.as_deref()),
            ("F_02", Some("F"))
        );
        assert_eq!(
            (neutral.emotion.as_str(), neutral.sentence.as_deref()),
            ("neutral", Some("1"))
        );
    }

    #[test]
    fn other_names_are_no_clips() {
        for name in [
            "F_02_MONIKA_S_1_NEUTRAL.wav",
            "X_02_MONIKA_S_1_NEUTRAL_5.wav",
            "F_02_MONIKA_W_1_NEUTRAL_5.wav",
        ] {
            assert_eq!(entry(Path::new(name)), None, "{name}");
        }
    }
}
