//! Files of strangers: what they claim is refused before anything is allocated by it, and no change of one panics.

use std::{
    env, fs,
    io::{Cursor, Write},
    path::PathBuf,
    process,
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::network;

#[path = "../../../../fuzz/src/changes.rs"]
mod changes;

/// Changed files; each is written and read.
const N_CHANGED: usize = 3_000;

/// What a pickle claims of a tensor in the storage `0`.
#[derive(Clone, Copy)]
struct Claim<'a> {
    storage: &'a str,
    n_stored: i64,
    offset: i64,
    shape: &'a [i64],
    strides: &'a [i64],
}

const SOUND: Claim = Claim {
    storage: "0",
    n_stored: 4,
    offset: 0,
    shape: &[2, 2],
    strides: &[2, 1],
};

fn text(text: &str) -> Vec<u8> {
    [
        b"X",
        &(text.len() as u32).to_le_bytes()[..],
        text.as_bytes(),
    ]
    .concat()
}

fn number(number: i64) -> Vec<u8> {
    [b"\x8a\x08", &number.to_le_bytes()[..]].concat()
}

fn numbers(values: &[i64]) -> Vec<u8> {
    let values: Vec<u8> = values.iter().flat_map(|value| number(*value)).collect();
    [b"(", &values[..], b"t"].concat()
}

/// A `state_dict` as torch pickles it.
fn pickle(tensors: &[(String, Claim)]) -> Vec<u8> {
    let mut pickle = b"\x80\x02}(".to_vec();
    for (name, claim) in tensors {
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend(text("storage"));
        pickle.extend(b"ctorch\nFloatStorage\n");
        pickle.extend([text(claim.storage), text("cpu"), number(claim.n_stored)].concat());
        pickle.extend(b"tQ");
        pickle.extend(
            [
                number(claim.offset),
                numbers(claim.shape),
                numbers(claim.strides),
            ]
            .concat(),
        );
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    }
    pickle.extend(b"u.");
    pickle
}

/// An archive as torch writes it, with a storage of four numbers.
fn archive(pickle: &[u8], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in [("m/data.pkl", pickle), ("m/data/0", &[0; 16])] {
        archive.start_file(name, options).expect("in memory");
        archive.write_all(bytes).expect("in memory");
    }
    archive.finish().expect("in memory").into_inner()
}

fn stored(pickle: &[u8]) -> Vec<u8> {
    archive(pickle, CompressionMethod::Stored)
}

/// A file of a test's own; goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("banglaser-{}-{name}.pth", process::id())))
    }

    fn read(&self, bytes: &[u8]) -> anyhow::Result<inference::Weights> {
        fs::write(&self.0, bytes).expect("writable");
        network(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_file(&self.0).expect("our own file");
    }
}

fn landmark(claim: Claim) -> Vec<u8> {
    pickle(&[("lstm.weight_hh_l0".to_owned(), claim)])
}

