//! Writes what a query answers.
//!
//! Input   rows as they come
//! Output  a table for people on standard output; CSV or JSON lines there or in a file; Parquet in a file
//! Errors  when a query fails while it runs, or a form does not hold the columns (CSV holds no lists)
//! Invariant: a file is whole or not there

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, Result, bail};
use datafusion::{
    arrow::{
        array::RecordBatch, csv, json::LineDelimitedWriter, util::pretty::pretty_format_batches,
    },
    execution::SendableRecordBatchStream,
};
use futures::{StreamExt, TryStreamExt};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines and columns for people.
    Table,
    /// RFC 4180, with a head.
    Csv,
    /// A JSON object on each line.
    Json,
    /// Columns in a file.
    Parquet,
}

/// No form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("table, csv, json or parquet")]
pub struct NoForm;

impl FromStr for Form {
    type Err = NoForm;

    fn from_str(text: &str) -> Result<Self, NoForm> {
        match text {
            "table" => Ok(Self::Table),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            "parquet" => Ok(Self::Parquet),
            _ => Err(NoForm),
        }
    }
}

/// Writes rows to a file, or to standard output where there is none; returns how many there were.
///
/// # Errors
/// See the module's head.
pub async fn write(
    rows: SendableRecordBatchStream,
    form: Form,
    out: Option<&Path>,
) -> Result<usize> {
    let Some(out) = out else {
        return match form {
            Form::Parquet => bail!("Parquet goes to a file: --out FILE"),
            form => write_to(rows, form, io::stdout().lock()).await,
        };
    };
    let unfinished = beside(out);
    let file = File::create(&unfinished);
    let file = file.with_context(|| format!("cannot write {}", unfinished.display()))?;
    let n_rows = match form {
        Form::Parquet => write_parquet(rows, file).await,
        form => write_to(rows, form, BufWriter::new(file)).await,
    };
    match n_rows {
        Ok(_) => fs::rename(&unfinished, out)?,
        // What it was about is told by the error.
        Err(_) => _ = fs::remove_file(&unfinished),
    }
    n_rows
}

fn beside(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

async fn write_to(
    mut rows: SendableRecordBatchStream,
    form: Form,
    mut out: impl Write,
) -> Result<usize> {
    if form == Form::Table {
        let schema = rows.schema();
        let mut rows: Vec<RecordBatch> = rows.try_collect().await?;
        let n_rows = rows.iter().map(RecordBatch::num_rows).sum();
        // A head also where there are no rows.
        rows.push(RecordBatch::new_empty(schema));
        writeln!(out, "{}", pretty_format_batches(&rows)?)?;
        return Ok(n_rows);
    }
    let mut n_rows = 0;
    if form == Form::Csv {
        // A head also where there are no rows.
        csv::Writer::new(&mut out).write(&RecordBatch::new_empty(rows.schema()))?;
    }
    while let Some(some) = rows.next().await {
        let some = some?;
        n_rows += some.num_rows();
        match form {
            Form::Csv => {
                let csv = csv::WriterBuilder::new().with_header(false);
                csv.build(&mut out).write(&some)?;
            }
            _ => {
                let mut json = LineDelimitedWriter::new(&mut out);
                json.write(&some)?;
                json.finish()?;
            }
        }
        out.flush()?;
    }
    Ok(n_rows)
}

async fn write_parquet(mut rows: SendableRecordBatchStream, out: File) -> Result<usize> {
    let rules =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    let mut writer = ArrowWriter::try_new(out, rows.schema(), Some(rules.build()))?;
    let mut n_rows = 0;
    while let Some(some) = rows.next().await {
        let some = some?;
        n_rows += some.num_rows();
        writer.write(&some)?;
    }
    writer.close()?;
    Ok(n_rows)
}
