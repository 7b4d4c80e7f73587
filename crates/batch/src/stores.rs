//! Where clips, manifests and parts lie: folders, S3-compatible stores and web servers.
//!
//! Input   an address: a path, `file://`, `s3://BUCKET/KEY` (the key as it is), `http://` or `https://`
//! Output  [`Place`]; of a clip its bytes
//! Errors  what a store does not give though it was asked again and again
//!
//! What a store needs to know (`AWS_ENDPOINT`, `AWS_ACCESS_KEY_ID` and the like) stands in the environment, under the
//! names of the library that asks it.

use std::{
    collections::HashMap,
    path::{self, Component, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use object_store::{
    ClientOptions, Error, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder,
    http::HttpBuilder, local::LocalFileSystem, path::Path,
};
use url::{Position, Url};
use vocabulary::AppError;

/// An object, or all that begins with its path.
#[derive(Clone, Debug)]
pub struct Place {
    /// What stands in front of every path of the store; nothing where it is the file system.
    pub root: String,
    /// Whom to ask.
    pub store: Arc<dyn ObjectStore>,
    /// What for.
    pub path: Path,
}

/// Stores that were asked for, each opened once.
#[derive(Debug)]
pub struct Stores {
    opened: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
    retry: RetryConfig,
}

impl Stores {
    /// None yet; each is asked so many times more where it does not answer.
    pub fn new(n_retries: usize) -> Self {
        // Fails only where somebody has chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retry = RetryConfig {
            max_retries: n_retries,
            ..RetryConfig::default()
        };
        Self {
            opened: Mutex::default(),
            retry,
        }
    }

    /// The place at an address.
    ///
    /// # Errors
    /// When it is no address, or the environment tells too little of its store.
    pub fn find(&self, uri: &str) -> Result<Place> {
        let (root, path) = split(uri).with_context(|| format!("{uri} is no address"))?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match opened.get(&root) {
            Some(store) => Arc::clone(store),
            None => {
                let store = self.open(&root);
                let store = store.with_context(|| format!("cannot ask the store of {uri}"))?;
                opened.insert(root.clone(), Arc::clone(&store));
                store
            }
        };
        Ok(Place { root, store, path })
    }

    /// The bytes of a clip, or why there are none.
    ///
    /// # Errors
    /// When its store does not answer, or refuses.
    pub async fn fetch(&self, uri: &str, max_bytes: u64) -> Result<Result<Bytes, AppError>> {
        if split(uri).is_err() {
            return Ok(Err(AppError::FileUnreadable));
        }
        let place = self.find(uri)?;
        let found = match place.store.get(&place.path).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Ok(Err(AppError::FileUnreadable)),
            Err(error) => return Err(error.into()),
        };
        if found.meta.size > max_bytes {
            return Ok(Err(AppError::TooLarge { max_bytes }));
        }
        Ok(Ok(found.bytes().await?))
    }

    fn open(&self, root: &str) -> Result<Arc<dyn ObjectStore>> {
        let retry = self.retry.clone();
        if root.is_empty() {
            return Ok(Arc::new(LocalFileSystem::new().with_fsync(true)));
        }
        if root.starts_with("s3://") {
            let s3 = AmazonS3Builder::from_env().with_url(root).with_retry(retry);
            return Ok(Arc::new(s3.build()?));
        }
        let options = ClientOptions::new().with_allow_http(root.starts_with("http://"));
        let http = HttpBuilder::new()
            .with_url(root)
            .with_client_options(options)
            .with_retry(retry);
        Ok(Arc::new(http.build()?))
    }
}

impl Place {
    /// The address of what lies at a path of the same store; a path of the file system as the system has it.
    ///
    /// # Errors
    /// When the system has it otherwise than as text.
    pub fn address(&self, path: &Path) -> Result<String> {
        if self.root.is_empty() {
            let path = LocalFileSystem::new().path_to_filesystem(path)?;
            let path = path.into_os_string().into_string();
            return path.map_err(|path| anyhow::anyhow!("{} is no text", path.display()));
        }
        if self.root.starts_with("s3://") {
            return Ok(format!("{}/{path}", self.root));
        }
        let mut url = Url::parse(&self.root)?;
        url.path_segments_mut()
            .map_err(|()| anyhow::anyhow!("{} has no paths", self.root))?
            .clear()
            .extend(path.parts().map(|part| part.as_ref().to_owned()));
        Ok(url.into())
    }
}

/// What tells stores apart, and the path within one.
fn split(uri: &str) -> Result<(String, Path)> {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return in_file_system(PathBuf::from(uri));
    };
    match scheme {
        "file" => match Url::parse(uri)?.to_file_path() {
            Ok(path) => in_file_system(path),
            Err(()) => bail!("no path"),
        },
        "s3" | "s3a" => {
            let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
            Ok((format!("s3://{bucket}"), Path::parse(key)?))
        }
        "http" | "https" => {
            let url = Url::parse(uri)?;
            ensure!(url.query().is_none(), "what stands behind ? is not sent");
            let root = url[..Position::BeforePath].to_owned();
            Ok((root, Path::from_url_path(url.path())?))
        }
        scheme => bail!("{scheme} is no kind of store"),
    }
}

fn in_file_system(path: PathBuf) -> Result<(String, Path)> {
    let mut plain = PathBuf::new();
    for part in path::absolute(path)?.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            part => plain.push(part),
        }
    }
    Ok((String::new(), Path::from_absolute_path(plain)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(uri: &str) -> (String, String) {
        let (root, path) = split(uri).expect("an address");
        (root, path.to_string())
    }

    #[test]
    fn an_address_is_a_store_and_a_path() {
        let told = |root: &str, path: &str| (root.to_owned(), path.to_owned());
        for (uri, expected) in [
            ("s3://calls", told("s3://calls", "")),
            (
                "s3://calls/a b/%20#?.wav",
                told("s3://calls", "a b/%20#?.wav"),
            ),
            (
                "http://host:1/a%20b/c.wav",
                told("http://host:1", "a b/c.wav"),
            ),
            ("https://host/", told("https://host", "")),
        ] {
            assert_eq!(found(uri), expected, "{uri}");
        }
        for wrong in ["ftp://host/a", "https://host/a?b=c", ""] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn paths_come_back_as_they_are() {
        let stores = Stores::new(0);
        for path in ["/a/b c.wav", "/কল/১ #2%.wav", "/a/[b]~.wav"] {
            let place = stores.find(path).expect("a place");
            assert_eq!(place.address(&place.path).expect("text"), path);
        }
        let place = stores.find("/a/../b/./c.wav").expect("a place");
        assert_eq!(place.address(&place.path).expect("text"), "/b/c.wav");
        let place = stores.find("file:///a/b%20c.wav").expect("a place");
        assert_eq!(place.address(&place.path).expect("text"), "/a/b c.wav");
        let place = stores.find("http://host:1/a%20b").expect("a place");
        let clip = place.path.clone().join("c d.wav");
        let address = place.address(&clip).expect("text");
        assert_eq!(address, "http://host:1/a%20b/c%20d.wav");
    }
}
