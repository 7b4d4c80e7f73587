//! Who sees a tenant when they sign in with an account.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;

use super::{
    Admin,
    page::{field, form},
    reader::Reader,
    tenant::{Part, part_page},
    told::{Note, Told},
    trouble::Trouble,
    viewer::{Posted, Viewer},
};
use crate::i18n::admin::said;

/// Most letters of an address (RFC 5321).
const MAX_ADDRESS_LEN: usize = 254;

/// Who sees it.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(tenant): Path<String>,
) -> Result<Response, Trouble> {
    admin.ledger.tenant(&tenant).await?;
    let people = admin.ledger.people(&tenant).await?;
    let rows = people.iter().map(|who| row(&reader, &viewer, &tenant, who));
    let rows = rows.collect_view();
    let list = match people.is_empty() {
        true => view! { <p>{said!(reader.said, people.none)}</p> }.into_any(),
        false => view! { <ul class="admin-list">{rows}</ul> }.into_any(),
    };
    let content = view! {
        <p>{said!(reader.said, people.lead)}</p>
        {list}
        {addition(&reader, &viewer, &tenant)}
    };
    let part = Part::People;
    Ok(part_page(
        &admin,
        &reader,
        &viewer,
        &tenant,
        part,
        content.into_any(),
    ))
}

fn row(reader: &Reader, viewer: &Viewer, tenant: &str, who: &str) -> impl IntoView + use<> {
    let named = said!(reader.said, people.remove_named, address = who);
    let content = view! {
        <input type="hidden" name="address" value=who.to_owned() />
        <button type="submit" class="button button-small button-danger" aria-label=named>
            {said!(reader.said, people.remove)}
        </button>
    };
    let action = Part::People.of(tenant) + "/remove";
    view! {
        <li>
            <span lang="">{who.to_owned()}</span>
            {form(reader, &viewer.csrf, &action, content.into_any())}
        </li>
    }
}

fn addition(reader: &Reader, viewer: &Viewer, tenant: &str) -> impl IntoView + use<> {
    let input = view! {
        <input id="address" name="address" required maxlength="254" autocomplete="off" autocapitalize="none" />
    };
    let content = view! {
        {field("address", said!(reader.said, people.address), input.into_any())}
        <button type="submit" class="button button-primary">
            {said!(reader.said, people.add)}
        </button>
    };
    let action = Part::People.of(tenant);
    view! { <div class="card">{form(reader, &viewer.csrf, &action, content.into_any())}</div> }
}

/// Lets somebody see it.
pub async fn add(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(tenant): Path<String>,
    posted: Posted,
) -> Result<Response, Trouble> {
    let address = posted.text("address");
    let page = Part::People.of(&tenant);
    let is_written = |char: char| !char.is_control() && !char.is_whitespace() && char != ',';
    let fits = (1..=MAX_ADDRESS_LEN).contains(&address.len()) && address.chars().all(is_written);
    let note = match fits {
        false => Note::Unfit,
        true => match admin
            .ledger
            .add_person(&viewer.who, &tenant, address)
            .await?
        {
            true => Note::PersonAdded,
            false => Note::PersonTaken,
        },
    };
    Ok(admin.go(&reader, &page, Some(Told::Note(note))))
}

/// Lets somebody see it no more.
pub async fn remove(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    viewer: Viewer,
    Path(tenant): Path<String>,
    posted: Posted,
) -> Result<Response, Trouble> {
    let address = posted.text("address");
    admin
        .ledger
        .remove_person(&viewer.who, &tenant, address)
        .await?;
    let page = Part::People.of(&tenant);
    Ok(admin.go(&reader, &page, Some(Told::Note(Note::PersonRemoved))))
}
