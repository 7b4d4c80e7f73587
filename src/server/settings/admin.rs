//! `[banglaser.admin]`: who signs in to the admin page.

use std::fmt;

use serde::Deserialize;

/// `[banglaser.admin]`; without tenants there is no such page.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSettings {
    /// Address of the provider that people sign in with (OpenID Connect); empty: there is none.
    pub oidc_issuer: String,
    /// What the provider knows this server as.
    pub oidc_client_id: String,
    /// What this server proves that with; empty: the provider asks for nothing.
    pub oidc_client_secret: String,
    /// What of the provider's answer says who somebody is.
    pub oidc_claim: Claim,
    /// Those who see all tenants, as [`oidc_claim`](Self::oidc_claim) names them.
    pub operators: Vec<String>,
}

/// What of a provider's answer says who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Claim {
    /// The address, where the provider has verified it.
    #[serde(rename = "email")]
    Email,
    /// The provider's own name of the person, which never changes.
    #[serde(rename = "sub")]
    Subject,
}

impl fmt::Debug for AdminSettings {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminSettings")
            .field("oidc_issuer", &self.oidc_issuer)
            .field("oidc_client_id", &self.oidc_client_id)
            .field("oidc_claim", &self.oidc_claim)
            .field("operators", &self.operators)
            .finish_non_exhaustive()
    }
}
