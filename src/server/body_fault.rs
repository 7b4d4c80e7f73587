//! What becomes of a request's body: why it ended early, and the memory that it holds.

use std::sync::{Arc, OnceLock};

use super::upload_memory::Share;
use crate::error::AppError;

/// Why a request body ended early. Server functions reduce body errors to text; the fact is kept here.
#[derive(Clone, Debug, Default)]
pub struct BodyFault(Arc<OnceLock<AppError>>);

impl BodyFault {
    /// The recorded reason; a body that ended for any other is incomplete.
    pub fn reason(&self) -> AppError {
        self.0.get().cloned().unwrap_or(AppError::UploadIncomplete)
    }

    /// Records a reason; the first one stays, and is returned.
    pub fn record(&self, error: AppError) -> AppError {
        self.0.get_or_init(|| error).clone()
    }
}

/// What [`body::bound`](super::body::bound) leaves in a request's extensions about its body.
#[derive(Clone, Debug)]
pub struct Bounded {
    /// Largest file.
    pub max_file_bytes: u64,
    /// Why the body ended early.
    pub fault: BodyFault,
    /// The memory that it holds.
    pub share: Arc<Share>,
    /// When to try again where memory is used up.
    pub retry_after_s: u32,
}

impl Bounded {
    /// The refusal where memory is used up.
    pub fn overloaded(&self) -> AppError {
        AppError::Overloaded {
            retry_after_s: self.retry_after_s,
        }
    }
}
