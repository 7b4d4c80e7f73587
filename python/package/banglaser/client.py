"""A server's answers to clips: a thin client of its REST interface, with the standard library only."""

from __future__ import annotations

import json
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request

#: Answers that are another one a little later.
_AGAIN = {429, 502, 503, 504}

#: Seconds before the second try; each further one waits twice as long, up to the other.
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0


class ServerError(Exception):
    """What a server refuses whatever the clip: a key, an address, a fault of its own."""

    def __init__(self, status, error):
        super().__init__(f"{status}: {error.get('code', 'no answer')}")
        self.status = status
        self.error = error


class Client:
    """Asks a server such as `http://127.0.0.1:3000`.

    `key` is an API key, where it asks for one. A server that has too much to do, or does not answer, is asked again up
    to `retries` times, when it says so or later and later.
    """

    def __init__(self, url, key=None, *, retries=5, timeout_s=120.0):
        self._url = url.rstrip("/")
        self._key = key
        self._retries = retries
        self._timeout_s = timeout_s

    def score(self, clip, *, model=None, speakers=None, channels=None):
        """What the server says of one clip: a path, or its bytes. What is wrong with the clip is a value, `error`."""
        if isinstance(clip, (str, os.PathLike)):
            with open(clip, "rb") as file:
                clip = file.read()
        asked = {"model": model, "speakers": speakers, "channels": channels}
        asked = {name: value for name, value in asked.items() if value is not None}
        query = "?" + urllib.parse.urlencode(asked) if asked else ""
        status, answer = self._ask(f"/api/v1/recognitions{query}", bytes(clip))
        if status == 200:
            return answer
        error = answer.get("error", {})
        # Of these statuses the clip is to blame, of others who asks or who answers.
        if status in (400, 413, 415, 422) and "field" not in error and "models" not in error:
            return {"error": error}
        raise ServerError(status, error)

    def _ask(self, path, body):
        for n_tries in range(self._retries + 1):
            request = urllib.request.Request(self._url + path, body, self._headers())
            try:
                with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as refusal:
                answer, wait = _read(refusal), refusal.headers.get("Retry-After")
                if refusal.code not in _AGAIN or n_tries == self._retries:
                    return refusal.code, answer
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                wait = None
                if n_tries == self._retries:
                    raise
            time.sleep(_wait_s(n_tries, wait))

    def _headers(self):
        headers = {"Content-Type": "application/octet-stream"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        return headers


def _read(refusal):
    try:
        answer = json.load(refusal)
    except ValueError:
        answer = {}
    return answer if isinstance(answer, dict) else {}


def _wait_s(n_tries, told):
    """As long as the server says; else twice as long as before, and not all clients at once."""
    if told and told.isdigit():
        return float(told)
    return min(_FIRST_WAIT_S * 2**n_tries, _LONGEST_WAIT_S) * random.uniform(0.5, 1.0)
