//! Text on its way into a spreadsheet.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula; full-width signs too, and what it drops before one.
const BEGINS_FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The text of a cell, so that no spreadsheet takes it for a formula: with an apostrophe where it begins like one.
pub fn as_text(text: &str) -> Cow<'_, str> {
    match text.starts_with(BEGINS_FORMULA) {
        true => format!("'{text}").into(),
        false => text.into(),
    }
}

/// A cell of text in quotes (RFC 4180), no formula.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", as_text(text).replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_like_a_formula() {
        for begins in BEGINS_FORMULA {
            let text = format!("{begins}1+1");
            assert_eq!(as_text(&text), format!("'{text}"));
        }
        for text in ["", "voice.wav", "আমার.ogg", " =1"] {
            assert_eq!(as_text(text), text);
        }
    }
    #[test]
    fn a_cell_keeps_what_separates_cells() {
        assert_eq!(quoted("=a,\"b\"\r\n"), "\"'=a,\"\"b\"\"\r\n\"");
    }
}
