//! The fuzz targets without a fuzzer: over their corpus, and over changes of it from a fixed seed.

use std::{fs, path::Path};

#[path = "../fuzz/src/lib.rs"]
mod targets;

/// Changed clips; each goes the whole way, so that this bounds the time.
const N_CHANGED: usize = 400;

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

/// SplitMix64: the same changes on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % bound.max(1) as u64) as usize
    }
}

/// What libFuzzer does to an input: bits, bytes, lengths, pieces of others.
fn change(clip: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    let head = clip.len().min(200);
    let reach = [head, clip.len()][random.below(2)];
    let at = random.below(reach);
    match random.below(5) {
        0 => clip[at] ^= 1 << random.below(8),
        1 => clip[at] = [0, 0x7f, 0x80, 0xff][random.below(4)],
        2 => clip.truncate(at + 1),
        3 => {
            let end = (at + 4).min(clip.len());
            clip[at..end].fill(0xff);
        }
        _ => {
            let other = &corpus[random.below(corpus.len())];
            let start = random.below(other.len());
            let piece = &other[start..(start + 64).min(other.len())];
            clip.splice(at..at, piece.iter().copied());
        }
    }
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
