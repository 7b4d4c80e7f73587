#!/usr/bin/env bash
# Makes the clips (espeak-ng, sox) and pins what a built `banglaser` answers to them: make.sh PATH/TO/banglaser
set -euo pipefail
cd "$(dirname "$0")"
banglaser=$(realpath "$1")
if [ "${2:-}" = clips ]; then
    speak() { espeak-ng -v bn "${@:2}" --stdout "আজ সকালে আমি বাজারে গিয়ে তোমার জন্য মাছ কিনেছি" | sox - -r 16000 -b 16 "clips/$1.flac" rate -v; }
    :
fi
cd ../..
"$banglaser" analyze --json tests/pinned/clips/* | sed 's#"file":"[^"]*/#"file":"#' > tests/pinned/answers.jsonl
