//! Who is signed in to the admin page, and the tokens that sign in once.
//!
//! Of sessions and tokens, 256 random bits each, the database keeps the SHA-256, as of keys.

use super::{
    audit::verify_actor,
    error::LedgerError,
    keys::{hash, hex, random},
    ledger::Ledger,
};

/// A session that is not used for so long ends (OWASP's session management: 15 to 30 minutes).
pub const MAX_IDLE_MS: i64 = 30 * 60 * 1000;

/// A session ends after so long, used or not.
pub const MAX_SESSION_MS: i64 = 12 * 60 * 60 * 1000;

/// A token signs in for so long after it was made.
pub const MAX_TOKEN_MS: i64 = 15 * 60 * 1000;

/// What is seen is written down no more often than this, so that reading costs no writes.
const SEEN_EVERY_MS: i64 = 60 * 1000;

/// Digits of a token's hash that tell it from others in the audit.
const N_NAMING_DIGITS: usize = 8;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// As the audit names them.
    pub who: String,
    /// The one tenant that they see; `None`: an operator, who sees all.
    pub tenant: Option<String>,
    /// Whether a provider of accounts says who it is, so that what they see can change; otherwise a token did.
    pub is_by_provider: bool,
}

/// 256 random bits, hexadecimal.
///
/// # Errors
/// [`LedgerError::NoRandom`].
pub fn secret() -> Result<String, LedgerError> {
    random::<32>()
}

impl Ledger {
    /// Makes a token that signs in once, within [`MAX_TOKEN_MS`]: for an operator, or for who sees one tenant.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Disabled`], [`LedgerError::NoActor`], [`LedgerError::NoRandom`],
    /// [`LedgerError::Database`].
    pub async fn create_token(
        &self,
        by: &str,
        tenant: Option<&str>,
    ) -> Result<String, LedgerError> {
        if let Some(name) = tenant
            && self.tenant(name).await?.disabled_at_ms.is_some()
        {
            return Err(LedgerError::Disabled { name: name.into() });
        }
        let tenant = tenant.unwrap_or_default();
        let token = secret()?;
        let hash = hex(&hash(&token));
        let number = &hash[..N_NAMING_DIGITS];
        let who = format!("{by} (token {number})");
        verify_actor(&who)?;
        let (mut acting, now_ms) = self.begin_act(by, "token.create", tenant, number).await?;
        sqlx::query("INSERT INTO sign_in_tokens VALUES ($1, $2, $3, $4)")
            .bind(&hash)
            .bind(who)
            .bind(tenant)
            .bind(now_ms + MAX_TOKEN_MS)
            .execute(&mut *acting)
            .await?;
        acting.commit().await?;
        Ok(token)
    }

    /// Uses a token up; nothing where it is unknown, used or too old.
    ///
    /// # Errors
    /// [`LedgerError::Database`].
    pub async fn take_token(&self, token: &str) -> Result<Option<Session>, LedgerError> {
        let now_ms = self.now_ms().await?;
        let text = "DELETE FROM sign_in_tokens WHERE hash = $1 AND expires_at_ms > $2 RETURNING who, tenant";
        let found: Option<(String, String)> = sqlx::query_as(text)
            .bind(hex(&hash(token)))
            .bind(now_ms)
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(|(who, tenant)| Session {
            who,
            tenant: some(tenant),
            is_by_provider: false,
        }))
    }

    /// Begins a session, and returns what the browser presents; lets go those that have ended.
    ///
    /// # Errors
    /// [`LedgerError::NoActor`], [`LedgerError::NoRandom`], [`LedgerError::Database`].
    pub async fn begin_session(&self, session: &Session) -> Result<String, LedgerError> {
        let secret = secret()?;
        let tenant = session.tenant.as_deref().unwrap_or_default();
        let (mut acting, now_ms) = self.begin_act(&session.who, "sign_in", tenant, "").await?;
        sqlx::query("DELETE FROM sessions WHERE began_at_ms <= $1 OR seen_at_ms <= $2")
            .bind(now_ms - MAX_SESSION_MS)
            .bind(now_ms - MAX_IDLE_MS)
            .execute(&mut *acting)
            .await?;
        sqlx::query("DELETE FROM sign_in_tokens WHERE expires_at_ms <= $1")
            .bind(now_ms)
            .execute(&mut *acting)
            .await?;
        sqlx::query("INSERT INTO sessions VALUES ($1, $2, $3, $4, $5, $5)")
            .bind(hex(&hash(&secret)))
            .bind(&session.who)
            .bind(tenant)
            .bind(i64::from(session.is_by_provider))
            .bind(now_ms)
            .execute(&mut *acting)
            .await?;
        acting.commit().await?;
        Ok(secret)
    }

    /// The session of what a browser presents, which is used by that; nothing where it has ended.
    ///
    /// # Errors
    /// [`LedgerError::Database`].
    pub async fn session(&self, secret: &str) -> Result<Option<Session>, LedgerError> {
        let (hash, now_ms) = (hex(&hash(secret)), self.now_ms().await?);
        let text = "SELECT who, tenant, is_by_provider, seen_at_ms FROM sessions \
                    WHERE hash = $1 AND began_at_ms > $2 AND seen_at_ms > $3";
        let found: Option<(String, String, i64, i64)> = sqlx::query_as(text)
            .bind(&hash)
            .bind(now_ms - MAX_SESSION_MS)
            .bind(now_ms - MAX_IDLE_MS)
            .fetch_optional(self.pool())
            .await?;
        let Some((who, tenant, is_by_provider, seen_at_ms)) = found else {
            return Ok(None);
        };
        if now_ms - seen_at_ms > SEEN_EVERY_MS {
            sqlx::query("UPDATE sessions SET seen_at_ms = $1 WHERE hash = $2")
                .bind(now_ms)
                .bind(&hash)
                .execute(self.pool())
                .await?;
        }
        Ok(Some(Session {
            who,
            tenant: some(tenant),
            is_by_provider: is_by_provider != 0,
        }))
    }

    /// Ends the session of what a browser presents, where it has not ended yet.
    ///
    /// # Errors
    /// [`LedgerError::Moved`], [`LedgerError::Database`]: it goes on.
    pub async fn end_session(&self, secret: &str) -> Result<(), LedgerError> {
        let hash = hex(&hash(secret));
        let text = "SELECT who, tenant FROM sessions WHERE hash = $1";
        let found: Option<(String, String)> = sqlx::query_as(text)
            .bind(&hash)
            .fetch_optional(self.pool())
            .await?;
        let Some((who, tenant)) = found else {
            return Ok(());
        };
        let (mut acting, _) = self.begin_act(&who, "sign_out", &tenant, "").await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(&hash);
        if ended.execute(&mut *acting).await?.rows_affected() > 0 {
            acting.commit().await?;
        }
        Ok(())
    }
}

