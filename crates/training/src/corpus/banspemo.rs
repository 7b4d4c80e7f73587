//! BANSpEmo: clips named `ss1_s2_sp03_m_04`: set and number of the sentence, speaker, sex, emotion.
//!
//! Source: Hussain et al. 2023, arXiv:2312.14020. Public programs agree about the form of the names and
//! contradict each other about the emotions' numbers; this is the order of the corpus's description.

use std::path::Path;

use super::Entry;

/// The emotions, from 01.
const EMOTIONS: [&str; 6] = ["disgust", "happy", "sad", "surprise", "angry", "fear"];

/// What a name of BANSpEmo's tells.
pub(super) fn entry(path: &Path) -> Option<Entry> {
    let name = path.file_stem()?.to_str()?.to_lowercase();
    let fields: Vec<&str> = name.split('_').collect();
    let &[set, sentence, speaker, sex @ ("f" | "m"), emotion] = fields.as_slice() else {
        return None;
    };
    let number = |field: &str, prefix: &str| field.strip_prefix(prefix)?.parse::<u32>().ok();
    number(set, "ss")?;
    number(sentence, "s")?;
    number(speaker, "sp")?;
    let from_one: usize = emotion.parse().ok()?;
    Some(Entry {
        path: path.to_owned(),
        speaker: format!("{sex}_{speaker}"),
        sex: Some(sex.to_uppercase()),
        emotion: (*EMOTIONS.get(from_one.checked_sub(1)?)?).to_owned(),
        sentence: Some(format!("{set}_{sentence}")),
        acted: None,
        recording: Some(name.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_of_the_known_form() {
        let angry = entry(Path::new("BANSpEmo/ss2_s6_sp11_f_05.wav")).expect("a clip");
        assert_eq!(
            (angry.speaker.as_str(), angry.sex.as_deref()),
            ("f_sp11", Some("F"))
        );
        assert_eq!(
            (angry.emotion.as_str(), angry.sentence.as_deref()),
            ("angry", Some("ss2_s6"))
        );
    }

    #[test]
    fn other_names_are_no_clips() {
        for name in [
            "ss1_s1_sp01_m_07.wav",
            "ss1_s1_sp01_m_00.wav",
            "ss1_s1_sp01_x_01.wav",
            "ss1_s1_sp01_m.wav",
            "s1_s1_sp_m_01.wav",
        ] {
            assert_eq!(entry(Path::new(name)), None, "{name}");
        }
    }
}
