#!/bin/sh
# Makes the clips of this test: one synthetic Bengali sentence in every format that is decoded.
# Needs espeak-ng, ffmpeg with libopus, libvorbis, libmp3lame and libspeex; record.mjs makes chrome.webm, he_aac.sh the
# clips he_aac*.
# The clips are kept in the repository; the tests need none of these programs.
set -eu
cd "$(dirname "$0")/clips"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sentence='আজকে খুব সুন্দর দিন, চলো যাই'
espeak-ng -v bn -s 200 -w "$work/espeak.wav" "$sentence"

ff() { ffmpeg -v error -y -fflags +bitexact -flags:a +bitexact "$@"; }

# The sentence at the rates that the encoders want; `original.wav` is what all are compared with.
ff -i "$work/espeak.wav" -ar 16000 -ac 1 original.wav
ff -i "$work/espeak.wav" -ar 48000 -ac 1 "$work/48k.wav"
ff -i "$work/espeak.wav" -ar 44100 -ac 2 "$work/44k_stereo.wav"

# Lossless, shortened where the format is large.
ff -i original.wav -c:a pcm_u8 -t 1 wav_u8.wav
ff -i original.wav -c:a pcm_s24le -t 0.25 wav_s24.wav
ff -i original.wav -c:a pcm_s32le -t 0.25 wav_s32.wav
ff -i original.wav -c:a pcm_f32le -t 0.25 wav_f32.wav
ff -i original.wav -c:a pcm_f64le -t 0.25 wav_f64.wav
ff -i original.wav -c:a pcm_mulaw -t 1 wav_mulaw.wav
ff -i original.wav -c:a pcm_alaw -t 1 wav_alaw.wav
ff -i original.wav -c:a adpcm_ima_wav wav_adpcm_ima.wav
ff -i original.wav -c:a adpcm_ms wav_adpcm_ms.wav
ff -i original.wav -c:a pcm_s16be -t 0.5 aiff.aiff
ff -i original.wav -c:a pcm_s16le -t 0.5 caf.caf
ff -i original.wav -c:a flac -t 1 flac.flac
ff -i original.wav -c:a flac -t 1 ogg_flac.ogg
ff -i original.wav -c:a alac -t 1 alac.m4a
ff -i original.wav -c:a pcm_s16le -t 0.5 -rf64 always wav_rf64.wav
ff -i original.wav -c:a pcm_s16le -t 0.5 -f aiff aifc_sowt.aifc
ff -i original.wav -c:a alac -t 1 alac.caf
ff -i original.wav -c:a pcm_s16le -t 0.5 pcm.mov
ff -i original.wav -c:a flac -t 1 flac.mka

# Lossy.
ff -i "$work/44k_stereo.wav" -c:a libmp3lame -b:a 64k mp3_cbr.mp3
ff -i "$work/44k_stereo.wav" -c:a libmp3lame -q:a 7 -write_xing 0 -id3v2_version 0 mp3_vbr_bare.mp3
ff -i original.wav -ar 8000 -c:a libmp3lame -b:a 32k mp3_8khz.mp3
ff -i "$work/44k_stereo.wav" -c:a libvorbis -b:a 64k vorbis.ogg
ff -i "$work/44k_stereo.wav" -c:a libvorbis -b:a 64k vorbis.webm
ff -i "$work/44k_stereo.wav" -c:a aac -aac_pns 0 -b:a 48k aac.m4a
ff -i "$work/44k_stereo.wav" -c:a aac -aac_pns 0 -b:a 48k -movflags frag_keyframe+empty_moov -frag_duration 500000 aac_fragmented.mp4
ff -i "$work/44k_stereo.wav" -c:a aac -aac_pns 0 -b:a 48k aac.aac
ff -i aac.m4a -c:a copy aac.3gp
ff -i aac.m4a -c:a copy aac.mka
ff -f lavfi -i color=c=black:s=16x16:r=5 -i "$work/44k_stereo.wav" -shortest -c:v mpeg4 -c:a aac -aac_pns 0 -b:a 48k aac_video.mp4
ff -f lavfi -i color=c=black:s=16x16:r=5 -i "$work/48k.wav" -shortest -c:v vp8 -c:a libopus -b:a 24k opus_video.webm

