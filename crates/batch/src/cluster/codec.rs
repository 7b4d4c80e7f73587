//! How a table of `clips` goes from one machine to another: what it reads, not what it has read.
//!
//! Input   a table or a part of a plan
//! Output  bytes; from these the same, which hears with what hears where it arrived
//! Errors  when it is of another model than the one that is here, or voices are told apart otherwise

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::{
    arrow::{
        datatypes::SchemaRef,
        ipc::{reader::StreamReader, writer::StreamWriter},
    },
    catalog::TableProvider,
    common::{DataFusionError, Result as Planned, TableReference, plan_err},
    datasource::file_format::FileFormatFactory,
    execution::TaskContext,
    logical_expr::{Extension, LogicalPlan, ScalarUDF},
    physical_plan::ExecutionPlan,
};
use datafusion_proto::{
    logical_plan::LogicalExtensionCodec,
    physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension},
};
use pipeline::{Apart, Speakers};
use serde::{Deserialize, Serialize};

use crate::{
    faults::told,
    hearing::Hearing,
    sql::{Address, ClipsExec, ClipsTable, SCORE, score_function},
};

/// What begins so is ours.
const MARK: &[u8] = b"banglaser-clips:";

/// Ballista's own ways, and ours.
#[derive(Debug)]
pub struct Codec {
    hearing: Arc<Hearing>,
    logical: BallistaLogicalExtensionCodec,
    physical: BallistaPhysicalExtensionCodec,
}

#[derive(Serialize, Deserialize)]
struct Sent {
    address: Address,
    hears: String,
    n_shares: u32,
    /// A stream of Arrow without rows.
    schema: Vec<u8>,
    /// Which columns; none of a table, which is all of them.
    projection: Option<Vec<usize>>,
    limit: Option<usize>,
}

impl Codec {
    /// For a process that hears with this.
    pub fn new(hearing: &Arc<Hearing>) -> Arc<Self> {
        Arc::new(Self {
            hearing: Arc::clone(hearing),
            logical: BallistaLogicalExtensionCodec::default(),
            physical: BallistaPhysicalExtensionCodec::default(),
        })
    }

    /// What hears, and how; all processes must agree in it.
    fn hears(&self) -> String {
        let scorer = self.hearing.scorer();
        let mut hears = scorer.recognizer().model_id().to_owned();
        let Apart { channels, speakers } = scorer.apart();
        if channels {
            hears += " --channels separate";
        }
        match speakers {
            None => {}
            Some(Speakers::Auto) => hears += " --speakers auto",
            Some(Speakers::Told(n)) => hears += &format!(" --speakers {n}"),
        }
        hears
    }

    fn agree(&self, asked: &str) -> Result<()> {
        let hears = self.hears();
        ensure!(
            asked == hears,
            "the query is for {asked}, and {hears} hears here"
        );
        Ok(())
    }

    /// Of our function goes along who is to hear; all others are known by their names.
    fn send_function(&self, function: &ScalarUDF, buf: &mut Vec<u8>) {
        if function.name() == SCORE {
            buf.extend(self.hears().bytes());
        }
    }

    fn receive_function(&self, name: &str, buf: &[u8]) -> Result<Arc<ScalarUDF>> {
        ensure!(name == SCORE, "there is no function {name} here");
        self.agree(str::from_utf8(buf)?)?;
        Ok(Arc::new(score_function(&self.hearing)?))
    }

    fn send(&self, table: &ClipsTable, scan: Option<&ClipsExec>, buf: &mut Vec<u8>) -> Result<()> {
        let mut schema = StreamWriter::try_new(Vec::new(), &table.schema)?;
        schema.finish()?;
        let sent = Sent {
            address: table.address.clone(),
            hears: self.hears(),
            n_shares: table.n_shares,
            schema: schema.into_inner()?,
            projection: scan.map(|scan| scan.projection().to_vec()),
            limit: scan.and_then(ClipsExec::limit),
        };
        buf.extend(MARK);
        Ok(serde_json::to_writer(buf, &sent)?)
    }

