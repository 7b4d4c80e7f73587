from os import PathLike
from typing import Any, Literal

from . import Score

class ServerError(Exception):
    status: int
    error: dict[str, Any]

class Client:
    def __init__(self, url: str, key: str | None = None, *, retries: int = 5, timeout_s: float = 120.0) -> None: ...
    def score(
        self,
        clip: str | PathLike[str] | bytes,
        *,
        model: str | None = None,
        speakers: int | Literal["auto"] | None = None,
        channels: Literal["together", "separate"] | None = None,
    ) -> Score: ...
