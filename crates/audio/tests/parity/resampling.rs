//! How far rubato's resampler is from torchaudio's, per mel band.
//!
//! The two are different filters of the same kind, so the features differ; the bounds are what was
//! measured, rounded up, and docs/decisions/0003-resampler.md has the whole table.

use std::io::{self, Write};

use audio::{LogMelExtractor, N_FRAMES, N_MELS, WINDOW_SAMPLES, Waveform, resample};

use crate::golden::{Case, folder};

/// Band power relative to the frame's largest below which a difference is not counted: 50 dB down.
const AUDIBLE_POWER: f32 = 1e-5;

#[test]
fn resampling_is_near_torchaudios_in_every_band() {
    let Some(folder) = folder("resampling_is_near_torchaudios_in_every_band") else {
        return;
    };
    let mut extractor = LogMelExtractor::new();
    for rate_hz in [8000, 11025, 12000, 22050, 24000, 32000, 44100, 48000, 96000] {
        let case = Case::read(&folder, &format!("rate{rate_hz}"));
        let (_, theirs) = case.tensor("resampled").expect("in every case of a rate");
        let mut waveform = resample(Waveform {
            samples: case.input_mono().expect("in every case of a rate"),
            sample_rate_hz: rate_hz,
        });
        assert_eq!(waveform.samples.len(), theirs.len(), "{rate_hz} Hz");
        let energy = |samples: &mut dyn Iterator<Item = f32>| samples.map(|x| x * x).sum::<f32>();
        let difference = energy(&mut waveform.samples.iter().zip(theirs).map(|(a, b)| a - b));
        let error_db = 10.0 * (difference / energy(&mut theirs.iter().copied())).log10();

        waveform.samples.resize(WINDOW_SAMPLES, 0.0);
        let log_mel = extractor.log_mel(&waveform.samples);
        let (_, power) = case.tensor("mel_power").expect("in every case");
        let (_, db) = case.tensor("mel_db").expect("in every case");
        let mut largest_db = [0.0_f32; N_MELS];
        for (frame_idx, ours) in log_mel.values().chunks_exact(N_MELS).enumerate() {
            let at = |band: usize| band * N_FRAMES + frame_idx;
            let loudest = (0..N_MELS).map(|band| power[at(band)]).fold(0.0, f32::max);
            for band in (0..N_MELS).filter(|&band| power[at(band)] > AUDIBLE_POWER * loudest) {
                largest_db[band] = largest_db[band].max((ours[band] - db[at(band)]).abs());
            }
        }
        let table: Vec<String> = largest_db.iter().map(|db| format!("{db:.2}")).collect();
        writeln!(
            io::stdout(),
            "{rate_hz} Hz, {error_db:.1} dB: {}",
            table.join(" ")
        )
        .expect("standard output is open");
    }
}
