//! What does not work on the admin page: a database that is gone, odd addresses, keys that have ended; months.

use std::time::Duration;

use axum::http::{StatusCode, header::LOCATION};
use tenants::{Day, Ledger, Meter, MeterSettings, Outcome};

use crate::admin_trial::{Browser, Trial, csrf};

/// A browser of an operator, with what its forms carry.
async fn operator(trial: &Trial) -> (Browser, String) {
    let mut browser = trial.signed_in(None).await;
    let csrf = csrf(&browser.get(trial, "/en/admin/tenants").await);
    (browser, csrf)
}

#[tokio::test]
async fn while_the_database_is_gone_nothing_is_done_and_that_is_said() {
    let trial = Trial::new("gone").await;
    let (mut browser, csrf) = operator(&trial).await;
    let secret = browser.session().expect("a session").to_owned();
    trial.ledger.close().await;
    let form = [("csrf", csrf.clone()), ("name", "third".to_owned())];
    for (language, sentence) in [("en", "does not answer"), ("bn", "সাড়া দিচ্ছে না")]
    {
        for path in ["", "/tenants", "/tenants/shop/usage", "/audit"] {
            let path = format!("/{language}/admin{path}");
            let refused = browser.get(&trial, &path).await;
            assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(refused.header("retry-after"), "5", "{path}");
            assert!(refused.text().contains(sentence), "{}", refused.text());
        }
        let path = format!("/{language}/admin/tenants");
        let refused = browser.post(&trial, &path, &form).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.header("retry-after"), "5");
    }
    for path in ["/admin/style.css", "/en/admin/sign-in"] {
        let shown = browser.get(&trial, path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}");
    }
    // Who signs out is told that the session goes on.
    let out = [("csrf", csrf)];
    let answer = browser.post(&trial, "/en/admin/sign-out", &out).await;
    assert_eq!(answer.header(LOCATION.as_str()), "/en/admin/sign-in");
    assert_eq!(browser.session(), None);
    let told = browser.read(&trial, "/en/admin/sign-in").await;
    assert!(told.contains("could not be ended"), "{told}");
    let again = Ledger::open(&trial.url).await.expect("it is there again");
    assert!(again.session(&secret).await.expect("an answer").is_some());
}

#[tokio::test]
async fn who_signs_out_after_the_session_has_ended_has_signed_out() {
    let trial = Trial::new("ended").await;
    let (mut browser, csrf) = operator(&trial).await;
    let secret = browser.session().expect("a session").to_owned();
    trial.ledger.end_session(&secret).await.expect("ended");
    browser
        .post(&trial, "/en/admin/sign-out", &[("csrf", csrf)])
        .await;
    assert_eq!(browser.session(), None);
    let told = browser.read(&trial, "/en/admin/sign-in").await;
    assert!(told.contains("You have signed out"));
}

#[tokio::test]
async fn a_slash_at_the_end_leads_to_the_page() {
    let trial = Trial::new("slash").await;
    let mut browser = trial.signed_in(None).await;
    for (path, page) in [
        ("/admin/", "/admin"),
        ("/bn/admin/", "/bn/admin"),
        (
            "/en/admin/tenants/shop/usage/?month=2026-10",
            "/en/admin/tenants/shop/usage?month=2026-10",
        ),
    ] {
        let answer = browser.get(&trial, path).await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(answer.header(LOCATION.as_str()), page);
    }
}

