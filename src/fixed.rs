//! Numbers as text with so many decimals. What the standard library has for it is exact for every number there is, and
//! half a second of a slow connection.

/// `value`, below 1e15 in size, with `n_decimals` decimals; halves are rounded to even.
pub fn fixed(value: impl Into<f64>, n_decimals: usize) -> String {
    let value = value.into();
    let unit = 10_u64.pow(n_decimals as u32);
    let units = (value.abs() * unit as f64).round_ties_even() as u64;
    let sign = if value < 0.0 && units > 0 { "-" } else { "" };
    let whole = units / unit;
    match n_decimals {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{:0n_decimals$}", units % unit),
    }
}

/// A share as percent, as style sheets and pictures take it.
pub fn css_percent(share: impl Into<f64>) -> String {
    fixed(100.0 * share.into(), 2) + "%"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for n_decimals in 0..=4 {
            for step in -2_000..=2_000 {
                let value = f64::from(step) / 7.0;
                let expected = format!("{value:.n_decimals$}");
                let expected = match expected.trim_start_matches(['-', '0', '.']) {
                    "" => expected.trim_start_matches('-').to_owned(),
                    _ => expected,
                };
                assert_eq!(fixed(value, n_decimals), expected, "{value}");
            }
        }
        assert_eq!(fixed(0.5_f32, 0), "0");
        assert_eq!(fixed(1.5_f32, 0), "2");
        assert_eq!(css_percent(0.125_f32), "12.50%");
    }
}
