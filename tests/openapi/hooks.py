"""Clips among the invented bodies, so that answers to clips are compared with the document too."""

from pathlib import Path

import schemathesis
from hypothesis import strategies

CLIPS = Path(__file__).parents[2] / "crates/audio/tests/formats/clips"
NAMES = ["original.wav", "opus.webm", "aac.m4a", "mp3_cbr.mp3", "refused_wma.wma", "refused_video_only.mp4"]

clips = strategies.sampled_from([(CLIPS / name).read_bytes() for name in NAMES])
schemathesis.openapi.media_type("application/octet-stream", strategies.one_of(clips, strategies.binary(max_size=4096)))
