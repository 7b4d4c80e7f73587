//! What is told: lines with tabs between fields, for people and `cut`; usage as CSV too.

use std::io::{self, Write};

use tenants::{Day, DayUsage, Key, Limits, NewKey, Tenant};

use super::{DAY_MS, acts::UsageFormat};

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
    let (expires, revoked) = (
        told("expires", key.expires_at_ms),
        told("revoked", key.revoked_at_ms),
    );
    let (prefix, tenant, at) = (&key.prefix, &key.tenant, time(key.created_at_ms));
    writeln!(out, "{prefix}\t{tenant}\tcreated {at}{expires}{revoked}")
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
        UsageFormat::Csv => (Some("tenant,day,outcome,clips,audio_s"), ','),
        UsageFormat::Table => (None, '\t'),
    };
    // No field needs quotes: names have letters, digits and dashes only.
    if let Some(first) = first {
        writeln!(out, "{first}")?;
    }
    for row in usage {
        let audio_s = format!("{}.{:03}", row.audio_ms / 1000, row.audio_ms % 1000);
        let fields = [
            row.tenant.clone(),
            row.day.to_string(),
            row.outcome.to_string(),
            row.n_clips.to_string(),
            audio_s,
        ];
        writeln!(out, "{}", fields.join(&separator.to_string()))?;
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
    let seconds = at_ms.div_euclid(1000).rem_euclid(DAY_MS / 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!(
        "{}T{hours:02}:{minutes:02}:{:02}Z",
        Day::of(at_ms),
        seconds % 60
    )
}
