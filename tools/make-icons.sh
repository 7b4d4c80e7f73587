#!/bin/sh
# Draws the icons of the installed page from icon.svg and icons/maskable.svg with librsvg (Debian: librsvg2-bin). The
# pictures are kept in the repository.
set -eu
cd "$(dirname "$0")/../public"
for side in 192 512; do rsvg-convert --width "$side" --height "$side" icon.svg --output "icons/icon-$side.png"; done
rsvg-convert --width 512 --height 512 icons/maskable.svg --output icons/maskable-512.png
