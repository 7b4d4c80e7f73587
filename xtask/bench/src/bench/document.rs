//! Tables by name, and the places in a Markdown file where they stand: between `<!-- table: NAME -->` and
//! `<!-- end -->`, so that nobody copies a number by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

const START: &str = "<!-- table: ";
const START_END: &str = " -->\n";
const END: &str = "<!-- end -->";

/// Markdown by name.
#[derive(Default)]
pub struct Tables(BTreeMap<&'static str, String>);

impl Tables {
    /// Adds a table; `markdown` ends with a line feed.
    pub fn insert(&mut self, name: &'static str, markdown: String) {
        self.0.insert(name, markdown);
    }

    /// Writes all of them to standard output.
    pub fn print(&self) {
        for (name, table) in &self.0 {
            println!("{name}\n\n{table}");
        }
    }

    /// Writes the tables into the file, in which others stay as they are.
    ///
    /// # Errors
    /// If it has no place for one of these.
    pub fn write(&self, file: &Path) -> Result<()> {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let filled = self
            .filled(&text)
            .with_context(|| file.display().to_string())?;
        Ok(fs::write(file, filled)?)
    }

    fn filled(&self, text: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        let mut unwritten: Vec<_> = self.0.keys().copied().collect();
        while let Some((before, after)) = rest.split_once(START) {
            let (name, after) = after
                .split_once(START_END)
                .context("a table without a name")?;
            let (before_run, after) = after
                .split_once(END)
                .with_context(|| format!("the table {name} does not end"))?;
            let table = self.0.get(name).map_or(before_run, String::as_str);
            unwritten.retain(|one| *one != name);
            filled.push_str(&format!("{before}{START}{name}{START_END}{table}{END}"));
            rest = after;
        }
        if !unwritten.is_empty() {
            bail!("no place for {}", unwritten.join(", "));
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_take_their_places_and_nothing_else_changes() {
        let mut tables = Tables::default();
        tables.insert("sizes", "| new |\n".to_owned());
        let text = "# Title\n<!-- table: sizes -->\n| old |\n<!-- end -->\nprose\n";
        let filled = tables.filled(text).expect("one place");
        assert_eq!(filled, text.replace("old", "new"));
        assert!(tables.filled("no place").is_err());
        let other = "<!-- table: other -->\n| kept |\n<!-- end -->";
        let both = tables.filled(&format!("{text}{other}"));
        assert!(both.expect("two places").ends_with(other));
    }
}
