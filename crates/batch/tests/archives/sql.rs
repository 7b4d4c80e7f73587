//! Questions about clips: what is heard for them and what is not, values for bad clips, faults, forms of the answer.

use std::{fs, path::PathBuf};

use arrow_array::{Array, cast::AsArray};

use crate::{
    clips::syllables_wav,
    program::{answered, fill, folder, refused, rows, sql},
    web::{Asked, serve},
};

/// A manifest of clips that a web server has, of their addresses and the floors where they were recorded.
fn calls(name: &str, clips: &[&str]) -> (String, String, Asked) {
    let (address, asked) = serve(syllables_wav(1.0));
    let manifest = folder(name).join("calls.csv");
    let lines = clips.iter().enumerate();
    let lines: String = lines
        .map(|(floor, clip)| format!("{address}/{clip}.wav,{floor}\n"))
        .collect();
    fs::write(&manifest, format!("uri,floor\n{lines}")).expect("a writable folder");
    (address, manifest.to_str().expect("text").to_owned(), asked)
}

fn n_asked(asked: &Asked, clip: &str) -> usize {
    let asked = asked.lock().expect("nobody panics");
    asked.get(&format!("/{clip}.wav")).copied().unwrap_or(0)
}

fn in_folder(name: &str, n_clips: usize) -> PathBuf {
    let archive = folder(name);
    fill(&archive, n_clips);
    archive
}

#[test]
fn clips_are_counted_and_bad_ones_are_values() {
    let archive = in_folder("sql/counted", 20);
    let query = format!(
        "select error, count(*) as n, count(emotion) as heard from clips('{}') group by 1 order by 1",
        archive.display()
    );
    let csv = answered(sql(&query).args(["--format", "csv"]));
    assert_eq!(csv, ["error,n,heard", "no_speech,2,0", ",18,18"]);
    let table = answered(&mut sql(&query)).join("\n");
    assert!(table.contains("| no_speech | 2  | 0     |"), "{table}");
}

#[test]
fn what_nobody_looks_at_is_not_heard() {
    let (address, manifest, asked) = calls("sql/unheard", &["a", "b"]);
    let of = |columns: &str| format!("select {columns} from clips('{manifest}') order by uri");
    let csv = answered(sql(&of("uri, floor, model")).args(["--format", "csv"]));
    let expected = [
        "uri,floor,model".to_owned(),
        format!("{address}/a.wav,0,bilstm-v8"),
        format!("{address}/b.wav,1,bilstm-v8"),
    ];
    assert_eq!(csv, expected);
    let query = format!("select count(*) as n from clips('{manifest}')");
    assert_eq!(answered(sql(&query).args(["--format", "csv"])), ["n", "2"]);
    assert_eq!([n_asked(&asked, "a"), n_asked(&asked, "b")], [0, 0]);

    let csv = answered(sql(&of("outcome is null as is_bad")).args(["--format", "csv"]));
    assert_eq!(csv, ["is_bad", "false", "false"]);
    assert_eq!([n_asked(&asked, "a"), n_asked(&asked, "b")], [2, 2]);
}

#[test]
fn score_is_the_same_function_and_hears_a_clip_once() {
    let (_, manifest, asked) = calls("sql/once", &["a", "b"]);
    let query = format!(
        "select c.uri, c.emotion = h.heard['emotion'] and c.band = h.heard['band'] as is_same \
         from clips('{manifest}') c \
         join (select uri, score(uri) as heard from clips('{manifest}') where uri like '%/a.wav') h on c.uri = h.uri"
    );
    let csv = answered(sql(&query).args(["--format", "csv"]));
    assert_eq!(csv.len(), 2, "{csv:?}");
    assert!(csv[1].ends_with("/a.wav,true"), "{csv:?}");
    // Refused once, then heard for `clips` and for `score`; `b` only for `clips`.
    assert_eq!([n_asked(&asked, "a"), n_asked(&asked, "b")], [3, 2]);

    let query = "select score(uri)['error'] as error, score(uri) is null as is_null \
                 from (values ('/nowhere/a.wav'), (null)) as t(uri)";
    let csv = answered(sql(query).args(["--format", "csv"]));
    assert_eq!(csv, ["error,is_null", "file_unreadable,false", ",true"]);
}

#[test]
fn a_store_that_does_not_answer_ends_the_query_after_it_was_asked_again() {
    let (_, manifest, asked) = calls("sql/down", &["a", "gone", "down"]);
    let query = format!("select error from clips('{manifest}') order by floor");
    let said = refused(sql(&query).args(["--retries", "2"]));
    assert!(
        said.contains("cannot fetch ") && said.contains("/down.wav"),
        "{said}"
    );
    assert_eq!(n_asked(&asked, "down"), 3);

    let query = format!("select score(uri)['error'] from clips('{manifest}')");
    let said = refused(sql(&query).args(["--retries", "0"]));
    assert!(said.contains("/down.wav"), "{said}");
}

#[test]
fn answers_go_to_files_that_are_whole_or_not_there() {
    let archive = in_folder("sql/files", 3);
    let out = folder("sql/out");
    let of = |columns: &str| format!("select {columns} from clips('{}')", archive.display());
    let to = |form: &str, name: &str| {
        let words = ["--format", form, "--out"].map(str::to_owned);
        let out = out.join(name).to_str().expect("text").to_owned();
        [&words[..], &[out]].concat()
    };
    answered(sql(&of("*")).args(to("parquet", "all.parquet")));
    let rows = rows(&out.join("all.parquet"));
    let n_rows: usize = rows.iter().map(|rows| rows.num_rows()).sum();
    assert_eq!(n_rows, 3);
    let windows = rows[0].column_by_name("windows").expect("a column");
    assert_eq!(windows.as_list::<i32>().value(0).len(), 1);

    answered(sql(&of("uri, windows")).args(to("json", "all.json")));
    let json = fs::read_to_string(out.join("all.json")).expect("a file");
    let first: serde_json::Value =
        serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert!(first["windows"][0]["p_sad"].is_number(), "{first}");
    assert_eq!(json.lines().count(), 3);

    let said = refused(sql(&of("windows")).args(to("csv", "all.csv")));
    assert!(said.contains("CSV"), "{said}");
    let names = fs::read_dir(&out).expect("a folder").flatten();
    assert_eq!(names.count(), 2, "nothing is left of what failed");
    let said = refused(sql(&of("uri")).args(["--format", "parquet"]));
    assert!(said.contains("--out FILE"), "{said}");
}

#[test]
fn what_is_no_question_is_refused() {
    for (query, why) in [
        ("select * from clips('/nowhere')", "cannot read /nowhere"),
        ("select * from clips(1)", "clips takes an address"),
        ("select emotions from clips('/tmp')", "emotions"),
        ("select", "Expected"),
        ("copy (select 1) to '/tmp/a.csv'", "not supported"),
        ("create table a as select 1", "not supported"),
    ] {
        let said = refused(&mut sql(query));
        assert!(said.contains(why), "{query}: {said}");
    }
}
