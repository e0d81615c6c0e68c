"""The declarations among the arguments, by the names that they have in Python."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

import tensordiff as td
from tensordiff.show import report


def expression(arguments: Namespace) -> td.Expression:
    """What was differentiated. Raises TensordiffError where it cannot be read."""
    return td.parse(arguments.expression, **declarations(arguments))


def declarations(arguments: Namespace) -> dict[str, Any]:
    variables = _once("variable", arguments.var)
    return {
        "shapes": {name: report.read_sizes(sizes) for name, sizes in variables.items()} or None,
        "structures": _once("structure of", arguments.structure),
        "where": _once("name", arguments.where),
        "assume": _once("assumption on", arguments.assume),
    }


def _once(what: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs by name. Raises UnknownNameError for a name that comes twice."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise td.UnknownNameError(f"the {what} {name} is given twice", hint=f"once as {found[name]}, once as {value}")
        found[name] = value
    return found
