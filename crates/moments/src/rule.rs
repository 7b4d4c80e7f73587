//! When somebody wants to be told.

use std::{fmt, str::FromStr};

use vocabulary::{ConfidenceBand, Emotion, Outcome};

/// Most rules of one request or one server.
pub const MAX_RULES: usize = 20;

/// The longest time that a rule can ask for, seconds.
const MAX_S: f32 = 3600.0;

/// An emotion that is heard with some confidence for some time: `angry >= high for 10 s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// What is heard.
    pub emotion: Emotion,
    /// With at least this confidence; never [`ConfidenceBand::Unclear`].
    pub band: ConfidenceBand,
    /// For at least so long, seconds, pauses not counted; 0: at all.
    pub min_s: f32,
}

/// A text that is no [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule such as {example:?}", example = Rule::EXAMPLE)]
pub struct UnknownRule(String);

impl Rule {
    /// What a rule looks like.
    pub const EXAMPLE: &str = "angry >= high for 10 s";

    /// Whether an answer is one that the rule is about.
    pub fn holds(&self, emotion: Emotion, band: ConfidenceBand) -> bool {
        emotion == self.emotion && band <= self.band && Outcome::of(band) == Outcome::Emotion
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    /// Reads `EMOTION >= BAND for N s`; without the last part it need not last. Spaces do not matter.
    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        parse(text).ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Rule> {
    let (emotion, rest) = text.split_once(">=")?;
    let (band, time) = match rest.split_once(" for ") {
        Some((band, time)) => (band, time.trim().strip_suffix('s')?),
        None => (rest, "0"),
    };
    let min_s: f32 = time.trim().parse().ok()?;
    Some(Rule {
        emotion: emotion.trim().parse().ok()?,
        band: band_of(band.trim())?,
        min_s: Some(min_s.abs()).filter(|_| (0.0..=MAX_S).contains(&min_s))?,
    })
}

fn band_of(code: &str) -> Option<ConfidenceBand> {
    use ConfidenceBand::{High, Low, Medium};
    [High, Medium, Low]
        .into_iter()
        .find(|band| band.code() == code)
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let band = self.band.code();
        write!(f, "{} >= {band} for {} s", self.emotion, self.min_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_it_is_written() {
        for (text, written) in [
            (Rule::EXAMPLE, Rule::EXAMPLE),
            ("sad>=low for 2.5s", "sad >= low for 2.5 s"),
            (" happy >= medium ", "happy >= medium for 0 s"),
        ] {
            let rule: Rule = text.parse().expect("a rule");
            assert_eq!(rule.to_string(), written);
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
    }

    #[test]
    fn what_is_no_rule_is_said() {
        for text in [
            "",
            "angry",
            "angry > high for 10 s",
            "furious >= high for 10 s",
            "angry >= unclear for 10 s",
            "angry >= high for 10",
            "angry >= high for -1 s",
            "angry >= high for NaN s",
            "angry >= high for 1e9 s",
        ] {
            let refused = text.parse::<Rule>().expect_err(text);
            assert!(refused.to_string().contains(Rule::EXAMPLE), "{refused}");
        }
    }

    #[test]
    fn surer_answers_hold_too() {
        use ConfidenceBand::{High, Low, Medium, Unclear};
        let rule: Rule = "angry >= medium".parse().expect("a rule");
        let held = [High, Medium, Low, Unclear].map(|band| rule.holds(Emotion::Angry, band));
        assert_eq!(held, [true, true, false, false]);
        assert!(!rule.holds(Emotion::Sad, High));
    }
}
