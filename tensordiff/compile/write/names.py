"""The names of a program's text."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection


class Names:
    """Names that are taken; a taken name gets a number."""

    def __init__(self, taken: Collection[str]) -> None:
        self.taken = set(taken)
        self.counts: dict[str, int] = {}

    def new(self, wanted: str) -> str:
        wanted = wanted if wanted.isidentifier() else re.sub(r"\W", "_", wanted) or "t"
        name = wanted
        if not name.isidentifier():
            name = wanted = "_" + name
        if name in self.taken or name == "t":
            count = self.counts.get(wanted, 0)
            while True:
                count += 1
                name = f"{wanted}{count}" if not wanted[-1].isdigit() else f"{wanted}_{count}"
                if wanted in keyword.kwlist and f"{wanted}_" not in self.taken:
                    name = f"{wanted}_"
                if name not in self.taken:
                    break
            self.counts[wanted] = count
        self.taken.add(name)
        return name


_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)?")


def words(text: str) -> set[str]:
    """The names in a text that begin an expression, and these with the part behind their first point: np, np.linalg."""
    found = set(_WORD.findall(text))
    return found | {word.partition(".")[0] for word in found}
