"""Hears the emotion in Bengali speech.

    import banglaser

    banglaser.score("greeting.ogg")["emotion"]
    banglaser.score_many(["a.wav", "b.mp3"]).to_pandas()

A clip is a path, its bytes in any format that the application knows, or an array of samples with their rate. What a
clip cannot be heard for is a value: `{"error": {"code": "no_speech", ...}}`.
"""

from __future__ import annotations

import functools
import json
import os
import struct

from .banglaser_native import NativeScorer
from .client import Client, ServerError

__all__ = ["Client", "Scorer", "Scores", "ServerError", "score", "score_many"]

#: Names the folder of another checkpoint than the one that ships with the package.
MODEL_VARIABLE = "BANGLASER_RECOGNIZER_CHECKPOINT"


class Scores(list):
    """What was said of several clips, in their order."""

    def to_pandas(self):
        """A `pandas.DataFrame` with a row for each clip: `p_EMOTION` for each label, `error` where there is one."""
        import pandas

        return pandas.DataFrame([_row(score) for score in self])


class Scorer:
    """A checkpoint ready to use, from any number of threads.

    `model` is its folder; else the environment variable `BANGLASER_RECOGNIZER_CHECKPOINT` names one, else it is the
    one that ships. `speakers` tells voices apart: `"auto"`, or how many there are. `channels="separate"` hears each
    channel by itself. Longer clips than `max_duration_s` are refused.
    """

    def __init__(self, model=None, *, speakers=None, channels="together", max_duration_s=600.0):
        if channels not in ("together", "separate"):
            raise ValueError("channels is together or separate")
        model = model or os.environ.get(MODEL_VARIABLE)
        speakers = None if speakers is None else str(speakers)
        self._native = NativeScorer(model, speakers, channels == "separate", max_duration_s)

    @property
    def model(self):
        """Name of the checkpoint."""
        return self._native.model

    @property
    def labels(self):
        """Codes of the emotions that it tells apart, in class order."""
        return self._native.labels

    def score(self, clip, sample_rate=None):
        """What is said of one clip, as a `dict` of the shape of `POST /api/v1/recognitions`."""
        return json.loads(self._native.score(_readable(clip, sample_rate)))

    def score_many(self, clips, sample_rate=None, threads=0):
        """What is said of each clip. Other threads of Python run meanwhile; 0 `threads`: one for each core."""
        clips = [_readable(clip, sample_rate) for clip in clips]
        return Scores(map(json.loads, self._native.score_many(clips, threads)))


@functools.lru_cache(maxsize=4)
def _scorer(model):
    return Scorer(model)


def score(clip, sample_rate=None, *, model=None):
    """What is said of one clip by the checkpoint that ships, or by the one in the folder `model`."""
    return _scorer(model or os.environ.get(MODEL_VARIABLE)).score(clip, sample_rate)


def score_many(clips, sample_rate=None, *, model=None, threads=0):
    """The same of several clips, by several threads: what Spark, Ray, Daft and Polars map over a partition."""
    return _scorer(model or os.environ.get(MODEL_VARIABLE)).score_many(clips, sample_rate, threads)


def _readable(clip, sample_rate):
    """A path, or bytes; samples become a WAV file in memory."""
    if isinstance(clip, (str, os.PathLike)):
        return os.fspath(clip)
    if isinstance(clip, bytes):
        return clip
    if isinstance(clip, (bytearray, memoryview)):
        return bytes(clip)
    if sample_rate is None:
        raise TypeError("an array of samples needs its sample_rate")
    return _wav(clip, int(sample_rate))


def _wav(samples, sample_rate):
    """Samples of 32 bits behind their head: of an array (n_samples,) or (n_samples, n_channels)."""
    import numpy

    samples = numpy.asarray(samples)
    if samples.ndim not in (1, 2) or samples.ndim == 2 and samples.shape[1] > 32:
        raise ValueError(f"(n_samples,) or (n_samples, n_channels), not {samples.shape}")
    if samples.dtype.kind in "iu":
        info = numpy.iinfo(samples.dtype)
        middle = 0 if info.min else (info.max + 1) / 2
        samples = (samples.astype("f8") - middle) / (info.max - middle + 1)
    n_channels = 1 if samples.ndim == 1 else samples.shape[1]
    data = numpy.ascontiguousarray(samples, dtype="<f4").tobytes()
    is_float = 3
    kind = struct.pack(
        "<HHIIHH", is_float, n_channels, sample_rate, 4 * n_channels * sample_rate, 4 * n_channels, 32
    )
    head = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", len(data))
    return b"RIFF" + struct.pack("<I", len(head) + len(data)) + head + data


def _row(score):
    """A score in one line of a table."""
    row = {name: score.get(name) for name in ("model", "outcome", "emotion", "confidence")}
    row["band"] = score["band"]["name"] if "band" in score else None
    row["intensity"] = score["intensity"]["value"] if "intensity" in score else None
    for label, probability in score.get("probabilities", {}).items():
        row[f"p_{label}"] = probability
    for name in ("duration_s", "speech_s", "notes"):
        row[name] = score.get(name)
    row["error"] = score["error"]["code"] if "error" in score else None
    return row
