#!/bin/sh
# Makes the clips from nothing but espeak-ng (its Bengali voice) and ffmpeg. They are kept in the
# repository, so the tests need neither.
set -eu
cd "$(dirname "$0")"
say() { espeak-ng -v bn -s 150 "$1" --stdout | ffmpeg -v error -y -i - -ac 1 -ar 16000 -fflags +bitexact -flags +bitexact "$2"; }
say 'আজ সকালে আমি খুব খুশি হয়েছি, কারণ তুমি এসেছ।' clip.wav
say 'আজ সকালে আমি খুব খুশি হয়েছি, কারণ তুমি এসেছ। কাল তুমি চলে গেলে আমার মন খারাপ হবে। আবার কবে দেখা হবে, বলো তো?' long.wav
encode() { ffmpeg -v error -y -i clip.wav -map_metadata -1 -fflags +bitexact "$@"; }
encode clip.flac
encode -b:a 32k clip.mp3
encode -c:a libvorbis -q:a 1 clip.ogg
encode -c:a libopus -b:a 24k clip.opus
encode -c:a libopus -b:a 24k clip.webm
encode -c:a aac -b:a 32k clip.m4a
encode -c:a aac -b:a 32k clip.aac
ffmpeg -v error -y -i long.wav -map_metadata -1 -fflags +bitexact -c:a libopus -b:a 24k long.opus
rm long.wav
printf 'This is a text file that calls itself audio.\n' > text.wav
