//! `clips(uri)` and `clips(uri, uri_column)`: an archive as a table, with the columns that `score` writes.
//!
//! Input   an address, and of a manifest the name of its column of addresses (else `uri`)
//! Output  [`ClipsTable`]
//! Errors  when there is no such archive; it is looked for while the query is planned

use std::sync::Arc;

use anyhow::{Result, ensure};
use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableFunctionArgs, TableFunctionImpl, TableProvider},
    common::{Result as Planned, plan_err},
    logical_expr::{Expr, TableType},
    physical_plan::ExecutionPlan,
    scalar::ScalarValue,
};
use serde::{Deserialize, Serialize};

use super::{fault, scan::ClipsExec};
use crate::{archive::Archive, columns::Columns, hearing::Hearing, stores::Stores};

/// Which archive is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Where it lies.
    pub uri: String,
    /// A manifest's column of addresses.
    pub uri_column: String,
}

impl Address {
    /// The same for a process in another folder.
    fn whole(self, stores: &Stores) -> Result<Self> {
        let place = stores.find(&self.uri)?;
        let uri = match place.root.is_empty() {
            true => place.address(&place.path)?,
            false => self.uri,
        };
        Ok(Self { uri, ..self })
    }
}

/// An archive as a table.
#[derive(Clone, Debug)]
pub struct ClipsTable {
    /// What hears it.
    pub hearing: Arc<Hearing>,
    /// Which one it is.
    pub address: Address,
    /// All columns.
    pub schema: SchemaRef,
    /// In how many shares it is read.
    pub n_shares: u32,
}

impl ClipsTable {
    /// The archive, and how its clips become columns.
    ///
    /// # Errors
    /// When there is nothing, or a manifest that does not fit.
    pub async fn open(hearing: &Hearing, address: &Address) -> Result<(Archive, Columns)> {
        let Address { uri, uri_column } = address;
        let archive = Archive::open(hearing.stores(), uri, uri_column).await?;
        let columns = Columns::of(hearing.scorer(), archive.carried());
        Ok((archive, columns))
    }

    /// The same, where the archive is still what it was when the query was planned.
    ///
    /// # Errors
    /// Also when it has other columns now.
    pub async fn reopen(&self) -> Result<(Archive, Columns)> {
        let (archive, columns) = Self::open(&self.hearing, &self.address).await?;
        ensure!(
            columns.schema()?.fields() == self.schema.fields(),
            "{} has other columns now",
            self.address.uri
        );
        Ok((archive, columns))
    }
}

#[async_trait]
impl TableProvider for ClipsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let all = || (0..self.schema.fields().len()).collect();
        let projection = projection.cloned().unwrap_or_else(all);
        let scan = ClipsExec::new(self.clone(), projection, limit)?;
        Ok(Arc::new(scan))
    }
}

#[derive(Debug)]
struct ClipsFunction {
    hearing: Arc<Hearing>,
    n_shares: u32,
}

/// `clips` of archives that are read in so many shares.
pub fn function(hearing: &Arc<Hearing>, n_shares: u32) -> Arc<dyn TableFunctionImpl> {
    Arc::new(ClipsFunction {
        hearing: Arc::clone(hearing),
        n_shares,
    })
}

impl TableFunctionImpl for ClipsFunction {
    fn call_with_args(&self, args: TableFunctionArgs) -> Planned<Arc<dyn TableProvider>> {
        let texts: Option<Vec<&str>> = args.exprs().iter().map(text).collect();
        let address = match texts.as_deref() {
            Some([uri]) => Address {
                uri: (*uri).to_owned(),
                uri_column: "uri".to_owned(),
            },
            Some([uri, uri_column]) => Address {
                uri: (*uri).to_owned(),
                uri_column: (*uri_column).to_owned(),
            },
            _ => {
                return plan_err!(
                    "clips takes an address, and a manifest's column, as texts: clips('calls.csv', 'path')"
                );
            }
        };
        let hearing = Arc::clone(&self.hearing);
        let opened = self.hearing.wait(async move {
            let address = address.whole(hearing.stores())?;
            let (_, columns) = ClipsTable::open(&hearing, &address).await?;
            Ok((address, columns.schema()?))
        });
        let (address, schema) = opened.map_err(|error| fault(&error))?;
        Ok(Arc::new(ClipsTable {
            hearing: Arc::clone(&self.hearing),
            address,
            schema,
            n_shares: self.n_shares,
        }))
    }
}

fn text(argument: &Expr) -> Option<&str> {
    match argument {
        Expr::Literal(ScalarValue::Utf8(text) | ScalarValue::Utf8View(text), _) => text.as_deref(),
        _ => None,
    }
}
