//! The fuzz targets without a fuzzer: over their corpus, and over changes of it from a fixed seed.

use std::{fs, path::Path};

#[path = "../fuzz/src/lib.rs"]
mod targets;

use targets::{
    changes::{Random, change},
    checkpoint,
};

/// Changed clips; each goes the whole way, so that this bounds the time.
const N_CHANGED: usize = 400;

/// Changes of each file of a checkpoint.
const N_CHECKPOINTS: usize = 1_000;

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/audio/tests/formats/clips");
    let files = fs::read_dir(folder).expect("clips are in the repository");
    let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("readable"))
        .collect()
}

/// Puts another number in the place of one that stands in a text.
fn change_number(text: &mut Vec<u8>, random: &mut Random) {
    const NUMBERS: [&str; 12] = [
        "0",
        "1",
        "2",
        "3",
        "24",
        "16384",
        "1099511627776",
        "18446744073709551615",
        "-1",
        "0.5",
        "1e-45",
        "1e39",
    ];
    let at = random.below(text.len());
    let is_digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let Some(start) = text[at..].iter().position(is_digit) else {
        return;
    };
    let start = at + start;
    let n_digits = text[start..]
        .iter()
        .take_while(|byte| is_digit(byte))
        .count();
    let number = NUMBERS[random.below(NUMBERS.len())].bytes();
    text.splice(start..start + n_digits, number);
}

#[test]
fn the_corpus_breaks_no_rule() {
    for clip in corpus() {
        targets::recognize(&clip);
    }
}

#[test]
fn changes_of_the_corpus_break_no_rule() {
    let corpus = corpus();
    let mut random = Random(4);
    for _ in 0..N_CHANGED {
        let mut clip = corpus[random.below(corpus.len())].clone();
        for _ in 0..=random.below(4) {
            change(&mut clip, &corpus, &mut random);
        }
        targets::recognize(&clip);
    }
}

#[test]
fn changed_checkpoints_break_no_rule() {
    let mut random = Random(5);
    let others: Vec<_> = checkpoint::FILES.values().cloned().collect();
    for (name, bytes) in checkpoint::FILES.iter() {
        assert!(checkpoint::open(name, bytes));
        let mut n_opened = 0;
        for _ in 0..N_CHECKPOINTS {
            let mut bytes = bytes.clone();
            for _ in 0..=random.below(3) {
                match name.ends_with(".json") && random.below(4) > 0 {
                    true => change_number(&mut bytes, &mut random),
                    false => change(&mut bytes, &others, &mut random),
                }
            }
            n_opened += usize::from(checkpoint::open(name, &bytes));
        }
        // Changes come behind the parsers too.
        assert!(n_opened > N_CHECKPOINTS / 20, "{name}: {n_opened}");
    }
}
