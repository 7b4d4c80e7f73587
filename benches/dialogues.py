"""Dialogues of a corpus's speakers, and how well somebody tells who speaks when in them.

    pip install numpy soundfile pyannote.metrics
    python dialogues.py make BANGLASER OUT --speakers 2 --n 50 --seed 10 [--only SPEAKERS]
    banglaser analyze --json --speakers 2 OUT/*.wav > answers.jsonl
    python dialogues.py score OUT answers.jsonl

BANGLASER has a manifest.csv (docs/corpora.md). SPEAKERS is a file with a speaker on each line.
"""

import argparse
import collections
import csv
import json
import random
import warnings
from pathlib import Path

RATE_HZ = 16_000
FRAME = 320
# Quieter than the loudest frame by this many dB is no part of a clip.
RANGE_DB = 35.0
# The speaker changes behind so many of the clips.
CHANGES = 0.85


def trimmed(path):
    import numpy as np
    import soundfile

    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate_hz == RATE_HZ, f"{path} is at {rate_hz} Hz"
    samples = samples.mean(1)
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    level_db = 10 * np.log10((frames**2).mean(1) + 1e-12)
    sounding = np.flatnonzero(level_db > level_db.max() - RANGE_DB)
    return samples[max(0, sounding[0] - 2) * FRAME : (sounding[-1] + 3) * FRAME]


def make(arguments):
    import numpy as np
    import soundfile

    only = set(arguments.only.read_text().split()) if arguments.only else None
    clips = collections.defaultdict(list)
    with open(arguments.corpus / "manifest.csv", encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest):
            if only is None or row["speaker"] in only:
                clips[row["speaker"]].append(row)
    rng = random.Random(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for number in range(arguments.n):
        voices = rng.sample(sorted(clips), arguments.speakers)
        voice, pieces, turns, n_samples = voices[0], [], [], 0
        for _ in range(rng.randint(6, 14)):
            clip = rng.choice(clips[voice])
            samples = trimmed(arguments.corpus / clip["file"])
            gain = 0.1 / np.sqrt((samples**2).mean() + 1e-9) * 10 ** (rng.uniform(-4, 4) / 20)
            samples = np.clip(samples * gain, -1, 1)
            pause = np.zeros(int(rng.uniform(0, 1) * RATE_HZ), np.float32)
            start = n_samples + len(pause)
            n_samples = start + len(samples)
            pieces += [pause, samples]
            turns.append(
                {
                    "speaker": voice,
                    "start_s": start / RATE_HZ,
                    "end_s": n_samples / RATE_HZ,
                    "emotion": clip["emotion"],
                }
            )
            others = [other for other in voices if other != voice]
            if others and rng.random() < CHANGES:
                voice = rng.choice(others)
        noise = np.random.default_rng(arguments.seed * 1000 + number).normal(0, 1e-4, n_samples)
        dialogue = np.concatenate(pieces) + noise.astype(np.float32)
        name = arguments.out / f"{number:03}.wav"
        soundfile.write(name, dialogue, RATE_HZ, subtype="PCM_16")
        name.with_suffix(".json").write_text(json.dumps(turns))


def score(arguments):
    from pyannote.core import Annotation, Segment
    from pyannote.metrics.diarization import DiarizationErrorRate

    warnings.filterwarnings("ignore", message="'uem' was approximated")
    # The library's collar is the whole of it, half on either side.
    error_rate = DiarizationErrorRate(collar=0.5)
    n_voices, n_right, n_told = collections.Counter(), 0, 0
    for line in arguments.answers.read_text().splitlines():
        answer = json.loads(line)
        expected = json.loads((arguments.out / Path(answer["file"]).name).with_suffix(".json").read_text())
        found = answer.get("turns", [])
        truth, heard = Annotation(), Annotation()
        for annotation, turns in ((truth, expected), (heard, found)):
            for number, turn in enumerate(turns):
                annotation[Segment(turn["start_s"], turn["end_s"]), number] = turn["speaker"]
        error_rate(truth, heard)
        n_voices[len({turn["speaker"] for turn in found})] += 1
        for turn in expected:
            shared_s = lambda one: min(one["end_s"], turn["end_s"]) - max(one["start_s"], turn["start_s"])
            best = max(found, key=shared_s, default=None)
            if best and best["emotion"]:
                n_told += 1
                n_right += best["emotion"] == turn["emotion"]
    report = error_rate.report(display=False).iloc[-1]
    total = report[("total", "")]
    print(f"diarization error rate {abs(error_rate):.3f}")
    for part in ("confusion", "missed detection", "false alarm"):
        print(f"  {part} {report[(part, '')] / total:.3f}")
    print(f"voices found: {dict(sorted(n_voices.items()))}")
    print(f"emotion of {n_told} turns: {n_right / max(n_told, 1):.3f} as labelled")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    making = commands.add_parser("make")
    making.add_argument("corpus", type=Path)
    making.add_argument("out", type=Path)
    making.add_argument("--speakers", type=int, default=2)
    making.add_argument("--n", type=int, default=100)
    making.add_argument("--seed", type=int, default=1)
    making.add_argument("--only", type=Path)
    making.set_defaults(run=make)
    scoring = commands.add_parser("score")
    scoring.add_argument("out", type=Path)
    scoring.add_argument("answers", type=Path)
    scoring.set_defaults(run=score)
    arguments = parser.parse_args()
    arguments.run(arguments)


main()
