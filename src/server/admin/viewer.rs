//! Who is signed in, what they may see, and the forms that they send.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequest, FromRequestParts, RawForm, Request},
    http::request::Parts,
};
use sha2::{Digest, Sha256};
use tenants::Session;
use tokio::time::timeout;
use url::form_urlencoded;

use super::{Admin, cookies, trouble::Trouble};
use crate::server::security::is_cross_site;

/// How long a form may take to arrive; none has more than a few hundred bytes.
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// An address, or the number of a one-time token; as the audit has it.
    pub who: String,
    /// The one tenant that they see; `None`: an operator, who sees all.
    pub tenant: Option<String>,
    /// What every form of their pages carries.
    pub csrf: String,
}

impl Viewer {
    /// Of a session, as the cookie names it.
    pub fn new(session: Session, secret: &str) -> Self {
        Self {
            who: session.who,
            tenant: session.tenant,
            csrf: csrf_of(secret),
        }
    }

    /// Whether they see all tenants.
    pub fn is_operator(&self) -> bool {
        self.tenant.is_none()
    }

    /// Whether they see what is a tenant's.
    pub fn sees(&self, tenant: &str) -> bool {
        let own = self.tenant.as_deref();
        own.is_none_or(|own| own == tenant)
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let viewer = parts.extensions.get::<Self>().cloned();
        viewer.ok_or(Trouble::SignInNeeded)
    }
}

/// What the forms of a browser carry that keeps a secret: nobody else's page can know it.
pub fn csrf_of(secret: &str) -> String {
    let digest = Sha256::digest(format!("form {secret}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A form that one of our pages sent, for whoever is signed in or from the sign-in page.
#[derive(Debug)]
pub struct Posted(HashMap<String, String>);

impl Posted {
    /// What a field holds, without space around it; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).map_or("", |text| text.trim())
    }

    /// The number that a field holds.
    ///
    /// # Errors
    /// [`Trouble::Unfit`] where it holds none.
    pub fn number(&self, field: &str) -> Result<u32, Trouble> {
        self.text(field).parse().map_err(|_| Trouble::Unfit)
    }
}

impl FromRequest<Arc<Admin>> for Posted {
    type Rejection = Trouble;

    async fn from_request(request: Request, admin: &Arc<Admin>) -> Result<Self, Trouble> {
        let expected = match request.extensions().get::<Viewer>() {
            Some(viewer) => Some(viewer.csrf.clone()),
            None => {
                let secret = admin.cookies.read(request.headers(), cookies::FORM);
                secret.map(|secret| csrf_of(&secret))
            }
        };
        Self::of(request, admin, expected).await
    }
}

/// A form of whoever presents a session, which no database is asked about.
#[derive(Debug)]
pub struct Leaving {
    /// What names the session, where it has not ended yet.
    pub secret: String,
}

impl FromRequest<Arc<Admin>> for Leaving {
    type Rejection = Trouble;

    async fn from_request(request: Request, admin: &Arc<Admin>) -> Result<Self, Trouble> {
        let secret = admin.cookies.read(request.headers(), cookies::SESSION);
        let secret = secret.ok_or(Trouble::CrossSite)?;
        Posted::of(request, admin, Some(csrf_of(&secret))).await?;
        Ok(Self { secret })
    }
}

impl Posted {
    async fn of(
        request: Request,
        admin: &Arc<Admin>,
        expected: Option<String>,
    ) -> Result<Self, Trouble> {
        if is_cross_site(request.headers()) {
            return Err(Trouble::CrossSite);
        }
        let arriving = timeout(FORM_TIMEOUT, RawForm::from_request(request, admin)).await;
        let Ok(Ok(RawForm(form))) = arriving else {
            return Err(Trouble::Unfit);
        };
        let form = Self(form_urlencoded::parse(&form).into_owned().collect());
        // Hashes are compared, so that the time that it takes tells nothing.
        let hash = |csrf: &str| Sha256::digest(csrf);
        let is_ours = expected.is_some_and(|expected| hash(&expected) == hash(form.text("csrf")));
        match is_ours {
            true => Ok(form),
            false => Err(Trouble::CrossSite),
        }
    }
}
