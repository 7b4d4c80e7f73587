//! How far rubato's resampler is from torchaudio's, per mel band.
//!
//! Both filters are the same windowed sinc; rubato rounds the kernel's length and normalises its
//! sum. The bounds are what was measured, rounded up; docs/decisions/0003-resampler.md has the
//! table by band, which this test prints.

use std::io::{self, Write};

use audio::{
    FeatureExtractor, N_FRAMES, N_MELS, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Waveform, resample,
};

use crate::golden::{Case, folder};

/// Power relative to the frame's largest band below which a band is not compared: 50 dB down.
const AUDIBLE_POWER: f32 = 1e-5;

/// Largest difference of a band where the clip holds every frequency that the features have.
const TOLERANCE_DB: f32 = 0.2;

/// The same where the clip's rate is lower than 16 kHz: its upper bands hold what the filter leaves
/// of mirror images, near the clip's Nyquist frequency.
const TOLERANCE_UPSAMPLED_DB: f32 = 0.6;

/// Energy of the difference between the two signals, relative to the signal's.
const TOLERANCE_SIGNAL_DB: f32 = -54.0;

#[test]
fn resampling_is_near_torchaudios_in_every_band() {
    let Some(folder) = folder("resampling_is_near_torchaudios_in_every_band") else {
        return;
    };
    let mut extractor = FeatureExtractor::new();
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
        let signal_db = 10.0 * (difference / energy(&mut theirs.iter().copied())).log10();

        waveform.samples.resize(WINDOW_SAMPLES, 0.0);
        let log_mel = extractor.features(&waveform.samples).log_mel;
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
            "{rate_hz} Hz, {signal_db:.1} dB: {}",
            table.join(" ")
        )
        .expect("standard output is open");
        let tolerance_db = if rate_hz < SAMPLE_RATE_HZ {
            TOLERANCE_UPSAMPLED_DB
        } else {
            TOLERANCE_DB
        };
        assert!(
            signal_db <= TOLERANCE_SIGNAL_DB,
            "{rate_hz} Hz: {signal_db} dB"
        );
        for (band, db) in largest_db.into_iter().enumerate() {
            assert!(db <= tolerance_db, "{rate_hz} Hz, band {band}: {db} dB");
        }
    }
}
