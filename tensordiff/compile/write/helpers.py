"""The source of the functions that programs bring along."""

from __future__ import annotations


class Helpers(dict[str, str]):
    """Sources of functions, by name."""

    def define(self, source: str) -> None:
        """Enters a function under the name that its source gives it."""
        source = source.strip() + "\n"
        self[source.split("(", 1)[0].removeprefix("def ")] = source
