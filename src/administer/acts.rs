//! Acts and reports as the command line names them.

use std::num::NonZeroU32;

use clap::{Args, Subcommand, ValueEnum};
use moments::Rule;
use tenants::{Day, Limits};

/// A key that ends later may as well never end.
const MAX_DAYS: u32 = 36_500;

/// What an administrator does or asks.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Customers: make, list, limit, disable.
    #[command(subcommand)]
    Tenant(TenantAct),
    /// Their API keys: make, list, rotate, revoke.
    #[command(subcommand)]
    Key(KeyAct),
    /// The admin page.
    #[command(subcommand)]
    Admin(AdminAct),
    /// What they used, by day (UTC) and outcome.
    Usage {
        /// Only this one.
        #[arg(long)]
        tenant: Option<String>,
        /// First day, such as 2026-11-01.
        #[arg(long)]
        from: Day,
        /// Last day.
        #[arg(long)]
        to: Day,
        /// As what it is written.
        #[arg(long, value_enum, default_value_t = UsageFormat::Table)]
        format: UsageFormat,
    },
    /// Who did what when, newest first.
    Audit {
        /// Only what was done to this one.
        #[arg(long)]
        tenant: Option<String>,
        /// So many at most.
        #[arg(long, default_value_t = 100)]
        last: u32,
    },
}

/// What is done for the admin page.
#[derive(Debug, Subcommand)]
pub enum AdminAct {
    /// Print a token that signs in once, within 15 minutes.
    Token {
        /// The one tenant that whoever signs in sees; otherwise all of them.
        #[arg(long)]
        tenant: Option<String>,
    },
}

/// How usage is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UsageFormat {
    /// Tabs between fields.
    Table,
    /// For spreadsheets.
    Csv,
}

/// What is done to a tenant.
#[derive(Debug, Subcommand)]
pub enum TenantAct {
    /// Make one, without keys.
    Create {
        /// Lower-case letters, digits and dashes.
        name: String,
        /// How much it may use.
        #[command(flatten)]
        limits: LimitFlags,
    },
    /// List all.
    List,
    /// Tell all about one.
    Show {
        /// Its name.
        name: String,
    },
    /// Change limits; what is not named stays.
    Limit {
        /// Its name.
        name: String,
        /// How much it may use.
        #[command(flatten)]
        limits: LimitFlags,
    },
    /// Say how its clips are heard; what is not named stays.
    Prefer {
        /// Its name.
        name: String,
        /// What it prefers.
        #[command(flatten)]
        preferences: PreferenceFlags,
    },
    /// Refuse its keys from now on.
    Disable {
        /// Its name.
        name: String,
    },
    /// Take its keys again.
    Enable {
        /// Its name.
        name: String,
    },
}

/// Limits; 0 is none.
#[derive(Args, Clone, Copy, Debug)]
pub struct LimitFlags {
    /// Clips of a minute of the clock.
    #[arg(long)]
    pub clips_per_minute: Option<u32>,
    /// Requests and live connections at once.
    #[arg(long)]
    pub parallel: Option<u32>,
    /// Audio of a calendar month, seconds.
    #[arg(long)]
    pub audio_s_per_month: Option<u32>,
    /// For how many days usage is kept.
    #[arg(long)]
    pub retention_days: Option<u32>,
}

/// How clips are heard.
#[derive(Args, Clone, Debug)]
pub struct PreferenceFlags {
    /// Name of the model; "" for the server's.
    #[arg(long)]
    pub model: Option<String>,
    /// A rule such as "angry >= high for 10 s"; several times for several, "" for none.
    #[arg(long = "alert", value_name = "RULE", value_parser = rule)]
    pub alerts: Option<Vec<String>>,
    /// Where a message is sent when a rule held; "" for nobody.
    #[arg(long)]
    pub webhook_url: Option<String>,
    /// Make a new secret that messages are signed with, and show it: this once. So it is with the first address, too.
    #[arg(long)]
    pub new_webhook_secret: bool,
    /// An origin whose pages may read answers; several times for several, "" for none.
    #[arg(long = "cors-origin", value_name = "ORIGIN")]
    pub cors_origins: Option<Vec<String>>,
}

/// What is done to keys.
#[derive(Debug, Subcommand)]
pub enum KeyAct {
    /// Make one, and show it: this once.
    Create {
        /// Whose it is.
        tenant: String,
        /// When it ends; otherwise never.
        #[arg(long, value_parser = days)]
        expires_days: Option<NonZeroU32>,
    },
    /// List them, without what is secret.
    List {
        /// Only this tenant's.
        tenant: Option<String>,
    },
    /// Make a new one for an old one, which then ends.
    Rotate {
        /// How the old one begins: bser_ and twelve digits.
        prefix: String,
        /// When the old one ends, seconds from now.
        #[arg(long, default_value_t = 86_400)]
        overlap_s: u32,
        /// When the new one ends; otherwise never.
        #[arg(long, value_parser = days)]
        expires_days: Option<NonZeroU32>,
    },
    /// Refuse one from now on.
    Revoke {
        /// How it begins: bser_ and twelve digits.
        prefix: String,
    },
}

impl LimitFlags {
    /// These where they are given, and those where they are not.
    pub fn above(self, limits: Limits, retention_days: u32) -> (Limits, u32) {
        let limits = Limits {
            clips_per_minute: self.clips_per_minute.unwrap_or(limits.clips_per_minute),
            parallel: self.parallel.unwrap_or(limits.parallel),
            audio_s_per_month: self.audio_s_per_month.unwrap_or(limits.audio_s_per_month),
        };
        (limits, self.retention_days.unwrap_or(retention_days))
    }
}

fn rule(text: &str) -> Result<String, moments::UnknownRule> {
    match text {
        "" => Ok(String::new()),
        _ => text.parse().map(|rule: Rule| rule.to_string()),
    }
}

/// Days within a hundred years.
fn days(text: &str) -> Result<NonZeroU32, String> {
    let days = text.parse::<NonZeroU32>().ok();
    let days = days.filter(|days| days.get() <= MAX_DAYS);
    days.ok_or_else(|| format!("1 to {MAX_DAYS} days"))
}
