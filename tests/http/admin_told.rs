//! What is told once: a key to whoever made it, on its page, and nothing that somebody else put into the browser.

use axum::http::header::SET_COOKIE;

use crate::admin_trial::{Browser, Kept, Trial, csrf};

const PAGE: &str = "/en/admin/tenants/shop/keys";

/// The cookie that tells, as it was just set, and a browser that has it.
async fn with_new_key(trial: &Trial) -> (Browser, String) {
    let mut browser = trial.signed_in(None).await;
    let page = browser.get(trial, PAGE).await;
    let made = browser.post(trial, PAGE, &[("csrf", csrf(&page))]).await;
    let cookies = made.headers.get_all(SET_COOKIE).iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().expect("visible ASCII"));
    let told = cookies.find(|cookie| cookie.contains("banglaser-admin-told="));
    (browser, told.expect("a key is told").to_owned())
}

#[tokio::test]
async fn a_key_travels_sealed_and_is_shown_on_its_page_alone() {
    let trial = Trial::new("sealed").await;
    let (mut browser, cookie) = with_new_key(&trial).await;
    assert!(
        !cookie.contains("bser_") && !cookie.contains("key."),
        "{cookie}"
    );
    assert!(cookie.contains(&format!("; Path={PAGE};")), "{cookie}");
    // Wherever else the browser brings it.
    let value = cookie.split(['=', ';']).nth(1).expect("a value").to_owned();
    for page in [
        "/en/admin/audit",
        "/bn/admin/tenants/shop/keys",
        "/en/admin/sign-in",
    ] {
        let mut elsewhere = browser.clone();
        let name = "banglaser-admin-told";
        elsewhere.cookies.push(Kept::new(name, &value, "/"));
        let shown = elsewhere.get(&trial, page).await;
        assert!(!shown.text().contains("bser_") || !shown.text().contains("class=\"key\""));
    }
    let shown = browser.get(&trial, PAGE).await;
    assert!(shown.text().contains("class=\"key\""));
}

#[tokio::test]
async fn what_another_host_of_the_domain_puts_into_a_browser_is_not_told() {
    let trial = Trial::new("forged").await;
    let mut browser = trial.signed_in(None).await;
    let (_, others) = with_new_key(&trial).await;
    let others = others.split(['=', ';']).nth(1).expect("a value").to_owned();
    let key = "bser_aaaaaaaaaaaa_of_the_attacker";
    for forged in [format!("key.{key}"), "note.SignedOut".to_owned(), others] {
        let name = "banglaser-admin-told";
        browser.cookies.retain(|kept| kept.name != name);
        browser.cookies.push(Kept::new(name, &forged, PAGE));
        let shown = browser.read(&trial, PAGE).await;
        assert!(
            !shown.contains("attacker") && !shown.contains("class=\"told"),
            "{forged}"
        );
    }
}

#[tokio::test]
async fn behind_https_what_is_told_is_bound_to_its_page() {
    let trial = Trial::with("told-https", |settings| {
        settings.server.public_url = "https://example.org".to_owned();
    })
    .await;
    let answer = Browser::default().get(&trial, "/en/admin").await;
    let cookies = answer.headers.get_all(SET_COOKIE).iter();
    let cookies: Vec<_> = cookies
        .map(|one| one.to_str().expect("visible ASCII"))
        .collect();
    let told = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Secure-banglaser-admin-told="));
    let told = told.expect("that one has to sign in");
    assert!(
        told.contains("; Path=/en/admin/sign-in; HttpOnly; SameSite=Lax; Secure"),
        "{told}"
    );
}
