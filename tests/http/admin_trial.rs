//! A router with tenants to try, and a browser that keeps cookies.

use std::{fs, path::Path};

use axum::{
    Router,
    body::Body,
    http::{
        Request,
        header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE},
    },
};
use banglaser::server::{router, settings::Settings};
use tenants::{Ledger, Limits};

use crate::trial::{Answer, get, send, state};

/// A database with two tenants, each with a key.
pub struct Trial {
    pub url: String,
    pub router: Router,
    pub ledger: Ledger,
    pub shop_key: String,
    pub school_key: String,
}

/// A browser that keeps cookies, each for its path, and follows nothing.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookies: Vec<Kept>,
}

/// A cookie that a browser keeps.
#[derive(Clone)]
pub struct Kept {
    pub name: String,
    pub value: String,
    pub path: String,
}

impl Kept {
    pub fn new(name: &str, value: &str, path: &str) -> Self {
        let [name, value, path] = [name, value, path].map(str::to_owned);
        Self { name, value, path }
    }

    /// As RFC 6265, 5.1.4, has it.
    fn is_sent_to(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// An empty database of its own for each test.
pub async fn database(name: &str) -> (Ledger, String) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("admin-{name}.sqlite"));
    for ending in ["", "-wal", "-shm"] {
        // It is there where the tests ran before.
        let _ = fs::remove_file(format!("{}{ending}", file.display()));
    }
    let url = format!("sqlite:{}", file.display());
    let ledger = Ledger::open_or_create(&url).await.expect("a database");
    (ledger, url)
}

impl Trial {
    /// An empty database but for the tenants `shop` and `school`.
    pub async fn new(name: &str) -> Self {
        Self::with(name, |_| {}).await
    }

    /// The same with other settings.
    pub async fn with(name: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let (ledger, url) = database(name).await;
        let mut keys = Vec::new();
        for tenant in ["shop", "school"] {
            let created = ledger.create_tenant("test", tenant, Limits::default(), 0);
            created.await.expect("created");
            let key = ledger
                .create_key("test", tenant, None)
                .await
                .expect("a key");
            keys.push(key.key.prefix);
        }
        let mut admin = None;
        let state = state(|settings| {
            admin = Some(settings.admin.clone());
            change(settings);
        });
        let admin = admin.expect("settings");
        let state = state
            .with_admin(ledger.clone(), &admin)
            .expect("the settings fit");
        let [shop_key, school_key] = keys.try_into().expect("two keys");
        Self {
            url,
            router: router(state),
            ledger,
            shop_key,
            school_key,
        }
    }

    /// A browser in which somebody is signed in who sees a tenant, or all of them.
    pub async fn signed_in(&self, tenant: Option<&str>) -> Browser {
        let token = self
            .ledger
            .create_token("test", tenant)
            .await
            .expect("a token");
        let mut browser = Browser::default();
        let page = browser.get(self, "/en/admin/sign-in").await;
        let form = [("csrf", csrf(&page)), ("token", token)];
        let answer = browser.post(self, "/en/admin/sign-in", &form).await;
        assert_eq!(answer.header(LOCATION.as_str()), "/en/admin");
        browser
    }
}

impl Browser {
    /// Reads a page.
    pub async fn send_to(&mut self, router: &Router, path: &str) -> Answer {
        self.send(router, get(path)).await
    }

    /// Sends a request with what the browser has kept.
    pub async fn send(&mut self, router: &Router, mut request: Request<Body>) -> Answer {
        let path = request.uri().path().to_owned();
        let cookies = self.cookies.iter().filter(|kept| kept.is_sent_to(&path));
        let cookies = cookies.map(|Kept { name, value, .. }| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        request
            .headers_mut()
            .insert(COOKIE, cookies.parse().expect("a header"));
        let answer = send(router.clone(), request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("visible ASCII");
            let (name, rest) = cookie.split_once('=').expect("a name");
            let mut parts = rest.split("; ");
            let value = parts.next().expect("a value");
            let path = parts.find_map(|part| part.strip_prefix("Path="));
            let fresh = Kept::new(name, value, path.expect("a path"));
            self.cookies
                .retain(|kept| (&kept.name, &kept.path) != (&fresh.name, &fresh.path));
            if !cookie.contains("Max-Age=0") {
                self.cookies.push(fresh);
            }
        }
        answer
    }

    /// Reads a page of a trial.
    pub async fn get(&mut self, trial: &Trial, path: &str) -> Answer {
        self.send(&trial.router, get(path)).await
    }

    /// What a page of a trial says.
    pub async fn read(&mut self, trial: &Trial, path: &str) -> String {
        self.get(trial, path).await.text().to_owned()
    }

    /// Sends a form to a trial.
    pub async fn post(&mut self, trial: &Trial, path: &str, fields: &[(&str, String)]) -> Answer {
        self.send(&trial.router, post(path, fields)).await
    }

    /// What it presents, where somebody is signed in.
    pub fn session(&self) -> Option<&str> {
        let found = self
            .cookies
            .iter()
            .find(|kept| kept.name == "banglaser-admin");
        found.map(|kept| kept.value.as_str())
    }
}

/// A form as a browser of our own page sends it. No value of these tests needs to be encoded.
pub fn post(path: &str, fields: &[(&str, String)]) -> Request<Body> {
    let fields = fields.iter().map(|(name, value)| format!("{name}={value}"));
    Request::post(path)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(fields.collect::<Vec<_>>().join("&").into())
        .expect("a request")
}

/// What the forms of a page carry.
pub fn csrf(page: &Answer) -> String {
    let text = page.text();
    let behind = text.split("name=\"csrf\" value=\"").nth(1).expect("a form");
    behind.split('"').next().expect("a value").to_owned()
}
