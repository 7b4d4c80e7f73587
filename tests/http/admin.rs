//! The admin page: who sees what, sessions, forms of other sites, and that a key is shown once.

use axum::http::{Method, StatusCode, header::LOCATION};
use banglaser::server::{
    admin::{Who, listed},
    router,
};

use crate::{
    admin_trial::{Browser, Kept, Trial, csrf, post},
    trial::{get, send, state},
};

fn filled(path: &str, tenant: &str, key: &str) -> String {
    path.replace("{tenant}", tenant).replace("{key}", key)
}

/// What each form needs beside its signature, and a part of what it does: nothing is left out, so that a new form is
/// tried too.
fn fields(path: &str) -> Vec<(&'static str, String)> {
    let fields: &[(&str, &str)] = match path {
        "/admin/sign-in" => &[("token", "unknown")],
        "/admin/sign-out" => &[],
        "/admin/tenants" => &[("name", "third")],
        "/admin/tenants/{tenant}/state" => &[("state", "disabled")],
        "/admin/tenants/{tenant}/limits" => &[
            ("clips_per_minute", "7"),
            ("parallel", "1"),
            ("audio_s_per_month", "60"),
            ("retention_days", "90"),
        ],
        "/admin/tenants/{tenant}/keys"
        | "/admin/tenants/{tenant}/keys/{key}/rotate"
        | "/admin/tenants/{tenant}/keys/{key}/revoke" => &[],
        "/admin/tenants/{tenant}/people" => &[("address", "new@example.org")],
        "/admin/tenants/{tenant}/people/remove" => &[("address", "rima@example.org")],
        path => panic!("say what the form of {path} needs"),
    };
    let fields = fields.iter();
    fields
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

/// Every act that the audit tells of, oldest first.
async fn acts(trial: &Trial) -> Vec<String> {
    let entries = trial
        .ledger
        .audit(None, None, 1000)
        .await
        .expect("an audit");
    let acts = entries.into_iter().rev();
    acts.map(|entry| format!("{} {}", entry.act, entry.tenant))
        .collect()
}

#[tokio::test]
async fn without_tenants_there_is_no_such_page() {
    let router = router(state(|_| {}));
    for (method, path, _) in listed() {
        let path = filled(path, "shop", "key");
        let request = match method {
            Method::GET => get(&path),
            _ => post(&path, &[]),
        };
        assert_eq!(
            send(router.clone(), request).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn nobody_is_let_in_who_has_not_signed_in() {
    let trial = Trial::new("nobody").await;
    let before = acts(&trial).await;
    for (method, path, who) in listed() {
        for language in ["", "/bn", "/en"] {
            let asked = format!("{language}{}", filled(path, "shop", &trial.shop_key));
            let request = match method {
                Method::GET => get(&asked),
                _ => post(&asked, &fields(path)),
            };
            let answer = Browser::default().send(&trial.router, request).await;
            match (who, &method) {
                (Who::Anyone, &Method::POST) => assert_eq!(answer.status, StatusCode::FORBIDDEN),
                (Who::Anyone, _) => {}
                _ => {
                    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{method} {asked}");
                    let led = answer.header(LOCATION.as_str());
                    assert_eq!(led, format!("{language}/admin/sign-in"), "{method} {asked}");
                }
            }
        }
    }
    assert_eq!(acts(&trial).await, before, "nothing was done");
}

#[tokio::test]
async fn a_tenants_own_user_sees_its_own_and_nothing_else() {
    let trial = Trial::new("own").await;
    let mut browser = trial.signed_in(Some("shop")).await;
    let page = browser.get(&trial, "/en/admin/tenants/shop/keys").await;
    let csrf = csrf(&page);
    let before = acts(&trial).await;
    // Signing out comes last.
    let routes = listed()
        .into_iter()
        .filter(|(_, path, _)| *path != "/admin/sign-out");
    for (method, path, who) in routes {
        for (tenant, key) in [("shop", &trial.shop_key), ("school", &trial.school_key)] {
            let asked = filled(path, tenant, key);
            let request = match method {
                Method::GET => get(&asked),
                _ => {
                    let mut form = fields(path);
                    form.push(("csrf", csrf.clone()));
                    post(&asked, &form)
                }
            };
            let answer = browser.send(&trial.router, request).await;
            let is_seen = match who {
                Who::Anyone | Who::SignedIn => continue,
                Who::OfTenant => tenant == "shop",
                Who::Operator => false,
            };
            let expected = match is_seen {
                true => StatusCode::OK,
                false => StatusCode::NOT_FOUND,
            };
            assert_eq!(answer.status, expected, "{method} {asked}");
            // What is refused names the page that was asked for.
            assert!(!is_seen || !answer.text().contains(&trial.school_key));
        }
    }
    assert_eq!(acts(&trial).await, before, "nothing was done");
}

#[tokio::test]
async fn an_operator_sees_all_and_every_act_is_told_in_the_audit() {
    let trial = Trial::new("operator").await;
    let added = trial.ledger.add_person("test", "shop", "rima@example.org");
    assert!(added.await.expect("an answer"));
    let mut browser = trial.signed_in(None).await;
    let page = browser.get(&trial, "/en/admin/tenants").await;
    assert!(page.text().contains("school") && page.text().contains("shop"));
    let csrf = csrf(&page);
    let reading = listed().into_iter().filter(|(method, _, who)| {
        *method == Method::GET && matches!(who, Who::OfTenant | Who::Operator)
    });
    for (_, path, _) in reading {
        for language in ["", "/bn", "/en"] {
            let path = format!("{language}{}", filled(path, "shop", ""));
            let answer = browser.get(&trial, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(!answer.text().contains("<script"), "{path}");
            assert!(!answer.text().contains(" style="), "{path}");
        }
    }
    let acting = listed().into_iter().filter(|(method, _, who)| {
        *method == Method::POST && matches!(who, Who::OfTenant | Who::Operator)
    });
    for (_, path, _) in acting {
        let before = acts(&trial).await.len();
        // A key that was rotated can be revoked still, once, and a tenant that is disabled has keys.
        let asked = filled(path, "shop", &trial.shop_key);
        let mut form = fields(path);
        form.push(("csrf", csrf.clone()));
        let answer = browser.post(&trial, &asked, &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{asked}");
        let done = acts(&trial).await;
        assert_eq!(done.len(), before + 1, "{asked}: {done:?}");
    }
    let shop = trial.ledger.tenant("shop").await.expect("a tenant");
    assert!(shop.disabled_at_ms.is_some());
    assert_eq!((shop.limits.clips_per_minute, shop.retention_days), (7, 90));
    let people = trial.ledger.people("shop").await.expect("people");
    assert_eq!(people, ["new@example.org"]);
    let audit = browser.get(&trial, "/en/admin/audit").await;
    assert!(audit.text().contains("key.revoke"));
}

#[tokio::test]
async fn a_form_of_another_page_does_nothing() {
    let trial = Trial::new("csrf").await;
    let mut browser = trial.signed_in(None).await;
    let page = browser.get(&trial, "/en/admin/tenants").await;
    let csrf = csrf(&page);
    let mut other = trial.signed_in(None).await;
    let others = self::csrf(&other.get(&trial, "/en/admin/tenants").await);
    assert_ne!(csrf, others);
    let before = acts(&trial).await;
    let acting = listed()
        .into_iter()
        .filter(|(method, ..)| *method == Method::POST);
    for (_, path, _) in acting {
        let asked = filled(path, "shop", &trial.shop_key);
        let with = |signature: Option<&str>| {
            let mut form = fields(path);
            form.extend(signature.map(|signature| ("csrf", signature.to_owned())));
            post(&asked, &form)
        };
        for signature in [None, Some(""), Some(others.as_str())] {
            let answer = browser.send(&trial.router, with(signature)).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{asked} {signature:?}"
            );
        }
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://elsewhere.example"),
        ] {
            let mut request = with(Some(&csrf));
            request.headers_mut().remove("sec-fetch-site");
            request
                .headers_mut()
                .insert(header, value.parse().expect("a header"));
            let answer = browser.send(&trial.router, request).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{asked} {header}: {value}"
            );
        }
    }
    assert_eq!(acts(&trial).await, before, "nothing was done");
}

#[tokio::test]
async fn a_session_is_new_at_sign_in_and_over_at_sign_out() {
    let trial = Trial::new("session").await;
    let mut browser = trial.signed_in(None).await;
    let first = browser.session().expect("a session").to_owned();
    // A token works once.
    let token = trial
        .ledger
        .create_token("test", None)
        .await
        .expect("a token");
    let sign_in = async |browser: &mut Browser| {
        browser
            .cookies
            .retain(|kept| kept.name != "banglaser-admin");
        let page = browser.get(&trial, "/en/admin/sign-in").await;
        let form = [("csrf", csrf(&page)), ("token", token.clone())];
        browser.post(&trial, "/en/admin/sign-in", &form).await;
    };
    sign_in(&mut browser).await;
    let second = browser.session().expect("a session").to_owned();
    assert_ne!(first, second);
    let mut again = Browser::default();
    sign_in(&mut again).await;
    assert_eq!(again.session(), None);
    let told = again.get(&trial, "/en/admin/sign-in").await;
    assert!(
        told.text()
            .contains("unknown, was used already, or is too old")
    );
    let once = again.get(&trial, "/en/admin/sign-in").await;
    assert!(!once.text().contains("unknown, was used already"));

    let page = browser.get(&trial, "/en/admin/tenants").await;
    browser
        .post(&trial, "/en/admin/sign-out", &[("csrf", csrf(&page))])
        .await;
    assert_eq!(browser.session(), None);
    let mut stolen = Browser {
        cookies: vec![Kept::new("banglaser-admin", &second, "/")],
    };
    let answer = stolen.get(&trial, "/en/admin/tenants").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_disabled_tenants_user_is_signed_out() {
    let trial = Trial::new("disabled").await;
    let mut browser = trial.signed_in(Some("shop")).await;
    let path = "/en/admin/tenants/shop/usage";
    assert_eq!(browser.get(&trial, path).await.status, StatusCode::OK);
    trial
        .ledger
        .set_disabled("test", "shop", true)
        .await
        .expect("disabled");
    assert_eq!(
        browser.get(&trial, path).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_key_is_shown_once() {
    let trial = Trial::new("key").await;
    let mut browser = trial.signed_in(None).await;
    let path = "/en/admin/tenants/shop/keys";
    let page = browser.get(&trial, path).await;
    assert!(!page.text().contains("it is shown this once"));
    browser.post(&trial, path, &[("csrf", csrf(&page))]).await;
    let shown = browser.get(&trial, path).await;
    let text = shown.text();
    let behind = text.split("class=\"key\"").nth(1).expect("a key");
    let behind = behind.split('>').nth(1).expect("what is inside");
    let key = behind.split('<').next().expect("a key").to_owned();
    assert!(key.starts_with("bser_") && key.len() > 70, "{key}");
    assert!(!browser.get(&trial, path).await.text().contains(&key));
}

#[tokio::test]
async fn a_key_is_not_reached_through_another_tenant() {
    let trial = Trial::new("other-key").await;
    let mut browser = trial.signed_in(None).await;
    let csrf = csrf(&browser.get(&trial, "/en/admin/tenants").await);
    for act in ["rotate", "revoke"] {
        let path = format!("/en/admin/tenants/shop/keys/{}/{act}", trial.school_key);
        let answer = browser.post(&trial, &path, &[("csrf", csrf.clone())]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
    }
}

#[tokio::test]
async fn tries_to_sign_in_are_counted() {
    let trial = Trial::new("tries").await;
    let mut browser = Browser::default();
    let csrf = csrf(&browser.get(&trial, "/en/admin/sign-in").await);
    let form = [("csrf", csrf), ("token", "guessed".to_owned())];
    let mut n_tries = 0;
    loop {
        browser.post(&trial, "/en/admin/sign-in", &form).await;
        let page = browser.get(&trial, "/en/admin/sign-in").await;
        n_tries += 1;
        if page.text().contains("Too many tries") {
            break;
        }
        assert!(n_tries < 40, "it is never enough");
    }
    // The right one does not help now.
    let token = trial
        .ledger
        .create_token("test", None)
        .await
        .expect("a token");
    let form = [form[0].clone(), ("token", token)];
    browser.post(&trial, "/en/admin/sign-in", &form).await;
    assert_eq!(browser.session(), None);
}
