//! What is looked for in a tenant's clips, and who is told.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use url::Url;

use super::{
    Admin,
    reader::Reader,
    tenant::{Part, part_page},
    trouble::Trouble,
    viewer::Viewer,
};
use crate::i18n::admin::said;

/// Its rules. Of the address that is told only the host is shown: the rest may hold a secret.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Result<Response, Trouble> {
    let preferences = admin.ledger.tenant(&name).await?.preferences;
    let content = match preferences.rules.is_empty() {
        true => view! { <p>{said!(reader.said, alerts.none)}</p> }.into_any(),
        false => {
            let rules = preferences.rules.into_iter();
            let rules = rules.map(|rule| view! { <li lang="en">{rule}</li> });
            view! {
                <h2>{said!(reader.said, alerts.rules)}</h2>
                <ul>{rules.collect_view()}</ul>
                <p>{told(&reader, &preferences.webhook_url)}</p>
            }
            .into_any()
        }
    };
    let part = Part::Alerts;
    Ok(part_page(&admin, &reader, &viewer, &name, part, content))
}

fn told(reader: &Reader, url: &str) -> String {
    let host = Url::parse(url).ok();
    let host = host.as_ref().and_then(Url::host_str).map(str::to_owned);
    match host {
        Some(host) => said!(reader.said, alerts.told, host),
        None => said!(reader.said, alerts.untold).to_owned(),
    }
}
