//! Reads an archive for a query: of each share only the columns that are asked for.
//!
//! ```text
//! numbers of shares, a partition for each (DataFusion's own table in memory) -> ClipsExec -> rows of these shares
//! ```
//!
//! Input   [`ClipsTable`], numbers of columns, how many clips are enough; numbers of shares, as rows
//! Output  rows, some at a time; where none of the columns must be heard, nothing is
//! Errors  as `score` has them, but the first one ends the query
//! Invariant: what is read is told by the rows that come in, never by the number of a partition: a scheduler gives each
//!            task some of the partitions of a table in memory, and counts them anew

use std::{fmt, sync::Arc};

use anyhow::Result;
use datafusion::{
    arrow::{
        array::{RecordBatch, UInt32Array, cast::AsArray},
        datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type},
    },
    catalog::memory::MemorySourceConfig,
    common::{Result as Planned, internal_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning,
        PlanProperties,
        execution_plan::{Boundedness, EmissionType, SchedulingType},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{
    Stream, StreamExt, TryFutureExt, TryStreamExt, future::ready, stream, stream::BoxStream,
};

use super::{fault, table::ClipsTable};
use crate::selection::{Selection, Shard};

/// Rows that go on together.
const N_ROWS: usize = 128;

/// Reads shares of an archive.
#[derive(Clone, Debug)]
pub struct ClipsExec {
    table: ClipsTable,
    projection: Vec<usize>,
    limit: Option<usize>,
    shares: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl ClipsExec {
    /// Reads these columns of all shares of a table, each a partition, and of each no more than `limit` clips.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn new(table: ClipsTable, projection: Vec<usize>, limit: Option<usize>) -> Planned<Self> {
        let number = Field::new("share", DataType::UInt32, false);
        let schema = Arc::new(Schema::new(vec![number]));
        let of = |share: u32| -> Planned<Vec<RecordBatch>> {
            let share = UInt32Array::from(vec![share]);
            let row = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(share)])?;
            Ok(vec![row])
        };
        let shares: Vec<_> = (0..table.n_shares).map(of).collect::<Planned<_>>()?;
        let shares = MemorySourceConfig::try_new_exec(&shares, schema, None)?;
        Self::of(table, projection, limit, shares)
    }

    /// Reads those shares that `shares` tells the numbers of.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn of(
        table: ClipsTable,
        projection: Vec<usize>,
        limit: Option<usize>,
        shares: Arc<dyn ExecutionPlan>,
    ) -> Planned<Self> {
        let schema: SchemaRef = Arc::new(table.schema.project(&projection)?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(shares.output_partitioning().partition_count()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self {
            table,
            projection,
            limit,
            shares,
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

    async fn rows(self, share: u32) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let share = Shard::of(share, self.table.n_shares)?;
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
        vec![&self.shares]
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let Ok([shares]) = <[_; 1]>::try_from(children) else {
            return internal_err!("an archive is read by one list of shares");
        };
        let Self {
            table,
            projection,
            limit,
            ..
        } = (*self).clone();
        Ok(Arc::new(Self::of(table, projection, limit, shares)?))
    }

    /// Numbers are not worth sharing out.
    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Planned<TreeNodeRecursion>,
    ) -> Planned<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Planned<SendableRecordBatchStream> {
        let scan = self.clone();
        let shares = self.shares.execute(partition, context)?.map_ok(numbers);
        let rows = shares.try_flatten().and_then(move |share| {
            let rows = scan.clone().rows(share).map_err(|error| fault(&error));
            rows.map_ok(|rows| rows.map_err(|error| fault(&error)))
        });
        let rows = RecordBatchStreamAdapter::new(self.schema(), rows.try_flatten());
        Ok(Box::pin(rows))
    }
}

fn numbers(shares: RecordBatch) -> impl Stream<Item = Planned<u32>> {
    let shares = shares.column(0).as_primitive::<UInt32Type>();
    stream::iter(shares.values().to_vec()).map(Ok)
}
