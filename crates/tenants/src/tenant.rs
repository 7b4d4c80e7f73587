//! What a tenant is.

use std::fmt;

use super::{error::LedgerError, keys::random};

/// How much a tenant may use; 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Clips of a minute of the clock, by whatever way and server.
    pub clips_per_minute: u32,
    /// Requests that bring clips, and live connections, at once.
    pub parallel: u32,
    /// Audio of a calendar month (UTC), seconds.
    pub audio_s_per_month: u32,
}

/// How a tenant's clips are heard where a request does not say.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Name of the model; empty: the server's.
    pub model: String,
    /// Rules that are looked for in every clip, beside the server's.
    pub rules: Vec<String>,
    /// Who is told when one of them held; empty: nobody but the client.
    pub webhook_url: String,
    /// What those messages are signed with. Kept as it is, because signing needs it.
    pub webhook_secret: String,
    /// Origins whose pages may read answers, beside the server's.
    pub cors_origins: Vec<String>,
}

impl fmt::Debug for Preferences {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preferences")
            .field("model", &self.model)
            .field("rules", &self.rules)
            .field("webhook_url", &self.webhook_url)
            .field("cors_origins", &self.cors_origins)
            .finish_non_exhaustive()
    }
}

impl Preferences {
    /// A secret for messages: `whsec_` and 64 digits, which are base64 too.
    ///
    /// # Errors
    /// [`LedgerError::NoRandom`].
    pub fn random_webhook_secret() -> Result<String, LedgerError> {
        Ok(format!("whsec_{}", random::<32>()?))
    }
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// What it is called, for ever.
    pub name: String,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// Since when its keys are refused, milliseconds since 1970.
    pub disabled_at_ms: Option<i64>,
    /// How much it may use.
    pub limits: Limits,
    /// For how many days its usage is kept; 0: for ever.
    pub retention_days: u32,
    /// How its clips are heard.
    pub preferences: Preferences,
}

/// Most letters of a name.
const MAX_NAME_LEN: usize = 64;

/// Whether a tenant can be called so.
pub fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=MAX_NAME_LEN).contains(&name.len()) && name.bytes().all(is_letter)
}
