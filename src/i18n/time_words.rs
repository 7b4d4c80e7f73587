//! Lengths and times of day in words.

use super::{Locale, number, td_string};

/// How long a clip is: `5.2 seconds`, and from a minute on `৭ মিনিট ৩৬ সেকেন্ড`.
pub fn length(locale: Locale, duration_s: f64) -> String {
    if duration_s < 60.0 {
        let seconds = number::decimal(locale, duration_s, 1);
        return td_string!(locale, time.seconds, seconds);
    }
    let whole_s = duration_s.round();
    let minutes = number::decimal(locale, (whole_s / 60.0).floor(), 0);
    match whole_s % 60.0 {
        0.0 => td_string!(locale, time.minutes, minutes),
        rest_s => {
            let seconds = number::decimal(locale, rest_s, 0);
            td_string!(locale, time.minutes_and_seconds, minutes, seconds)
        }
    }
}

/// The time of day: `রাত ৩:১৩` where the language names the parts of the day, else on a clock of 24 hours.
pub fn time_of_day(locale: Locale, hour: u32, minute: u32) -> String {
    let names = td_string!(locale, time.parts_of_day);
    // Where each begins, as the Unicode CLDR has it for Bengali: dawn, morning, noon, afternoon, evening, night.
    let part = [4, 6, 12, 16, 18, 20]
        .iter()
        .rposition(|&begins| hour >= begins);
    match names.split(' ').nth(part.unwrap_or(5)) {
        Some(name) if !name.is_empty() => {
            let hour = f64::from((hour + 11) % 12 + 1);
            format!(
                "{name} {}",
                number::clock(locale, hour * 60.0 + f64::from(minute))
            )
        }
        _ => format!("{hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_clips_are_told_in_minutes() {
        assert_eq!(length(Locale::bn, 456.3), "৭ মিনিট ৩৬ সেকেন্ড");
        assert_eq!(length(Locale::en, 456.3), "7 min 36 s");
        assert_eq!(length(Locale::bn, 119.7), "২ মিনিট");
        assert_eq!(length(Locale::en, 5.25), "5.2 seconds");
    }

    #[test]
    fn the_day_has_its_parts_in_bengali() {
        for (hour, expected) in [
            (0, "রাত ১২:১৩"),
            (3, "রাত ৩:১৩"),
            (5, "ভোর ৫:১৩"),
            (9, "সকাল ৯:১৩"),
            (12, "দুপুর ১২:১৩"),
            (17, "বিকাল ৫:১৩"),
            (19, "সন্ধ্যা ৭:১৩"),
            (22, "রাত ১০:১৩"),
        ] {
            assert_eq!(time_of_day(Locale::bn, hour, 13), expected);
        }
        assert_eq!(time_of_day(Locale::en, 3, 13), "03:13");
        assert_eq!(time_of_day(Locale::en, 15, 5), "15:05");
    }
}
