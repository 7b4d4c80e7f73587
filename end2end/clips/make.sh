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
# Browsers decode it, the server does not.
encode -af 'pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0' -c:a libopus -b:a 64k six.opus
encode -c:a aac -b:a 32k clip.m4a
encode -c:a aac -b:a 32k clip.aac
ffmpeg -v error -y -i long.wav -map_metadata -1 -fflags +bitexact -c:a libopus -b:a 24k long.opus
rm long.wav
# Two voices in turns: mixed, and each on a channel of its own.
turn() { espeak-ng -v "$1" -s 150 -p "$2" "$3" --stdout | ffmpeg -v error -y -i - -ac 1 -ar 16000 "$4"; }
turn bn 25 'আজ সকালে বাজারে গিয়েছিলাম, অনেক ভিড় ছিল।' turn0.wav
turn bn+f4 85 'তাই নাকি? আমাকে তো কিছুই বললে না তুমি!' turn1.wav
turn bn 25 'ভেবেছিলাম তুমি ব্যস্ত আছ, তাই আর ডাকিনি।' turn2.wav
turn bn+f4 85 'পরের বার গেলে আমাকেও সঙ্গে নিয়ে যেও।' turn3.wav
turns() {
  ffmpeg -v error -y -i turn0.wav -i turn1.wav -i turn2.wav -i turn3.wav -filter_complex "$1" -map_metadata -1 \
    -fflags +bitexact -flags +bitexact -ar 16000 -c:a libopus -b:a 24k "$2"
}
turns '[0]apad=pad_dur=0.5[a];[1]apad=pad_dur=0.5[b];[2]apad=pad_dur=0.5[c];[a][b][c][3]concat=n=4:v=0:a=1' dialogue.ogg
turns '[0]pan=stereo|c0=c0[a];[1]pan=stereo|c1=c0[b];[2]pan=stereo|c0=c0[c];[3]pan=stereo|c1=c0[d];[a][b][c][d]concat=n=4:v=0:a=1' call.ogg
rm turn0.wav turn1.wav turn2.wav turn3.wav
printf 'This is a text file that calls itself audio.\n' > text.wav
