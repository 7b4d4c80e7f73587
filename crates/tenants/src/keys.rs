//! API keys of tenants: made, listed, rotated, revoked.
//!
//! A key is 256 random bits. Of it the database keeps the SHA-256: a slow hash protects what people can remember and
//! others can guess; nobody guesses 256 bits, and a check must not cost what a clip does.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};
use sqlx::{Row, any::AnyRow};

use super::{
    error::LedgerError,
    ledger::{Acting, Ledger},
};

/// What every key begins with, so that scanners of leaked secrets know it.
const MARK: &str = "bser_";

/// Random bytes of what is shown of a key.
const N_PREFIX_BYTES: usize = 6;

/// Random bytes of what is not.
const N_SECRET_BYTES: usize = 32;

const COLUMNS: &str = "prefix, tenant, created_at_ms, expires_at_ms, revoked_at_ms, rotated_at_ms";

/// What is kept of a key, without its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// How it begins: `bser_` and 12 hexadecimal digits. Names it.
    pub prefix: String,
    /// Whose it is.
    pub tenant: String,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// From then on it is refused, milliseconds since 1970.
    pub expires_at_ms: Option<i64>,
    /// Since then it is refused, milliseconds since 1970.
    pub revoked_at_ms: Option<i64>,
    /// Since then another one is in its place, milliseconds since 1970.
    pub rotated_at_ms: Option<i64>,
}

/// A key that was just made: the only time that it can be shown.
pub struct NewKey {
    /// What is kept.
    pub key: Key,
    /// What the tenant presents.
    pub secret: String,
}

impl fmt::Debug for NewKey {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("NewKey");
        fields.field("key", &self.key).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Keys by the time when they were made, of a tenant where one is named.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Database`].
    pub async fn keys(&self, tenant: Option<&str>) -> Result<Vec<Key>, LedgerError> {
        if let Some(tenant) = tenant {
            self.tenant(tenant).await?;
        }
        let text = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM api_keys WHERE ($1 = '' OR tenant = $1) ORDER BY created_at_ms, prefix"
        ));
        let query = sqlx::query(text).bind(tenant.unwrap_or_default());
        let rows = query.fetch_all(self.pool()).await?;
        Ok(rows.iter().map(of).collect::<Result<_, _>>()?)
    }

    /// Makes a key, which may end at `expires_at_ms`.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::NoRandom`], [`LedgerError::Database`].
    pub async fn create_key(
        &self,
        by: &str,
        tenant: &str,
        expires_at_ms: Option<i64>,
    ) -> Result<NewKey, LedgerError> {
        self.tenant(tenant).await?;
        let new = NewKey::random(tenant, expires_at_ms)?;
        let detail = &new.key.prefix;
        let (mut acting, now_ms) = self.begin_act(by, "key.create", tenant, detail).await?;
        let new = new.kept(&mut acting, now_ms).await?;
        acting.commit().await?;
        Ok(new)
    }

    /// Makes a key for whom `prefix` is, which then ends within `overlap_s` seconds; once.
    ///
    /// # Errors
    /// [`LedgerError::NoKey`], [`LedgerError::Revoked`], [`LedgerError::Expired`], [`LedgerError::Rotated`],
    /// [`LedgerError::NoRandom`], [`LedgerError::Database`].
    pub async fn rotate_key(
        &self,
        by: &str,
        prefix: &str,
        overlap_s: u32,
        expires_at_ms: Option<i64>,
    ) -> Result<NewKey, LedgerError> {
        let old = self.key(prefix).await?;
        let new = NewKey::random(&old.tenant, expires_at_ms)?;
        let detail = format!("{prefix} -> {}, overlap_s {overlap_s}", new.key.prefix);
        let (mut acting, now_ms) = self
            .begin_act(by, "key.rotate", &old.tenant, &detail)
            .await?;
        let ends_at_ms = now_ms + i64::from(overlap_s) * 1000;
        let ends_at_ms = old
            .expires_at_ms
            .map_or(ends_at_ms, |at| at.min(ends_at_ms));
        let text = "UPDATE api_keys SET expires_at_ms = $1, rotated_at_ms = $2 WHERE prefix = $3 \
                    AND revoked_at_ms IS NULL AND rotated_at_ms IS NULL \
                    AND (expires_at_ms IS NULL OR expires_at_ms > $2)";
        let ended = sqlx::query(text)
            .bind(ends_at_ms)
            .bind(now_ms)
            .bind(prefix)
            .execute(&mut *acting)
            .await?;
        if ended.rows_affected() == 0 {
            return Err(self.key(prefix).await?.refused());
        }
        let new = new.kept(&mut acting, now_ms).await?;
        acting.commit().await?;
        Ok(new)
    }

    /// Refuses a key from now on; one that was revoked stays so, and nothing is written down.
    ///
    /// # Errors
    /// [`LedgerError::NoKey`], [`LedgerError::Database`].
    pub async fn revoke_key(&self, by: &str, prefix: &str) -> Result<(), LedgerError> {
        let key = self.key(prefix).await?;
        let (mut acting, now_ms) = self
            .begin_act(by, "key.revoke", &key.tenant, prefix)
            .await?;
        let text =
            "UPDATE api_keys SET revoked_at_ms = $1 WHERE prefix = $2 AND revoked_at_ms IS NULL";
        let query = sqlx::query(text).bind(now_ms).bind(prefix);
        if query.execute(&mut *acting).await?.rows_affected() > 0 {
            acting.commit().await?;
        }
        Ok(())
    }

    async fn key(&self, prefix: &str) -> Result<Key, LedgerError> {
        let text = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM api_keys WHERE prefix = $1"));
        let found = sqlx::query(text).bind(prefix);
        match found.fetch_optional(self.pool()).await? {
            Some(row) => Ok(of(&row)?),
            // Who gives a whole key must not read it in a log.
            None => Err(LedgerError::NoKey {
                prefix: prefix
                    .chars()
                    .take(MARK.len() + 2 * N_PREFIX_BYTES)
                    .collect(),
            }),
        }
    }
}

