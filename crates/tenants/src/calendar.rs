//! Days, months and minutes of a moment, UTC.

use std::{fmt, str::FromStr};

use time::{
    Date, Duration, Month, OffsetDateTime, UtcOffset, format_description::BorrowedFormatItem,
    macros::format_description,
};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A day, UTC, written `2026-11-29`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(Date);

/// A text that is no day.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is no day such as 2026-11-29")]
pub struct UnknownDay {
    text: String,
    source: time::error::Parse,
}

impl Day {
    /// The day of a moment, milliseconds since 1970.
    pub fn of(at_ms: i64) -> Self {
        Self(moment(at_ms).date())
    }

    /// The first day of this one's month.
    pub fn first_of_month(self) -> Self {
        // The first is a day of every month.
        Self(self.0.replace_day(1).unwrap_or(self.0))
    }

    /// So many days earlier.
    pub fn before(self, n_days: u32) -> Self {
        let earlier = self.0.checked_sub(Duration::days(n_days.into()));
        Self(earlier.unwrap_or(Date::MIN))
    }

    /// So many days later.
    pub fn after(self, n_days: u32) -> Self {
        let later = self.0.checked_add(Duration::days(n_days.into()));
        Self(later.unwrap_or(Date::MAX))
    }

    /// The first day of the next month.
    pub fn first_of_next_month(self) -> Self {
        self.first_of_month().after(31).first_of_month()
    }

    /// Its month, as `2026-11`.
    pub fn month(self) -> String {
        format!("{:04}-{:02}", self.0.year(), u8::from(self.0.month()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(DAY).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Day {
    type Err = UnknownDay;

    fn from_str(text: &str) -> Result<Self, UnknownDay> {
        let day = Date::parse(text, DAY);
        day.map(Self).map_err(|source| UnknownDay {
            text: text.to_owned(),
            source,
        })
    }
}

/// Number of the minute of a moment.
pub const fn minute(at_ms: i64) -> i64 {
    at_ms.div_euclid(60_000)
}

/// Seconds until the next minute begins, 1 to 60.
pub const fn until_next_minute_s(at_ms: i64) -> u32 {
    ((60_000 - at_ms.rem_euclid(60_000)) as u32).div_ceil(1000)
}

/// Seconds until the next month begins.
pub fn until_next_month_s(at_ms: i64) -> u32 {
    let now = moment(at_ms);
    let (year, month) = match now.month() {
        Month::December => (now.year() + 1, Month::January),
        month => (now.year(), month.next()),
    };
    let next = Date::from_calendar_date(year, month, 1);
    let left = next.map(|day| day.midnight().assume_offset(UtcOffset::UTC) - now);
    let left = left.map_or(0, Duration::whole_seconds);
    u32::try_from(left).unwrap_or_default().saturating_add(1)
}

fn moment(at_ms: i64) -> OffsetDateTime {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000);
    at.unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29 22:45:10 UTC.
    const AT_MS: i64 = 1_795_992_310_000;

    #[test]
    fn a_moment_has_a_day_a_month_and_a_minute() {
        let day = Day::of(AT_MS);
        assert_eq!(day.to_string(), "2026-11-29");
        assert_eq!(day.first_of_month().to_string(), "2026-11-01");
        assert_eq!(day.before(29).to_string(), "2026-10-31");
        assert_eq!(day.month(), "2026-11");
        assert_eq!(day.after(2).to_string(), "2026-12-01");
        assert_eq!(day.first_of_next_month().to_string(), "2026-12-01");
        let next = day.first_of_next_month().first_of_next_month();
        assert_eq!(next.to_string(), "2027-01-01");
        assert_eq!(day.to_string().parse::<Day>().expect("a day"), day);
        assert!("2026-02-30".parse::<Day>().is_err());
        assert_eq!(until_next_minute_s(AT_MS), 50);
        assert_eq!(until_next_month_s(AT_MS), 24 * 3600 + 4490 + 1);
        assert_eq!(minute(AT_MS + 50_000), minute(AT_MS) + 1);
        assert_eq!(minute(-1), -1);
    }
}
