//! What a tenant used, day by day, in the last days or a month: a picture, a table, and CSV.

use std::{collections::BTreeMap, iter, sync::Arc};

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use serde::Deserialize;
use tenants::{Day, DayUsage, Outcome};

use super::{
    Admin, figures, page,
    reader::Reader,
    tenant::{Part, part_page},
    trouble::Trouble,
    usage_picture::picture,
    viewer::Viewer,
};
use crate::i18n::admin::said;

/// Days that are told where nobody chooses a month.
pub const N_DAYS: u32 = 30;

/// Months that links lead to; further ones are behind those beside.
const N_MONTHS: usize = 12;

/// Which days.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Those of a month such as `2026-11`; otherwise the last ones.
    month: Option<String>,
}

/// Days that are told.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    first: Day,
    last: Day,
    today: Day,
    is_month: bool,
}

impl Period {
    fn of(month: Option<&str>, today: Day) -> Result<Self, Trouble> {
        let (first, last) = match month {
            None => (today.before(N_DAYS - 1), today),
            Some(month) => {
                let first = format!("{month}-01").parse();
                let first: Day = first.map_err(|_| Trouble::NotFound)?;
                (first, first.first_of_next_month().before(1))
            }
        };
        Ok(Self {
            first,
            last,
            today,
            is_month: month.is_some(),
        })
    }

    /// As `2026-11`; `None`: the last days.
    fn month(self) -> Option<String> {
        self.is_month.then(|| self.first.month())
    }
}

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

/// The days of a period, the oldest first.
pub fn by_day(period: Period, usage: &[DayUsage]) -> BTreeMap<Day, OfDay> {
    let days = iter::successors(Some(period.first), |day| Some(day.after(1)));
    let days = days.take_while(|day| *day <= period.last);
    let mut days: BTreeMap<_, _> = days.map(|day| (day, OfDay::default())).collect();
    for one in usage {
        if let Some(day) = days.get_mut(&one.day) {
            day.add(one);
        }
    }
    days
}

/// The last days, or a month.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(tenant): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let (period, usage) = admin.usage_of(&tenant, wanted).await?;
    let created = Day::of(admin.ledger.tenant(&tenant).await?.created_at_ms);
    let days = by_day(period, &usage);
    let content = match usage.is_empty() {
        true => view! { <p>{said!(reader.said, usage.none)}</p> }.into_any(),
        false => view! {
            {picture(&reader, &days)}
            {table(&reader, &days)}
        }
        .into_any(),
    };
    let page = reader.to(&Part::Usage.of(&tenant));
    let csv = format!("{page}.csv{}", query(period.month().as_deref()));
    let content = view! {
        <p class="lead">{lead(&reader, period)}</p>
        {months(&reader, &page, period, created)}
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

fn lead(reader: &Reader, period: Period) -> String {
    match period.month() {
        Some(month) => {
            let month = figures::day(reader, &month);
            said!(reader.said, usage.of_month, month)
        }
        None => {
            let count = figures::count(reader, N_DAYS.into());
            said!(reader.said, usage.lead, count)
        }
    }
}

/// Ways to other days: the last ones, the months beside, and the last ones in which the tenant was there.
fn months(reader: &Reader, page: &str, period: Period, created: Day) -> impl IntoView + use<> {
    let shown = period.month();
    let link = |words: String, month: Option<String>, is_current: bool| {
        let href = page.to_owned() + &query(month.as_deref());
        let current = is_current.then_some("true");
        view! {
            <a href=href aria-current=current>
                {words}
            </a>
        }
    };
    let count = figures::count(reader, N_DAYS.into());
    let days = said!(reader.said, usage.days, count);
    let since = created.first_of_month();
    let earlier = period.first.before(1);
    let earlier = (earlier >= since).then(|| {
        let words = said!(reader.said, usage.earlier).to_owned();
        link(words, Some(earlier.month()), false)
    });
    let later = period.first.first_of_next_month();
    let later = (shown.is_some() && later <= period.today).then(|| {
        let words = said!(reader.said, usage.later).to_owned();
        link(words, Some(later.month()), false)
    });
    let newest = period.today.first_of_month();
    let all = iter::successors(Some(newest), |first| Some(first.before(1).first_of_month()));
    let all = all.take_while(|first| *first >= since).take(N_MONTHS);
    let all = all.map(|first| {
        let month = first.month();
        let is_current = shown.as_ref() == Some(&month);
        link(figures::day(reader, &month), Some(month), is_current)
    });
    view! {
        <nav class="admin-parts" aria-label=said!(reader.said, usage.months)>
            {link(days, None, shown.is_none())}
            {earlier}
            {later}
            {all.collect_view()}
        </nav>
    }
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
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let mut text = DayUsage::COLUMNS.join(",") + "\r\n";
    let (period, usage) = admin.usage_of(&tenant, wanted).await?;
    for row in usage {
        text += &(row.fields().join(",") + "\r\n");
    }
    let month = period.month().map(|month| format!("-{month}"));
    let month = month.unwrap_or_default();
    let name = format!("attachment; filename=\"usage-{tenant}{month}.csv\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, &name),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

fn query(month: Option<&str>) -> String {
    let query = month.map(|month| format!("?month={month}"));
    query.unwrap_or_default()
}

impl Admin {
    async fn usage_of(
        &self,
        tenant: &str,
        wanted: Result<Query<Wanted>, QueryRejection>,
    ) -> Result<(Period, Vec<DayUsage>), Trouble> {
        let Query(wanted) = wanted.map_err(|_| Trouble::NotFound)?;
        let today = Day::of(self.ledger.now_ms().await?);
        let period = Period::of(wanted.month.as_deref(), today)?;
        let (first, last) = (period.first, period.last);
        let usage = self.ledger.usage(Some(tenant), first, last).await?;
        Ok((period, usage))
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
        let period = |month| Period::of(month, today).expect("a period");
        let days = by_day(period(None), &usage);
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
        let october = by_day(period(Some("2026-10")), &usage);
        assert_eq!(october.len(), 31);
        let sums = |of: fn(&OfDay) -> i64| october.values().map(of).sum::<i64>();
        assert_eq!((sums(|day| day.answered), sums(|day| day.failed)), (9, 1));
        for unfit in ["2026-13", "", "x", "2026-11-01"] {
            assert!(Period::of(Some(unfit), today).is_err(), "{unfit}");
        }
    }
}
