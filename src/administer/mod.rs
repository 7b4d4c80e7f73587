//! `banglaser tenant`, `key`, `admin`, `usage`, `audit`: acts and reports on the command line.
//!
//! Output  lines with tabs between fields, for people and `cut`; usage as CSV too; a key once, when it is made

mod acts;
mod preferences;
mod tables;

use std::{
    env,
    io::{self, Write},
    num::NonZeroU32,
};

use moments::MAX_RULES;
use tenants::{Ledger, LedgerError, Limits};

use crate::server::{
    alerts::WebhookError,
    origin::NoOrigin,
    settings::{NamedError, Settings},
};
pub use acts::Act;
use acts::{AdminAct, KeyAct, TenantAct};
use tables::{one_line, time, write_key, write_new, write_tenant, write_usage};

/// A day, milliseconds.
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Why an act is not done.
#[derive(Debug, thiserror::Error)]
pub enum AdministerError {
    /// The settings name no database.
    #[error("there are no tenants: tenants.database_url is empty")]
    NoDatabase,
    /// The database does not do or tell it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Nobody reads what it tells.
    #[error("cannot write")]
    Write(#[from] io::Error),
    /// The model is none of this server's.
    #[error(transparent)]
    Model(#[from] NamedError),
    /// The address for messages does not fit.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// An origin that is none.
    #[error(transparent)]
    Origin(#[from] NoOrigin),
    /// More rules than are looked for.
    #[error("there are {n_rules} rules, at most {MAX_RULES} are looked for")]
    TooManyRules {
        /// So many.
        n_rules: usize,
    },
}

/// Does an act in the database that the settings name, and tells what came of it to `out`. `by` is who does it;
/// otherwise the user of the system.
///
/// # Errors
/// [`AdministerError`].
pub async fn administer(
    act: Act,
    by: Option<String>,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<(), AdministerError> {
    let url = &settings.tenants.database_url;
    if url.is_empty() {
        return Err(AdministerError::NoDatabase);
    }
    let ledger = match act {
        // The first customer of all.
        Act::Tenant(TenantAct::Create { .. }) => Ledger::open_or_create(url).await?,
        _ => Ledger::open(url).await?,
    };
    let by = by.unwrap_or_else(user);
    match act {
        Act::Tenant(act) => tenant(act, &by, &ledger, settings, out).await?,
        Act::Key(act) => key(act, &by, &ledger, out).await?,
        Act::Admin(AdminAct::Token { tenant }) => {
            let token = ledger.create_token(&by, tenant.as_deref()).await?;
            writeln!(out, "{token}")?;
        }
        Act::Usage {
            tenant,
            from,
            to,
            format,
        } => write_usage(
            &ledger.usage(tenant.as_deref(), from, to).await?,
            format,
            out,
        )?,
        Act::Audit { tenant, last } => {
            for entry in ledger.audit(tenant.as_deref(), None, last).await? {
                let (number, at) = (entry.number, time(entry.at_ms));
                let (actor, act) = (entry.actor, entry.act);
                let (tenant, detail) = (entry.tenant, entry.detail);
                let (actor, detail) = (one_line(&actor), one_line(&detail));
                writeln!(out, "{number}\t{at}\t{actor}\t{act}\t{tenant}\t{detail}")?;
            }
        }
    }
    ledger.close().await;
    Ok(())
}

async fn tenant(
    act: TenantAct,
    by: &str,
    ledger: &Ledger,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<(), AdministerError> {
    match act {
        TenantAct::Create { name, limits } => {
            let (limits, days) = limits.above(Limits::default(), 0);
            ledger.create_tenant(by, &name, limits, days).await?;
        }
        TenantAct::List => {
            for tenant in ledger.tenants().await? {
                write_tenant(&tenant, out)?;
            }
        }
        TenantAct::Show { name } => {
            let tenant = ledger.tenant(&name).await?;
            write_tenant(&tenant, out)?;
            let preferences = &tenant.preferences;
            writeln!(out, "model\t{}", preferences.model)?;
            writeln!(out, "alerts\t{}", preferences.rules.join("; "))?;
            writeln!(out, "webhook_url\t{}", one_line(&preferences.webhook_url))?;
            writeln!(out, "cors_origins\t{}", preferences.cors_origins.join(" "))?;
            for key in ledger.keys(Some(&name)).await? {
                write_key(&key, out)?;
            }
        }
        TenantAct::Limit { name, limits } => {
            let tenant = ledger.tenant(&name).await?;
            let (limits, days) = limits.above(tenant.limits, tenant.retention_days);
            ledger.set_limits(by, &name, limits, days).await?;
        }
        TenantAct::Prefer { name, preferences } => {
            let before = ledger.tenant(&name).await?.preferences;
            let had_secret = before.webhook_secret.clone();
            let all = preferences.above(before, settings)?;
            ledger.set_preferences(by, &name, &all).await?;
            if all.webhook_secret != had_secret {
                writeln!(out, "{}", all.webhook_secret)?;
            }
        }
        TenantAct::Disable { name } => ledger.set_disabled(by, &name, true).await?,
        TenantAct::Enable { name } => ledger.set_disabled(by, &name, false).await?,
    }
    Ok(())
}

async fn key(
    act: KeyAct,
    by: &str,
    ledger: &Ledger,
    out: &mut impl Write,
) -> Result<(), AdministerError> {
    let now_ms = ledger.now_ms().await?;
    let end = |days: Option<NonZeroU32>| days.map(|days| now_ms + i64::from(days.get()) * DAY_MS);
    match act {
        KeyAct::Create {
            tenant,
            expires_days,
        } => {
            let new = ledger.create_key(by, &tenant, end(expires_days)).await?;
            write_new(&new, out)?;
        }
        KeyAct::List { tenant } => {
            for key in ledger.keys(tenant.as_deref()).await? {
                write_key(&key, out)?;
            }
        }
        KeyAct::Rotate {
            prefix,
            overlap_s,
            expires_days,
        } => {
            let ends = end(expires_days);
            let new = ledger.rotate_key(by, &prefix, overlap_s, ends).await?;
            write_new(&new, out)?;
        }
        KeyAct::Revoke { prefix } => ledger.revoke_key(by, &prefix).await?,
    }
    Ok(())
}

fn user() -> String {
    let names = ["SUDO_USER", "USER", "LOGNAME"].map(|name| env::var(name).ok());
    let name = names.into_iter().flatten().find(|name| !name.is_empty());
    format!("cli:{}", name.unwrap_or_else(|| "unknown".to_owned()))
}
