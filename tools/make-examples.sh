#!/bin/sh
# Makes the page's examples: espeak-ng's Bengali voice, at three pitches and speeds. They are kept in the repository, so
# that nothing else needs espeak-ng or ffmpeg. The voice has no emotion, and the page says so.
set -eu
cd "$(dirname "$0")/../public/examples"
say() { espeak-ng -v "$1" -s "$2" -p "$3" "$4" --stdout | ffmpeg -v error -y -i - -ac 1 -ar 16000 -map_metadata -1 -fflags +bitexact -flags +bitexact "$5"; }
say bn+f3 165 70 'কী মজা! আজ আমরা সবাই মিলে মেলায় যাব, তুমিও চলো।' voice-1.flac
say bn+m2 120 25 'আজ সারা দিন খুব একা লাগছে। কেউ আমার খবর নেয়নি।' voice-2.flac
say bn+m4 180 50 'এ কেমন কথা? আমি তোমাকে আগেই নিষেধ করেছিলাম!' voice-3.flac
