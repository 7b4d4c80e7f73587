//! How much a tenant may use.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use tenants::{Limits, Tenant};

use super::{
    Admin,
    page::{field, form},
    reader::Reader,
    tenant::Part,
    told::{Note, Told},
    trouble::Trouble,
    viewer::{Posted, Viewer},
};
use crate::i18n::admin::said;

/// The form of a tenant's limits.
pub fn card(reader: &Reader, viewer: &Viewer, tenant: &Tenant) -> impl IntoView + use<> {
    let limits = tenant.limits;
    let fields = [
        (
            "clips_per_minute",
            said!(reader.said, limits.per_minute),
            limits.clips_per_minute,
        ),
        (
            "parallel",
            said!(reader.said, limits.parallel),
            limits.parallel,
        ),
        (
            "audio_s_per_month",
            said!(reader.said, limits.audio_s),
            limits.audio_s_per_month,
        ),
        (
            "retention_days",
            said!(reader.said, limits.retention),
            tenant.retention_days,
        ),
    ];
    let fields = fields.map(|(name, label, value)| {
        let input = view! {
            <input
                id=name
                name=name
                type="number"
                min="0"
                max=u32::MAX.to_string()
                value=value.to_string()
                required
                aria-describedby="limits-hint"
            />
        };
        field(name, label, input.into_any())
    });
    let content = view! {
        {fields.into_iter().collect_view()}
        <p class="fine" id="limits-hint">
            {said!(reader.said, limits.hint)}
        </p>
        <button type="submit" class="button button-primary">
            {said!(reader.said, limits.save)}
        </button>
    };
    let action = format!("/admin/tenants/{}/limits", tenant.name);
    view! {
        <section class="card" aria-labelledby="limits-heading">
            <h2 id="limits-heading">{said!(reader.said, limits.heading)}</h2>
            {form(reader, &viewer.csrf, &action, content.into_any())}
        </section>
    }
}

/// Saves them.
pub async fn save(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, Trouble> {
    let limits = Limits {
        clips_per_minute: posted.number("clips_per_minute")?,
        parallel: posted.number("parallel")?,
        audio_s_per_month: posted.number("audio_s_per_month")?,
    };
    let retention_days = posted.number("retention_days")?;
    let saved = admin
        .ledger
        .set_limits(&viewer.who, &name, limits, retention_days);
    saved.await?;
    let note = Told::Note(Note::LimitsSaved);
    Ok(admin.go(&reader, &Part::Overview.of(&name), Some(note)))
}
