//! A tenant's API keys: listed, made, rotated, revoked. A key is shown once, to whoever made it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use tenants::{Key, LedgerError, NewKey};

use super::{
    Admin, figures,
    page::{self, form},
    reader::Reader,
    tenant::{Part, part_page},
    told::{Note, Told},
    trouble::Trouble,
    viewer::{Posted, Viewer},
};
use crate::i18n::admin::said;

/// For so long a key that was rotated still works.
const OVERLAP_S: u32 = 24 * 60 * 60;

/// Its keys.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(tenant): Path<String>,
) -> Result<Response, Trouble> {
    let keys = admin.ledger.keys(Some(&tenant)).await?;
    let now_ms = admin.ledger.now_ms().await?;
    let acts = match viewer.is_operator() {
        true => creation(&reader, &viewer, &tenant),
        false => view! { <p class="fine">{said!(reader.said, keys.is_not_yours)}</p> }.into_any(),
    };
    let content = view! {
        {table(&reader, &viewer, &keys, now_ms)}
        {acts}
    };
    let part = Part::Keys;
    Ok(part_page(
        &admin,
        &reader,
        &viewer,
        &tenant,
        part,
        content.into_any(),
    ))
}

fn table(reader: &Reader, viewer: &Viewer, keys: &[Key], now_ms: i64) -> AnyView {
    if keys.is_empty() {
        return view! { <p>{said!(reader.said, keys.none)}</p> }.into_any();
    }
    let rows = keys.iter().map(|key| row(reader, viewer, key, now_ms));
    let acts = viewer
        .is_operator()
        .then(|| view! { <th scope="col">{said!(reader.said, keys.acts)}</th> });
    let columns = view! {
        <th scope="col">{said!(reader.said, keys.begins)}</th>
        <th scope="col">{said!(reader.said, keys.created)}</th>
        <th scope="col">{said!(reader.said, keys.state)}</th>
        {acts}
    };
    let name = said!(reader.said, keys.heading);
    page::table(name, columns.into_any(), rows.collect_view().into_any())
}

fn row(reader: &Reader, viewer: &Viewer, key: &Key, now_ms: i64) -> AnyView {
    let is_valid = key.revoked_at_ms.is_none() && key.expires_at_ms.is_none_or(|at| at > now_ms);
    let acts = viewer.is_operator().then(|| {
        let acts = is_valid.then(|| acts(reader, viewer, key));
        view! { <td>{acts}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                <code lang="">{key.prefix.clone()}</code>
            </th>
            <td>{figures::moment(reader, key.created_at_ms)}</td>
            <td>{state(reader, key, now_ms)}</td>
            {acts}
        </tr>
    }
    .into_any()
}

fn state(reader: &Reader, key: &Key, now_ms: i64) -> String {
    match (key.revoked_at_ms, key.expires_at_ms) {
        (Some(_), _) => said!(reader.said, keys.revoked).to_owned(),
        (None, Some(at_ms)) if at_ms <= now_ms => said!(reader.said, keys.expired).to_owned(),
        (None, Some(at_ms)) => {
            let when = figures::moment(reader, at_ms);
            match key.rotated_at_ms {
                Some(_) => said!(reader.said, keys.rotated, when),
                None => said!(reader.said, keys.until, when),
            }
        }
        (None, None) => said!(reader.said, keys.active).to_owned(),
    }
}

fn acts(reader: &Reader, viewer: &Viewer, key: &Key) -> impl IntoView + use<> {
    let is_rotated = key.rotated_at_ms.is_some();
    let path = format!("{}/{}", Part::Keys.of(&key.tenant), key.prefix);
    let named = || key.prefix.clone();
    let act = |act: &str, words: &'static str, named: String, class: &'static str| {
        let button = view! {
            <button type="submit" class=class aria-label=named>
                {words}
            </button>
        };
        let action = format!("{path}/{act}");
        form(reader, &viewer.csrf, &action, button.into_any())
    };
    let (rotate, revoke) = (
        said!(reader.said, keys.rotate),
        said!(reader.said, keys.revoke),
    );
    let rotate_named = said!(reader.said, keys.rotate_named, key = named());
    let revoke_named = said!(reader.said, keys.revoke_named, key = named());
    view! {
        <div class="admin-acts">
            {(!is_rotated).then(|| act("rotate", rotate, rotate_named, "button button-small"))}
            {act("revoke", revoke, revoke_named, "button button-small button-danger")}
        </div>
    }
}

fn creation(reader: &Reader, viewer: &Viewer, tenant: &str) -> AnyView {
    let button = view! {
        <button type="submit" class="button button-primary">
            {said!(reader.said, keys.create)}
        </button>
    };
    let action = Part::Keys.of(tenant);
    let hours = figures::count(reader, i64::from(OVERLAP_S / 3600));
    view! {
        <p class="fine">{said!(reader.said, keys.rotate_hint, hours)}</p>
        {form(reader, &viewer.csrf, &action, button.into_any())}
    }
    .into_any()
}

/// Makes one.
pub async fn create(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(tenant): Path<String>,
    _: Posted,
) -> Result<Response, Trouble> {
    let new = admin.ledger.create_key(&viewer.who, &tenant, None).await?;
    Ok(shown(&admin, &reader, &tenant, new))
}

/// Makes one in place of another, which still works for a while.
pub async fn rotate(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path((tenant, prefix)): Path<(String, String)>,
    _: Posted,
) -> Result<Response, Trouble> {
    admin.verify_owner(&tenant, &prefix).await?;
    let new = admin
        .ledger
        .rotate_key(&viewer.who, &prefix, OVERLAP_S, None)
        .await?;
    Ok(shown(&admin, &reader, &tenant, new))
}

/// Refuses one from now on.
pub async fn revoke(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path((tenant, prefix)): Path<(String, String)>,
    _: Posted,
) -> Result<Response, Trouble> {
    admin.verify_owner(&tenant, &prefix).await?;
    admin.ledger.revoke_key(&viewer.who, &prefix).await?;
    let note = Told::Note(Note::KeyRevoked);
    Ok(admin.go(&reader, &Part::Keys.of(&tenant), Some(note)))
}

fn shown(admin: &Admin, reader: &Reader, tenant: &str, new: NewKey) -> Response {
    admin.go(reader, &Part::Keys.of(tenant), Some(Told::Key(new.secret)))
}

impl Admin {
    /// That a key is the tenant's whose page it was named on.
    async fn verify_owner(&self, tenant: &str, prefix: &str) -> Result<(), LedgerError> {
        let keys = self.ledger.keys(Some(tenant)).await?;
        match keys.iter().any(|key| key.prefix == prefix) {
            true => Ok(()),
            false => Err(LedgerError::NoKey {
                prefix: prefix.to_owned(),
            }),
        }
    }
}
