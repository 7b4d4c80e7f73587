//! Praat's TextGrid, long or short: the intervals of the tiers `emotion` that a person labelled.
//!
//! Source  Praat manual, "TextGrid file formats": numbers, strings in quotes and flags in angle brackets that stand
//!         free are read, everything else is comment
//! A tier `emotion A` whose `certainty A` is there is an export's, and counts where that says `corrected`; without it
//! every interval with a text does.

use anyhow::{Context, bail, ensure};

use super::Stretch;
use crate::corpus::table;

/// Begins the names of tiers that are read.
const EMOTION: &str = "emotion";
const CERTAINTY: &str = "certainty";
const CORRECTED: &str = "corrected";

/// What stands free in the file.
#[derive(Debug, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Flag,
}

struct Tier {
    name: String,
    intervals: Vec<(f64, f64, String)>,
}

/// The labelled stretches of a file's bytes.
///
/// # Errors
/// No TextGrid; the line is named.
pub(super) fn stretches(bytes: &[u8]) -> anyhow::Result<Vec<Stretch>> {
    let text = table::text(bytes)?;
    let tiers = tiers(&mut Tokens {
        rest: &text,
        line: 1,
    })?;
    let of_emotion = tiers.iter().filter_map(|tier| {
        let voice = tier.name.strip_prefix(EMOTION)?;
        let is_one = voice.is_empty() || voice.starts_with(' ');
        is_one.then_some((tier, voice.trim()))
    });
    Ok(of_emotion
        .flat_map(|(tier, voice)| of_voice(tier, voice, &tiers))
        .collect())
}

/// The stretches of one voice's tier, among all.
fn of_voice(tier: &Tier, voice: &str, tiers: &[Tier]) -> Vec<Stretch> {
    let certainty = tiers
        .iter()
        .find(|other| other.name.strip_prefix(CERTAINTY).map(str::trim) == Some(voice));
    let channel = voice.strip_prefix("channel ");
    let channel: Option<usize> = channel.and_then(|number| number.parse().ok());
    let is_label = |(start_s, end_s, text): &&(f64, f64, String)| {
        let says = |certainty: &Tier| certainty.at(f64::midpoint(*start_s, *end_s)) == CORRECTED;
        !text.trim().is_empty() && certainty.is_none_or(says)
    };
    let labels = tier.intervals.iter().filter(is_label);
    labels
        .map(|(start_s, end_s, text)| Stretch {
            start_s: *start_s,
            end_s: *end_s,
            channel,
            speaker: match channel {
                Some(_) => String::new(),
                None => voice.to_owned(),
            },
            emotion: text.trim().to_owned(),
        })
        .collect()
}

impl Tier {
    /// The text at a time; nothing where there is none.
    fn at(&self, time_s: f64) -> &str {
        let holds =
            |(start_s, end_s, _): &&(f64, f64, String)| (*start_s..*end_s).contains(&time_s);
        let found = self.intervals.iter().find(holds);
        found.map_or("", |(_, _, text)| text.trim())
    }
}

fn tiers(tokens: &mut Tokens<'_>) -> anyhow::Result<Vec<Tier>> {
    for kind in ["ooTextFile", "TextGrid"] {
        let found = tokens.text(kind)?;
        ensure!(
            found == kind,
            "line {}: {found:?} instead of {kind:?}",
            tokens.line
        );
    }
    tokens.number("the start")?;
    tokens.number("the end")?;
    if tokens.next()? != Some(Token::Flag) {
        bail!("line {}: no <exists>", tokens.line);
    }
    let n_tiers = tokens.count("tiers")?;
    (0..n_tiers).map(|_| tier(tokens)).collect()
}

fn tier(tokens: &mut Tokens<'_>) -> anyhow::Result<Tier> {
    let kind = tokens.text("a tier's kind")?;
    let is_points = match kind.as_str() {
        "IntervalTier" => false,
        "TextTier" => true,
        _ => bail!("line {}: {kind:?} is no kind of tier", tokens.line),
    };
    let name = tokens.text("a tier's name")?;
    tokens.number("a tier's start")?;
    tokens.number("a tier's end")?;
    let n_intervals = tokens.count("intervals")?;
    let mut intervals = Vec::new();
    for _ in 0..n_intervals {
        let start_s = tokens.number("a time")?;
        if is_points {
            tokens.text("a mark")?;
            continue;
        }
        let end_s = tokens.number("an interval's end")?;
        ensure!(
            0.0 <= start_s && start_s < end_s,
            "line {}: no interval from {start_s} to {end_s} s",
            tokens.line
        );
        intervals.push((start_s, end_s, tokens.text("an interval's text")?));
    }
    Ok(Tier { name, intervals })
}

/// What is left of a file, and in which line that begins.
struct Tokens<'a> {
    rest: &'a str,
    line: usize,
}

impl Tokens<'_> {
    fn number(&mut self, what: &str) -> anyhow::Result<f64> {
        match self.next()? {
            Some(Token::Number(number)) => Ok(number),
            found => self.other(what, found.as_ref()),
        }
    }

    fn text(&mut self, what: &str) -> anyhow::Result<String> {
        match self.next()? {
            Some(Token::Text(text)) => Ok(text),
            found => self.other(what, found.as_ref()),
        }
    }

    fn count(&mut self, what: &str) -> anyhow::Result<usize> {
        let number = self.number(&format!("the number of {what}"))?;
        ensure!(
            number >= 0.0 && number.fract() == 0.0,
            "line {}: {number} {what}",
            self.line
        );
        Ok(number as usize)
    }

    fn other<T>(&self, what: &str, found: Option<&Token>) -> anyhow::Result<T> {
        match found {
            Some(found) => bail!("line {}: {found:?} instead of {what}", self.line),
            None => bail!("line {}: the file ends before {what}", self.line),
        }
    }

    fn next(&mut self) -> anyhow::Result<Option<Token>> {
        loop {
            let blank = self.rest.len() - self.rest.trim_start().len();
            self.skip(blank);
            if self.rest.is_empty() {
                return Ok(None);
            }
            if self.rest.starts_with('"') {
                return self.quoted().map(|text| Some(Token::Text(text)));
            }
            let ends = |one: char| one.is_whitespace();
            let length = match self.rest.starts_with('!') {
                true => self.rest.find('\n'),
                false => self.rest.find(ends),
            };
            let word = &self.rest[..length.unwrap_or(self.rest.len())];
            self.skip(word.len());
            if word.starts_with('<') && word.ends_with('>') {
                return Ok(Some(Token::Flag));
            }
            let is_free = word.starts_with(|one: char| one.is_ascii_digit() || "+-.".contains(one));
            if let (true, Ok(number)) = (is_free, word.parse()) {
                return Ok(Some(Token::Number(number)));
            }
        }
    }

    /// A string in quotes, in which a quote is doubled.
    fn quoted(&mut self) -> anyhow::Result<String> {
        let begins = self.line;
        let mut text = String::new();
        loop {
            let inside = &self.rest[1..];
            let length = inside
                .find('"')
                .with_context(|| format!("line {begins}: a string without an end"))?;
            text += &inside[..length];
            self.skip(length + 2);
            if !self.rest.starts_with('"') {
                return Ok(text);
            }
            text.push('"');
        }
    }

    fn skip(&mut self, n_bytes: usize) {
        let (before, rest) = self.rest.split_at(n_bytes);
        self.line += before.matches('\n').count();
        self.rest = rest;
    }
}
