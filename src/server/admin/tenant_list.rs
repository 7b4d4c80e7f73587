//! All tenants, and the making of one.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use leptos::prelude::*;
use tenants::{Day, LedgerError, Limits, Tenant};

use super::{
    Admin, figures,
    page::{self, field, form, page},
    reader::Reader,
    tenant::{Part, state_of},
    told::{Note, Told},
    trouble::Trouble,
    viewer::{Posted, Viewer},
};
use crate::i18n::admin::said;

/// Leads to what somebody sees first.
pub async fn start(State(admin): State<Arc<Admin>>, reader: Reader, viewer: Viewer) -> Response {
    let page = match &viewer.tenant {
        None => "/admin/tenants".to_owned(),
        Some(tenant) => Part::Usage.of(tenant),
    };
    admin.go(&reader, &page, None)
}

/// All tenants.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
) -> Result<Response, Trouble> {
    let tenants = admin.ledger.tenants().await?;
    let today = Day::of(admin.ledger.now_ms().await?);
    let month = admin
        .ledger
        .usage(None, today.first_of_month(), today)
        .await?;
    let audio_ms_of = |tenant: &Tenant| {
        let own = month.iter().filter(|row| row.tenant == tenant.name);
        own.map(|row| row.audio_ms).sum::<i64>()
    };
    let rows = tenants
        .iter()
        .map(|tenant| row(&reader, tenant, audio_ms_of(tenant)));
    let list = match tenants.is_empty() {
        true => view! { <p>{said!(reader.said, tenants.none)}</p> }.into_any(),
        false => {
            let columns = view! {
                <th scope="col">{said!(reader.said, tenants.name)}</th>
                <th scope="col">{said!(reader.said, tenants.state)}</th>
                <th scope="col">{said!(reader.said, tenants.since)}</th>
                <th scope="col" class="number">
                    {said!(reader.said, tenants.month)}
                </th>
            };
            let name = said!(reader.said, tenants.heading);
            page::table(name, columns.into_any(), rows.collect_view().into_any())
        }
    };
    let content = view! {
        {list}
        {creation(&reader, &viewer)}
    };
    let heading = said!(reader.said, tenants.heading);
    Ok(page(
        &admin,
        &reader,
        Some(&viewer),
        heading,
        content.into_any(),
    ))
}

fn row(reader: &Reader, tenant: &Tenant, audio_ms: i64) -> impl IntoView + use<> {
    let href = reader.to(&Part::Overview.of(&tenant.name));
    view! {
        <tr>
            <th scope="row">
                <a href=href lang="">
                    {tenant.name.clone()}
                </a>
            </th>
            <td>{state_of(reader, tenant)}</td>
            <td>{figures::day(reader, &Day::of(tenant.created_at_ms).to_string())}</td>
            <td class="number">{figures::minutes(reader, audio_ms)}</td>
        </tr>
    }
}

fn creation(reader: &Reader, viewer: &Viewer) -> impl IntoView + use<> {
    let input = view! {
        <input
            id="name"
            name="name"
            required
            maxlength="64"
            pattern="[a-z0-9\\-]+"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="name-hint"
        />
    };
    let content = view! {
        {field("name", said!(reader.said, tenants.name), input.into_any())}
        <p class="fine" id="name-hint">
            {said!(reader.said, tenants.name_hint)}
        </p>
        <button type="submit" class="button button-primary">
            {said!(reader.said, tenants.create)}
        </button>
    };
    view! {
        <section class="card" aria-labelledby="creation-heading">
            <h2 id="creation-heading">{said!(reader.said, tenants.create_heading)}</h2>
            {form(reader, &viewer.csrf, "/admin/tenants", content.into_any())}
        </section>
    }
}

/// Makes a tenant without limits.
pub async fn create(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    posted: Posted,
) -> Result<Response, Trouble> {
    let name = posted.text("name");
    let created = admin
        .ledger
        .create_tenant(&viewer.who, name, Limits::default(), 0);
    let (page, note) = match created.await {
        Ok(()) => (Part::Overview.of(name), Note::TenantCreated),
        Err(LedgerError::Exists { .. }) => ("/admin/tenants".to_owned(), Note::TenantExists),
        Err(LedgerError::Name { .. }) => ("/admin/tenants".to_owned(), Note::Unfit),
        Err(error) => return Err(error.into()),
    };
    Ok(admin.go(&reader, &page, Some(Told::Note(note))))
}
