"""Requests to the JSON interface: read, and refused in words where they are malformed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TEXTS = ("f", "wrt", "answer", "text", "layout", "entries", "sizes", "to", "language", "name")
TABLES = ("shapes", "structures", "where", "assume")


class RequestError(Exception):
    """A request that is refused before any mathematics."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def read_request(content_type: str, body: bytes) -> Mapping[str, Any]:
    """The request's JSON object: texts, and tables of texts by name; what is empty is left out.

    Other types of content are refused: a page elsewhere could send them unasked.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RequestError("the content type is application/json", status=415)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the request is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise RequestError("the request is a JSON object")
    for key, value in found.items():
        if key in TEXTS:
            _text(key, value)
        elif key in TABLES:
            if not isinstance(value, dict):
                raise RequestError(f"{key} is an object that gives each name a text")
            for name, inner in value.items():
                _text(f"a name in {key}", name)
                _text(f"{key} of {name}", inner)
        else:
            raise RequestError(f"unknown key {key!r}; known are {', '.join((*TEXTS, *TABLES))}")
    return {key: value for key, value in found.items() if value}


def _text(key: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise RequestError(f"{key} is a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RequestError(f"{key} holds half of a character (a lone surrogate)") from None
