//! Reads an archive for a query: of each share only the columns that are asked for.
//!
//! Input   [`ClipsTable`], numbers of columns, how many clips are enough
//! Output  rows, some at a time; where none of the columns must be heard, nothing is
//! Errors  as `score` has them, but the first one ends the query

use std::{fmt, sync::Arc};

use anyhow::Result;
use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{Result as Planned, internal_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
        execution_plan::{Boundedness, EmissionType, SchedulingType},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, future::ready, stream, stream::BoxStream};

use super::{fault, table::ClipsTable};
use crate::selection::{Selection, Shard};

/// Rows that go on together.
const N_ROWS: usize = 128;

/// Reads an archive; a partition for each share.
#[derive(Clone, Debug)]
pub struct ClipsExec {
    table: ClipsTable,
    projection: Vec<usize>,
    limit: Option<usize>,
    properties: Arc<PlanProperties>,
}

impl ClipsExec {
    /// Reads these columns of a table, and of each share no more than `limit` clips.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn new(table: ClipsTable, projection: Vec<usize>, limit: Option<usize>) -> Planned<Self> {
        let schema: SchemaRef = Arc::new(table.schema.project(&projection)?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(table.n_shares as usize),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self {
            table,
            projection,
            limit,
            properties: Arc::new(properties.with_scheduling_type(SchedulingType::Cooperative)),
        })
    }

    /// What is read.
    pub fn table(&self) -> &ClipsTable {
        &self.table
    }

    /// Numbers of the columns that are read.
    pub fn projection(&self) -> &[usize] {
        &self.projection
    }

    /// So many clips of a share are enough.
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }

    async fn rows(self, share: Shard) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let (archive, columns) = self.table.reopen().await?;
        let mut selection = Selection::new(share, Arc::default());
        let clips = archive.clips();
        let clips = clips.try_filter(move |clip| ready(selection.takes(&clip.uri)));
        let clips = clips.take(self.limit.unwrap_or(usize::MAX));
        let is_unheard = |&column: &usize| column < columns.n_unheard();
        if self.projection.iter().all(is_unheard) {
            let rows = clips
                .try_chunks(N_ROWS)
                .map(move |clips| -> Result<RecordBatch> {
                    let rows = columns.unheard_rows(&clips.map_err(|error| error.1)?)?;
                    Ok(rows.project(&self.projection)?)
                });
            return Ok(rows.boxed());
        }
        let hearing = Arc::clone(&self.table.hearing);
        let n_at_once = hearing.n_at_once();
        let scored = clips.map_ok(move |clip| hearing.ask(clip));
        let scored = scored.try_buffer_unordered(n_at_once);
        let rows = scored
            .try_chunks(N_ROWS)
            .map(move |scored| -> Result<RecordBatch> {
                let rows = columns.rows(&scored.map_err(|error| error.1)?)?;
                Ok(rows.project(&self.projection)?)
            });
        Ok(rows.boxed())
    }
}

impl DisplayAs for ClipsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.schema();
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| &**field.name())
            .collect();
        write!(
            f,
            "ClipsExec: {}, columns=[{}]",
            self.table.address.uri,
            names.join(", ")
        )
    }
}

impl ExecutionPlan for ClipsExec {
    fn name(&self) -> &'static str {
        "ClipsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        match children.is_empty() {
            true => Ok(self),
            false => internal_err!("an archive is read from nothing else"),
        }
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Planned<TreeNodeRecursion>,
    ) -> Planned<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, _: Arc<TaskContext>) -> Planned<SendableRecordBatchStream> {
        let share = Shard::of(partition as u32, self.table.n_shares);
        let share = share.map_err(|error| fault(&error.into()))?;
        let rows = stream::once(self.clone().rows(share)).try_flatten();
        let rows = rows.map_err(|error| fault(&error));
        let rows = RecordBatchStreamAdapter::new(self.schema(), rows);
        Ok(Box::pin(rows))
    }
}
