//! Tables that list clips.

use std::{fs, sync::Arc};

use arrow_array::{Int64Array, RecordBatch, StringArray, cast::AsArray, types::Int64Type};
use parquet::arrow::ArrowWriter;

use crate::program::{column, done, fill, folder, parts, refused, rows, score};

#[test]
fn what_stands_in_a_csv_is_carried_along() {
    let (archive, out) = (folder("csv/clips"), folder("csv/out"));
    let clips = fill(&archive, 3);
    let text = format!(
        "\u{feff}id,uri,emotion\r\n007,{},\"sad, \"\"very\"\"\"\r\n008,even/0002 #2.wav,happy\r\n009,nowhere.wav,\r\n\
         010,even/0002 #2.wav,again\r\n011,ftp://nowhere,\r\n",
        clips[1]
    );
    let manifest = archive.join("calls.csv");
    fs::write(&manifest, text).expect("a writable folder");
    let said = done(&mut score(&manifest, &out));
    assert!(
        said.contains("4 clips in ") && said.contains("1 stand twice"),
        "{said}"
    );
    let told = |name: &str, uri: &str| column(&out, name)[uri].clone().unwrap_or_default();
    assert_eq!(told("id", &clips[1]), "007");
    assert_eq!(told("manifest_emotion", &clips[1]), "sad, \"very\"");
    assert_eq!(told("manifest_emotion", "even/0002 #2.wav"), "happy");
    assert_eq!(told("error", "even/0002 #2.wav"), "");
    assert_eq!(told("error", "nowhere.wav"), "file_unreadable");
    assert_eq!(told("error", "ftp://nowhere"), "file_unreadable");
}

#[test]
fn types_of_a_parquet_file_stay() {
    let (archive, out) = (folder("table/clips"), folder("table/out"));
    let clips = fill(&archive, 12);
    let numbers: Int64Array = (0..12).collect();
    let columns: [(&str, arrow_array::ArrayRef); 2] = [
        ("call", Arc::new(numbers)),
        ("path", Arc::new(StringArray::from_iter_values(&clips))),
    ];
    let table = RecordBatch::try_from_iter(columns).expect("a table");
    let manifest = archive.join("calls.parquet");
    let file = fs::File::create(&manifest).expect("a writable folder");
    let mut writer = ArrowWriter::try_new(file, table.schema(), None).expect("a writer");
    writer.write(&table).expect("a writable folder");
    writer.close().expect("a writable folder");

    let said = refused(&mut score(&manifest, &out));
    assert!(said.contains("there is no column uri"), "{said}");
    done(score(&manifest, &out).args(["--uri-column", "path", "--part-rows", "5"]));
    let mut n_rows = 0;
    for rows in parts(&out).iter().flat_map(|part| rows(part)) {
        let calls = rows.column_by_name("call").expect("a column");
        let calls = calls.as_primitive::<Int64Type>();
        for (uri, call) in rows.column(0).as_string::<i32>().iter().zip(calls) {
            assert_eq!(uri, call.map(|call| clips[call as usize].as_str()));
            n_rows += 1;
        }
    }
    assert_eq!((n_rows, parts(&out).len()), (12, 3));
}
