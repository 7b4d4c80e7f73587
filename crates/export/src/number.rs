//! Numbers as text, from integers: text of floats is some KB of the page.

const MS_PER_S: u32 = 1000;

/// Seconds with three decimals: `12.345`.
pub fn seconds(at_ms: u32) -> String {
    format!("{}.{:03}", at_ms / MS_PER_S, at_ms % MS_PER_S)
}

/// Hours, minutes, seconds and milliseconds: `00:00:12.345`, with `point` before the last.
pub fn timestamp(at_ms: u32, point: char) -> String {
    let at_s = at_ms / MS_PER_S;
    let (hours, minutes, seconds) = (at_s / 3600, at_s / 60 % 60, at_s % 60);
    let ms = at_ms % MS_PER_S;
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{ms:03}")
}

/// A probability with four decimals: `0.7123`.
pub fn probability(value: f32) -> String {
    let parts = (value * 1e4).round() as u32;
    format!("{}.{:04}", parts / 10_000, parts % 10_000)
}

/// A probability in words of people: `71 %`.
pub fn percent(value: f32) -> String {
    format!("{} %", (value * 100.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_stands_where_it_belongs() {
        assert_eq!([0, 12_005].map(seconds), ["0.000", "12.005"]);
        assert_eq!(timestamp(45_296_789, ','), "12:34:56,789");
        assert_eq!(timestamp(u32::MAX, '.'), "1193:02:47.295");
        assert_eq!(
            [0.0, 0.00126, 0.99996, 1.0].map(probability),
            ["0.0000", "0.0013", "1.0000", "1.0000"]
        );
        assert_eq!([0.005, 0.714, 1.0].map(percent), ["1 %", "71 %", "100 %"]);
    }
}
