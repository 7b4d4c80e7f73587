//! What somebody's corrections of past results teach: how to lean answers to that person's clips.

use vocabulary::{Emotion, Probabilities, Shrinkage, bias};

use crate::history::{Entry, Known};

/// Fewer corrections teach nothing that was sure to help (docs/evaluation.md).
pub const MIN_CORRECTIONS: usize = 10;

/// What was made of corrections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lesson {
    /// Answers of which somebody said what they were.
    pub n_corrections: usize,
    /// Those of them that were right.
    pub n_right: usize,
    /// Those that would have been right, had all others been known before.
    pub n_right_after: usize,
    /// Those that would then have been another emotion.
    pub n_changed: usize,
    /// Of all corrections, for a profile.
    pub bias: Vec<f32>,
}

impl Lesson {
    /// Of what `model` answered where no voice was known; conversations are left out.
    pub fn of(entries: &[Entry], model: &str) -> Self {
        let (mut answers, mut classes) = (Vec::new(), Vec::new());
        for entry in entries {
            if let Some((answer, class_idx)) = correction(entry, model) {
                answers.push(answer);
                classes.push(class_idx);
            }
        }
        let mut lesson = Self {
            n_corrections: answers.len(),
            bias: bias(&answers, &classes, Shrinkage::default()),
            ..Self::default()
        };
        for (place, answer) in answers.iter().enumerate() {
            let (mut others, mut of_others) = (answers.clone(), classes.clone());
            others.remove(place);
            of_others.remove(place);
            let after = answer.biased(&bias(&others, &of_others, Shrinkage::default()));
            let (before, after) = (class_of(answer), class_of(&after));
            lesson.n_right += usize::from(before == Some(classes[place]));
            lesson.n_right_after += usize::from(after == Some(classes[place]));
            lesson.n_changed += usize::from(before != after);
        }
        lesson
    }

    /// Whether there is enough of it, and it would have been of use.
    pub const fn is_useful(&self) -> bool {
        self.n_corrections >= MIN_CORRECTIONS && self.n_right_after > self.n_right
    }
}

/// What was heard, as if nothing had been known, and the place of what it was among the labels.
fn correction(entry: &Entry, model: &str) -> Option<(Probabilities, usize)> {
    let heard = &entry.prediction.probabilities;
    let is_the_models = entry.model.as_deref() == Some(model);
    if !is_the_models || entry.prediction.is_of_several() {
        return None;
    }
    let plain = match &entry.known {
        Known::Nothing => heard.clone(),
        Known::Voice => return None,
        Known::Bias(bias) => heard.biased(&bias.iter().map(|value| -value).collect::<Vec<_>>()),
    };
    let class_idx = place_of(heard, entry.heard_as?)?;
    Some((plain, class_idx))
}

fn class_of(answer: &Probabilities) -> Option<usize> {
    place_of(answer, answer.top().0)
}

fn place_of(answer: &Probabilities, emotion: Emotion) -> Option<usize> {
    answer.iter().position(|(label, _)| label == emotion)
}

#[cfg(test)]
mod tests {
    use vocabulary::LabelSet;

    use super::*;
    use crate::history::tests::entry;

    /// Somebody whose surprise is heard as a happy voice, nearly.
    fn corrected(heard_as: Emotion) -> Entry {
        Entry {
            model: Some("a".to_owned()),
            heard_as: Some(heard_as),
            ..entry(None, [0.02, 0.5, 0.03, 0.02, 0.43])
        }
    }

    fn corrections(n: usize) -> Vec<Entry> {
        vec![corrected(Emotion::Surprise); n]
    }

    #[test]
    fn who_is_misheard_the_same_way_is_heard_after_ten_corrections() {
        let lesson = Lesson::of(&corrections(10), "a");
        let told = (lesson.n_right, lesson.n_right_after, lesson.n_changed);
        assert_eq!(told, (0, 10, 10));
        assert!(lesson.is_useful());
        assert!(!Lesson::of(&corrections(9), "a").is_useful(), "too few");
        let right = vec![corrected(Emotion::Happy); 12];
        assert!(!Lesson::of(&right, "a").is_useful(), "nothing was wrong");
    }

    #[test]
    fn what_another_model_or_a_known_voice_answered_teaches_nothing() {
        assert_eq!(Lesson::of(&corrections(10), "b").n_corrections, 0);
        let of_voice = |entry| Entry {
            known: Known::Voice,
            ..entry
        };
        let known: Vec<Entry> = corrections(10).into_iter().map(of_voice).collect();
        assert_eq!(Lesson::of(&known, "a"), Lesson::default());
        assert_eq!(Lesson::of(&[], "a"), Lesson::default());
    }

    #[test]
    fn answers_that_leaned_already_teach_the_same() {
        let first = Lesson::of(&corrections(12), "a");
        let leaning = |entry: Entry| {
            let mut leaning = entry.clone();
            leaning.prediction.probabilities = entry.prediction.probabilities.biased(&first.bias);
            leaning.known = Known::Bias(first.bias.clone());
            leaning
        };
        let later: Vec<Entry> = corrections(12).into_iter().map(leaning).collect();
        let second = Lesson::of(&later, "a");
        for (one, other) in first.bias.iter().zip(&second.bias) {
            assert!((one - other).abs() < 1e-3, "{one} {other}");
        }
        assert_eq!(LabelSet::five().n_labels(), second.bias.len());
    }
}
