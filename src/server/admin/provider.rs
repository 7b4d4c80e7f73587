//! Sign-in with a provider of the operator's: OpenID Connect 1.0, authorization code flow with PKCE (RFC 7636).
//!
//! Input   the settings, and what the provider sends a browser back with
//! Output  who the provider says that is: an address that it has verified, or its own name of the person
//! Errors  [`ProviderError`]
//!
//! What the provider says of itself is asked anew for every sign-in: they are few, and keys change.

use std::{error::Error, time::Duration};

use openidconnect::{
    AccessToken, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SubjectIdentifier, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreTokenResponse,
        CoreUserInfoClaims,
    },
};
use ureq::{Agent, config::Config, http::Response};
use url::Url;

use crate::server::{
    exposure,
    settings::{AdminSettings, Claim},
};

/// How long the provider may take for each answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Most bytes of an answer; keys of a provider are a few thousand.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// Where the provider sends browsers back to, below the page's address.
pub const CALLBACK: &str = "/admin/callback";

/// What does not fit.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The provider's address.
    #[error("oidc_issuer is no address such as https://login.example.org")]
    Issuer,
    /// Who could read what is sent.
    #[error("oidc_issuer is not encrypted, and not on this machine")]
    Unencrypted,
    /// The provider has to know where to send browsers back to.
    #[error("oidc_issuer needs public_url")]
    NoPublicUrl,
    /// Without it nobody is known to the provider.
    #[error("oidc_issuer needs oidc_client_id")]
    NoClient,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The provider does not answer, or not as the specification says.
    #[error("the provider's answer to {asked}: {why}")]
    Answer {
        /// What it was asked for.
        asked: &'static str,
        /// What the library says.
        why: String,
    },
    /// It does not say who it is.
    #[error("the provider tells no verified {claim:?}")]
    Nobody {
        /// What was looked for.
        claim: Claim,
    },
}

/// What a browser has to bring back from the provider; it keeps it in a cookie meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Ties what the provider sends back to this browser.
    pub state: String,
    /// Ties what the provider says to this sign-in.
    nonce: String,
    /// Ties the code to whoever asked for it.
    verifier: String,
}

impl Begun {
    /// As a cookie's value; its parts are base64url.
    pub fn cookie(&self) -> String {
        format!("{}.{}.{}", self.state, self.nonce, self.verifier)
    }

    /// Reads a [`cookie`](Self::cookie).
    pub fn read(cookie: &str) -> Option<Self> {
        let mut parts = cookie.split('.').map(str::to_owned);
        let mut part = || parts.next().filter(|part| !part.is_empty());
        Some(Self {
            state: part()?,
            nonce: part()?,
            verifier: part()?,
        })
    }
}

/// The library's client, as it is once the provider has told of itself.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider.
#[derive(Clone)]
pub struct Provider {
    issuer: IssuerUrl,
    host: String,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    claim: Claim,
    agent: Agent,
}

impl Provider {
    /// As the settings say; `None` where they name no provider. Asks nobody yet.
    ///
    /// # Errors
    /// [`SettingError`].
    pub fn new(
        settings: &AdminSettings,
        origin: Option<&str>,
    ) -> Result<Option<Self>, SettingError> {
        if settings.oidc_issuer.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(&settings.oidc_issuer).map_err(|_| SettingError::Issuer)?;
        let host = url.host_str().ok_or(SettingError::Issuer)?.to_owned();
        let is_here = ["127.0.0.1", "localhost", "[::1]"].contains(&host.as_str());
        match url.scheme() {
            "https" => {}
            "http" if is_here => {}
            "http" => return Err(SettingError::Unencrypted),
            _ => return Err(SettingError::Issuer),
        }
        if settings.oidc_client_id.is_empty() {
            return Err(SettingError::NoClient);
        }
        let origin = origin.ok_or(SettingError::NoPublicUrl)?;
        let redirect = RedirectUrl::new(format!("{origin}{CALLBACK}"));
        let secret = &settings.oidc_client_secret;
        Ok(Some(Self {
            issuer: IssuerUrl::new(settings.oidc_issuer.clone())
                .map_err(|_| SettingError::Issuer)?,
            host,
            client_id: ClientId::new(settings.oidc_client_id.clone()),
            client_secret: (!secret.is_empty()).then(|| ClientSecret::new(secret.clone())),
            redirect: redirect.map_err(|_| SettingError::NoPublicUrl)?,
            claim: settings.oidc_claim,
            agent: agent(url.scheme() == "https"),
        }))
    }

    /// What people know it by.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Where to send a browser, and what it has to bring back. Blocks.
    ///
    /// # Errors
    /// [`ProviderError::Answer`].
    pub fn begin(&self) -> Result<(Url, Begun), ProviderError> {
        let client = self.discover()?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let (url, state, nonce) = request
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let begun = Begun {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        };
        Ok((url, begun))
    }

