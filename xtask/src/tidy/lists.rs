//! Lists that must be complete: pages and languages. `Emotion::ALL` is held by `vocabulary` itself.

use std::collections::BTreeSet;

use super::{assert_none, files, read, root, rust_files};

/// Where a language may be named: its sentences, and the two of the interface and the cards that are Bengali and
/// English.
const MAY_NAME_A_LANGUAGE: [&str; 3] = ["src/i18n", "src/server/envelope.rs", "src/analyze"];

/// What stands in quotes behind each `mark`.
fn quoted_behind(text: &str, mark: &str) -> BTreeSet<String> {
    let behind = text.split(mark).skip(1);
    behind
        .filter_map(|rest| rest.split('"').nth(1).map(str::to_owned))
        .collect()
}

#[test]
fn every_page_has_a_route_and_is_listed() {
    let app = read(&root().join("src/app.rs"));
    let routes = quoted_behind(&app, "<Route path=Localized(");
    assert!(routes.len() > 1, "src/app.rs names its routes otherwise");
    let list = read(&root().join("src/routes.rs"));
    let list = list
        .split_once("PAGES: ")
        .and_then(|(_, rest)| rest.split_once(';'))
        .and_then(|(_, rest)| rest.split_once(';'))
        .expect("src/routes.rs has a list of pages");
    let listed: BTreeSet<String> = list
        .0
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    assert_eq!(routes, listed, "src/app.rs and PAGES in src/routes.rs");

    let n_pages = files("src/pages", ".rs")
        .iter()
        .filter(|file| !file.ends_with("mod.rs") && !file.ends_with("not_found.rs"))
        .count();
    assert_eq!(routes.len(), n_pages, "routes and files of src/pages");
}

#[test]
fn every_file_of_sentences_is_a_language() {
    let build = read(&root().join("build.rs"));
    let list = build
        .split_once("LANGUAGES: ")
        .and_then(|(_, rest)| rest.split_once("= ["))
        .and_then(|(_, rest)| rest.split_once(']'))
        .expect("build.rs has a list of languages");
    let listed: BTreeSet<_> = list
        .0
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    let found = files("locales", ".json");
    let found: BTreeSet<_> = found
        .iter()
        .filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(listed, found, "LANGUAGES in build.rs and locales/");
}

#[test]
fn a_language_is_named_by_its_sentences_only() {
    let names_one = |text: &str| {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        ["Locale::bn", "Locale::en", "\"bn\"", "\"en\""]
            .iter()
            .any(|name| {
                code.lines()
                    .any(|line| !is_comment(line) && line.contains(name))
            })
    };
    let culprits = rust_files("src")
        .into_iter()
        .filter(|file| {
            let may = MAY_NAME_A_LANGUAGE
                .iter()
                .any(|path| file.starts_with(root().join(path)));
            !may && names_one(&read(file))
        })
        .collect();
    assert_none(
        culprits,
        "a language is data: go through Locale::get_all, or give it a sentence",
    );
}

fn is_comment(line: &str) -> bool {
    // `lang="en"` of a fixed word is markup, not a choice.
    line.trim_start().starts_with("//") || line.contains("lang=\"en\"")
}
