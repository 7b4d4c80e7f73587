//! SQL over archives: the table function `clips(uri)` and the function `score(uri)`.
//!
//! ```text
//! query -> DataFusion -> clips(uri): columns of the table that `score` writes -> answer -> text or a file
//!                     -> score(uri): a struct of the same columns
//! ```
//!
//! Input   a query; what hears ([`Hearing`])
//! Output  rows; a clip that cannot be heard is one of them
//! Errors  what a store does not give though it was asked again and again ends the query
//! Invariant: what a query does not look at is not heard

mod answer;
mod function;
mod scan;
mod table;

use std::{io, sync::Arc};

use anyhow::Result;
use datafusion::{
    error::DataFusionError,
    logical_expr::ScalarUDF,
    prelude::{SessionConfig, SessionContext},
};

pub use answer::{Form, NoForm, write};
use function::ScoreFunction;
pub use scan::ClipsExec;
pub use table::{Address, ClipsTable};

use crate::hearing::Hearing;

/// What asks archives in this process; its plans are done by so many tasks at a time.
///
/// # Errors
/// When the columns cannot be told.
pub fn context(hearing: &Arc<Hearing>, n_jobs: usize) -> Result<SessionContext> {
    let config = SessionConfig::new().with_target_partitions(n_jobs);
    let context = SessionContext::new_with_config(config);
    register(&context, hearing, 1)?;
    Ok(context)
}

/// Brings `clips` and `score` to whatever asks; an archive is read in so many shares, each by a task of its own.
///
/// # Errors
/// When the columns cannot be told.
pub fn register(context: &SessionContext, hearing: &Arc<Hearing>, n_shares: u32) -> Result<()> {
    context.register_udf(score_function(hearing)?);
    context.register_udtf("clips", table::function(hearing, n_shares));
    Ok(())
}

/// `score(uri)`.
///
/// # Errors
/// When its columns cannot be told.
pub fn score_function(hearing: &Arc<Hearing>) -> Result<ScalarUDF> {
    Ok(ScalarUDF::from(ScoreFunction::new(Arc::clone(hearing))?))
}

/// As an error of input or output, which Ballista tries again.
fn fault(error: &anyhow::Error) -> DataFusionError {
    io::Error::other(format!("{error:#}")).into()
}
