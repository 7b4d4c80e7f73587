//! Who did what when. Every act of an administrator stands here, written in the act's own transaction; the database
//! refuses to change or delete a line.

use super::{
    error::LedgerError,
    ledger::{Acting, Ledger},
};

/// Most letters of who acts; what a provider of accounts calls somebody has 255 at most (OpenID Connect Core, 2).
const MAX_ACTOR_LEN: usize = 300;

/// An act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// From 1, without gaps.
    pub number: i64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Who did it.
    pub actor: String,
    /// What: `tenant.create`, `key.revoke` and so on.
    pub act: String,
    /// To whom; empty: to nobody in particular.
    pub tenant: String,
    /// What changed, never a key or a secret.
    pub detail: String,
}

impl Ledger {
    /// The newest acts, newest first: `n` at most, of a tenant where one is named, and older than number `before` where
    /// that is given.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Database`].
    pub async fn audit(
        &self,
        tenant: Option<&str>,
        before: Option<i64>,
        n: u32,
    ) -> Result<Vec<AuditEntry>, LedgerError> {
        if let Some(tenant) = tenant {
            self.tenant(tenant).await?;
        }
        let text = "SELECT number, at_ms, actor, act, tenant, detail FROM audit \
                    WHERE ($1 = '' OR tenant = $1) AND number < $2 ORDER BY number DESC LIMIT $3";
        let rows: Vec<(i64, i64, String, String, String, String)> = sqlx::query_as(text)
            .bind(tenant.unwrap_or_default())
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(n))
            .fetch_all(self.pool())
            .await?;
        Ok(rows.into_iter().map(AuditEntry::of).collect())
    }

    /// Writes down an act that is not one of the ledger's own, such as a sign-in.
    ///
    /// # Errors
    /// [`LedgerError::NoActor`], [`LedgerError::Database`].
    pub async fn record(
        &self,
        by: &str,
        act: &str,
        tenant: &str,
        detail: &str,
    ) -> Result<(), LedgerError> {
        let (acting, _) = self.begin_act(by, act, tenant, detail).await?;
        acting.commit().await?;
        Ok(())
    }

    /// Begins an act: it is written down, and no other one happens before this is committed. With it comes the time.
    pub(crate) async fn begin_act(
        &self,
        by: &str,
        act: &str,
        tenant: &str,
        detail: &str,
    ) -> Result<(Acting, i64), LedgerError> {
        verify_actor(by)?;
        let now_ms = self.now_ms().await?;
        let mut acting = self.begin().await?;
        let next = "UPDATE version SET number = number + 1 RETURNING number";
        let (number,): (i64,) = sqlx::query_as(next).fetch_one(&mut *acting).await?;
        sqlx::query("INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(number)
            .bind(now_ms)
            .bind(by)
            .bind(act)
            .bind(tenant)
            .bind(detail)
            .execute(&mut *acting)
            .await?;
        Ok((acting, now_ms))
    }
}

/// That somebody has a name that can be written down.
///
/// # Errors
/// [`LedgerError::NoActor`], [`LedgerError::LongActor`].
pub fn verify_actor(by: &str) -> Result<(), LedgerError> {
    let (n_letters, max) = (by.chars().count(), MAX_ACTOR_LEN);
    match n_letters {
        _ if by.trim().is_empty() => Err(LedgerError::NoActor),
        _ if n_letters > max => Err(LedgerError::LongActor { n_letters, max }),
        _ => Ok(()),
    }
}

impl AuditEntry {
    fn of(row: (i64, i64, String, String, String, String)) -> Self {
        let (number, at_ms, actor, act, tenant, detail) = row;
        Self {
            number,
            at_ms,
            actor,
            act,
            tenant,
            detail,
        }
    }
}
