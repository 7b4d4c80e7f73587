//! Acts about tenants.

use sqlx::{Row, any::AnyRow};

use super::{
    error::LedgerError,
    ledger::Ledger,
    tenant::{Limits, Preferences, Tenant, is_name},
};

const COLUMNS: &str = "name, created_at_ms, disabled_at_ms, clips_per_minute, parallel, audio_s_per_month, \
                       retention_days, model, rules, webhook_url, webhook_secret, cors_origins";

impl Ledger {
    /// Every tenant by name, those that are disabled too.
    ///
    /// # Errors
    /// [`LedgerError::Database`].
    pub async fn tenants(&self) -> Result<Vec<Tenant>, LedgerError> {
        let text = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM tenants ORDER BY name"));
        let rows = sqlx::query(text).fetch_all(self.pool()).await?;
        Ok(rows.iter().map(of).collect::<Result<_, _>>()?)
    }

    /// The tenant of a name.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Database`].
    pub async fn tenant(&self, name: &str) -> Result<Tenant, LedgerError> {
        let text = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM tenants WHERE name = $1"));
        let query = sqlx::query(text).bind(name);
        match query.fetch_optional(self.pool()).await? {
            Some(row) => Ok(of(&row)?),
            None => Err(no_tenant(name)),
        }
    }

    /// Makes a tenant without keys.
    ///
    /// # Errors
    /// [`LedgerError::Name`], [`LedgerError::Exists`], [`LedgerError::Database`].
    pub async fn create_tenant(
        &self,
        by: &str,
        name: &str,
        limits: Limits,
        retention_days: u32,
    ) -> Result<(), LedgerError> {
        if !is_name(name) {
            return Err(LedgerError::Name {
                name: name.to_owned(),
            });
        }
        let detail = format!("{}, retention_days {retention_days}", told(limits));
        let (mut acting, now_ms) = self.begin_act(by, "tenant.create", name, &detail).await?;
        let text = "INSERT INTO tenants VALUES ($1, $2, NULL, $3, $4, $5, $6, '', '', '', '', '') \
                    ON CONFLICT DO NOTHING";
        let made = sqlx::query(text)
            .bind(name)
            .bind(now_ms)
            .bind(i64::from(limits.clips_per_minute))
            .bind(i64::from(limits.parallel))
            .bind(i64::from(limits.audio_s_per_month))
            .bind(i64::from(retention_days))
            .execute(&mut *acting)
            .await?;
        if made.rows_affected() == 0 {
            return Err(LedgerError::Exists {
                name: name.to_owned(),
            });
        }
        acting.commit().await?;
        Ok(())
    }

