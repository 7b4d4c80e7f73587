//! The only bridge from library errors to `AppError`: what is our fault is logged once with its
//! whole source chain and leaves as a request id; what a person can act on leaves as itself.

use std::{error::Error, iter};

use pipeline::PipelineError;
use tenants::Refused;

use crate::error::AppError;

/// What the client is told about a clip that got no prediction.
pub fn expose(error: &PipelineError, request_id: &str) -> AppError {
    error.told().unwrap_or_else(|| {
        tracing::error!(request_id, error = chain(error), "internal error");
        AppError::Internal {
            request_id: request_id.to_owned(),
        }
    })
}

/// When to try again while the database of tenants is gone, seconds.
const AWAY_RETRY_S: u32 = 10;

/// What a tenant is told whose clip is not taken.
pub fn refused(refused: Refused) -> AppError {
    match refused {
        Refused::TooMany { retry_after_s } => AppError::TooManyRequests { retry_after_s },
        Refused::MonthSpent { retry_after_s } => AppError::MonthSpent { retry_after_s },
        Refused::Ended => AppError::Unauthorized,
        Refused::Unavailable => AppError::Overloaded {
            retry_after_s: AWAY_RETRY_S,
        },
    }
}

/// The error and its sources, outermost first.
pub fn chain(error: &dyn Error) -> String {
    iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
