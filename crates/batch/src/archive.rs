//! The clips of an archive, one after the other: those below an address, or those that a manifest lists.
//!
//! Input   an address; of a manifest (`.csv`, `.parquet`) the name of the column with addresses
//! Output  a stream of [`Clip`]s, as often as it is asked for
//! Errors  when a store does not list, or a manifest does not fit

use std::sync::Arc;

use anyhow::{Context, Result};
use arrow_array::RecordBatch;
use arrow_schema::FieldRef;
use futures::{StreamExt, TryStreamExt, future::ready, stream, stream::BoxStream};
use object_store::{ObjectStoreExt, path::Path};

use crate::{
    manifest::Manifest,
    stores::{Place, Stores},
};

/// One clip.
#[derive(Clone, Debug)]
pub struct Clip {
    /// What it is called: where it lies, or what the manifest says.
    pub uri: String,
    /// Where it lies.
    pub address: String,
    /// Its line of the manifest.
    pub row: Option<Row>,
}

impl Clip {
    /// What lies at an address.
    pub fn at(uri: String) -> Self {
        Self {
            address: uri.clone(),
            uri,
            row: None,
        }
    }
}

/// A line of a manifest.
#[derive(Clone, Debug)]
pub struct Row {
    /// Some lines, what is carried along of them.
    pub lines: Arc<RecordBatch>,
    /// Which one it is.
    pub idx: usize,
}

/// Where clips are.
#[derive(Clone, Debug)]
pub enum Archive {
    /// All that lies below an address.
    Below(Place),
    /// What one address leads to.
    One(String),
    /// What a table lists.
    Listed(Manifest),
}

impl Archive {
    /// Finds out what is meant.
    ///
    /// # Errors
    /// When there is nothing, or a manifest that does not fit.
    pub async fn open(stores: &Stores, uri: &str, uri_column: &str) -> Result<Self> {
        let place = stores.find(uri)?;
        if let Some(kind) = Manifest::kind(uri) {
            let found = place.store.get(&place.path).await;
            let bytes = found.with_context(|| format!("cannot read {uri}"))?;
            let bytes = bytes.bytes().await?;
            let manifest = Manifest::read(kind, bytes, &place, uri_column);
            return manifest
                .map(Self::Listed)
                .with_context(|| format!("{uri} is no manifest"));
        }
        let is_of_the_web = place.root.starts_with("http");
        let is_one = match is_of_the_web {
            true => !uri.ends_with('/'),
            false => !place.path.is_root() && place.store.head(&place.path).await.is_ok(),
        };
        if place.root.is_empty() && !is_one {
            let folder = place.address(&place.path)?;
            let found = std::fs::metadata(&folder);
            found.with_context(|| format!("cannot read {folder}"))?;
        }
        match is_one {
            true => Ok(Self::One(place.address(&place.path)?)),
            false => Ok(Self::Below(place)),
        }
    }

    /// Whether a place is one of those where clips are looked for.
    pub fn holds(&self, place: &Place) -> bool {
        match self {
            Self::Below(above) => {
                above.root == place.root && place.path.prefix_matches(&above.path)
            }
            Self::One(_) | Self::Listed(_) => false,
        }
    }

    /// What is carried along with each clip.
    pub fn carried(&self) -> &[FieldRef] {
        match self {
            Self::Listed(manifest) => manifest.carried(),
            Self::Below(_) | Self::One(_) => &[],
        }
    }

    /// Its clips, from the first on. Hidden files and folders are left out.
    pub fn clips(&self) -> BoxStream<'static, Result<Clip>> {
        match self {
            Self::One(uri) => stream::iter([Ok(Clip::at(uri.clone()))]).boxed(),
            Self::Below(place) => below(place.clone()),
            Self::Listed(manifest) => stream::iter(manifest.clips()).boxed(),
        }
    }
}

fn below(place: Place) -> BoxStream<'static, Result<Clip>> {
    let listed = place.store.list(Some(&place.path));
    let listed = listed.map(|found| found.context("cannot list the clips"));
    let shown = listed.try_filter_map(move |found| {
        let uri = match is_hidden(&place.path, &found.location) {
            true => Ok(None),
            false => place.address(&found.location).map(Some),
        };
        ready(uri)
    });
    shown.map_ok(Clip::at).boxed()
}

fn is_hidden(above: &Path, path: &Path) -> bool {
    let below = path.prefix_match(above).into_iter().flatten();
    let mut names = below.map(|part| part.as_ref().starts_with('.'));
    names.any(|is_hidden| is_hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_can_be_hidden() {
        let above = Path::from("home/.kept");
        for (path, expected) in [
            ("home/.kept/a.wav", false),
            ("home/.kept/a/.b/c.wav", true),
            ("home/.kept/.a.wav", true),
        ] {
            assert_eq!(is_hidden(&above, &Path::from(path)), expected, "{path}");
        }
    }
}
