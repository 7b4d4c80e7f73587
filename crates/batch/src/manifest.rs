//! A table that lists clips, with whatever is to be carried along.
//!
//! Input   a CSV or Parquet file; what its column of addresses is called
//! Output  [`Clip`]s, each with its line
//! Errors  when it is no such table, or has no such column

use std::{io::Cursor, iter, sync::Arc};

use anyhow::{Context, Result, bail};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader, StringArray, cast::AsArray};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::{
    archive::{Clip, Row},
    stores::Place,
};

/// Lines that are read together, and kept as long as one of their clips is under way.
const N_LINES: usize = 1024;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RFC 4180, with a head; all its columns are carried as text.
    Csv,
    /// Columns of any type.
    Parquet,
}

/// A table that lists clips.
#[derive(Clone, Debug)]
pub struct Manifest {
    kind: Kind,
    bytes: Bytes,
    schema: Arc<Schema>,
    /// Number of the column of addresses.
    uri: usize,
    carried: Arc<[FieldRef]>,
    /// Where relative addresses begin.
    folder: String,
}

impl Manifest {
    /// What kind of table a name promises.
    pub fn kind(name: &str) -> Option<Kind> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Kind::Csv),
            "parquet" => Some(Kind::Parquet),
            _ => None,
        }
    }

    /// Reads the head of a table that lies at a place.
    ///
    /// # Errors
    /// See the module's head.
    pub fn read(kind: Kind, bytes: Bytes, place: &Place, uri_column: &str) -> Result<Self> {
        let schema = match kind {
            Kind::Csv => csv_schema(&bytes)?,
            Kind::Parquet => rows_of_parquet(&bytes)?.schema(),
        };
        let uri = schema.index_of(uri_column);
        let uri = uri.with_context(|| format!("there is no column {uri_column}"))?;
        let fields = schema.fields().iter().enumerate();
        let carried = fields.filter(|(column, _)| *column != uri);
        let table = place.address(&place.path)?;
        let folder = table.rsplit_once(['/', '\\']);
        Ok(Self {
            kind,
            uri,
            carried: carried.map(|(_, field)| Arc::clone(field)).collect(),
            folder: folder.map_or_else(String::new, |(folder, _)| folder.to_owned()),
            bytes,
            schema,
        })
    }

    /// What is carried along: all columns but that of addresses.
    pub fn carried(&self) -> &[FieldRef] {
        &self.carried
    }

    /// The clips, one for each line, in their order.
    pub fn clips(&self) -> impl Iterator<Item = Result<Clip>> + Send + use<> {
        let manifest = self.clone();
        let (batches, failed) = match self.batches() {
            Ok(batches) => (Some(batches), None),
            Err(error) => (None, Some(Err(error))),
        };
        let clips = batches.into_iter().flatten().flat_map(move |batch| {
            match batch.and_then(|batch| manifest.clips_of(&batch)) {
                Ok(clips) => clips.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        });
        failed.into_iter().chain(clips)
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>> {
        Ok(match self.kind {
            Kind::Csv => Box::new(lines_of_csv(&self.bytes, Arc::clone(&self.schema))),
            Kind::Parquet => {
                let rows = rows_of_parquet(&self.bytes)?;
                Box::new(rows.map(|batch| batch.context("a row of the manifest")))
            }
        })
    }

    fn clips_of(&self, batch: &RecordBatch) -> Result<Vec<Clip>> {
        let uris = texts(batch.column(self.uri))?;
        let mut lines = batch.clone();
        lines.remove_column(self.uri);
        let lines = Arc::new(lines);
        let clip = |(idx, uri): (usize, Option<&str>)| {
            let uri = uri.context("a line of the manifest has no address")?;
            Ok(Clip {
                uri: uri.to_owned(),
                address: self.whole(uri),
                row: Some(Row {
                    lines: Arc::clone(&lines),
                    idx,
                }),
            })
        };
        uris.into_iter().enumerate().map(clip).collect()
    }

    /// Where a clip of this table lies: an address as it is, a relative path from the table's folder.
    fn whole(&self, uri: &str) -> String {
        let is_whole = uri.contains("://") || std::path::Path::new(uri).is_absolute();
        match is_whole {
            true => uri.to_owned(),
            false => format!("{}/{uri}", self.folder),
        }
    }
}

fn csv_schema(bytes: &Bytes) -> Result<Arc<Schema>> {
    let mut table = csv::Reader::from_reader(Cursor::new(bytes.clone()));
    let names = table.headers()?.iter();
    let fields: Vec<Field> = names
        .map(|name| Field::new(name, DataType::Utf8, true))
        .collect();
    Ok(Arc::new(Schema::new(fields)))
}

/// Nothing between two commas is null.
fn lines_of_csv(
    bytes: &Bytes,
    schema: Arc<Schema>,
) -> impl Iterator<Item = Result<RecordBatch>> + Send + use<> {
    let table = csv::Reader::from_reader(Cursor::new(bytes.clone()));
    let mut lines = table.into_records();
    iter::from_fn(move || {
        let some: Result<Vec<_>, _> = lines.by_ref().take(N_LINES).collect();
        match some {
            Ok(some) if some.is_empty() => None,
            Ok(some) => Some(columns_of(&some, &schema)),
            Err(error) => Some(Err(error).context("a line of the manifest")),
        }
    })
}

fn columns_of(lines: &[csv::StringRecord], schema: &Arc<Schema>) -> Result<RecordBatch> {
    let columns = (0..schema.fields().len()).map(|column| {
        let cells = lines.iter().map(|line| line.get(column));
        let cells = cells.map(|cell| cell.filter(|text| !text.is_empty()));
        Arc::new(cells.collect::<StringArray>()) as ArrayRef
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}

fn texts(column: &ArrayRef) -> Result<Vec<Option<&str>>> {
    Ok(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().collect(),
        DataType::LargeUtf8 => column.as_string::<i64>().iter().collect(),
        DataType::Utf8View => column.as_string_view().iter().collect(),
        other => bail!("addresses are text, not {other}"),
    })
}

fn rows_of_parquet(
    bytes: &Bytes,
) -> Result<parquet::arrow::arrow_reader::ParquetRecordBatchReader> {
    let rows = ParquetRecordBatchReaderBuilder::try_new(bytes.clone())?;
    Ok(rows.with_batch_size(N_LINES).build()?)
}
