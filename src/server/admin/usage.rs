//! What a tenant used, day by day: a picture, a table, and CSV.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use tenants::{Day, DayUsage, LedgerError, Outcome};

use super::{
    Admin, figures, page,
    reader::Reader,
    tenant::{Part, part_page},
    trouble::Trouble,
    usage_picture::picture,
    viewer::Viewer,
};
use crate::i18n::admin::said;

/// Days that are told.
pub const N_DAYS: u32 = 30;

/// What was used on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfDay {
    /// Clips that were heard.
    pub answered: i64,
    /// Clips that could not be heard.
    pub failed: i64,
    /// Clips that a limit did not allow.
    pub refused: i64,
    /// Audio of all of them, milliseconds.
    pub audio_ms: i64,
}

impl OfDay {
    fn add(&mut self, usage: &DayUsage) {
        match usage.outcome {
            Outcome::Answered => self.answered += usage.n_clips,
            Outcome::Failed => self.failed += usage.n_clips,
            Outcome::Refused => self.refused += usage.n_clips,
        }
        self.audio_ms += usage.audio_ms;
    }
}

/// The last days, the oldest first.
pub fn by_day(today: Day, usage: &[DayUsage]) -> BTreeMap<Day, OfDay> {
    let days = (0..N_DAYS).map(|n| (today.before(n), OfDay::default()));
    let mut days: BTreeMap<_, _> = days.collect();
    for one in usage {
        if let Some(day) = days.get_mut(&one.day) {
            day.add(one);
        }
    }
    days
}

/// The last days.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(tenant): Path<String>,
) -> Result<Response, Trouble> {
    let usage = admin.usage_of(&tenant).await?;
    let days = by_day(Day::of(admin.ledger.now_ms().await?), &usage);
    let count = figures::count(&reader, N_DAYS.into());
    let content = match usage.is_empty() {
        true => view! { <p>{said!(reader.said, usage.none)}</p> }.into_any(),
        false => view! {
            {picture(&reader, &days)}
            {table(&reader, &days)}
        }
        .into_any(),
    };
    let csv = reader.to(&format!("/admin/tenants/{tenant}/usage.csv"));
    let content = view! {
        <p class="lead">{said!(reader.said, usage.lead, count)}</p>
        {content}
        <p>
            <a class="button" href=csv>
                {said!(reader.said, usage.csv)}
            </a>
        </p>
    };
    let part = Part::Usage;
    Ok(part_page(
        &admin,
        &reader,
        &viewer,
        &tenant,
        part,
        content.into_any(),
    ))
}

/// Days with clips, the newest first, below what they are together.
fn table(reader: &Reader, days: &BTreeMap<Day, OfDay>) -> impl IntoView + use<> {
    let mut total = OfDay::default();
    for day in days.values() {
        total.answered += day.answered;
        total.failed += day.failed;
        total.refused += day.refused;
        total.audio_ms += day.audio_ms;
    }
    let busy = days
        .iter()
        .rev()
        .filter(|(_, day)| **day != OfDay::default());
    let rows = busy.map(|(day, of)| row(reader, figures::day(reader, &day.to_string()), *of));
    let rows = rows.collect_view();
    let columns = view! {
        <th scope="col">{said!(reader.said, usage.day)}</th>
        <th scope="col" class="number">{said!(reader.said, usage.answered)}</th>
        <th scope="col" class="number">{said!(reader.said, usage.minutes)}</th>
        <th scope="col" class="number">{said!(reader.said, usage.failed)}</th>
        <th scope="col" class="number">{said!(reader.said, usage.refused)}</th>
    };
    let rows = view! { {row(reader, said!(reader.said, usage.total).to_owned(), total)} {rows} };
    let name = said!(reader.said, usage.heading);
    page::table(name, columns.into_any(), rows.into_any())
}

fn row(reader: &Reader, heading: String, of: OfDay) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{heading}</th>
            <td class="number">{figures::count(reader, of.answered)}</td>
            <td class="number">{figures::minutes(reader, of.audio_ms)}</td>
            <td class="number">{figures::count(reader, of.failed)}</td>
            <td class="number">{figures::count(reader, of.refused)}</td>
        </tr>
    }
}

/// The same as CSV (RFC 4180): a row for each day and outcome.
pub async fn csv(
    State(admin): State<Arc<Admin>>,
    Path(tenant): Path<String>,
) -> Result<Response, Trouble> {
    let mut text = DayUsage::COLUMNS.join(",") + "\r\n";
    for row in admin.usage_of(&tenant).await? {
        text += &(row.fields().join(",") + "\r\n");
    }
    let name = format!("attachment; filename=\"usage-{tenant}.csv\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, &name),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

impl Admin {
    async fn usage_of(&self, tenant: &str) -> Result<Vec<DayUsage>, LedgerError> {
        let today = Day::of(self.ledger.now_ms().await?);
        let first = today.before(N_DAYS - 1);
        self.ledger.usage(Some(tenant), first, today).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_of_the_last_days_is_told_once() {
        let today: Day = "2026-11-29".parse().expect("a day");
        let of = |day: &str, outcome, n_clips| DayUsage {
            tenant: "shop".to_owned(),
            day: day.parse().expect("a day"),
            outcome,
            n_clips,
            audio_ms: n_clips * 1000,
        };
        let usage = [
            of("2026-11-29", Outcome::Answered, 3),
            of("2026-11-29", Outcome::Refused, 2),
            of("2026-10-31", Outcome::Failed, 1),
            of("2026-10-30", Outcome::Answered, 9),
        ];
        let days = by_day(today, &usage);
        assert_eq!(days.len(), N_DAYS as usize);
        let told = OfDay {
            answered: 3,
            failed: 0,
            refused: 2,
            audio_ms: 5000,
        };
        assert_eq!(days[&today], told);
        assert_eq!(days.values().map(|day| day.failed).sum::<i64>(), 1);
        assert_eq!(days.values().map(|day| day.answered).sum::<i64>(), 3);
    }
}
