#!/usr/bin/env bash
# Makes the clips anew (espeak-ng 1.51, sox): make.sh clips
# Pins what a built program answers to them: make.sh PATH/TO/banglaser
set -euo pipefail
what=$([ "$1" = clips ] || realpath "$1")
cd "$(dirname "$0")"

clips() {
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    market="আজ সকালে আমি বাজারে গিয়ে তোমার জন্য মাছ কিনেছি"
    news="বাহ! কী দারুণ খবর, আমরা জিতে গেছি!"
    # speak VOICE PITCH WORDS_A_MINUTE TEXT NAME [SOX EFFECTS]
    speak() {
        espeak-ng -v "$1" -p "$2" -s "$3" -w "$folder/spoken.wav" "$4"
        sox -R "$folder/spoken.wav" -r 16000 -b 16 "clips/$5.flac" gain -3 rate -v "${@:6}"
    }
    speak bn 50 200 "$market" angry bend 0.3,1200,0.8
    speak bn+f2 85 200 "$news" happy bend 0.1,700,0.2 0.1,-500,0.3 0.1,900,0.3 0.1,-800,0.4
    speak bn+f2 85 120 "$market" sad
    speak bn+f4 20 180 "$market" neutral
    speak bn+f2 85 150 "কী! তুমি সত্যি এসেছ?" surprise bend 0.2,900,1.2
    sox -R clips/neutral.flac clips/sad.flac clips/angry.flac clips/surprise.flac clips/long.flac
    sox -R -M clips/happy.flac clips/neutral.flac -r 48000 clips/stereo.flac gain -3
}

if [ "$1" = clips ]; then
    clips
else
    cd ../..
    "$what" analyze --json tests/pinned/clips/*.flac > tests/pinned/answers.jsonl
fi
