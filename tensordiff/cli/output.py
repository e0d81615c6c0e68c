"""What commands give back."""

from __future__ import annotations

from typing import Any, NamedTuple

RIGHT, NOT_RIGHT, INPUT_ERROR = 0, 1, 2


class Output(NamedTuple):
    """What a command gives back."""

    text: str
    status: int = RIGHT
    tone: str | None = None
    """The colour of its first line: right, partly, open or wrong."""


def as_json(found: Any) -> str:
    import json  # seldom asked for

    return json.dumps(found, indent=2, ensure_ascii=False)
