//! How the results of the past sounded, day by day or week by week.

use leptos::prelude::*;

use super::Action;
use crate::{
    browser::{save_text, storage},
    fixed::css_percent,
    history::Entry,
    i18n::{
        Locale,
        emotion_words::{label, tone},
        number, td_string, text, use_i18n,
    },
    live::live,
    over_time::{Length, Period, periods, to_csv},
};

/// Shares of the emotions in each day or week: a table whose rows are pictures too.
#[component]
pub fn OverTime(entries: Vec<Entry>) -> AnyView {
    let i18n = use_i18n();
    let entries = StoredValue::new(entries);
    let length = RwSignal::new(Length::Day);
    let is_recorded_only = RwSignal::new(false);
    let periods = Memo::new(move |_| {
        let (length, is_recorded_only) = (length.get(), is_recorded_only.get());
        entries.with_value(|entries| {
            let wanted = |entry: &&Entry| !is_recorded_only || entry.source.is_none();
            let entries: Vec<Entry> = entries.iter().filter(wanted).cloned().collect();
            periods(&entries, length, storage::local_day)
        })
    });
    let choose = move |event| {
        let is_week = event_target_value(&event) == "week";
        length.set(if is_week { Length::Week } else { Length::Day });
    };
    let save = move |()| {
        let csv = to_csv(&periods.get_untracked(), storage::iso_date);
        save_text("banglaser-over-time.csv", "text/csv", &csv);
    };
    let rows = live(move || {
        let rows = periods
            .get()
            .into_iter()
            .map(|period| row(i18n.get_locale(), &period));
        rows.collect_view()
    });
    view! {
        <details class="over-time">
            <summary>{text!(i18n, over_time.heading)}</summary>
            <p class="fine">{text!(i18n, over_time.note)}</p>
            <div class="buttons">
                <label class="field">
                    <span>{text!(i18n, over_time.by)}</span>
                    <select on:change=choose>
                        <option value="day">{text!(i18n, over_time.day)}</option>
                        <option value="week">{text!(i18n, over_time.week)}</option>
                    </select>
                </label>
                <label class="switch">
                    <input
                        type="checkbox"
                        role="switch"
                        on:change=move |event| is_recorded_only.set(event_target_checked(&event))
                    />
                    <span>{text!(i18n, over_time.recorded)}</span>
                </label>
                <Action act=save label=text!(i18n, export.csv) />
            </div>
            <table>
                <caption class="visually-hidden">{text!(i18n, over_time.heading)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{text!(i18n, over_time.by)}</th>
                        <th scope="col">{text!(i18n, over_time.sounded)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}

fn row(locale: Locale, period: &Period) -> AnyView {
    let date = storage::local_date(storage::noon_ms(period.first_day), locale);
    let n_results = period.n_results().max(1) as f64;
    let segments = period.counts.iter().map(|(emotion, count)| {
        let width = css_percent(*count as f64 / n_results);
        view! { <i data-emotion=tone(*emotion) style:width=width></i> }
    });
    let words = period.counts.iter().map(|(emotion, count)| {
        let name = emotion.map_or(td_string!(locale, result.unclear), |emotion| {
            label(locale, emotion)
        });
        let count = number::decimal(locale, *count as f64, 0);
        view! {
            <li data-emotion=tone(*emotion)>
                <span class="over-time-name">{name}</span>
                " "
                {count}
            </li>
        }
    });
    view! {
        <tr>
            <th scope="row">{date}</th>
            <td>
                <div class="over-time-bar" aria-hidden="true">
                    {segments.collect_view()}
                </div>
                <ul role="list">{words.collect_view()}</ul>
            </td>
        </tr>
    }
    .into_any()
}