    fn receive(&self, buf: &[u8]) -> Result<(ClipsTable, Sent)> {
        let sent: Sent = serde_json::from_slice(buf)?;
        self.agree(&sent.hears)?;
        let schema = StreamReader::try_new(&*sent.schema, None).context("columns")?;
        let table = ClipsTable {
            hearing: Arc::clone(&self.hearing),
            address: sent.address.clone(),
            schema: schema.schema(),
            n_shares: sent.n_shares,
        };
        Ok((table, sent))
    }
}

fn failed(error: &anyhow::Error) -> DataFusionError {
    DataFusionError::Plan(told(error))
}

impl LogicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[LogicalPlan],
        ctx: &TaskContext,
    ) -> Planned<Extension> {
        self.logical.try_decode(buf, inputs, ctx)
    }

    fn try_encode(&self, node: &Extension, buf: &mut Vec<u8>) -> Planned<()> {
        self.logical.try_encode(node, buf)
    }

    fn try_decode_table_provider(
        &self,
        buf: &[u8],
        table_ref: &TableReference,
        schema: SchemaRef,
        ctx: &TaskContext,
    ) -> Planned<Arc<dyn TableProvider>> {
        let Some(ours) = buf.strip_prefix(MARK) else {
            let logical = &self.logical;
            return logical.try_decode_table_provider(buf, table_ref, schema, ctx);
        };
        let (table, _) = self.receive(ours).map_err(|error| failed(&error))?;
        Ok(Arc::new(table))
    }

    fn try_encode_table_provider(
        &self,
        table_ref: &TableReference,
        node: Arc<dyn TableProvider>,
        buf: &mut Vec<u8>,
    ) -> Planned<()> {
        match node.downcast_ref::<ClipsTable>() {
            Some(table) => {
                let sent = self.send(table, None, buf);
                sent.map_err(|error| failed(&error))
            }
            None => self.logical.try_encode_table_provider(table_ref, node, buf),
        }
    }

    fn try_decode_udf(&self, name: &str, buf: &[u8]) -> Planned<Arc<ScalarUDF>> {
        let function = self.receive_function(name, buf);
        function.map_err(|error| failed(&error))
    }

    fn try_encode_udf(&self, node: &ScalarUDF, buf: &mut Vec<u8>) -> Planned<()> {
        self.send_function(node, buf);
        Ok(())
    }

    fn try_decode_file_format(
        &self,
        buf: &[u8],
        ctx: &TaskContext,
    ) -> Planned<Arc<dyn FileFormatFactory>> {
        self.logical.try_decode_file_format(buf, ctx)
    }

    fn try_encode_file_format(
        &self,
        buf: &mut Vec<u8>,
        node: Arc<dyn FileFormatFactory>,
    ) -> Planned<()> {
        self.logical.try_encode_file_format(buf, node)
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        ctx: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let Some(ours) = buf.strip_prefix(MARK) else {
            return self.physical.try_decode(buf, inputs, ctx, converter);
        };
        let (table, sent) = self.receive(ours).map_err(|error| failed(&error))?;
        let projection = sent.projection.unwrap_or_default();
        let [shares] = inputs else {
            return plan_err!("an archive is read by one list of shares");
        };
        let scan = ClipsExec::of(table, projection, sent.limit, Arc::clone(shares))?;
        Ok(Arc::new(scan))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buf: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Planned<()> {
        match node.downcast_ref::<ClipsExec>() {
            Some(scan) => {
                let sent = self.send(scan.table(), Some(scan), buf);
                sent.map_err(|error| failed(&error))
            }
            None => self.physical.try_encode(node, buf, converter),
        }
    }

    fn try_decode_udf(&self, name: &str, buf: &[u8]) -> Planned<Arc<ScalarUDF>> {
        let function = self.receive_function(name, buf);
        function.map_err(|error| failed(&error))
    }

    fn try_encode_udf(&self, node: &ScalarUDF, buf: &mut Vec<u8>) -> Planned<()> {
        self.send_function(node, buf);
        Ok(())
    }
}
