//! What is told once, on the page behind a form: that something was done, or a key that was made.
//!
//! The browser brings it along in a cookie, which the page lets go. So it needs no place on the server, which several
//! servers would have to share. The cookie is encrypted and authenticated with what only this browser presents, the
//! secret of its session or of its sign-in form, and names its page: nobody else can make one, read the key in it, or
//! have it shown elsewhere.

use std::time::SystemTime;

use cookie::{Cookie, CookieJar, Key};
use sha2::{Digest, Sha512};

use super::cookies::TOLD;
use crate::i18n::admin::{Locale, said};

/// How long a browser keeps it at most, where the next page never comes.
pub const MAX_AGE_S: u32 = 60;

/// What is told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A sentence.
    Note(Note),
    /// A key in clear.
    Key(String),
}

/// A sentence that is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Nobody is signed in, or not any more.
    SignInNeeded,
    /// The session was ended.
    SignedOut,
    /// The browser has let the session go, and the server could not end it.
    NotEnded,
    /// The token signs nobody in.
    TokenRefused,
    /// The provider says nothing that can be used.
    ProviderFailed,
    /// Nobody here knows whom the provider knows.
    Stranger,
    /// Somebody tried too often.
    TooOften,
    /// There is a new tenant.
    TenantCreated,
    /// The name is taken.
    TenantExists,
    /// Its keys are refused.
    TenantDisabled,
    /// Its keys are taken again.
    TenantEnabled,
    /// A tenant has other limits.
    LimitsSaved,
    /// A key is refused for ever.
    KeyRevoked,
    /// Somebody sees a tenant.
    PersonAdded,
    /// Somebody sees a tenant no more.
    PersonRemoved,
    /// Somebody sees a tenant already.
    PersonTaken,
    /// A field holds what does not fit.
    Unfit,
}

impl Note {
    const ALL: [Self; 17] = [
        Self::SignInNeeded,
        Self::SignedOut,
        Self::NotEnded,
        Self::TokenRefused,
        Self::ProviderFailed,
        Self::Stranger,
        Self::TooOften,
        Self::TenantCreated,
        Self::TenantExists,
        Self::TenantDisabled,
        Self::TenantEnabled,
        Self::LimitsSaved,
        Self::KeyRevoked,
        Self::PersonAdded,
        Self::PersonRemoved,
        Self::PersonTaken,
        Self::Unfit,
    ];

    /// In a language.
    pub fn sentence(self, locale: Locale) -> &'static str {
        match self {
            Self::SignInNeeded => said!(locale, sign_in.needed),
            Self::SignedOut => said!(locale, sign_in.ended),
            Self::NotEnded => said!(locale, sign_in.not_ended),
            Self::TokenRefused => said!(locale, sign_in.refused),
            Self::ProviderFailed => said!(locale, sign_in.provider_failed),
            Self::Stranger => said!(locale, sign_in.stranger),
            Self::TooOften => said!(locale, sign_in.too_often),
            Self::TenantCreated => said!(locale, tenants.created),
            Self::TenantExists => said!(locale, tenants.exists),
            Self::TenantDisabled => said!(locale, tenant.was_disabled),
            Self::TenantEnabled => said!(locale, tenant.was_enabled),
            Self::LimitsSaved => said!(locale, limits.saved),
            Self::KeyRevoked => said!(locale, keys.was_revoked),
            Self::PersonAdded => said!(locale, people.added),
            Self::PersonRemoved => said!(locale, people.removed),
            Self::PersonTaken => said!(locale, people.taken),
            Self::Unfit => said!(locale, trouble.unfit),
        }
    }

    /// Whether it says that something did not work.
    pub fn is_bad(self) -> bool {
        matches!(
            self,
            Self::NotEnded
                | Self::TokenRefused
                | Self::ProviderFailed
                | Self::Stranger
                | Self::TooOften
                | Self::TenantExists
                | Self::PersonTaken
                | Self::Unfit
        )
    }
}

impl Told {
    /// As a cookie's value, for the page of a path and whoever presents the secret.
    pub fn seal(&self, path: &str, secret: &str) -> String {
        let told = match self {
            Self::Note(note) => format!("note.{note:?}"),
            Self::Key(key) => format!("key.{key}"),
        };
        let mut jar = CookieJar::new();
        let until_s = now_s() + u64::from(MAX_AGE_S);
        let told = Cookie::new(TOLD, format!("{until_s} {path} {told}"));
        jar.private_mut(&key_of(secret)).add(told);
        let sealed = jar.get(TOLD).map(Cookie::value);
        sealed.unwrap_or_default().to_owned()
    }

    /// What was [sealed](Self::seal) for this path with this secret, within [`MAX_AGE_S`].
    pub fn unseal(sealed: &str, path: &str, secret: &str) -> Option<Self> {
        Self::unseal_at(now_s(), sealed, path, secret)
    }

    fn unseal_at(now_s: u64, sealed: &str, path: &str, secret: &str) -> Option<Self> {
        let sealed = Cookie::new(TOLD, sealed.to_owned());
        let told = CookieJar::new().private(&key_of(secret)).decrypt(sealed)?;
        let (until_s, told) = told.value().split_once(' ')?;
        let (page, told) = told.split_once(' ')?;
        let is_due = page == path && until_s.parse::<u64>().is_ok_and(|until_s| now_s <= until_s);
        match told.split_once('.').filter(|_| is_due)? {
            ("note", name) => Note::ALL
                .into_iter()
                .find(|note| format!("{note:?}") == name)
                .map(Self::Note),
            ("key", key) => Some(Self::Key(key.to_owned())),
            _ => None,
        }
    }
}

fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// Secrets have 256 random bits, so that a hash of one is a key.
fn key_of(secret: &str) -> Key {
    Key::from(&Sha512::digest(format!("told {secret}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_comes_back_from_its_cookie_to_its_page_and_its_browser_alone() {
        let notes = Note::ALL.map(Told::Note);
        for told in notes.into_iter().chain([Told::Key("bl_1.2".to_owned())]) {
            let sealed = told.seal("/en/admin/audit", "secret");
            assert!(!sealed.contains("bl_1") && !sealed.contains("note"));
            let unsealed = |path, secret| Told::unseal(&sealed, path, secret);
            assert_eq!(unsealed("/en/admin/audit", "secret"), Some(told));
            assert_eq!(unsealed("/en/admin/audit", "other"), None);
            assert_eq!(unsealed("/en/admin", "secret"), None);
            let late_s = now_s() + u64::from(MAX_AGE_S) + 2;
            let late = Told::unseal_at(late_s, &sealed, "/en/admin/audit", "secret");
            assert_eq!(late, None);
        }
        for forged in [
            "",
            "note.SignedOut",
            "key.bser_1",
            "/en/admin/audit key.bser_1",
        ] {
            assert_eq!(Told::unseal(forged, "/en/admin/audit", "secret"), None);
        }
    }
}
