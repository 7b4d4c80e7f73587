//! What `docs/cases.md` promises: a test for every case, and each of them there under its name.

use std::fs;

use super::{read, root};

/// Id and tests of a row of the tables: `| D01 | fault | what happens here | tests |`.
fn case(line: &str) -> Option<(&str, &str)> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let &["", id, _, _, tests, ""] = cells.as_slice() else {
        return None;
    };
    let number = id.strip_prefix(|letter: char| letter.is_ascii_uppercase())?;
    number.parse::<u8>().ok().map(|_| (id, tests))
}

/// Whether a test is in its file: `path::function` of Rust, `path: title` of the browser's.
fn is_there(test: &str) -> bool {
    let of_rust = test
        .split_once("::")
        .map(|(file, name)| (file, format!("fn {name}(")));
    let of_browser = || {
        test.split_once(": ")
            .map(|(file, title)| (file, title.to_owned()))
    };
    of_rust.or_else(of_browser).is_some_and(|(file, named)| {
        fs::read_to_string(root().join(file)).is_ok_and(|text| text.contains(&named))
    })
}

#[test]
fn every_case_has_tests_that_are_there() {
    let document = read(&root().join("docs/cases.md"));
    let cases: Vec<_> = document.lines().filter_map(case).collect();
    assert!(cases.len() > 50, "docs/cases.md has other tables");
    for (id, tests) in cases {
        for test in tests.split("<br>").map(|test| test.trim_matches('`')) {
            assert!(
                is_there(test),
                "docs/cases.md, {id}: there is no test {test:?}"
            );
        }
    }
}

#[test]
fn a_test_that_is_gone_is_found_out() {
    let line = "| D01 | a fault | heard | `xtask/src/tidy/cases.rs::is_there` |";
    let (id, test) = case(line).expect("a row");
    assert_eq!((id, is_there(test.trim_matches('`'))), ("D01", true));
    for gone in [
        "",
        "xtask/src/tidy/cases.rs",
        "xtask/src/tidy/cases.rs::was_there",
        "xtask/src/tidy/nowhere.rs::case",
        "end2end/tests/share.spec.ts: what no title says",
    ] {
        assert!(!is_there(gone), "{gone}");
    }
    assert_eq!(case("| id | fault | here | test |"), None);
    assert_eq!(case("| a | b |"), None);
}
