//! Each test makes a folder of its own.

use std::{env, process};

use super::*;

/// A folder of a test's own; goes with the test.
struct Tree(PathBuf);

impl Drop for Tree {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("our own folder");
    }
}

fn tree(name: &str, files: &[(&str, &str)]) -> Tree {
    let root = env::temp_dir().join(format!("banglaser-{}-corrections-{name}", process::id()));
    for (file, text) in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    Tree(root)
}

/// Speaker, emotion and part of each entry, and what was told.
type Told = (Vec<(String, String, Part)>, Vec<String>);

fn read_all(tree: &Tree) -> anyhow::Result<Told> {
    let mut told = Vec::new();
    let entries = entries(&tree.0, &mut |what| told.push(what))?;
    let root = format!("{}/", tree.0.display());
    let entries = entries
        .into_iter()
        .map(|(entry, part)| (entry.speaker.replace(&root, ""), entry.emotion, part));
    Ok((entries.collect(), told))
}

fn part(start_ms: u64, end_ms: u64, channel: Option<usize>) -> Part {
    Part {
        start_ms,
        end_ms,
        channel,
    }
}

fn row(speaker: &str, emotion: &str, part: Part) -> (String, String, Part) {
    (speaker.to_owned(), emotion.to_owned(), part)
}

/// As `export::csv_header` and `csv_rows` write it.
const TABLE: &str = "file,start_s,end_s,channel,speaker,outcome,emotion,confidence,band,corrected,p_angry,p_sad\r\n\
    \"a.wav\",0.500,4.000,,A,emotion,angry,0.7140,high,sad,0.7140,0.2860\r\n\
    \"a.wav\",4.000,6.250,,\"রিমা\",emotion,sad,0.9000,medium,,0.1000,0.9000\r\n\
    \"a.wav\",6.250,6.500,,\"রিমা\",,,,,angry,,\r\n\
    \"'=b.wav\",0.000,5.000,1,,unclear,unclear,0.5200,unclear,angry,0.5200,0.4800\r\n";

#[test]
fn of_a_table_only_what_a_person_said_is_a_label() {
    let root = tree("table", &[("calls/heard.csv", TABLE), ("calls/a.wav", "")]);
    let (entries, told) = read_all(&root).expect("a table");
    let expected = [
        row("unnamed", "angry", part(0, 5000, Some(1))),
        row("A of calls/a.wav", "sad", part(500, 4000, None)),
        row("রিমা", "angry", part(6250, 6500, None)),
    ];
    assert_eq!(entries, expected);
    assert_eq!(told, ["1 labels name no speaker and count as one person's"]);
}

#[test]
fn a_table_that_a_spreadsheet_saved_tells_the_same() {
    let saved = TABLE.replace("0.500,4.000", "0#5,4").replace(',', ";");
    let saved = format!("\u{feff}{}", saved.replace('#', ","));
    let root = tree("saved", &[("heard.csv", TABLE)]);
    let other = tree("resaved", &[("heard.csv", &saved)]);
    let of = |tree| read_all(tree).expect("a table").0;
    assert_eq!(of(&root), of(&other));
}

/// As `export::textgrid` writes it, with two voices.
fn grid(certainty: &str) -> String {
    let tier = |number: usize, name: &str, texts: [&str; 3]| {
        let intervals: String = (0..3)
            .map(|idx| {
                format!(
                    "        intervals [{}]:\n            xmin = {idx}.000\n            xmax = {}.000\n            \
                     text = \"{}\"\n",
                    idx + 1,
                    idx + 1,
                    texts[idx]
                )
            })
            .collect();
        format!(
            "    item [{number}]:\n        class = \"IntervalTier\"\n        name = \"{name}\"\n        xmin = 0\n        \
             xmax = 3.000\n        intervals: size = 3\n{intervals}"
        )
    };
    let tiers = [
        tier(1, "emotion A", ["sad", "", "happy"]),
        tier(2, certainty, ["corrected", "", "0.7123 high"]),
        tier(3, "emotion channel 1", ["", "angry", "bo\"\"red"]),
    ];
    format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = 3.000\ntiers? <exists>\nsize = 3\n\
         item []:\n{}",
        tiers.concat()
    )
}