    /// Says how much a tenant may use, and for how many days its usage is kept (0: for ever).
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Database`].
    pub async fn set_limits(
        &self,
        by: &str,
        name: &str,
        limits: Limits,
        retention_days: u32,
    ) -> Result<(), LedgerError> {
        let detail = format!("{}, retention_days {retention_days}", told(limits));
        let (mut acting, _) = self.begin_act(by, "tenant.limit", name, &detail).await?;
        let text = "UPDATE tenants SET clips_per_minute = $1, parallel = $2, audio_s_per_month = $3, \
                    retention_days = $4 WHERE name = $5";
        let changed = sqlx::query(text)
            .bind(i64::from(limits.clips_per_minute))
            .bind(i64::from(limits.parallel))
            .bind(i64::from(limits.audio_s_per_month))
            .bind(i64::from(retention_days))
            .bind(name)
            .execute(&mut *acting)
            .await?;
        one(changed.rows_affected(), name)?;
        acting.commit().await?;
        Ok(())
    }

    /// Says how a tenant's clips are heard. Model, rules and addresses are taken as they are: who serves knows which
    /// there are.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Database`].
    pub async fn set_preferences(
        &self,
        by: &str,
        name: &str,
        preferences: &Preferences,
    ) -> Result<(), LedgerError> {
        let (rules, origins) = (
            preferences.rules.join("; "),
            preferences.cors_origins.join(" "),
        );
        let (model, url) = (&preferences.model, &preferences.webhook_url);
        let host = host(url);
        let detail = format!(
            "model {model:?}, rules {rules:?}, webhook at {host:?}, cors_origins {origins:?}"
        );
        let (mut acting, _) = self.begin_act(by, "tenant.prefer", name, &detail).await?;
        let text = "UPDATE tenants SET model = $1, rules = $2, webhook_url = $3, webhook_secret = $4, \
                    cors_origins = $5 WHERE name = $6";
        let changed = sqlx::query(text)
            .bind(model)
            .bind(rules)
            .bind(url)
            .bind(&preferences.webhook_secret)
            .bind(origins)
            .bind(name)
            .execute(&mut *acting)
            .await?;
        one(changed.rows_affected(), name)?;
        acting.commit().await?;
        Ok(())
    }

    /// Refuses a tenant's keys from now on and ends the sessions of its people, or takes the keys again.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Database`].
    pub async fn set_disabled(
        &self,
        by: &str,
        name: &str,
        is_disabled: bool,
    ) -> Result<(), LedgerError> {
        let act = match is_disabled {
            true => "tenant.disable",
            false => "tenant.enable",
        };
        let (mut acting, now_ms) = self.begin_act(by, act, name, "").await?;
        let changed = sqlx::query("UPDATE tenants SET disabled_at_ms = $1 WHERE name = $2")
            .bind(is_disabled.then_some(now_ms))
            .bind(name)
            .execute(&mut *acting)
            .await?;
        one(changed.rows_affected(), name)?;
        if is_disabled {
            for table in ["sessions", "sign_in_tokens"] {
                let ended = sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE tenant = $1"));
                sqlx::query(ended).bind(name).execute(&mut *acting).await?;
            }
        }
        acting.commit().await?;
        Ok(())
    }
}

/// The error of a name that no tenant has.
pub fn no_tenant(name: &str) -> LedgerError {
    LedgerError::NoTenant {
        name: name.to_owned(),
    }
}

fn one(n_changed: u64, name: &str) -> Result<(), LedgerError> {
    match n_changed {
        0 => Err(no_tenant(name)),
        _ => Ok(()),
    }
}

/// The host of an address: what stands before and behind it may be secret.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    match rest.contains('@') {
        true => "not told",
        false => rest.split(['/', '?', '#']).next().unwrap_or_default(),
    }
}

fn told(limits: Limits) -> String {
    let Limits {
        clips_per_minute,
        parallel,
        audio_s_per_month,
    } = limits;
    format!(
        "clips_per_minute {clips_per_minute}, parallel {parallel}, audio_s_per_month {audio_s_per_month}"
    )
}

fn of(row: &AnyRow) -> Result<Tenant, sqlx::Error> {
    let number = |column| {
        let number: i64 = row.try_get(column)?;
        Ok::<_, sqlx::Error>(u32::try_from(number).unwrap_or(u32::MAX))
    };
    let text = |column| row.try_get::<String, _>(column);
    let parts = |column, separator| {
        let parts = text(column)?;
        let parts = parts.split(separator).map(str::trim);
        let parts = parts.filter(|part| !part.is_empty()).map(str::to_owned);
        Ok::<Vec<String>, sqlx::Error>(parts.collect())
    };
    Ok(Tenant {
        name: text("name")?,
        created_at_ms: row.try_get("created_at_ms")?,
        disabled_at_ms: row.try_get("disabled_at_ms")?,
        limits: Limits {
            clips_per_minute: number("clips_per_minute")?,
            parallel: number("parallel")?,
            audio_s_per_month: number("audio_s_per_month")?,
        },
        retention_days: number("retention_days")?,
        preferences: Preferences {
            model: text("model")?,
            rules: parts("rules", ';')?,
            webhook_url: text("webhook_url")?,
            webhook_secret: text("webhook_secret")?,
            cors_origins: parts("cors_origins", ' ')?,
        },
    })
}
