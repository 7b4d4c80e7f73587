//! Clips for the tests, synthesised: no voice of a person.

/// Samples per second of every clip here.
const SAMPLE_RATE_HZ: u32 = 16_000;

/// A WAV clip that sounds like syllables: a gliding voice that opens and closes three times a second.
pub fn syllables_wav(duration_s: f32) -> Vec<u8> {
    use std::f32::consts::TAU;
    wav(duration_s, |time_s| {
        let phase = TAU * (140.0 * time_s + 1.5 * (TAU * 1.5 * time_s).sin());
        let opening = 0.5 - 0.5 * (TAU * 3.0 * time_s).cos();
        let brightness = 0.3 + 0.6 * opening;
        let harmonics = (1..30).map(|harmonic| {
            let harmonic = harmonic as f32;
            brightness.powf(harmonic / 3.0) * (phase * harmonic).sin()
        });
        0.1 * opening * harmonics.sum::<f32>()
    })
}

/// A WAV clip of digital silence.
pub fn silent_wav(duration_s: f32) -> Vec<u8> {
    wav(duration_s, |_| 0.0)
}

/// 16-bit mono PCM behind a 44-byte header.
fn wav(duration_s: f32, amplitude: impl Fn(f32) -> f32) -> Vec<u8> {
    let n_samples = (duration_s * SAMPLE_RATE_HZ as f32) as u32;
    let n_bytes = n_samples * 2;
    let mut clip = Vec::new();
    clip.extend(b"RIFF");
    clip.extend((36 + n_bytes).to_le_bytes());
    clip.extend(b"WAVEfmt ");
    clip.extend(16_u32.to_le_bytes());
    clip.extend(1_u16.to_le_bytes());
    clip.extend(1_u16.to_le_bytes());
    clip.extend(SAMPLE_RATE_HZ.to_le_bytes());
    clip.extend((SAMPLE_RATE_HZ * 2).to_le_bytes());
    clip.extend(2_u16.to_le_bytes());
    clip.extend(16_u16.to_le_bytes());
    clip.extend(b"data");
    clip.extend(n_bytes.to_le_bytes());
    for sample_idx in 0..n_samples {
        let sample = amplitude(sample_idx as f32 / SAMPLE_RATE_HZ as f32);
        clip.extend(((sample * f32::from(i16::MAX)) as i16).to_le_bytes());
    }
    clip
}
