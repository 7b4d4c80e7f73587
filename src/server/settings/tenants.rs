//! `[banglaser.tenants]`.

use std::{fmt, num::NonZeroU32, path::Path, time::Duration};

use serde::Deserialize;

/// `[banglaser.tenants]`.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantSettings {
    /// `sqlite:FILE` or `postgres://...`; empty: there are no tenants.
    pub database_url: String,
    /// Usage is added to the database so often.
    pub flush_interval_s: NonZeroU32,
    /// For so long after the database was last there its last known keys and limits hold.
    pub max_outage_s: u32,
}

impl fmt::Debug for TenantSettings {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantSettings")
            .field("are_on", &self.are_on())
            .field("flush_interval_s", &self.flush_interval_s)
            .field("max_outage_s", &self.max_outage_s)
            .finish_non_exhaustive()
    }
}

impl TenantSettings {
    /// Whether there may be tenants.
    pub fn are_on(&self) -> bool {
        !self.database_url.is_empty()
    }

    /// How a process keeps count, where clips are at most so long and wait for their turn no longer than that.
    pub fn meter(&self, max_clip: Duration, max_wait: Duration) -> tenants::MeterSettings {
        tenants::MeterSettings {
            flush: Duration::from_secs(self.flush_interval_s.get().into()),
            max_outage: Duration::from_secs(self.max_outage_s.into()),
            max_clip,
            max_wait,
        }
    }

    /// Lets a relative file of SQLite start at `folder`.
    pub fn start_at(&mut self, folder: &Path) {
        if let Some(file) = self.database_url.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            self.database_url = format!("sqlite:{}", folder.join(file).display());
        }
    }
}