/// What is not empty.
fn some(tenant: String) -> Option<String> {
    Some(tenant).filter(|tenant| !tenant.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{tenant::Limits, trial::Trial};

    fn of(who: &str, tenant: Option<&str>) -> Session {
        Session {
            who: who.to_owned(),
            tenant: tenant.map(str::to_owned),
            is_by_provider: true,
        }
    }

    #[tokio::test]
    async fn a_token_signs_in_once_and_for_a_while() {
        for trial in Trial::both("tokens").await {
            let ledger = &trial.ledger;
            assert!(ledger.create_token("rima", Some("nobody")).await.is_err());
            let token = ledger.create_token("rima", None).await.expect("a token");
            let session = ledger
                .take_token(&token)
                .await
                .expect("an answer")
                .expect("fits");
            assert!(session.who.starts_with("rima (token "), "{}", session.who);
            assert_eq!((session.tenant, session.is_by_provider), (None, false));
            assert_eq!(ledger.take_token(&token).await.expect("an answer"), None);
            let token = ledger.create_token("rima", None).await.expect("a token");
            let late = ledger.later(MAX_TOKEN_MS + 1);
            assert_eq!(late.take_token(&token).await.expect("an answer"), None);
            let early = ledger.later(MAX_TOKEN_MS - 60_000);
            assert!(early.take_token(&token).await.expect("an answer").is_some());
        }
    }

    #[tokio::test]
    async fn a_session_ends_when_it_is_idle_when_it_is_old_and_when_somebody_ends_it() {
        for trial in Trial::both("sessions").await {
            let ledger = &trial.ledger;
            let created = ledger.create_tenant("rima", "shop", Limits::default(), 0);
            created.await.expect("created");
            let session = of("a@example.org", Some("shop"));
            let secret = ledger.begin_session(&session).await.expect("begun");
            let at = async |ms| ledger.later(ms).session(&secret).await.expect("an answer");
            assert_eq!(at(0).await, Some(session.clone()));
            assert_eq!(at(MAX_IDLE_MS + 1).await, None);
            // Used now and then, it lasts until it is too old.
            let mut ms = 0;
            while ms + MAX_IDLE_MS / 2 < MAX_SESSION_MS {
                ms += MAX_IDLE_MS / 2;
                assert_eq!(at(ms - 1000).await, Some(session.clone()), "after {ms} ms");
            }
            assert_eq!(at(MAX_SESSION_MS + 1).await, None);
            let secret = ledger.begin_session(&session).await.expect("begun");
            ledger.end_session(&secret).await.expect("ended");
            assert_eq!(ledger.session(&secret).await.expect("an answer"), None);
            let acts = ledger.audit(None, None, 10).await.expect("an audit");
            let acts: Vec<_> = acts.iter().map(|entry| entry.act.as_str()).collect();
            assert_eq!(acts, ["sign_out", "sign_in", "sign_in", "tenant.create"]);
        }
    }

    #[tokio::test]
    async fn a_tenant_that_is_disabled_signs_nobody_in_not_even_later() {
        for trial in Trial::both("disabled").await {
            let ledger = &trial.ledger;
            let created = ledger.create_tenant("rima", "shop", Limits::default(), 0);
            created.await.expect("created");
            let session = of("a@example.org", Some("shop"));
            let secret = ledger.begin_session(&session).await.expect("begun");
            let token = ledger.create_token("rima", Some("shop")).await;
            let token = token.expect("a token");
            let set = async |is_disabled| ledger.set_disabled("rima", "shop", is_disabled).await;
            set(true).await.expect("disabled");
            let refused = ledger.create_token("rima", Some("shop")).await;
            assert!(
                matches!(refused, Err(LedgerError::Disabled { .. })),
                "{refused:?}"
            );
            set(false).await.expect("enabled");
            assert_eq!(ledger.session(&secret).await.expect("an answer"), None);
            assert_eq!(ledger.take_token(&token).await.expect("an answer"), None);
        }
    }

    #[tokio::test]
    async fn what_a_browser_presents_is_not_in_the_database() {
        for trial in Trial::both("secrets").await {
            let ledger = &trial.ledger;
            let token = ledger.create_token("rima", None).await.expect("a token");
            let secret = ledger
                .begin_session(&of("rima", None))
                .await
                .expect("begun");
            for (table, clear) in [("sign_in_tokens", token), ("sessions", secret)] {
                let text = sqlx::AssertSqlSafe(format!("SELECT hash FROM {table}"));
                let (kept,): (String,) = sqlx::query_as(text)
                    .fetch_one(ledger.pool())
                    .await
                    .expect("a row");
                assert_eq!(kept, hex(&hash(&clear)));
            }
        }
    }
}
