"""Sentences of the page, spoken by espeak-ng's voices, which feel nothing: what `training --content` hears.

    python3 tools/speak-sentences.py OUT

Writes OUT/VOICE/NUMBER.wav: 50 sentences of each of twelve voices. It needs espeak-ng 1.51 with its Bengali.
"""

import json
import pathlib
import random
import re
import subprocess
import sys

VOICES = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "f1", "f2", "f3", "f4", "f5"]
N_SENTENCES = 50
N_WORDS = range(4, 10)
PITCHES = (25, 75)
WORDS_PER_MINUTE = (120, 190)


def texts(value):
    """Every text in a language's file."""
    if isinstance(value, str):
        yield value
    else:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def sentences():
    """Those of Bengali words alone, without marks and places for values."""
    page = pathlib.Path(__file__).parent.parent / "locales/bn.json"
    found = set()
    for text in texts(json.loads(page.read_text(encoding="utf-8"))):
        plain = re.sub(r"\{\{?.*?\}?\}|<.*?>|\*", "", text)
        for sentence in re.split(r"[।:;.!?\n]", plain):
            is_bengali = re.search("[ঀ-৿]", sentence) and not re.search("[A-Za-z]", sentence)
            if is_bengali and len(sentence.split()) in N_WORDS:
                found.add(sentence.strip())
    return sorted(found)


def main(out):
    draw = random.Random(1)
    said = sentences()
    for voice in VOICES:
        folder = out / voice
        folder.mkdir(parents=True, exist_ok=True)
        pitch, rate = draw.randint(*PITCHES), draw.randint(*WORDS_PER_MINUTE)
        for number in draw.sample(range(len(said)), N_SENTENCES):
            manner = ["-v", f"bn+{voice}", "-p", str(pitch), "-s", str(rate)]
            file = folder / f"{number}.wav"
            subprocess.run(["espeak-ng", *manner, "-w", str(file), said[number]], check=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
