//! The files of a folder that may be clips, by their names.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use mime_guess::mime::{AUDIO, VIDEO};

/// Every file below `root` that is named like sound or a film; tells how many others there are.
///
/// Hidden files and folders, and those that macOS leaves in archives (`._clip.wav`, `__MACOSX`), are passed over.
pub fn named_like_sound(root: &Path, tell: &mut dyn FnMut(String)) -> io::Result<Vec<PathBuf>> {
    let (sound, others): (Vec<_>, Vec<_>) = all(root)?.into_iter().partition(|path| is_sound(path));
    let mut by_extension: BTreeMap<String, usize> = BTreeMap::new();
    for path in others {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        *by_extension.entry(extension.to_lowercase()).or_default() += 1;
    }
    for (extension, n_files) in by_extension {
        tell(format!("{n_files} files named .{extension} are no sound"));
    }
    Ok(sound)
}

/// Every file below `root` whose name ends so, whatever the case; sorted.
pub(super) fn ending_in(root: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = all(root)?;
    files.retain(|path| {
        path.extension()
            .is_some_and(|found| found.eq_ignore_ascii_case(extension))
    });
    files.sort();
    Ok(files)
}

fn all(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if name.starts_with('.') || name == "__MACOSX" {
            continue;
        } else if path.is_dir() {
            found.extend(all(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn is_sound(path: &Path) -> bool {
    mime_guess::from_path(path)
        .iter()
        .any(|kind| [AUDIO, VIDEO].contains(&kind.type_()))
}
