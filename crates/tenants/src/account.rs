//! A tenant as a serving process knows it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{shares::Shares, tenant::Tenant};

/// A tenant as a serving process knows it: what it is, and what the process holds of its limits.
#[derive(Debug)]
pub struct Account {
    tenant: Tenant,
    held: Arc<Held>,
}

/// Outlives what is known of the tenant.
#[derive(Debug, Default)]
pub struct Held {
    shares: Mutex<Shares>,
    /// One asks the database for more, the others wait for what it gets.
    pub drawing: tokio::sync::Mutex<()>,
    /// Told when a request's clips were heard.
    pub heard: tokio::sync::Notify,
}

impl Account {
    /// A tenant, with what was held of it where it was known before.
    pub fn new(tenant: Tenant, known: Option<&Self>) -> Self {
        let held = known
            .map(|known| Arc::clone(&known.held))
            .unwrap_or_default();
        if known.is_some_and(|known| known.tenant.limits != tenant.limits) {
            held.lock().minute.limit_changed();
        }
        Self { tenant, held }
    }

    /// What it is.
    pub const fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    pub(crate) fn held(&self) -> &Held {
        &self.held
    }
}

impl Held {
    /// For a moment.
    pub fn lock(&self) -> MutexGuard<'_, Shares> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
