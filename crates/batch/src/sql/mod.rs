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
pub use function::SCORE;
use function::ScoreFunction;
pub use scan::ClipsExec;
pub use table::{Address, ClipsTable};

use crate::{faults::told, hearing::Hearing};

/// What asks archives in this process; its plans are done by so many tasks at a time.
///
/// # Errors
/// When the columns cannot be told.
pub fn context(hearing: &Arc<Hearing>, n_jobs: usize) -> Result<SessionContext> {
    let mut config = SessionConfig::new().with_target_partitions(n_jobs);
    hear_late(&mut config);
    let context = SessionContext::new_with_config(config);
    register(&context, hearing, 1)?;
    Ok(context)
}

/// Keeps plans from hearing more than a query says: fields of a struct are taken where they are named. Nearer to where
/// rows come from, as is usual, `score` would be asked once for each field, before conditions and joins.
pub fn hear_late(config: &mut SessionConfig) {
    let rules = &mut config.options_mut().optimizer;
    rules.enable_leaf_expression_pushdown = false;
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
    io::Error::other(told(error)).into()
}
