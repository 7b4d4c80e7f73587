//! Numbers as a reader of each language writes them: with the digits that its sentences name (`language.digits`).
//!
//! Bengali and English share the decimal point and the percent sign (Unicode CLDR, locale `bn`).

use super::{Locale, td_string};
use crate::fixed::fixed;

/// `value` with at most `max_decimals` decimals, trailing zeros dropped: `3.50` is `3.5` and `৩.৫`.
pub fn decimal(locale: Locale, value: f64, max_decimals: usize) -> String {
    let fixed = fixed(value, max_decimals);
    let short = match fixed.contains('.') {
        true => fixed.trim_end_matches('0').trim_end_matches('.'),
        false => &fixed,
    };
    digits(locale, short)
}

/// A probability in `[0, 1]` as whole percent: `87%` and `৮৭%`.
pub fn percent(locale: Locale, probability: f32) -> String {
    digits(locale, &(fixed(probability * 100.0, 0) + "%"))
}

/// Seconds as minutes and seconds, rounded down: `0:07` and `০:০৭`.
pub fn clock(locale: Locale, duration_s: f64) -> String {
    let whole_s = duration_s.max(0.0) as u64;
    digits(locale, &format!("{}:{:02}", whole_s / 60, whole_s % 60))
}

/// A moment of a clip as minutes and seconds, with tenths where it has some: `0:07.5` and `০:০৭.৫`.
pub fn moment(locale: Locale, at_s: f64) -> String {
    let tenths = (at_s.max(0.0) * 10.0).round() as u64;
    let whole = clock(locale, (tenths / 10) as f64);
    match tenths % 10 {
        0 => whole,
        tenth => whole + "." + &digits(locale, &tenth.to_string()),
    }
}

/// From one [`moment`] to another.
pub fn span(locale: Locale, start_s: f32, end_s: f32) -> String {
    let [start, end] = [start_s, end_s].map(|at_s| moment(locale, at_s.into()));
    format!("{start}–{end}")
}

/// Bytes as whole mebibytes, rounded down, at least 1.
pub fn mebibytes(locale: Locale, n_bytes: u64) -> String {
    digits(locale, &(n_bytes >> 20).max(1).to_string())
}

/// Replaces ASCII digits by the language's own.
pub fn digits(locale: Locale, ascii: &str) -> String {
    let own = td_string!(locale, language.digits);
    let of_language = |character: char| {
        let value = character.to_digit(10)? as usize;
        own.chars().nth(value)
    };
    let characters = ascii.chars();
    characters
        .map(|character| of_language(character).unwrap_or(character))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::i18n::I18nLocaleTrait;

    #[test]
    fn bengali_has_its_own_digits() {
        assert_eq!(digits(Locale::bn, "0123456789"), "০১২৩৪৫৬৭৮৯");
        assert_eq!(digits(Locale::en, "0123456789"), "0123456789");
    }

    #[test]
    fn every_language_has_ten_digits() {
        for &locale in Locale::get_all() {
            let own = digits(locale, "0123456789");
            assert_eq!(own.chars().count(), 10, "{locale}");
            assert_eq!(own.chars().collect::<BTreeSet<_>>().len(), 10, "{locale}");
        }
    }

    #[test]
    fn percent_is_whole() {
        assert_eq!(percent(Locale::en, 0.874), "87%");
        assert_eq!(percent(Locale::bn, 0.876), "৮৮%");
        assert_eq!(percent(Locale::bn, 1.0), "১০০%");
    }

    #[test]
    fn decimal_drops_trailing_zeros() {
        assert_eq!(decimal(Locale::en, 3.5, 2), "3.5");
        assert_eq!(decimal(Locale::bn, 10.0, 1), "১০");
        assert_eq!(decimal(Locale::en, 10.0, 0), "10");
        assert_eq!(decimal(Locale::bn, 0.25, 1), "০.২");
    }

    #[test]
    fn clock_counts_full_seconds() {
        assert_eq!(clock(Locale::en, 7.9), "0:07");
        assert_eq!(clock(Locale::bn, 61.0), "১:০১");
        assert_eq!(clock(Locale::en, -1.0), "0:00");
    }

    #[test]
    fn a_moment_has_tenths_where_it_needs_them() {
        assert_eq!(moment(Locale::en, 11.7), "0:11.7");
        assert_eq!(moment(Locale::bn, 59.96), "১:০০");
        assert_eq!(moment(Locale::en, 0.0), "0:00");
    }

    #[test]
    fn mebibytes_never_reach_zero() {
        assert_eq!(mebibytes(Locale::bn, 10 << 20), "১০");
        assert_eq!(mebibytes(Locale::en, 100), "1");
    }
}
