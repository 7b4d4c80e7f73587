//! What the arithmetic and the memory of a stage allow, and how far from it the stage is.
//!
//! Two figures of the machine are measured like any stage (crates/network/benches/machine.rs): how many
//! multiply-adds one core does in a second on data that lie in its nearest memory, and how many bytes it reads from the
//! next one, in which an LSTM's recurrent weights lie.

use super::{goals::Goals, stages::Stages};

/// Multiply-adds and bytes of the machine's own stages.
const PEAK: (&str, f64) = ("machine, multiply-adds", 24.0 * 16.0 * 4096.0);
const READING: (&str, f64) = ("machine, read 256 KiB", 262_144.0);

const N_FRAMES: f64 = 126.0;

/// Frames of 20 ms in 2.5 s.
const N_WHISPER_FRAMES: f64 = 125.0;

struct Stage {
    name: &'static str,
    multiply_adds: f64,
    /// That pass from the next memory whenever a frame follows another.
    bytes: f64,
    windows: f64,
    /// Times its limit that are asked for.
    most: Option<f64>,
}

/// In Markdown; stages that were not measured are left out. What is asked of them goes into `goals`.
pub fn table(stages: &Stages, goals: &mut Goals) -> String {
    let mut table = "| stage | million multiply-adds | MB of recurrent weights | limit, ms | measured, ms | measured / limit |\n\
                     |---|---|---|---|---|---|\n"
        .to_owned();
    let per_ms = |(stage, amount): (&str, f64)| stages.ours(stage).map(|time| amount / time.min);
    let (Some(peak), Some(reading)) = (per_ms(PEAK), per_ms(READING)) else {
        return table;
    };
    for stage in work() {
        let Some(time) = stages.ours(stage.name) else {
            continue;
        };
        let multiply_adds = stage.multiply_adds * stage.windows;
        let limit_ms = (multiply_adds / peak).max(stage.bytes / reading);
        table.push_str(&format!(
            "| {} | {:.2} | {:.1} | {limit_ms:.3} | {:.3} | {:.2} |\n",
            stage.name,
            multiply_adds / 1e6,
            stage.bytes / 1e6,
            time.min,
            time.min / limit_ms
        ));
        if let Some(bound) = stage.most {
            let what = format!("{}, of its limit", stage.name);
            goals.at_most(&what, bound, time.min / limit_ms);
        }
    }
    table.push_str(&format!(
        "\nOne core of this machine: {:.1} thousand million multiply-adds and {:.1} GB a second.\n",
        peak / 1e6,
        reading / 1e6
    ));
    table
}

fn work() -> [Stage; 9] {
    // Gates of 128 units: two layers, both directions, of the last layer's reverse half one frame only.
    let gates = 4.0 * 128.0;
    let paper = N_FRAMES * gates * (2.0 * (40.0 + 128.0) + 256.0 + 128.0)
        + gates * 256.0
        + 256.0 * 64.0
        + 64.0 * 5.0;
    let paper_bytes = 3.0 * N_FRAMES * 4.0 * gates * 128.0;
    // Two time-delay layers over 5 frames, the second at every other frame; a layer of 48 units in both directions.
    let (gates, n_frames) = (4.0 * 48.0, N_FRAMES / 2.0);
    let front = N_FRAMES * 5.0 * 44.0 * 48.0 + n_frames * 5.0 * 48.0 * 48.0;
    let attention = n_frames * (96.0 * 64.0 + 64.0);
    let shipped =
        front + 2.0 * n_frames * gates * (48.0 + 48.0) + attention + 1560.0 * 64.0 + 64.0 * 5.0;
    let shipped_bytes = 2.0 * n_frames * 4.0 * gates * 48.0;
    // Two layers of 256 units forward over a frame every 20 ms of 2.5 s. All but the bands is in words of 16 bits: half
    // the bytes, and half the time of an f32's product.
    let (gates, n_frames) = (4.0 * 256.0, 126.0);
    let encoder = n_frames * gates * (40.0 + (256.0 + 256.0 + 256.0) / 2.0);
    let encoder_bytes = 2.0 * n_frames * 2.0 * gates * 256.0;
    let forward = |name, multiply_adds, bytes, windows| Stage {
        name,
        multiply_adds,
        bytes,
        windows,
        most: None,
    };
    // Whisper's stem over a frame every 10 ms and every 20 ms, two blocks, in products of 8 bits, four of which take
    // the time of one in f32; and attention in f32.
    let (width, n_frames) = (384.0, N_WHISPER_FRAMES);
    let stem = 2.0 * n_frames * 240.0 * width + n_frames * 3.0 * width * width;
    let blocks = 2.0 * n_frames * 12.0 * width * width;
    let whisper = (stem + blocks) / 4.0 + 2.0 * 2.0 * n_frames * n_frames * width;
    // Windows go through in eights, and four of them share the weights that were read.
    [
        forward(
            "forward, the paper's network, 1 window",
            paper,
            paper_bytes,
            1.0,
        ),
        forward(
            "forward, the paper's network, 32 windows",
            paper,
            8.0 * paper_bytes,
            32.0,
        ),
        forward(
            "forward, the shipped network, 1 window",
            shipped,
            shipped_bytes,
            1.0,
        ),
        forward(
            "forward, the shipped network, 32 windows",
            shipped,
            8.0 * shipped_bytes,
            32.0,
        ),
        forward("speaker encoder, 1 window", encoder, encoder_bytes, 1.0),
        forward(
            "speaker encoder, 8 windows",
            encoder,
            2.0 * encoder_bytes,
            8.0,
        ),
        Stage {
            most: Some(1.6),
            ..forward(
                "transformer encoder, blocks 1 and 2, 1 window",
                whisper,
                0.0,
                1.0,
            )
        },
        // A real transform of 1024 samples takes about 5/4 N log2 N multiply-adds; in f64, two for one.
        Stage {
            most: Some(4.0),
            ..forward(
                "log-mel of 4 s",
                N_FRAMES * (2.0 * 1.25 * 1024.0 * 10.0 + 2.0 * 513.0),
                0.0,
                1.0,
            )
        },
        Stage {
            most: Some(4.0),
            ..forward("resample 4 s from 48 kHz", 64_000.0 * 38.0, 0.0, 1.0)
        },
    ]
}
