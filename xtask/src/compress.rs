//! Compressed copies beside the files that the server sends: `.br` and `.gz`, as small as they get.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// What is worth compressing; pictures, fonts and sounds are compressed already.
const KINDS: [&str; 6] = ["css", "html", "js", "svg", "wasm", "webmanifest"];
/// Shorter files fit into one packet as they are.
const MIN_BYTES: usize = 1024;
/// Brotli's best, and its largest window (16 MiB), which holds the whole page.
const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW_BITS: i32 = 24;

/// Compresses every file below `folder` that has no copies yet.
pub fn tree(folder: &Path) -> Result<()> {
    for entry in folder
        .read_dir()
        .with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        let kind = path.extension().and_then(OsStr::to_str);
        if path.is_dir() {
            tree(&path)?;
        } else if kind.is_some_and(|kind| KINDS.contains(&kind)) && !copy(&path, "br").exists() {
            file(&path)?;
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<()> {
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if content.len() < MIN_BYTES {
        return Ok(());
    }
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut br = create(path, "br")?;
    brotli::BrotliCompress(&mut content.as_slice(), &mut br, &params)?;
    let mut gz = GzEncoder::new(create(path, "gz")?, Compression::best());
    gz.write_all(&content)?;
    gz.finish()?;
    Ok(())
}

fn create(path: &Path, ending: &str) -> Result<File> {
    let copy = copy(path, ending);
    File::create(&copy).with_context(|| format!("cannot write {}", copy.display()))
}

fn copy(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_smaller_and_say_the_same() {
        let folder = std::env::temp_dir().join(format!("banglaser-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let text = "a { color: red }\n".repeat(200);
        fs::write(folder.join("page.css"), &text).expect("a file");
        fs::write(folder.join("small.css"), "a {}").expect("a file");
        tree(&folder).expect("compressed");
        let mut unpacked = Vec::new();
        let packed = fs::read(folder.join("page.css.br")).expect("a brotli copy");
        brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).expect("brotli");
        assert_eq!(unpacked, text.as_bytes());
        assert!(folder.join("page.css.gz").exists());
        assert!(!folder.join("small.css.br").exists());
        fs::remove_dir_all(&folder).expect("removed");
    }
}
