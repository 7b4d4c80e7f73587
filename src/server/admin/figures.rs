//! Days, moments and amounts as a reader writes them.

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::reader::Reader;
use crate::i18n::number;

const MOMENT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// A day such as `2026-11-29`.
pub fn day(reader: &Reader, day: &str) -> String {
    number::digits(reader.locale, day)
}

/// A moment, UTC, to the second.
pub fn moment(reader: &Reader, at_ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000)).ok();
    let text = at.and_then(|at| at.format(MOMENT).ok()).unwrap_or_default();
    number::digits(reader.locale, &text)
}

/// A number of things.
pub fn count(reader: &Reader, n: i64) -> String {
    number::digits(reader.locale, &n.to_string())
}

/// Milliseconds of audio as minutes, with one decimal.
pub fn minutes(reader: &Reader, audio_ms: i64) -> String {
    number::decimal(reader.locale, audio_ms as f64 / 60_000.0, 1)
}
