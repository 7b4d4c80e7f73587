from collections.abc import Iterable
from os import PathLike
from typing import Any, Literal, TypedDict, Union

from typing_extensions import NotRequired

from .client import Client as Client
from .client import ServerError as ServerError

Channels = Literal["together", "separate"]
# A path, the bytes of a file, or a numpy array (n_samples,) or (n_samples, n_channels).
Clip = Union[str, PathLike[str], bytes, bytearray, memoryview, Any]

class Band(TypedDict):
    name: Literal["high", "medium", "low", "unclear"]
    accuracy: float | None

class Intensity(TypedDict):
    value: float
    word: Literal["mild", "moderate", "strong"]

class Window(TypedDict):
    start_s: float
    end_s: float
    probabilities: dict[str, float]
    intensity: NotRequired[Intensity]

class Turn(TypedDict):
    speaker: str
    channel: int | None
    start_s: float
    end_s: float
    outcome: Literal["emotion", "unclear"] | None
    emotion: str | None
    band: Band | None
    probabilities: dict[str, float] | None
    intensity: NotRequired[Intensity]

class Score(TypedDict, total=False):
    model: str
    outcome: Literal["emotion", "unclear"]
    emotion: str
    confidence: float
    band: Band
    intensity: Intensity
    probabilities: dict[str, float]
    duration_s: float
    speech_s: float
    notes: list[str]
    windows: list[Window]
    turns: list[Turn]
    channels: list["Score | None"]
    error: dict[str, Any]

class Scores(list[Score]):
    # A pandas.DataFrame.
    def to_pandas(self) -> Any: ...

class Scorer:
    def __init__(
        self,
        model: str | PathLike[str] | None = None,
        *,
        speakers: int | Literal["auto"] | None = None,
        channels: Channels = "together",
        max_duration_s: float = 600.0,
    ) -> None: ...
    @property
    def model(self) -> str: ...
    @property
    def labels(self) -> list[str]: ...
    def score(self, clip: Clip, sample_rate: int | None = None) -> Score: ...
    def score_many(self, clips: Iterable[Clip], sample_rate: int | None = None, threads: int = 0) -> Scores: ...

def score(
    clip: Clip, sample_rate: int | None = None, *, model: str | PathLike[str] | None = None
) -> Score: ...
def score_many(
    clips: Iterable[Clip],
    sample_rate: int | None = None,
    *,
    model: str | PathLike[str] | None = None,
    threads: int = 0,
) -> Scores: ...