impl Key {
    /// Why a key that does not live is not rotated.
    fn refused(self) -> LedgerError {
        let prefix = self.prefix;
        match (self.revoked_at_ms, self.rotated_at_ms) {
            (Some(_), _) => LedgerError::Revoked { prefix },
            (None, Some(_)) => LedgerError::Rotated { prefix },
            (None, None) => LedgerError::Expired { prefix },
        }
    }
}

impl NewKey {
    fn random(tenant: &str, expires_at_ms: Option<i64>) -> Result<Self, LedgerError> {
        let prefix = format!("{MARK}{}", random::<N_PREFIX_BYTES>()?);
        Ok(Self {
            secret: format!("{prefix}_{}", random::<N_SECRET_BYTES>()?),
            key: Key {
                prefix,
                tenant: tenant.to_owned(),
                created_at_ms: 0,
                expires_at_ms,
                revoked_at_ms: None,
                rotated_at_ms: None,
            },
        })
    }

    async fn kept(mut self, acting: &mut Acting, now_ms: i64) -> Result<Self, LedgerError> {
        self.key.created_at_ms = now_ms;
        let text = "INSERT INTO api_keys (prefix, tenant, hash, created_at_ms, expires_at_ms) \
                    VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(text)
            .bind(&self.key.prefix)
            .bind(&self.key.tenant)
            .bind(hex(&hash(&self.secret)))
            .bind(now_ms)
            .bind(self.key.expires_at_ms)
            .execute(&mut **acting)
            .await?;
        Ok(self)
    }
}

/// SHA-256 of a key.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a `String` does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// So many random bytes, hexadecimal.
pub fn random<const N: usize>() -> Result<String, LedgerError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(LedgerError::NoRandom)?;
    Ok(hex(&bytes))
}

fn of(row: &AnyRow) -> Result<Key, sqlx::Error> {
    Ok(Key {
        prefix: row.try_get("prefix")?,
        tenant: row.try_get("tenant")?,
        created_at_ms: row.try_get("created_at_ms")?,
        expires_at_ms: row.try_get("expires_at_ms")?,
        revoked_at_ms: row.try_get("revoked_at_ms")?,
        rotated_at_ms: row.try_get("rotated_at_ms")?,
    })
}
