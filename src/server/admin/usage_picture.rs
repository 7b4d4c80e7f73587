//! Usage as a picture: a bar for each day. What it shows stands in the table below it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use tenants::Day;

use super::{figures, reader::Reader, usage::OfDay};
use crate::i18n::admin::said;

/// From one bar to the next, units of the picture.
const STEP: usize = 10;

/// Of the highest bar, units of the picture.
const HEIGHT: i64 = 80;

/// A bar for each day, as high as clips were heard.
pub fn picture(reader: &Reader, days: &BTreeMap<Day, OfDay>) -> Option<impl IntoView + use<>> {
    let (first, last) = (days.first_key_value()?.0, days.last_key_value()?.0);
    let most = days.values().map(|day| day.answered).max()?;
    let [first, last] = [first, last].map(|day| figures::day(reader, &day.to_string()));
    let most_told = figures::count(reader, most);
    let told = said!(reader.said, usage.picture, first, last, most = most_told);
    let bars = days.values().enumerate().map(|(place, day)| {
        let height = height(day.answered, most);
        view! { <rect x=place * STEP y=HEIGHT - height width=STEP - 2 height=height /> }
    });
    let bars = bars.collect_view();
    let view_box = format!("0 0 {} {HEIGHT}", days.len() * STEP - 2);
    Some(view! {
        <figure class="usage-picture">
            <svg viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
                {bars}
            </svg>
            <figcaption class="fine">{told}</figcaption>
        </figure>
    })
}

/// Rounded up, so that a day with clips has a bar.
fn height(n: i64, most: i64) -> i64 {
    match most {
        0 => 0,
        _ => (n * HEIGHT + most - 1) / most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_with_clips_has_a_bar() {
        assert_eq!(height(0, 0), 0);
        assert_eq!(height(0, 7), 0);
        assert_eq!(height(7, 7), HEIGHT);
        assert_eq!(height(1, 1_000_000), 1);
    }
}
