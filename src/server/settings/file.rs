//! Reads the settings: `Leptos.toml`, and the environment above it.
//!
//! Input   the file's tables `[banglaser.*]`, and variables such as `BANGLASER_SERVER_MAX_UPLOAD_BYTES`
//! Output  [`Settings`]
//! Errors  [`SettingsError`]: a missing or unknown key, or a value of another type
//!
//! `[package.metadata.leptos]` in the same file, and `LEPTOS_*` above it, are read by Leptos: [`leptos_options`].

use std::{
    env, fs, io,
    path::{self, Path, PathBuf},
};

use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_config_from_file};
use toml::{Table, Value, de};

use super::Settings;

/// Name of the file beside the program.
pub const FILE_NAME: &str = "Leptos.toml";

/// The list in the site that says which hashes the page's file names carry; a site without one has plain names.
const HASHES: &str = "hash.txt";

/// Stands above the file's `checkpoint`.
const CHECKPOINT_VARIABLE: &str = "BANGLASER_RECOGNIZER_CHECKPOINT";

/// Stands above the file's `further_checkpoints`.
const FURTHER_CHECKPOINTS_VARIABLE: &str = "BANGLASER_RECOGNIZER_FURTHER_CHECKPOINTS";

/// Stands above the file's `speakers`.
const SPEAKERS_VARIABLE: &str = "BANGLASER_RECOGNIZER_SPEAKERS";

/// Stands above the file's `api_keys`.
const API_KEYS_VARIABLE: &str = "BANGLASER_ACCESS_API_KEYS";

/// Stands above the file's `outbox`.
const OUTBOX_VARIABLE: &str = "BANGLASER_ALERTS_OUTBOX";

/// Stands above the file's `database_url`.
const DATABASE_VARIABLE: &str = "BANGLASER_TENANTS_DATABASE_URL";

/// Stands above the file's `site-root`.
const SITE_ROOT_VARIABLE: &str = "LEPTOS_SITE_ROOT";

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no file where it is looked for.
    #[error("no {FILE_NAME} beside the program and none in the working directory")]
    NotFound,
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The text is no TOML.
    #[error("{FILE_NAME} is not TOML")]
    Syntax(#[source] de::Error),
    /// A key or value does not fit, in the file or in the environment.
    #[error("a setting under [banglaser] in {FILE_NAME}, or a BANGLASER_* variable, does not fit")]
    Key(#[source] de::Error),
    /// Leptos refuses its own settings.
    #[error("[package.metadata.leptos] in {FILE_NAME}, or a LEPTOS_* variable, does not fit")]
    Leptos(#[source] LeptosConfigError),
}

/// Finds `Leptos.toml`: beside the program (the bundle), else in the working directory.
///
/// # Errors
/// [`SettingsError::NotFound`].
pub fn find() -> Result<PathBuf, SettingsError> {
    let program = env::current_exe().ok();
    let beside_program = program.map(|program| program.with_file_name(FILE_NAME));
    beside_program
        .into_iter()
        .chain([PathBuf::from(FILE_NAME)])
        .find(|path| path.is_file())
        .ok_or(SettingsError::NotFound)
}

impl Settings {
    /// Reads the file and the process's environment. A relative path in the file starts at the
    /// file's folder, one in the environment at the working directory.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let text = fs::read_to_string(path).map_err(|source| SettingsError::Read {
            path: path.to_owned(),
            source,
        })?;
        let variables = env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let mut settings = Self::parse(&text, &variables.collect::<Vec<_>>())?;
        let folder = path.parent().unwrap_or(Path::new(""));
        if env::var_os(CHECKPOINT_VARIABLE).is_none() {
            settings.recognizer.checkpoint = folder.join(settings.recognizer.checkpoint);
        }
        if env::var_os(FURTHER_CHECKPOINTS_VARIABLE).is_none() {
            for further in &mut settings.recognizer.further_checkpoints {
                *further = folder.join(&further);
            }
        }
        if env::var_os(SPEAKERS_VARIABLE).is_none() {
            settings.recognizer.speakers = folder.join(settings.recognizer.speakers);
        }
        if env::var_os(API_KEYS_VARIABLE).is_none() && settings.access.api_keys != Path::new("") {
            settings.access.api_keys = folder.join(settings.access.api_keys);
        }
        if env::var_os(OUTBOX_VARIABLE).is_none() {
            settings.alerts.outbox = folder.join(settings.alerts.outbox);
        }
        if env::var_os(DATABASE_VARIABLE).is_none() {
            settings.tenants.start_at(folder);
        }
        Ok(settings)
    }

    /// Reads the text of `Leptos.toml`, overlaid by environment variables (name and value).
    ///
    /// # Errors
    /// [`SettingsError::Syntax`], [`SettingsError::Key`].
    pub fn parse(text: &str, variables: &[(String, String)]) -> Result<Self, SettingsError> {
        let mut file: Table = text.parse().map_err(SettingsError::Syntax)?;
        let mut tables = match file.remove("banglaser") {
            Some(Value::Table(tables)) => tables,
            _ => Table::new(),
        };
        for (name, keys) in &mut tables {
            let prefix = format!("BANGLASER_{}_", name.to_uppercase());
            let Value::Table(keys) = keys else { continue };
            for (variable, text) in variables {
                if let Some(key) = variable.strip_prefix(&prefix) {
                    let key = key.to_lowercase();
                    let value = overlay(keys.get(&key), text);
                    keys.insert(key, value);
                }
            }
        }
        tables.try_into().map_err(SettingsError::Key)
    }
}

/// Reads `[package.metadata.leptos]` and `LEPTOS_*` above it. A relative site root in the file starts
/// at the file's folder, one in the environment at the working directory.
///
/// # Errors
/// [`SettingsError::Leptos`].
pub fn leptos_options(path: &Path) -> Result<LeptosOptions, SettingsError> {
    let mut options = get_config_from_file(path)
        .map_err(SettingsError::Leptos)?
        .leptos_options;
    if env::var_os(SITE_ROOT_VARIABLE).is_none() {
        let folder = path.parent().unwrap_or(Path::new(""));
        let site_root = folder.join(&*options.site_root);
        options.site_root = site_root.to_string_lossy().into();
    }
    // Leptos looks from the program's folder on, whatever the site's is.
    if let Ok(list) = path::absolute(Path::new(&*options.site_root).join(HASHES)) {
        options.hash_files = list.is_file();
        options.hash_file = list.to_string_lossy().into();
    }
    Ok(options)
}

/// The environment's `text` as a value of the same kind as the file's.
fn overlay(in_file: Option<&Value>, text: &str) -> Value {
    let typed = || {
        let mut table: Table = format!("value = {text}").parse().ok()?;
        table.remove("value")
    };
    match in_file {
        Some(Value::String(_)) => None,
        _ => typed(),
    }
    .unwrap_or_else(|| Value::String(text.to_owned()))
}
