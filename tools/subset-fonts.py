#!/usr/bin/env python3
"""Makes the page's font files from Noto Sans Bengali, and checks that Bengali is still shaped alike.

    npm pack @fontsource-variable/noto-sans-bengali@5.3.0 && tar xzf fontsource-variable-*.tgz
    pip install fonttools==4.68.0 brotli uharfbuzz
    tools/subset-fonts.py package/files

Kept are every Bengali letter in use with all of its conjuncts (no layout rule is dropped), and weights 400 to 700, which
is what the style sheets ask for. Gone are rarer signs, lighter and heavier weights, and hints. Half of what is left are
conjuncts that the page's own sentences never need: the page's file has what they need, the whole is for text of others. Run it again when a sentence changes; a browser test compares the two.
"""

import io
import itertools
import re
import sys
import unicodedata
from pathlib import Path

import uharfbuzz
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).parent.parent
FONTS = ROOT / "public" / "fonts"
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
# Where the page's own Bengali stands.
SENTENCES = ["locales/bn.json", "crates/vocabulary/src/emotion.rs", "src/enrolment.rs"]
BENGALI_ORIGINAL = "noto-sans-bengali-bengali-wght-normal.woff2"
LATIN_ORIGINAL = "noto-sans-bengali-latin-wght-normal.woff2"
FILES = [
    ("noto-sans-bengali-whole.woff2", BENGALI_ORIGINAL, BENGALI),
    ("noto-sans-bengali-own-name.woff2", BENGALI_ORIGINAL, OWN_NAME),
    ("noto-sans-bengali-latin.woff2", LATIN_ORIGINAL, LATIN),
    ("noto-sans-bengali-latin-1.woff2", LATIN_ORIGINAL, LATIN_1),
]
CONSONANTS = [chr(code) for code in range(0x995, 0x9BA) if unicodedata.name(chr(code), "")] + [*"\u09dc\u09dd\u09df\u09f0\u09f1"]
DIGITS = "০১২৩৪৫৬৭৮৯"
SIGNS = ["", *"ািীুূৃেৈোৌ", "ং", "ঃ", "ঁ", "্"]


def reduced(original: Path, characters: set[int], texts: set[str] | None = None) -> TTFont:
    """With `texts`, only the glyphs of these; else every glyph that the characters can become."""
    options = subset.Options()
    options.layout_features = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 13, 14]
    options.layout_closure = texts is None
    subsetter = subset.Subsetter(options)
    glyphs = set()
    if texts is not None:
        shape = shaper(original, glyphs)
        for text in texts:
            shape(text)
    subsetter.populate(unicodes=characters, gids=glyphs)
    font = TTFont(original, recalcTimestamp=False)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    return font


def glyphs_in(buffer) -> list[int]:
    is_shaped = buffer.content_type == uharfbuzz.BufferContentType.GLYPHS
    return [glyph.codepoint for glyph in buffer.glyph_infos] if is_shaped else []


def shaper(file: Path, seen: set[int] | None = None):
    """Gives the glyphs of a text, and the advance and offset of each; `seen` gets those on the way there, too."""
    # HarfBuzz reads no woff2.
    font = TTFont(file)
    font.flavor = None
    plain = io.BytesIO()
    font.save(plain)
    hb = uharfbuzz.Font(uharfbuzz.Face(plain.getvalue()))

    def shape(text: str):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        if seen is not None:
            buffer.set_message_func(lambda _: seen.update(glyphs_in(buffer)))
        uharfbuzz.shape(hb, buffer)
        return glyphs_in(buffer), [(place.x_advance, place.x_offset, place.y_offset) for place in buffer.glyph_positions]

    hb.set_variations({"wght": 400})
    return shape


def own_texts() -> set[str]:
    """The words of the page's sentences, and the digits of its numbers."""
    texts = [(ROOT / name).read_text() for name in SENTENCES]
    return {word for text in texts for word in re.findall("[\u0964\u0965\u0980-\u09ff\u200c\u200d]+", text)} | {*DIGITS}


def syllables():
    for first, sign in itertools.product(CONSONANTS, SIGNS):
        yield first + sign
    for first, second, sign in itertools.product(CONSONANTS, CONSONANTS, SIGNS):
        yield f"{first}্{second}{sign}"
    for first, second, third in itertools.product(CONSONANTS, repeat=3):
        yield f"{first}্{second}্{third}"


def check(originals: Path, made: Path, texts) -> None:
    before, after = shaper(originals / BENGALI_ORIGINAL), shaper(made)
    n_texts = 0
    for text in texts:
        n_texts += 1
        glyphs, places = after(text)
        if 0 in glyphs or places != before(text)[1]:
            sys.exit(f"{made.name}: {text} is not shaped as before")
    print(f"{made.name}: {n_texts} texts are shaped as before")


def main(originals: Path) -> None:
    for made, name, characters in FILES:
        reduced(originals / name, characters).save(FONTS / made)
    own, texts = FONTS / "noto-sans-bengali.woff2", own_texts()
    characters = {ord(character) for text in texts for character in text}
    reduced(originals / BENGALI_ORIGINAL, characters, texts).save(own)
    for file in sorted(FONTS.glob("*.woff2")):
        print(f"{file.name}: {file.stat().st_size} bytes")
    check(originals, own, texts)
    check(originals, FONTS / "noto-sans-bengali-whole.woff2", syllables())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