#[test]
fn of_an_exported_textgrid_only_what_a_person_said_is_a_label() {
    let exported = grid("certainty A");
    let files = [("x.TextGrid", exported.as_str()), ("x.ogg", "")];
    let (entries, _) = read_all(&tree("grid", &files)).expect("a grid");
    let expected = [
        row("A of x.ogg", "sad", part(0, 1000, None)),
        row("unnamed", "angry", part(1000, 2000, Some(1))),
        row("unnamed", "bo\"red", part(2000, 3000, Some(1))),
    ];
    assert_eq!(entries, expected);

    let by_hand = grid("notes");
    let files = [("x.TextGrid", by_hand.as_str()), ("x.ogg", "")];
    let (entries, _) = read_all(&tree("hand", &files)).expect("a grid");
    assert_eq!(
        entries[2],
        row("A of x.ogg", "happy", part(2000, 3000, None))
    );
}

#[test]
fn the_short_format_and_utf_16_are_read() {
    let short = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n3\n<exists>\n2\n\"TextTier\"\n\"notes\"\n\
                 0\n3\n1\n1.5\n\"hm\"\n\"IntervalTier\"\n\"emotion\"\n0\n3\n1\n0.5\n2.25\n\"sad\" ! sure\n";
    let units = std::iter::once(0xfeff_u16).chain(short.encode_utf16());
    let wide: Vec<u8> = units.flat_map(u16::to_be_bytes).collect();
    for bytes in [short.as_bytes(), &wide] {
        let found = textgrid::stretches(bytes).expect("a grid");
        let expected = Stretch {
            start_s: 0.5,
            end_s: 2.25,
            channel: None,
            speaker: String::new(),
            emotion: "sad".to_owned(),
        };
        assert_eq!(found, [expected]);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let exported = grid("certainty A");
    let grids = [
        ("", "line 1"),
        ("\"ooTextFile\" \"Pitch 1\"", "line 1"),
        (&exported[..exported.len() - 30], "line 61"),
        (&exported.replacen("IntervalTier", "Tier", 1), "line 10"),
        (
            &exported.replacen("xmax = 1.000", "xmax = 0.000", 1),
            "line 17",
        ),
        (
            &exported.replacen("text = \"sad\"", "text = 3", 1),
            "line 18",
        ),
        (&exported.replacen("size = 3", "size = 2.5", 1), "line 7"),
    ];
    for (text, line) in grids {
        let error = textgrid::stretches(text.as_bytes()).expect_err(line);
        let told = format!("{error:#}");
        assert!(told.starts_with(line), "{line}: {told}");
    }
    let tables = [
        (TABLE.replace("4.000", "0.100"), "line 2"),
        (TABLE.replace("0.500", "half"), "line 2"),
        (TABLE.replacen("\"a.wav\",6.250", ",6.250", 1), "line 4"),
        (TABLE.replace(",5.000,1,", ",5.000,left,"), "line 5"),
    ];
    for (text, line) in tables {
        let root = tree("wrong", &[("heard.csv", &text)]);
        let told = format!("{:#}", read_all(&root).expect_err(line));
        assert!(told.contains(&format!("heard.csv: {line}")), "{told}");
    }
}

#[test]
fn two_files_may_tell_the_same_but_nothing_else() {
    let grid = grid("certainty A");
    let same = "file;start_s;end_s;speaker;corrected\nx.ogg;0;1;A;EMOTION\n";
    let same = |emotion| same.replace("EMOTION", emotion);
    let files = |table| {
        [
            ("x.TextGrid", grid.clone()),
            ("x.ogg", String::new()),
            ("t.csv", table),
        ]
    };
    let root_of = |name, table| {
        let files = files(table);
        tree(
            name,
            &files.each_ref().map(|(name, text)| (*name, text.as_str())),
        )
    };
    let (entries, _) = read_all(&root_of("same", same("sad"))).expect("the same");
    assert_eq!(entries.len(), 3);
    let error = read_all(&root_of("other", same("happy"))).expect_err("another label");
    assert!(format!("{error:#}").contains("happy"), "{error:#}");
}

#[test]
fn a_textgrid_without_sound_is_told() {
    let grid = grid("certainty A");
    let (entries, told) = read_all(&tree("mute", &[("x.TextGrid", &grid)])).expect("nothing");
    assert_eq!(entries, []);
    assert!(told[0].contains("x.TextGrid"), "{told:?}");
}