#[test]
fn tensors_that_claim_what_is_not_there_are_refused() {
    let scratch = Scratch::new("claims");
    let weights = scratch.read(&stored(&landmark(SOUND))).expect("a tensor");
    assert_eq!(weights.values("lstm.weight_hh_l0"), [0.0; 4]);
    let large = 1 << 26;
    for (claim, told) in [
        (
            Claim {
                shape: &[large],
                strides: &[0],
                ..SOUND
            },
            "more bytes than the file",
        ),
        (
            Claim {
                shape: &[1 << 40],
                strides: &[0],
                ..SOUND
            },
            "byte limit",
        ),
        (
            Claim {
                shape: &[1 << 40, 1 << 40],
                strides: &[0, 0],
                ..SOUND
            },
            "overflow",
        ),
        (
            Claim {
                n_stored: large,
                shape: &[large],
                strides: &[1],
                ..SOUND
            },
            "more bytes than the file",
        ),
        (
            Claim {
                n_stored: 1 << 40,
                shape: &[1 << 40],
                strides: &[1],
                ..SOUND
            },
            "byte limit",
        ),
        (
            Claim {
                n_stored: 64,
                shape: &[8, 8],
                strides: &[8, 1],
                ..SOUND
            },
            "64 elements",
        ),
        (
            Claim {
                strides: &[-2, 1],
                ..SOUND
            },
            "non-negative",
        ),
        (
            Claim {
                offset: -1,
                ..SOUND
            },
            "non-negative",
        ),
        (Claim { offset: 1, ..SOUND }, "5 elements"),
        (
            Claim {
                offset: i64::MAX,
                ..SOUND
            },
            "elements",
        ),
        (
            Claim {
                n_stored: -4,
                ..SOUND
            },
            "non-negative",
        ),
        (
            Claim {
                storage: "1",
                ..SOUND
            },
            "not found",
        ),
        (
            Claim {
                storage: "../0",
                ..SOUND
            },
            "not found",
        ),
    ] {
        let error = scratch.read(&stored(&landmark(claim))).expect_err(told);
        assert!(format!("{error:#}").contains(told), "{told}: {error:#}");
    }
    let many = (0..100).map(|idx| {
        (
            format!("lstm.{idx}"),
            Claim {
                shape: &[500],
                strides: &[0],
                ..SOUND
            },
        )
    });
    let many: Vec<_> = many
        .chain([("lstm.weight_hh_l0".to_owned(), SOUND)])
        .collect();
    let error = scratch
        .read(&stored(&pickle(&many)))
        .expect_err("200 KB of 20 KB");
    assert!(
        format!("{error:#}").contains("more bytes than the file"),
        "{error:#}"
    );
}

#[test]
fn what_may_unpack_to_any_size_is_refused() {
    let scratch = Scratch::new("packed");
    let compressed = archive(&landmark(SOUND), CompressionMethod::Deflated);
    let mut tar = vec![0; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, told) in [(compressed, "compressed"), (tar, "TAR")] {
        let error = scratch.read(&bytes).expect_err(told);
        assert!(format!("{error:#}").contains(told), "{error:#}");
        assert!(format!("{error:#}").contains("torch.save"), "{error:#}");
    }
}

#[test]
fn pickles_that_grow_are_refused() {
    let deep = [b"\x80\x02)", &b"\x85".repeat(100_000)[..], b"."].concat();
    // Each tuple holds the one before it twice.
    let doubled = (0..60_u8).map(|idx| [b'h', idx, b'h', idx, 0x86, b'q', idx + 1]);
    let bomb = [
        b"\x80\x02)q\x00",
        &doubled.collect::<Vec<_>>().concat()[..],
        b".",
    ]
    .concat();
    let endless = [&b"\x80\x02X"[..], &u32::MAX.to_le_bytes(), b"a."].concat();
    let scratch = Scratch::new("pickles");
    for (pickle, told) in [
        (deep, "nesting"),
        (bomb, "memo bomb"),
        (endless, "4294967295 bytes"),
    ] {
        for bytes in [stored(&pickle), pickle] {
            let error = scratch.read(&bytes).expect_err(told);
            assert!(format!("{error:#}").contains(told), "{told}: {error:#}");
        }
    }
}

#[test]
fn changes_of_a_file_are_read_or_refused() {
    let names = [
        "lstm.weight_hh_l0",
        "module.fc.0.bias",
        "bn.num_batches_tracked",
    ];
    let tensors = names.map(|name| (name.to_owned(), SOUND));
    let pickle = pickle(&tensors);
    let others = [pickle.clone(), stored(&pickle)];
    let mut random = changes::Random(6);
    let scratch = Scratch::new("changes");
    for _ in 0..N_CHANGED {
        // Within an archive its checksum would tell of the change.
        let mut bytes = pickle.clone();
        let is_within = random.below(4) > 0;
        if !is_within {
            bytes = stored(&bytes);
        }
        for _ in 0..=random.below(3) {
            changes::change(&mut bytes, &others, &mut random);
        }
        if is_within {
            bytes = stored(&bytes);
        }
        if let Ok(weights) = scratch.read(&bytes) {
            let n_values = weights.names().map(|name| weights.values(name).len());
            assert!(4 * n_values.sum::<usize>() <= bytes.len());
        }
    }
}
