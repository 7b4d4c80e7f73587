//! One tenant: whether its keys are taken, how much it may use, and the ways to the rest of it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use tenants::{LedgerError, Tenant};

use super::{
    Admin, limits,
    page::{form, page},
    reader::Reader,
    told::{Note, Told},
    trouble::Trouble,
    viewer::{Posted, Viewer},
};
use crate::i18n::admin::said;

/// A part of what is told of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its state and limits.
    Overview,
    /// What it used.
    Usage,
    /// Its keys.
    Keys,
    /// What is looked for in its clips.
    Alerts,
    /// Who sees it.
    People,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Overview,
        Self::Usage,
        Self::Keys,
        Self::Alerts,
        Self::People,
    ];

    /// Where it is of a tenant.
    pub fn of(self, tenant: &str) -> String {
        let part = match self {
            Self::Overview => "",
            Self::Usage => "/usage",
            Self::Keys => "/keys",
            Self::Alerts => "/alerts",
            Self::People => "/people",
        };
        format!("/admin/tenants/{tenant}{part}")
    }

    fn name(self, reader: &Reader) -> &'static str {
        match self {
            Self::Overview => said!(reader.said, tenant.overview),
            Self::Usage => said!(reader.said, usage.heading),
            Self::Keys => said!(reader.said, keys.heading),
            Self::Alerts => said!(reader.said, alerts.heading),
            Self::People => said!(reader.said, people.heading),
        }
    }

    fn is_for_operators(self) -> bool {
        matches!(self, Self::Overview | Self::People)
    }
}

/// The page of a part of a tenant, with the ways to its others.
pub fn part_page(
    admin: &Admin,
    reader: &Reader,
    viewer: &Viewer,
    tenant: &str,
    part: Part,
    content: AnyView,
) -> Response {
    let parts = Part::ALL.into_iter();
    let parts = parts.filter(|part| viewer.is_operator() || !part.is_for_operators());
    let links = parts.map(|one| {
        let href = reader.to(&one.of(tenant));
        let current = (one == part).then_some("page");
        view! {
            <a href=href aria-current=current>
                {one.name(reader)}
            </a>
        }
    });
    let links = links.collect_view();
    let content = view! {
        <nav class="admin-parts" aria-label=said!(reader.said, tenant.sections)>
            {links}
        </nav>
        {content}
    };
    let heading = format!("{tenant}: {}", part.name(reader));
    page(admin, reader, Some(viewer), &heading, content.into_any())
}

/// What stands for a tenant's state in a table.
pub fn state_of(reader: &Reader, tenant: &Tenant) -> &'static str {
    match tenant.disabled_at_ms {
        None => said!(reader.said, tenants.active),
        Some(_) => said!(reader.said, tenants.disabled),
    }
}

/// Its state and limits.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Result<Response, Trouble> {
    let tenant = admin.ledger.tenant(&name).await?;
    let content = view! {
        <div class="admin-cards">
            {limits::card(&reader, &viewer, &tenant)}
            {state_card(&reader, &viewer, &tenant)}
        </div>
    };
    let part = Part::Overview;
    Ok(part_page(
        &admin,
        &reader,
        &viewer,
        &name,
        part,
        content.into_any(),
    ))
}

fn state_card(reader: &Reader, viewer: &Viewer, tenant: &Tenant) -> impl IntoView + use<> {
    let (wanted, words, class) = match tenant.disabled_at_ms {
        None => (
            "disabled",
            said!(reader.said, tenant.disable),
            "button button-danger",
        ),
        Some(_) => (
            "active",
            said!(reader.said, tenant.enable),
            "button button-primary",
        ),
    };
    let content = view! {
        <input type="hidden" name="state" value=wanted />
        <button type="submit" class=class>
            {words}
        </button>
    };
    let action = format!("/admin/tenants/{}/state", tenant.name);
    view! {
        <section class="card" aria-labelledby="state-heading">
            <h2 id="state-heading">
                {said!(reader.said, tenants.state)} ": " {state_of(reader, tenant)}
            </h2>
            <p class="fine">{said!(reader.said, tenant.disable_hint)}</p>
            {form(reader, &viewer.csrf, &action, content.into_any())}
        </section>
    }
}

/// Refuses its keys, or takes them again.
pub async fn set_state(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, Trouble> {
    let (is_disabled, note) = match posted.text("state") {
        "disabled" => (true, Note::TenantDisabled),
        "active" => (false, Note::TenantEnabled),
        _ => return Err(Trouble::Unfit),
    };
    admin
        .ledger
        .set_disabled(&viewer.who, &name, is_disabled)
        .await?;
    let page = Part::Overview.of(&name);
    Ok(admin.go(&reader, &page, Some(Told::Note(note))))
}

impl Admin {
    /// Whether there is a tenant of this name, and it is not disabled.
    pub(super) async fn is_active(&self, name: &str) -> Result<bool, LedgerError> {
        match self.ledger.tenant(name).await {
            Ok(tenant) => Ok(tenant.disabled_at_ms.is_none()),
            Err(LedgerError::NoTenant { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
