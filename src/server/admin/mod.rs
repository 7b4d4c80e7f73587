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

    /// Leads to an admin page, which tells something once.
    fn go(&self, reader: &Reader, page: &str, told: Option<Told>) -> Response {
        let mut response = Redirect::to(&reader.to(page)).into_response();
        if let Some(told) = told {
            let max_age_s = Some(told::MAX_AGE_S);
            let cookie = self.cookies.keep(cookies::TOLD, &told.cookie(), max_age_s);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// The style sheet of these pages, beside the site's.
async fn style() -> Response {
    let sheet = include_str!("../../../style/admin.css");
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], sheet).into_response()
}
