#!/usr/bin/env python3
"""Makes the page's font files from Noto Sans Bengali, and checks that Bengali is still shaped alike.

    npm pack @fontsource-variable/noto-sans-bengali@5.3.0 && tar xzf fontsource-variable-*.tgz
    pip install fonttools==4.68.0 brotli uharfbuzz
    tools/subset-fonts.py package/files

Kept are every Bengali letter in use with all of its conjuncts (no layout rule is dropped), and weights 400 to 700, which
is what the style sheets ask for. Gone are rarer signs, lighter and heavier weights, and hints. The committed files were made so.
"""

import itertools
import sys
import unicodedata
from pathlib import Path

import uharfbuzz
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

WEIGHTS = (400, 700)
# Vocalic l and long vocalic r, Sanskrit accents, old currency signs: no word of today's Bengali or Assamese has them.
RARE = {0x98C, 0x9E0, 0x9E1, 0x9E2, 0x9E3, *range(0x9F4, 0x9FF)}
BENGALI = {0x964, 0x965, *range(0x981, 0x9FF), 0x200C, 0x200D, 0x20B9, 0x25CC} - RARE
# ASCII, and the signs of running text and tables.
LATIN = {*range(0x20, 0x7F), 0xA0, *map(ord, "±·×–—‘’“”…−•"), 0x2009, 0x202F}
# The rest of Latin-1, for names of files and devices.
LATIN_1 = {*range(0xA1, 0x100)} - LATIN
# The one Bengali word of an English page, which links to the Bengali one.
OWN_NAME = {*map(ord, "বাংলা")}
BENGALI_ORIGINAL = "noto-sans-bengali-bengali-wght-normal.woff2"
LATIN_ORIGINAL = "noto-sans-bengali-latin-wght-normal.woff2"
FILES = [
    ("noto-sans-bengali.woff2", BENGALI_ORIGINAL, BENGALI),
    ("noto-sans-bengali-own-name.woff2", BENGALI_ORIGINAL, OWN_NAME),
    ("noto-sans-bengali-latin.woff2", LATIN_ORIGINAL, LATIN),
    ("noto-sans-bengali-latin-1.woff2", LATIN_ORIGINAL, LATIN_1),
]
CONSONANTS = [chr(code) for code in range(0x995, 0x9BA) if unicodedata.name(chr(code), "")] + [*"\u09dc\u09dd\u09df\u09f0\u09f1"]
SIGNS = ["", *"ািীুূৃেৈোৌ", "ং", "ঃ", "ঁ", "্"]


def reduced(original: Path, characters: set[int]) -> TTFont:
    options = subset.Options()
    options.layout_features = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 13, 14]
    font = TTFont(original, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    return font


def shaper(file: Path):
    """Gives the advance and offset of each glyph of a text; HarfBuzz reads no woff2."""
    font = TTFont(file)
    font.flavor = None
    plain = Path(f"{file}.ttf")
    font.save(plain)
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(plain)))
    plain.unlink()
    hb = uharfbuzz.Font(face)

    def shape(text: str):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(hb, buffer)
        missing = any(glyph.codepoint == 0 for glyph in buffer.glyph_infos)
        return missing, [(place.x_advance, place.x_offset, place.y_offset) for place in buffer.glyph_positions]

    hb.set_variations({"wght": 400})
    return shape


def syllables():
    for first, sign in itertools.product(CONSONANTS, SIGNS):
        yield first + sign
    for first, second, sign in itertools.product(CONSONANTS, CONSONANTS, SIGNS):
        yield f"{first}্{second}{sign}"
    for first, second, third in itertools.product(CONSONANTS, repeat=3):
        yield f"{first}্{second}্{third}"


def main(originals: Path, fonts: Path) -> None:
    for made, name, characters in FILES:
        reduced(originals / name, characters).save(fonts / made)
        print(f"{made}: {(fonts / made).stat().st_size} bytes, was {(originals / name).stat().st_size}")
    before = shaper(originals / BENGALI_ORIGINAL)
    after = shaper(fonts / "noto-sans-bengali.woff2")
    n_syllables = 0
    for text in syllables():
        n_syllables += 1
        missing, places = after(text)
        if missing or (missing, places) != before(text):
            sys.exit(f"{text} is not shaped as before")
    print(f"{n_syllables} syllables and conjuncts are shaped as before")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent.parent / "public" / "fonts")
