#!/bin/sh
# Makes the clips he_aac* with Fraunhofer's encoder (the crate fdk-aac), which ffmpeg's packages leave out for its
# licence. Needs cargo, a C++ compiler, espeak-ng and ffmpeg. The clips are kept in the repository.
set -eu
cd "$(dirname "$0")/clips"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
espeak-ng -v bn -s 200 -w "$work/espeak.wav" 'আজকে খুব সুন্দর দিন, চলো যাই'
ffmpeg -v error -y -i "$work/espeak.wav" -ar 44100 -ac 2 -f s16le "$work/44k_stereo.pcm"

mkdir "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "he-aac"
version = "0.0.0"
edition = "2024"
[dependencies]
fdk-aac = "0.8"
# Writes access units into an M4A that says HE-AAC.
syom = "0.9"
[workspace]
TOML
cat > "$work/src/main.rs" <<'RUST'
use fdk_aac::enc::{AudioObjectType, BitRate, ChannelMode, Encoder, EncoderParams, Transport};
use std::fs;

fn encode(pcm: &[i16], audio_object_type: AudioObjectType, bits: u32, transport: Transport) -> Vec<Vec<u8>> {
    let encoder = Encoder::new(EncoderParams {
        bit_rate: BitRate::Cbr(bits),
        sample_rate: 44_100,
        transport,
        channels: ChannelMode::Stereo,
        audio_object_type,
    })
    .expect("an encoder");
    let (mut units, mut at) = (Vec::new(), 0);
    while at < pcm.len() {
        let mut unit = vec![0; 8192];
        let said = encoder.encode(&pcm[at..], &mut unit).expect("encoded");
        at += said.input_consumed;
        unit.truncate(said.output_size);
        if !unit.is_empty() {
            units.push(unit);
        }
        if said.input_consumed == 0 && said.output_size == 0 {
            break;
        }
    }
    units
}

fn main() {
    let bytes = fs::read("44k_stereo.pcm").expect("raw samples");
    let pcm: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let adts = encode(&pcm, AudioObjectType::Mpeg4HeAac, 32_000, Transport::Adts);
    fs::write("he_aac.aac", adts.concat()).expect("writable");
    let adts = encode(&pcm, AudioObjectType::Mpeg4HeAacV2, 24_000, Transport::Adts);
    fs::write("he_aac_v2.aac", adts.concat()).expect("writable");
    let units = encode(&pcm, AudioObjectType::Mpeg4HeAac, 32_000, Transport::Raw);
    let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
    // The encoder keeps its last frame and has a delay of one and a half.
    let n_samples = (units.len() as u64 - 2) * 2048;
    let m4a = syom::mux_raw_he_m4a(&units, 44_100, 2, n_samples).expect("an M4A");
    fs::write("he_aac_explicit.m4a", m4a).expect("writable");
}
RUST
(cd "$work" && cargo run --quiet --release)
cp "$work/he_aac.aac" "$work/he_aac_v2.aac" .
ffmpeg -v error -y -fflags +bitexact -i "$work/he_aac_explicit.m4a" -c copy he_aac_explicit.m4a

# M4A that says AAC-LC, as ffmpeg writes it from ADTS.
for name in he_aac he_aac_v2; do
    ffmpeg -v error -y -fflags +bitexact -i $name.aac -c copy $name.m4a
    # What ffmpeg's decoder makes of it, one channel.
    ffmpeg -v error -y -fflags +bitexact -i $name.aac -ac 1 -c:a flac -sample_fmt s16 -compression_level 12 $name.reference.flac
done
mv he_aac.m4a he_aac_implicit.m4a
