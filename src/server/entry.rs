//! A client's request that may bring clips: it counts them, and what they used.

use std::{sync::Arc, time::Duration};

use moments::Rule;
use pipeline::Enrolled;
use tenants::{Outcome, Preferences, Request, Tenant};
use vocabulary::{Analysis, Prediction};

use super::{access::Client, exposure, moments::Asked};
use crate::error::AppError;

/// A client's request that may bring clips. A tenant's takes one of the places that it has at once, until this and all
/// clones are dropped.
#[derive(Clone, Debug)]
pub struct Entry {
    client: Client,
    tenant: Option<Arc<Request>>,
}

/// What comes of a clip that was so long.
pub trait Lasting {
    /// Seconds.
    fn duration_s(&self) -> f32;
}

impl Lasting for Prediction {
    fn duration_s(&self) -> f32 {
        self.duration_s
    }
}

impl Lasting for Analysis {
    fn duration_s(&self) -> f32 {
        self.prediction.duration_s
    }
}

impl Lasting for Enrolled {
    fn duration_s(&self) -> f32 {
        self.prediction.duration_s
    }
}

impl Entry {
    /// A request of this client.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`], [`AppError::Overloaded`] when a tenant's limits have not been known for too long.
    pub async fn of(client: Client) -> Result<Self, AppError> {
        let tenant = client.begin().await?.map(Arc::new);
        Ok(Self { client, tenant })
    }

    /// Counts a clip.
    ///
    /// # Errors
    /// As [`of`](Self::of), and [`AppError::MonthSpent`].
    pub async fn count_clip(&self) -> Result<(), AppError> {
        match &self.tenant {
            Some(request) => request.count_clip().await.map_err(exposure::refused),
            None => self.client.count_clip(),
        }
    }

    /// Counts what a clip used.
    pub fn heard<T: Lasting, E>(&self, outcome: &Result<T, E>) {
        let Some(request) = &self.tenant else { return };
        match outcome {
            Ok(heard) => {
                let duration = Duration::from_secs_f32(heard.duration_s().max(0.0));
                request.heard(Outcome::Answered, duration);
            }
            Err(_) => request.heard(Outcome::Failed, Duration::ZERO),
        }
    }

    /// Counts audio of a live connection, and a clip where a new one begins.
    pub fn listened(&self, n_clips: u32, duration: Duration) {
        let Some(request) = &self.tenant else { return };
        // Before its clip makes room for another one.
        request.heard_more(duration);
        for _ in 0..n_clips {
            request.heard(Outcome::Answered, Duration::ZERO);
        }
    }

    /// Whose turn it is when its clips are heard.
    pub fn turn(&self) -> pipeline::Client {
        self.client.turn()
    }

    /// The model that its tenant prefers.
    pub fn usual_model(&self) -> Option<&str> {
        let model = self.preferences().map(|preferences| &*preferences.model);
        model.filter(|model| !model.is_empty())
    }

    /// The rules of its tenant, and those of the request that are others. One that was a rule when it was set and is
    /// none now is left out.
    pub fn beside(&self, asked: Asked) -> Asked {
        let texts = self.preferences().map(|preferences| &preferences.rules);
        let rules = texts.into_iter().flatten();
        let rules = rules.filter_map(|rule| rule.parse::<Rule>().ok());
        Asked::new(asked.n_peaks, rules.chain(asked.rules).collect())
    }

    /// Whose it is, where it is a tenant's.
    pub fn tenant(&self) -> Option<&Tenant> {
        let request = self.tenant.as_ref();
        request.map(|request| request.account().tenant())
    }

    fn preferences(&self) -> Option<&Preferences> {
        self.tenant().map(|tenant| &tenant.preferences)
    }
}
