//! Turns `locales/*.json` into the module that `src/i18n` includes, and for the server `locales/admin/*.json` into
//! another; a sentence that one language lacks stops the build.
//!
//! `leptos_i18n_build` does the same with warnings instead of errors, and brings the exporter of
//! ICU data with it: many crates that this page has no use for.

use std::{env, error::Error, fs, path::PathBuf};

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::{
    options::{Config, ParseOptions},
    parse_locales,
};

/// Languages of the page, the default one first; each has its sentences in `locales/CODE.json`.
const LANGUAGES: [&str; 2] = ["en", "bn"];

/// What the generated module does not live up to; only its sentences are used.
const LINTS: &str =
    "#![allow(missing_docs, dead_code, unused_imports, clippy::all, clippy::allow_attributes)]";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    generate("locales", "i18n.rs")?;
    // The browser never gets the admin page's sentences.
    if env::var_os("CARGO_FEATURE_SSR").is_some() {
        generate("locales/admin", "admin_i18n.rs")?;
    }
    Ok(())
}

/// Writes the sentences in `folder` as the module `name`.
fn generate(folder: &'static str, name: &str) -> Result<(), Box<dyn Error>> {
    let [default, others @ ..] = LANGUAGES;
    let mut config = Config::new(default)?.locales_path(folder);
    for language in others {
        config = config.add_locale(language)?;
    }
    let config = config.parse_options(ParseOptions::new().interpolate_display(true));
    let sentences = parse_locales(None, config)?;
    for warning in sentences.diag.warnings().iter() {
        println!("cargo::error={warning}");
    }
    for error in sentences.diag.errors().iter() {
        println!("cargo::error={error}");
    }
    let module = gen_code(&sentences, None, false, Some(&LINTS.parse()?), false)?;
    let path = PathBuf::from(env::var("OUT_DIR")?).join(name);
    Ok(fs::write(path, module.to_string())?)
}