# Opus: SILK, hybrid and CELT, each with what ffmpeg's libopus makes of it, 48 kHz.
opus() {
    name=$1 && shift
    ff -i "$work/48k.wav" -t 0.8 -c:a libopus "$@" "$name.opus"
    ff -c:a libopus -i "$name.opus" -c:a flac -sample_fmt s16 -compression_level 12 "$name.reference.flac"
}
opus opus_silk -application voip -b:a 12k -frame_duration 60
opus opus_hybrid -application voip -b:a 24k -frame_duration 20
opus opus_celt -application audio -b:a 64k -frame_duration 10
opus opus_celt_stereo -ac 2 -application lowdelay -b:a 48k -frame_duration 2.5
ff -i "$work/48k.wav" -c:a libopus -b:a 24k opus.webm
ff -i "$work/48k.wav" -c:a libopus -b:a 24k opus.mp4
ff -i opus.mp4 -c:a copy -movflags frag_keyframe+empty_moov -frag_duration 500000 opus_fragmented.mp4
ff -i opus.webm -c:a copy opus.mka
ff -i "$work/48k.wav" -c:a libopus -b:a 24k opus.caf
if [ -f chrome.webm ]; then
    ff -c:a libopus -i chrome.webm -t 1.2 -af "pan=mono|c0=0.5*c0+0.5*c1" -c:a flac -sample_fmt s16 -compression_level 12 chrome.reference.flac
fi

# Telephones and old computers. AMR needs an ffmpeg with libopencore-amrnb, GSM sox.
# In mono no more than 192 kbit/s are allowed.
ff -i original.wav -t 1 -ar 48000 -c:a mp2 -b:a 64k mp2.mp2
ff -i original.wav -t 0.2 -c:a pcm_s16be au.au
ff -i original.wav -c:a pcm_mulaw -t 0.5 mulaw.au
ff -i original.wav -c:a pcm_mulaw -t 0.5 mulaw.caf
ff -i original.wav -ar 8000 -c:a pcm_alaw -t 1 alaw.caf
ff -i original.wav -ar 8000 -c:a pcm_mulaw -t 1 mulaw.mov
ff -i original.wav -c:a adpcm_ima_qt -t 1 ima.mov
ff -i original.wav -c:a adpcm_ima_qt -t 1 ima.caf
ff -i original.wav -ar 44100 -c:a libmp3lame -b:a 64k mp3.wav
sox -D original.wav -r 8000 -e gsm-full-rate gsm.wav
sox -D original.wav -r 8000 -e gsm-full-rate -t gsm gsm.gsm
ff -i gsm.wav -c:a flac -sample_fmt s16 -compression_level 12 gsm.reference.flac
ff -i original.wav -ar 8000 -c:a libopencore_amrnb -b:a 12.2k amr.amr
ff -i amr.amr -c:a copy amr.3gp
ff -c:a amrnb -i amr.amr -c:a flac -sample_fmt s16 -compression_level 12 amr.reference.flac

# Refused by name.
ff -i original.wav -t 0.2 -ar 48000 -c:a ac3 -b:a 64k refused_ac3.mp4
ff -i original.wav -t 0.1 -ar 48000 -ac 6 -c:a libopus -b:a 48k refused_opus_surround.opus
ff -f lavfi -i color=c=black:s=16x16:r=5 -t 0.4 -c:v mpeg4 refused_video_only.mp4

ff -i original.wav -t 0.2 -c:a wmav2 refused_wma.wma
ff -i original.wav -t 0.2 -c:a libspeex refused_speex.ogg
ff -i original.wav -t 0.2 -ar 48000 -c:a ac3 -b:a 64k refused_ac3.ac3
ff -i original.wav -t 0.2 -ar 48000 -c:a eac3 -b:a 64k refused_eac3.mp4
ff -i original.wav -t 0.2 -c:a wavpack refused_wavpack.wv

# Small, and large once decoded.
ff -f lavfi -i anullsrc=r=44100:cl=mono -t 3600 -c:a flac -frame_size 65535 bomb_hour_of_silence.flac

# What record.mjs plays into the microphone.
cp "$work/48k.wav" /tmp/sentence48k.wav