    /// Who the code stands for, that the browser has brought back with the state that it was sent with. Blocks.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn finish(&self, code: String, begun: Begun) -> Result<String, ProviderError> {
        let client = self.discover()?;
        let exchange = client.exchange_code(AuthorizationCode::new(code));
        let exchange = exchange.map_err(|why| answer("its addresses", &why))?;
        let tokens = exchange
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier))
            .request(&|request: HttpRequest| self.fetch(request))
            .map_err(|why| answer("the code", &why))?;
        self.person(&client, &tokens, &Nonce::new(begun.nonce))
    }

    /// Who the provider says it is, once what it says was verified.
    fn person(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        nonce: &Nonce,
    ) -> Result<String, ProviderError> {
        let token = tokens.id_token().ok_or_else(|| ProviderError::Answer {
            asked: "the code",
            why: "no ID token".to_owned(),
        })?;
        let claims = token
            .claims(&client.id_token_verifier(), nonce)
            .map_err(|why| answer("the code", &why))?;
        let told = match self.claim {
            Claim::Subject => return Ok(claims.subject().to_string()),
            Claim::Email => claims.email().zip(claims.email_verified()),
        };
        // Many tell the address only to those who ask once more.
        let told = match told {
            Some((address, is_verified)) => Some((address.to_string(), is_verified)),
            None => self.ask_address(client, tokens.access_token(), claims.subject())?,
        };
        told.filter(|(_, is_verified)| *is_verified)
            .map(|(address, _)| address.to_lowercase())
            .ok_or(ProviderError::Nobody { claim: self.claim })
    }

    fn ask_address(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Option<(String, bool)>, ProviderError> {
        let request = client.user_info(token.clone(), Some(subject.clone()));
        let request = request.map_err(|why| answer("its addresses", &why))?;
        let claims: CoreUserInfoClaims = request
            .request(&|request: HttpRequest| self.fetch(request))
            .map_err(|why| answer("the person", &why))?;
        let address = claims.email().map(|address| address.to_string());
        Ok(address.zip(claims.email_verified()))
    }

    fn discover(&self) -> Result<Client, ProviderError> {
        let found = CoreProviderMetadata::discover(&self.issuer, &|request: HttpRequest| {
            self.fetch(request)
        });
        let found = found.map_err(|why| answer("what it is", &why))?;
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let client = CoreClient::from_provider_metadata(found, id, secret);
        Ok(client.set_redirect_uri(self.redirect.clone()))
    }

    /// The library's request, by ureq.
    fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let mut answer = self.agent.run(request)?;
        let body = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES);
        let body = body.read_to_vec()?;
        let (head, _) = answer.into_parts();
        Ok(Response::from_parts(head, body))
    }
}

/// Without the answer itself, which may hold tokens.
fn answer(asked: &'static str, why: &dyn Error) -> ProviderError {
    let why = exposure::chain(why);
    ProviderError::Answer { asked, why }
}

fn agent(is_encrypted: bool) -> Agent {
    let config = Config::builder()
        .timeout_global(Some(TIMEOUT))
        .https_only(is_encrypted)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("banglaser/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::new_with_config(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(issuer: &str) -> AdminSettings {
        AdminSettings {
            oidc_issuer: issuer.to_owned(),
            oidc_client_id: "banglaser".to_owned(),
            oidc_client_secret: String::new(),
            oidc_claim: Claim::Email,
            operators: Vec::new(),
        }
    }

    #[test]
    fn a_provider_is_encrypted_or_on_this_machine() {
        for (issuer, fits) in [
            ("https://login.example.org/realm", true),
            ("http://127.0.0.1:4000", true),
            ("http://login.example.org", false),
            ("login.example.org", false),
            ("ftp://login.example.org", false),
        ] {
            let provider = Provider::new(&settings(issuer), Some("https://here.example"));
            assert_eq!(
                provider.is_ok_and(|found| found.is_some()),
                fits,
                "{issuer}"
            );
        }
        let none = Provider::new(&settings(""), None);
        assert!(none.is_ok_and(|found| found.is_none()));
        let nowhere = Provider::new(&settings("https://login.example.org"), None);
        assert!(matches!(nowhere, Err(SettingError::NoPublicUrl)));
    }

    #[test]
    fn what_a_browser_keeps_is_read_back() {
        let begun = Begun {
            state: "a-1".to_owned(),
            nonce: "b_2".to_owned(),
            verifier: "c3".to_owned(),
        };
        assert_eq!(Begun::read(&begun.cookie()), Some(begun));
        for cookie in ["", "a.b", "a..c"] {
            assert_eq!(Begun::read(cookie), None, "{cookie}");
        }
    }
}
