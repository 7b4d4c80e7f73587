//! Samples as a WAV file: 16 bit, mono.
//!
//! Input   mono, f32; beyond `[-1, 1]` they are clipped
//! Output  a RIFF file with one `fmt ` chunk (PCM) and one `data` chunk

/// Length of the header.
const HEADER_BYTES: u32 = 44;

/// A WAV file with these samples.
pub fn encode(samples: &[f32], sample_rate_hz: u32) -> Vec<u8> {
    let n_data_bytes = 2 * samples.len() as u32;
    let mut file = Vec::with_capacity((HEADER_BYTES + n_data_bytes) as usize);
    file.extend(b"RIFF");
    file.extend((HEADER_BYTES - 8 + n_data_bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    file.extend([1, 0, 1, 0]);
    file.extend(sample_rate_hz.to_le_bytes());
    file.extend((2 * sample_rate_hz).to_le_bytes());
    // Bytes of a sample, bits of a sample.
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(n_data_bytes.to_le_bytes());
    for sample in samples {
        let value = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
        file.extend(value.to_le_bytes());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_what_follows() {
        let file = encode(&[0.0, 1.0, -2.0], 16_000);
        assert_eq!(file.len() as u32, HEADER_BYTES + 6);
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("four"));
        assert_eq!((number(4), number(24), number(28)), (42, 16_000, 32_000));
        assert_eq!(number(40), 6);
        assert_eq!(file[44..], [0, 0, 0xff, 0x7f, 0x01, 0x80]);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_servers_decoder_reads_it() {
        let tone: Vec<f32> = (0..16_000)
            .map(|idx| (idx as f32 * 0.2).sin() / 2.0)
            .collect();
        let decoded = audio::decode(encode(&tone, 16_000), &audio::DecodeLimits::default());
        let waveform = decoded.expect("a WAV file");
        assert_eq!(waveform.sample_rate_hz, 16_000);
        let samples = waveform.samples;
        assert!(
            samples
                .iter()
                .zip(&tone)
                .all(|(ours, sent)| (ours - sent).abs() < 1e-4)
        );
        assert_eq!(samples.len(), tone.len());
    }
}
