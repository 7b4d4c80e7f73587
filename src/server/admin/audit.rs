//! Who did what.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use leptos::prelude::*;
use serde::Deserialize;
use tenants::AuditEntry;

use super::{
    Admin, figures,
    page::{self, page},
    reader::Reader,
    trouble::Trouble,
    viewer::Viewer,
};
use crate::i18n::admin::said;

/// Entries of a page.
const N_ENTRIES: u32 = 100;

/// Which entries.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Older than this number.
    before: Option<i64>,
}

/// The newest entries, or older ones.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let before = wanted.ok().and_then(|Query(wanted)| wanted.before);
    let entries = admin.ledger.audit(None, before, N_ENTRIES).await?;
    let older = entries.last().filter(|entry| entry.number > 1);
    let older = older.map(|entry| {
        let href = reader.to("/admin/audit") + &format!("?before={}", entry.number);
        view! {
            <p>
                <a class="button" href=href>
                    {said!(reader.said, audit.older)}
                </a>
            </p>
        }
    });
    let content = view! {
        <p class="lead">{said!(reader.said, audit.lead)}</p>
        {table(&reader, &entries)}
        {older}
    };
    let heading = said!(reader.said, audit.heading);
    Ok(page(
        &admin,
        &reader,
        Some(&viewer),
        heading,
        content.into_any(),
    ))
}

fn table(reader: &Reader, entries: &[AuditEntry]) -> AnyView {
    if entries.is_empty() {
        return view! { <p>{said!(reader.said, audit.none)}</p> }.into_any();
    }
    let rows = entries.iter().map(|entry| {
        view! {
            <tr>
                <td>{figures::moment(reader, entry.at_ms)}</td>
                <td lang="">{entry.actor.clone()}</td>
                <td lang="">
                    <code>{entry.act.clone()}</code>
                </td>
                <td lang="">{entry.tenant.clone()}</td>
                <td lang="">{entry.detail.clone()}</td>
            </tr>
        }
    });
    let columns = view! {
        <th scope="col">{said!(reader.said, audit.when)}</th>
        <th scope="col">{said!(reader.said, audit.who)}</th>
        <th scope="col">{said!(reader.said, audit.act)}</th>
        <th scope="col">{said!(reader.said, audit.tenant)}</th>
        <th scope="col">{said!(reader.said, audit.detail)}</th>
    };
    let name = said!(reader.said, audit.heading);
    page::table(name, columns.into_any(), rows.collect_view().into_any())
}
