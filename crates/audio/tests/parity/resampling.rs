//! Resampling is torchaudio's, in the signal and in every mel band.
//!
//! The filter is the same; torchaudio rounds the distances between samples to f32. docs/decisions/0003-resampler.md
//! has the table that this test prints.

use std::io::{self, Write};

use audio::{FeatureExtractor, N_FRAMES, N_MELS, WINDOW_SAMPLES, Waveform, resample};

use crate::golden::Case;

/// Power relative to the frame's largest band below which a band is not compared: 50 dB down.
const AUDIBLE_POWER: f32 = 1e-5;

/// Largest difference of such a band; 1.0e-3 was found, at 11,025 Hz.
const TOLERANCE_DB: f32 = 2e-3;

/// Energy of the difference between the two signals, relative to the signal's.
const TOLERANCE_SIGNAL_DB: f32 = -105.0;

#[test]
fn resampling_is_torchaudios_in_every_band() {
    let mut extractor = FeatureExtractor::new();
    for rate_hz in [8000, 11025, 12000, 22050, 24000, 32000, 44100, 48000, 96000] {
        let case = Case::read(&format!("rate{rate_hz}"));
        let (_, theirs) = case.tensor("resampled").expect("in every case of a rate");
        let mut waveform = resample(Waveform {
            samples: case.input_mono(),
            sample_rate_hz: rate_hz,
        });
        assert_eq!(waveform.samples.len(), theirs.len(), "{rate_hz} Hz");
        let energy = |samples: &mut dyn Iterator<Item = f32>| samples.map(|x| x * x).sum::<f32>();
        let difference = energy(&mut waveform.samples.iter().zip(theirs).map(|(a, b)| a - b));
        let signal_db = 10.0 * (difference / energy(&mut theirs.iter().copied())).log10();

        waveform.samples.resize(WINDOW_SAMPLES, 0.0);
        let log_mel = extractor.features(&waveform.samples).log_mel;
        let (_, db) = case.tensor("mel_db").expect("in every case");
        let power: Vec<f32> = db.iter().map(|db| 10.0_f32.powf(db / 10.0)).collect();
        let (_, db) = case.tensor("mel_db").expect("in every case");
        let mut largest_db = [0.0_f32; N_MELS];
        for (frame_idx, ours) in log_mel.values().chunks_exact(N_MELS).enumerate() {
            let at = |band: usize| band * N_FRAMES + frame_idx;
            let loudest = (0..N_MELS).map(|band| power[at(band)]).fold(0.0, f32::max);
            for band in (0..N_MELS).filter(|&band| power[at(band)] > AUDIBLE_POWER * loudest) {
                largest_db[band] = largest_db[band].max((ours[band] - db[at(band)]).abs());
            }
        }
        let largest = largest_db.iter().copied().fold(0.0, f32::max);
        writeln!(
            io::stdout(),
            "{rate_hz} Hz: signal {signal_db:.1} dB, largest difference of a band {largest:.5} dB"
        )
        .expect("standard output is open");
        assert!(
            signal_db <= TOLERANCE_SIGNAL_DB,
            "{rate_hz} Hz: {signal_db} dB"
        );
        for (band, db) in largest_db.into_iter().enumerate() {
            assert!(db <= TOLERANCE_DB, "{rate_hz} Hz, band {band}: {db} dB");
        }
    }
}
