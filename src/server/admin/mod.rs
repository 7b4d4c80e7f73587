//! The admin page: tenants, their limits, keys, people, usage and alerts, and the audit, for operators; its own usage,
//! keys and alerts for a tenant. Rendered on the server, without a script, in every language of the page.
//!
//! Input   requests below `/admin`, also below the languages' paths; forms; what the provider sends a browser back with
//! Output  pages; acts in the [`Ledger`], each with an entry of its audit
//! Never   audio, a key in clear but in the answer to whoever made it
//!
//! Invariant: who may see a route stands beside its path in [`routes`], and `guard` asks before its handler runs.

mod alerts;
mod audit;
mod cookies;
mod figures;
mod guard;
mod keys;
mod limits;
mod page;
mod people;
mod provider;
mod reader;
mod routes;
mod sign_in;
mod tenant;
mod tenant_list;
mod told;
mod tries;
mod trouble;
mod usage;
mod usage_picture;
mod viewer;

use axum::{
    http::header::{CONTENT_TYPE, SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use cookies::Cookies;
use leptos::config::LeptosOptions;
use provider::Provider;
pub use provider::SettingError;
use reader::Reader;
pub use routes::{Who, listed, router};
use tenants::Ledger;
use told::Told;
use tries::Tries;

use super::{public_url::PublicUrl, settings::AdminSettings};

/// Where people sign in.
const SIGN_IN: &str = "/admin/sign-in";

/// What every request below `/admin` can reach.
pub struct Admin {
    ledger: Ledger,
    provider: Option<Provider>,
    operators: Vec<String>,
    cookies: Cookies,
    tries: Tries,
    leptos_options: LeptosOptions,
}

impl Admin {
    /// As the settings say.
    ///
    /// # Errors
    /// [`SettingError`].
    pub fn new(
        ledger: Ledger,
        settings: &AdminSettings,
        url: &PublicUrl,
        leptos_options: LeptosOptions,
    ) -> Result<Self, SettingError> {
        let operators = settings.operators.iter();
        Ok(Self {
            ledger,
            provider: Provider::new(settings, url.origin())?,
            operators: operators.map(|who| who.to_lowercase()).collect(),
            cookies: Cookies::new(url.is_https()),
            tries: Tries::new(),
            leptos_options,
        })
    }

    /// What somebody sees whom the provider knows: all tenants (`Some(None)`), one, or nothing.
    async fn role_of(&self, who: &str) -> Result<Option<Option<String>>, tenants::LedgerError> {
        if self.operators.contains(&who.to_lowercase()) {
            return Ok(Some(None));
        }
        let tenant = self.ledger.tenant_of_person(who).await?;
        Ok(tenant.map(Some))
    }

    /// Leads to an admin page, which tells something once: the sign-in page to whoever has this browser, every other
    /// one to whoever has its session.
    fn go(&self, reader: &Reader, page: &str, told: Option<Told>) -> Response {
        let path = reader.to(page);
        let mut response = Redirect::to(&path).into_response();
        let headers = response.headers_mut();
        let secret = match page {
            SIGN_IN => reader.form.clone().or_else(|| {
                let fresh = tenants::secret().ok()?;
                headers.append(SET_COOKIE, self.cookies.keep(cookies::FORM, &fresh, None));
                Some(fresh)
            }),
            _ => reader.session.clone(),
        };
        if let Some((told, secret)) = told.zip(secret) {
            let sealed = told.seal(&path, &secret);
            let cookie = self.cookies.tell(&path, &sealed, told::MAX_AGE_S);
            headers.append(SET_COOKIE, cookie);
        }
        response
    }
}

/// The style sheet of these pages, beside the site's.
async fn style() -> Response {
    let sheet = include_str!("../../../style/admin.css");
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], sheet).into_response()
}
