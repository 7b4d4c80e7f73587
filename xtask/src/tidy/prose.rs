//! Prose ends at 120 columns: paragraphs of Markdown and comments of code.

use super::{files, read, root};

const WIDTH: usize = 120;
/// Endings of files with comments, and what a line of comment begins with.
const COMMENTED: [(&str, &[&str]); 7] = [
    (".rs", &["//"]),
    (".ts", &["//", "*", "/*"]),
    (".js", &["//", "*", "/*"]),
    (".css", &["/*", "*"]),
    (".toml", &["#"]),
    (".sh", &["#"]),
    (".py", &["#"]),
];

#[test]
fn prose_ends_at_120_columns() {
    let mut too_long = Vec::new();
    for file in files(".", ".md") {
        let lines = long_lines(&read(&file)).into_iter();
        too_long.extend(lines.map(|line| format!("{}:{line}", file.display())));
    }
    for (ending, marks) in COMMENTED {
        for file in files(".", ending) {
            let lines = long_comments(&read(&file), marks).into_iter();
            too_long.extend(lines.map(|line| format!("{}:{line}", file.display())));
        }
    }
    assert!(
        too_long.is_empty(),
        "longer than {WIDTH} columns (python3 {}/tools/wrap-prose.py FILE... wraps them):\n{}",
        root().display(),
        too_long.join("\n")
    );
}

/// Numbers of the lines that are prose and too long: no table, no code, and more than one word.
fn long_lines(markdown: &str) -> Vec<usize> {
    let mut is_code = false;
    let is_long_prose = move |line: &str| {
        is_code ^= line.starts_with("```");
        let is_prose = !is_code && !line.starts_with(['|', '#', '<']) && !line.starts_with("    ");
        is_prose && is_long(line)
    };
    numbers_of(markdown, is_long_prose)
}

fn long_comments(source: &str, marks: &[&str]) -> Vec<usize> {
    numbers_of(source, |line| {
        let line_start = line.trim_start();
        let is_table = line_start.contains(" | ");
        !is_table && marks.iter().any(|mark| line_start.starts_with(mark)) && is_long(line)
    })
}

fn numbers_of(text: &str, mut is_one: impl FnMut(&str) -> bool) -> Vec<usize> {
    let numbered = text.lines().enumerate();
    numbered
        .filter(|(_, line)| is_one(line))
        .map(|(idx, _)| idx + 1)
        .collect()
}

fn is_long(line: &str) -> bool {
    line.chars().count() > WIDTH && line.split_whitespace().count() > 2
}

#[test]
fn only_prose_is_held_to_the_width() {
    let words = "word ".repeat(30);
    let markdown =
        format!("{words}\n| {words}\n    {words}\n```\n{words}\n```\n- {words}\nshort\n");
    assert_eq!(long_lines(&markdown), [1, 7]);
    let source = format!("// {words}\nlet text = \"{words}\";\n    /// {words}\n");
    assert_eq!(long_comments(&source, &["//"]), [1, 3]);
}
