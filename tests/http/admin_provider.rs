//! Signing in to the admin page with an account, by a provider of node's: `end2end/provider.mjs`.

use std::{
    io::{BufRead, BufReader, Write, stderr},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use axum::http::{
    StatusCode,
    header::{LOCATION, SET_COOKIE},
};
use banglaser::server::{router, settings::AdminSettings};
use tenants::{Ledger, Limits};
use tokio::task::spawn_blocking;
use ureq::{Agent, config::Config};

use crate::{
    admin_trial::{Browser, database},
    trial::{Answer, state},
};

/// A running provider; it ends with its value.
struct Provider {
    process: Child,
    issuer: String,
    /// Open, because node ends where nobody hears what it says.
    _told: BufReader<ChildStdout>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Provider {
    /// Starts one; nothing where there is no node, or its package was not installed.
    fn start(manner: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("end2end");
        let is_installed = folder.join("node_modules/oidc-provider").is_dir();
        let started = is_installed.then(|| {
            Command::new("node")
                .args(["provider.mjs", manner])
                .current_dir(&folder)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
        });
        let Some(Ok(mut process)) = started else {
            let why = "SKIPPED signing in with an account: no node with oidc-provider in end2end/";
            writeln!(stderr(), "{why}").expect("writable");
            return None;
        };
        let told = process.stdout.take().expect("piped");
        let mut told = BufReader::new(told);
        let mut issuer = String::new();
        while !issuer.starts_with("http://") {
            issuer.clear();
            let n_bytes = told.read_line(&mut issuer).expect("readable");
            assert!(n_bytes > 0, "the provider says where it is");
        }
        let issuer = issuer.trim().to_owned();
        Some(Self {
            process,
            issuer,
            _told: told,
        })
    }

    /// Whom it signs in from now on.
    async fn be(&self, who: &str) {
        let url = format!("{}/be?who={who}", self.issuer);
        let asked = spawn_blocking(move || agent().get(&url).call());
        asked.await.expect("ended").expect("an answer");
    }

    /// Goes where the provider leads, until it leads back to us; with what is read there.
    async fn follow(&self, url: &str) -> String {
        let (mut url, issuer) = (url.to_owned(), self.issuer.clone());
        let followed = spawn_blocking(move || {
            let mut cookies: Vec<(String, String)> = Vec::new();
            while url.starts_with(&issuer) {
                let sent = cookies
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"));
                let sent = sent.collect::<Vec<_>>().join("; ");
                let answer = agent().get(&url).header("cookie", sent).call();
                let answer = answer.expect("an answer");
                for cookie in answer.headers().get_all(SET_COOKIE) {
                    let pair = cookie.to_str().expect("visible ASCII").split(';').next();
                    let (name, value) = pair.and_then(|pair| pair.split_once('=')).expect("a pair");
                    cookies.retain(|(kept, _)| kept != name);
                    cookies.push((name.to_owned(), value.to_owned()));
                }
                let next = answer
                    .headers()
                    .get(LOCATION)
                    .unwrap_or_else(|| panic!("{url} is {} and leads nowhere", answer.status()));
                let next = next.to_str().expect("visible ASCII").to_owned();
                url = match next.starts_with('/') {
                    true => format!("{issuer}{next}"),
                    false => next,
                };
            }
            url
        });
        followed.await.expect("ended")
    }
}

fn agent() -> Agent {
    let config = Config::builder()
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .build();
    Agent::new_with_config(config)
}

async fn sign_in(trial: &Trial, browser: &mut Browser, who: &str) -> Answer {
    trial.provider.be(who).await;
    let back = trial.way_back(browser).await;
    browser.send_to(&trial.router, &back).await
}

struct Trial {
    provider: Provider,
    router: axum::Router,
    ledger: Ledger,
}

impl Trial {
    async fn new(manner: &str) -> Option<Self> {
        let provider = Provider::start(manner)?;
        let (ledger, _) = database(&format!("provider-{manner}")).await;
        let created = ledger.create_tenant("test", "shop", Limits::default(), 0);
        created.await.expect("created");
        let added = ledger.add_person("test", "shop", "rima@example.org").await;
        assert!(added.expect("an answer"));
        let state = state(|settings| settings.server.public_url = "http://here".to_owned());
        let settings = AdminSettings {
            oidc_issuer: provider.issuer.clone(),
            oidc_client_id: "banglaser".to_owned(),
            oidc_client_secret: "a secret of tests".to_owned(),
            oidc_claim: banglaser::server::settings::Claim::Email,
            operators: vec!["Boss@example.org".to_owned()],
        };
        let state = state
            .with_admin(ledger.clone(), &settings)
            .expect("the settings fit");
        Some(Self {
            provider,
            router: router(state),
            ledger,
        })
    }

    /// From our page to the provider, and the path that it leads back to.
    async fn way_back(&self, browser: &mut Browser) -> String {
        let answer = browser
            .send_to(&self.router, "/admin/sign-in/provider")
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let url = answer.header(LOCATION.as_str());
        for asked in [
            "code_challenge_method=S256",
            "nonce=",
            "state=",
            "scope=openid+email",
        ] {
            assert!(url.contains(asked), "{url} has no {asked}");
        }
        let back = self.provider.follow(url).await;
        let path = back.strip_prefix("http://here").expect("back to us");
        assert!(path.starts_with("/admin/callback?code="), "{path}");
        path.to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_provider_knows_sees_what_is_theirs() {
    for manner in ["asked-for", "in-id-token"] {
        let Some(trial) = Trial::new(manner).await else {
            return;
        };
        for (who, expected) in [
            ("boss@example.org", StatusCode::OK),
            ("rima@example.org", StatusCode::NOT_FOUND),
        ] {
            let mut browser = Browser::default();
            let answer = sign_in(&trial, &mut browser, who).await;
            assert_eq!(answer.header(LOCATION.as_str()), "/admin", "{manner} {who}");
            let list = browser.send_to(&trial.router, "/en/admin/tenants").await;
            assert_eq!(list.status, expected, "{manner} {who}");
            let own = browser
                .send_to(&trial.router, "/en/admin/tenants/shop/usage")
                .await;
            assert_eq!(own.status, StatusCode::OK, "{manner} {who}");
            assert!(own.text().contains(who), "{manner} {who}");
        }
        for who in ["stranger@example.org", "unverified@example.org"] {
            let mut browser = Browser::default();
            let answer = sign_in(&trial, &mut browser, who).await;
            assert_eq!(
                answer.header(LOCATION.as_str()),
                "/admin/sign-in",
                "{manner} {who}"
            );
            assert_eq!(browser.session(), None, "{manner} {who}");
        }
        let mut browser = Browser::default();
        sign_in(&trial, &mut browser, "rima@example.org").await;
        let removed = trial
            .ledger
            .remove_person("test", "shop", "rima@example.org");
        removed.await.expect("removed");
        let own = browser
            .send_to(&trial.router, "/en/admin/tenants/shop/usage")
            .await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "{manner}: removed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_browser_began_ends_in_no_session() {
    let Some(trial) = Trial::new("asked-for-2").await else {
        return;
    };
    trial.provider.be("boss@example.org").await;
    let mut browser = Browser::default();
    let back = trial.way_back(&mut browser).await;
    let mut other = Browser::default();
    trial.way_back(&mut other).await;
    let changed = back.replace("state=", "state=x");
    for (browser, path) in [
        (&mut Browser::default(), back.as_str()),
        (&mut other, back.as_str()),
        (&mut browser.clone(), changed.as_str()),
        (&mut browser.clone(), "/admin/callback?error=access_denied"),
    ] {
        let answer = browser.send_to(&trial.router, path).await;
        assert_eq!(answer.header(LOCATION.as_str()), "/admin/sign-in", "{path}");
        assert_eq!(browser.session(), None, "{path}");
    }
    let mut again = browser.clone();
    let answer = browser.send_to(&trial.router, &back).await;
    assert_eq!(answer.header(LOCATION.as_str()), "/admin");
    // The code works once, whatever the browser has kept.
    let answer = again.send_to(&trial.router, &back).await;
    assert_eq!(answer.header(LOCATION.as_str()), "/admin/sign-in");
}
