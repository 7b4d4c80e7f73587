//! What is told: lines with tabs between fields, for people and `cut`; usage as CSV too.

use std::io::{self, Write};

use tenants::{DayUsage, Key, Limits, NewKey, Tenant};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::acts::UsageFormat;

/// A tenant on a line.
pub fn write_tenant(tenant: &Tenant, out: &mut impl Write) -> io::Result<()> {
    let Limits {
        clips_per_minute,
        parallel,
        audio_s_per_month,
    } = tenant.limits;
    let state = tenant.disabled_at_ms.map_or_else(
        || "enabled".to_owned(),
        |at_ms| format!("disabled {}", time(at_ms)),
    );
    let (name, days) = (&tenant.name, tenant.retention_days);
    writeln!(
        out,
        "{name}\tclips_per_minute {clips_per_minute}\tparallel {parallel}\taudio_s_per_month {audio_s_per_month}\t\
         retention_days {days}\t{state}"
    )
}

/// A key on a line, without what is secret.
pub fn write_key(key: &Key, out: &mut impl Write) -> io::Result<()> {
    let told = |word: &str, at_ms: Option<i64>| {
        let at = at_ms.map(|at_ms| format!("\t{word} {}", time(at_ms)));
        at.unwrap_or_default()
    };
    let ends = [
        told("rotated", key.rotated_at_ms),
        told("expires", key.expires_at_ms),
        told("revoked", key.revoked_at_ms),
    ];
    let (prefix, tenant, at) = (&key.prefix, &key.tenant, time(key.created_at_ms));
    writeln!(out, "{prefix}\t{tenant}\tcreated {at}{}", ends.concat())
}

/// A key that was made, on a line.
pub fn write_new(new: &NewKey, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", new.secret)
}

/// Usage, a line for each tenant, day and outcome.
pub fn write_usage(
    usage: &[DayUsage],
    format: UsageFormat,
    out: &mut impl Write,
) -> io::Result<()> {
    let (first, separator) = match format {
        UsageFormat::Csv => (Some(DayUsage::COLUMNS), ","),
        UsageFormat::Table => (None, "\t"),
    };
    if let Some(first) = first {
        writeln!(out, "{}", first.join(separator))?;
    }
    for row in usage {
        writeln!(out, "{}", row.fields().join(separator))?;
    }
    Ok(())
}

/// A text that somebody else wrote, without what would begin another line or field.
pub fn one_line(text: &str) -> String {
    let told = |char: char| match char.is_control() {
        true => char.escape_default().to_string(),
        false => char.to_string(),
    };
    text.chars().map(told).collect()
}

/// A moment as RFC 3339 writes it, to the second.
pub fn time(at_ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000));
    let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc3339).unwrap_or_default()
}