#[tokio::test]
async fn the_languages_of_a_refused_form_lead_to_a_page_that_is_there() {
    let trial = Trial::new("languages").await;
    let (mut browser, csrf) = operator(&trial).await;
    let key = format!("/en/admin/tenants/shop/keys/{}/rotate", trial.shop_key);
    for path in [
        "/en/admin/tenants/shop/limits",
        "/en/admin/tenants/shop/state",
        "/en/admin/tenants/shop/people/remove",
        "/en/admin/tenants",
        "/en/admin/sign-out",
        &key,
    ] {
        let refused = browser
            .post(&trial, path, &[("csrf", "none".to_owned())])
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        let text = refused.text();
        let link = text.split("href=\"/bn").nth(1).expect("a link");
        let link = format!("/bn{}", link.split('"').next().expect("its end"));
        let page = browser.get(&trial, &link).await;
        assert!(
            page.status.is_success() || page.status.is_redirection(),
            "{path}: {link}"
        );
    }
    let unfit = [("csrf", csrf), ("clips_per_minute", "x".to_owned())];
    let refused = browser
        .post(&trial, "/en/admin/tenants/shop/limits", &unfit)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("href=\"/bn/admin/tenants/shop\""));
}

#[tokio::test]
async fn a_key_that_has_ended_is_neither_rotated_nor_revoked_twice() {
    let trial = Trial::new("over").await;
    let (mut browser, csrf) = operator(&trial).await;
    let form = [("csrf", csrf)];
    let path = |act: &str| format!("/en/admin/tenants/shop/keys/{}/{act}", trial.shop_key);
    let n_acts = async || {
        trial
            .ledger
            .audit(None, None, 100)
            .await
            .expect("told")
            .len()
    };
    let rotated = browser.post(&trial, &path("rotate"), &form).await;
    assert_eq!(rotated.status, StatusCode::SEE_OTHER);
    let (before, page) = (
        n_acts().await,
        browser.get(&trial, "/en/admin/tenants/shop/keys").await,
    );
    assert!(page.text().contains("was rotated, active until"));
    assert!(!page.text().contains(&path("rotate")));
    let again = browser.post(&trial, &path("rotate"), &form).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    for _ in 0..2 {
        let revoked = browser.post(&trial, &path("revoke"), &form).await;
        assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(n_acts().await, before + 1);
}

#[tokio::test]
async fn usage_of_any_month_can_be_seen() {
    let trial = Trial::new("months").await;
    let settings = MeterSettings {
        flush: Duration::ZERO,
        max_outage: Duration::ZERO,
        max_clip: Duration::ZERO,
        max_wait: Duration::ZERO,
    };
    let meter = Meter::start(trial.ledger.clone(), settings).await;
    let meter = meter.expect("it is there");
    let shop = meter.named("shop").expect("a tenant");
    let request = meter.begin(&shop).await.expect("no limits");
    for _ in 0..23 {
        request.heard(Outcome::Answered, Duration::from_secs(60));
    }
    meter.finish().await.expect("added");
    let today = Day::of(trial.ledger.now_ms().await.expect("told"));
    let (month, before) = (today.month(), today.first_of_month().before(1).month());
    let mut browser = trial.signed_in(Some("shop")).await;
    let page = "/en/admin/tenants/shop/usage";
    let shown = browser.read(&trial, &format!("{page}?month={month}")).await;
    assert!(shown.contains(&format!("{month}, by UTC")), "{shown}");
    assert!(shown.contains(">23<"), "{shown}");
    for link in [
        format!("href=\"{page}\""),
        format!("usage.csv?month={month}\""),
        format!("href=\"/bn/admin/tenants/shop/usage?month={month}\""),
    ] {
        assert!(shown.contains(&link), "{link} in {shown}");
    }
    assert!(
        !shown.contains(&format!("?month={before}")),
        "it was not there"
    );
    let earlier = browser
        .read(&trial, &format!("{page}?month={before}"))
        .await;
    assert!(earlier.contains("Nothing was sent") && !earlier.contains(">23<"));
    assert!(
        earlier.contains(&format!("?month={month}")),
        "the month after"
    );
    for (month, n_lines) in [(month, 2), (before, 1)] {
        let csv = browser
            .read(&trial, &format!("{page}.csv?month={month}"))
            .await;
        assert_eq!(csv.lines().count(), n_lines, "{csv}");
    }
    for unfit in ["2026-13", "", "2026-11-01", "2026-11&month=2026-10"] {
        let refused = browser.get(&trial, &format!("{page}?month={unfit}")).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{unfit}");
    }
}
