//! Opus and AAC whose packets were changed, decoded by us and by ffmpeg (libopus, and its own AAC decoder).
//!
//! But for the packets that were changed the sound must be the same; of what is broken no more may be lost than was
//! changed, and nothing may be louder than sound is. With more changes: `CHANGES=2000 cargo test --release -p audio
//! --features decode --test differential`.

#[path = "../../../../fuzz/src/changes.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod changes;
mod packets;

use std::{
    env, fs,
    io::Write,
    ops::Range,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use audio::{DecodeLimits, decode};
use changes::Random;

/// Changed files of each clip.
const N_CHANGED: usize = 12;

/// Larger differences are another sound. Unchanged clips differ by less: ffmpeg takes libopus's output in 16 bits.
const TOLERANCE: f32 = 1e-3;

/// The largest sample that broken AAC may give.
const LOUDEST: f32 = 8.0;

struct Container {
    format: &'static str,
    decoder: &'static str,
    packets: fn(&[u8]) -> Vec<Range<usize>>,
    seal: fn(&mut [u8]),
}

const OGG: Container = Container {
    format: "ogg",
    decoder: "libopus",
    packets: packets::of_ogg,
    seal: packets::seal_ogg,
};

const ADTS: Container = Container {
    format: "aac",
    decoder: "aac",
    // The first one holds the head of spectral band replication, without which half a second is lost.
    packets: |clip| packets::of_adts(clip).split_off(1),
    seal: |_| {},
};

/// Mono sound, and whether it came without complaints.
struct Theirs {
    samples: Vec<f32>,
    is_sound: bool,
}

fn is_skipped() -> bool {
    let is_skipped = Command::new("ffmpeg").arg("-version").output().is_err();
    if is_skipped {
        // Past the test harness, which keeps what eprintln! says of a test that passes.
        let line = b"SKIPPED there is no ffmpeg to compare with\n";
        let _ = std::io::stderr().write_all(line);
    }
    is_skipped
}

fn theirs(clip: &[u8], container: &Container, rate_hz: u32, n_channels: usize) -> Theirs {
    let rate = rate_hz.to_string();
    let mut ffmpeg = Command::new("ffmpeg")
        .args([
            "-v",
            "warning",
            "-f",
            container.format,
            "-c:a",
            container.decoder,
            "-i",
            "-",
        ])
        .args(["-f", "f32le", "-ar", &rate, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ffmpeg starts");
    let mut input = ffmpeg.stdin.take().expect("piped");
    let clip = clip.to_vec();
    // It may end before it has read everything.
    let writing = thread::spawn(move || drop(input.write_all(&clip)));
    let output = ffmpeg.wait_with_output().expect("ffmpeg ends");
    writing.join().expect("no panic");
    let (samples, _) = output.stdout.as_chunks::<4>();
    let samples: Vec<f32> = samples
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    // The mean of all channels, which ffmpeg's own way to mono is not.
    let samples = samples
        .chunks_exact(n_channels)
        .map(|all| all.iter().sum::<f32>() / n_channels as f32);
    Theirs {
        samples: samples.collect(),
        is_sound: output.stderr.is_empty(),
    }
}

fn n_different(ours: &[f32], theirs: &[f32]) -> usize {
    let pairs = ours.iter().zip(theirs);
    pairs
        .filter(|(ours, theirs)| (**ours - **theirs).abs() > TOLERANCE)
        .count()
}

/// A clip with one to three bits of its packets turned over.
fn changed(clip: &[u8], container: &Container, random: &mut Random) -> (Vec<u8>, usize) {
    let packets = (container.packets)(clip);
    let mut changed = clip.to_vec();
    let n_changes = 1 + random.below(3);
    for _ in 0..n_changes {
        let packet = &packets[random.below(packets.len())];
        changed[packet.start + random.below(packet.len())] ^= 1 << random.below(8);
    }
    (container.seal)(&mut changed);
    (changed, n_changes)
}

fn compare(name: &str, container: &Container, n_channels: usize, samples_per_packet: usize) {
    if is_skipped() {
        return;
    }
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    let clip = fs::read(clips.join(name)).expect("the clip is in the repository");
    let n_changed = env::var("CHANGES")
        .ok()
        .and_then(|number| number.parse().ok());
    let whole = decode(&clip, &DecodeLimits::default()).expect("it was not changed");
    let rate_hz = whole.sample_rate_hz;
    // The encoder's delay, which we leave out.
    let delay = theirs(&clip, container, rate_hz, n_channels).samples.len() - whole.samples.len();
    let mut random = Random(7);
    let mut n_compared = 0;
    let n_changed = n_changed.unwrap_or(N_CHANGED);
    for change in 0..n_changed {
        let (clip, n_changes) = changed(&clip, container, &mut random);
        let at = format!("{name}, change {change}");
        let ours =
            decode(&clip, &DecodeLimits::default()).unwrap_or_else(|error| panic!("{at}: {error}"));
        let theirs = theirs(&clip, container, rate_hz, n_channels);
        let theirs_s = theirs.samples.get(delay..).unwrap_or_default();
        assert!(
            ours.samples.iter().all(|sample| sample.abs() <= LOUDEST),
            "{at}"
        );
        let n_lost = theirs_s.len().saturating_sub(ours.samples.len());
        let n_broken = n_changes * samples_per_packet;
        // Who finds a packet broken may leave out the next one, too.
        let may_be_lost = if theirs.is_sound {
            n_broken
        } else {
            2 * n_broken
        };
        assert!(n_lost <= may_be_lost, "{at}: {n_lost} samples lost");
        if theirs.is_sound && n_lost == 0 {
            n_compared += 1;
            let n_different = n_different(&ours.samples, theirs_s);
            assert!(
                n_different <= 2 * n_broken,
                "{at}: {n_different} samples differ"
            );
        }
    }
    assert!(10 * n_compared > n_changed, "{name}: {n_compared} compared");
}

#[test]
fn opus_of_speech() {
    compare("opus_silk.opus", &OGG, 1, 960);
}

#[test]
fn opus_of_both_kinds() {
    compare("opus_hybrid.opus", &OGG, 1, 960);
}

#[test]
fn opus_of_music() {
    compare("opus_celt.opus", &OGG, 1, 960);
}

#[test]
fn opus_of_two_channels() {
    compare("opus_celt_stereo.opus", &OGG, 2, 960);
}

#[test]
fn aac() {
    compare("aac.aac", &ADTS, 2, 1024);
}

#[test]
fn aac_with_replicated_bands() {
    compare("he_aac.aac", &ADTS, 2, 2048);
}

#[test]
fn aac_with_parametric_stereo() {
    compare("he_aac_v2.aac", &ADTS, 2, 2048);
}

/// Needs no ffmpeg.
#[test]
fn a_broken_access_unit_costs_no_second_and_no_ears() {
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    for name in ["he_aac.aac", "he_aac_v2.aac"] {
        let clip = fs::read(clips.join(name)).expect("the clip is in the repository");
        let samples = |clip: &[u8]| {
            decode(clip, &DecodeLimits::default())
                .expect("a voice")
                .samples
        };
        let n_samples = samples(&clip).len();
        let mut random = Random(7);
        for change in 0..30 {
            let (clip, n_changes) = changed(&clip, &ADTS, &mut random);
            let ours = samples(&clip);
            let n_lost = n_samples - ours.len();
            assert!(
                n_lost <= 3 * n_changes * 2048,
                "{name}, change {change}: {n_lost} samples lost"
            );
            assert!(
                ours.iter().all(|sample| sample.abs() <= LOUDEST),
                "{name}, change {change}"
            );
        }
    }
}
