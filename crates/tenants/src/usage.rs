//! What tenants used, by day and outcome; added in batches, each once.

use sqlx::Row;

use super::{calendar::Day, error::LedgerError, ledger::Ledger, outcome::Outcome};

/// What a tenant used on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayUsage {
    /// Who.
    pub tenant: String,
    /// When, UTC.
    pub day: Day,
    /// What became of the clips.
    pub outcome: Outcome,
    /// How many there were.
    pub n_clips: i64,
    /// How long they were together, milliseconds.
    pub audio_ms: i64,
}

impl DayUsage {
    /// What [`fields`](Self::fields) are, as tables name them.
    pub const COLUMNS: [&str; 5] = ["tenant", "day", "outcome", "clips", "audio_s"];

    /// A row of a table; seconds to the millisecond. No field needs quotes: names have letters, digits and dashes only.
    pub fn fields(&self) -> [String; 5] {
        [
            self.tenant.clone(),
            self.day.to_string(),
            self.outcome.to_string(),
            self.n_clips.to_string(),
            format!("{}.{:03}", self.audio_ms / 1000, self.audio_ms % 1000),
        ]
    }
}

impl Ledger {
    /// Usage from a day to another, both included, by tenant, day and outcome; of a tenant where one is named.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::Database`].
    pub async fn usage(
        &self,
        tenant: Option<&str>,
        from: Day,
        to: Day,
    ) -> Result<Vec<DayUsage>, LedgerError> {
        if let Some(tenant) = tenant {
            self.tenant(tenant).await?;
        }
        let text = "SELECT tenant, day, outcome, clips, audio_ms FROM usage \
                    WHERE ($1 = '' OR tenant = $1) AND day >= $2 AND day <= $3 ORDER BY tenant, day, outcome";
        let query = sqlx::query(text).bind(tenant.unwrap_or_default());
        let query = query.bind(from.to_string()).bind(to.to_string());
        let rows = query.fetch_all(self.pool()).await?;
        let usage = rows.iter().map(|row| {
            let unreadable = |error| sqlx::Error::Decode(Box::new(error));
            let day: String = row.try_get("day")?;
            let outcome: String = row.try_get("outcome")?;
            Ok(DayUsage {
                tenant: row.try_get("tenant")?,
                day: day
                    .parse()
                    .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                outcome: outcome.parse().map_err(unreadable)?,
                n_clips: row.try_get("clips")?,
                audio_ms: row.try_get("audio_ms")?,
            })
        });
        Ok(usage.collect::<Result<_, sqlx::Error>>()?)
    }

    /// Deletes usage that its tenant's retention does not keep; this month's stays, because a limit needs it. Tells how
    /// many rows went.
    ///
    /// # Errors
    /// [`LedgerError::Database`].
    pub async fn forget_old_usage(&self) -> Result<u64, LedgerError> {
        let today = Day::of(self.now_ms().await?);
        let mut n_gone = 0;
        for tenant in self.tenants().await? {
            if tenant.retention_days == 0 {
                continue;
            }
            let first = today
                .before(tenant.retention_days)
                .min(today.first_of_month());
            let query = sqlx::query("DELETE FROM usage WHERE tenant = $1 AND day < $2");
            let query = query.bind(&tenant.name).bind(first.to_string());
            n_gone += query.execute(self.pool()).await?.rows_affected();
        }
        Ok(n_gone)
    }
}
