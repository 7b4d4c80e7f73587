//! What was heard, in files that are whole or not there.
//!
//! Input   rows
//! Output  `part-SHARD-of-SHARDS-NUMBER.parquet` in a folder or a store; which clips lie in those that are there
//! Errors  when a part cannot be written or read, or those that are there are of another model or other columns

use std::{collections::HashSet, fs::File, sync::Arc};

use anyhow::{Context, Result, ensure};
use arrow_array::{RecordBatch, RecordBatchReader, cast::AsArray};
use arrow_schema::Schema;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, PutMode, PutOptions, local::LocalFileSystem, path::Path};
use parquet::{
    arrow::{
        ArrowWriter, ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    },
    basic::{Compression, ZstdLevel},
    file::{properties::WriterProperties, reader::ChunkReader},
};

use crate::{
    selection::{Shard, key},
    stores::Place,
};

/// The parts that are there, and where the next ones go.
#[derive(Debug)]
pub struct Parts {
    place: Place,
    shard: Shard,
    /// Number of the next part.
    next: usize,
    schema: Arc<Schema>,
    done: Arc<HashSet<u128>>,
}

impl Parts {
    /// Looks what is there already: rows of `schema`, of which those of this share are told by [`done`](Self::done).
    ///
    /// # Errors
    /// When something is there and nobody said that it goes on (`is_resumed`); see the module's head.
    pub async fn open(
        place: Place,
        shard: Shard,
        schema: Arc<Schema>,
        is_resumed: bool,
    ) -> Result<Self> {
        let found = place.store.list(Some(&place.path));
        let found = found.map_ok(|found| found.location);
        let mut paths: Vec<Path> = found.try_collect().await.context("cannot list the parts")?;
        paths.retain(is_part);
        let mut parts = Self {
            place,
            shard,
            next: 0,
            schema,
            done: Arc::default(),
        };
        let mut done = HashSet::new();
        for (idx, path) in paths.iter().enumerate() {
            let is_beside = parts.is_beside(path);
            ensure!(
                is_resumed || is_beside,
                "there are parts already; --resume goes on with them"
            );
            // One of another share tells, too, whose answers these are.
            if !is_beside || idx == 0 {
                let read = parts.keys(path).await;
                done.extend(read.with_context(|| format!("cannot go on with {path}"))?);
            }
            parts.next = parts
                .next
                .max(parts.own_number(path).map_or(0, |number| number + 1));
        }
        parts.done = Arc::new(done);
        Ok(parts)
    }

    /// [`key`]s of the clips of this share that are in parts.
    pub fn done(&self) -> &Arc<HashSet<u128>> {
        &self.done
    }

    /// Writes rows as the next part of this share.
    ///
    /// # Errors
    /// When that fails; also when another process writes the same share there.
    pub async fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let name = format!("part-{}-{:06}.parquet", self.shard.name(), self.next);
        let path = self.place.path.clone().join(name);
        let rules = PutOptions::from(PutMode::Create);
        let written = self
            .place
            .store
            .put_opts(&path, encoded(rows)?.into(), rules);
        written
            .await
            .with_context(|| format!("cannot write {path}"))?;
        self.next += 1;
        Ok(())
    }

    /// The number of a part of this share.
    fn own_number(&self, path: &Path) -> Option<usize> {
        let name = path.filename()?.strip_suffix(".parquet")?;
        let number = name.strip_prefix(&format!("part-{}-", self.shard.name()))?;
        number.parse().ok()
    }

    /// Whether a part is of another share of as many: none of its clips is in this one.
    fn is_beside(&self, path: &Path) -> bool {
        let of = self.shard.name();
        let of = of.split_once("-of-").map_or("", |(_, of)| of);
        let name = path.filename().unwrap_or_default();
        self.own_number(path).is_none() && name.contains(&format!("-of-{of}-"))
    }

    async fn keys(&self, path: &Path) -> Result<Vec<u128>> {
        let keys = if self.place.root.is_empty() {
            let file = LocalFileSystem::new().path_to_filesystem(path)?;
            self.keys_in(File::open(file)?)
        } else {
            let found = self.place.store.get(path).await?;
            self.keys_in(found.bytes().await?)
        }?;
        Ok(keys
            .into_iter()
            .filter(|&key| self.shard.has(key))
            .collect())
    }

    fn keys_in(&self, file: impl ChunkReader + 'static) -> Result<Vec<u128>> {
        let rows = ParquetRecordBatchReaderBuilder::try_new(file)?;
        ensure!(
            *rows.schema() == self.schema,
            "it is of another model, or has other columns"
        );
        let uri = ProjectionMask::columns(rows.parquet_schema(), ["uri"]);
        let rows: ParquetRecordBatchReader = rows.with_projection(uri).build()?;
        debug_assert_eq!(rows.schema().fields().len(), 1);
        let mut keys = Vec::new();
        for rows in rows {
            let rows = rows?;
            let uris = rows.column(0).as_string::<i32>();
            keys.extend(uris.iter().flatten().map(key));
        }
        Ok(keys)
    }
}

fn is_part(path: &Path) -> bool {
    let name = path.filename().unwrap_or_default();
    name.starts_with("part-") && name.ends_with(".parquet")
}

fn encoded(rows: &RecordBatch) -> Result<Bytes> {
    let rules =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(rules.build()))?;
    writer.write(rows)?;
    Ok(writer.into_inner()?.into())
}
