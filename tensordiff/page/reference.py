"""What may be written, from the tables of the reader and the registry: the page's help."""

from __future__ import annotations

from functools import cache
from inspect import getdoc
from typing import Any

from tensordiff.api.functions import described
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.parse.languages import commands, plain
from tensordiff.tensor import STRUCTURES, Assumption

MEANINGS = {
    "*": "product", "·": "inner product of two vectors, else the product", "/": "division by a scalar", ".*": "entry by entry",
    "./": "division entry by entry", "kron": "Kronecker product", "kronsum": "Kronecker sum", ":": "inner product, tr(A'B)",
}  # fmt: skip
"""What each product of the language is."""

_LEVELS = ("TIMES", "CIRCLE", "KRON", "COLON")


def products() -> list[tuple[str, list[str]]]:
    """Each product, from tight to loose, with the signs that are read as it."""
    spelled: dict[tuple[str, str], list[str]] = {}
    for sign, meaning in [*plain.OPERATORS.items(), *((f"\\{name}", found) for name, found in commands.OPERATIONS.items())]:
        spelled.setdefault(meaning, []).append(sign)
    return [(MEANINGS[key[1]], spelled[key]) for key in sorted(spelled, key=lambda key: (_LEVELS.index(key[0]), key[1]))]


def functions() -> dict[str, str]:
    """Each function of the language with a sentence of what it is."""
    found = {name: record.doc for name, record in OPERATIONS.items() if record.doc}
    for name, function in described().items():
        found.setdefault(name, " ".join((getdoc(function) or "").split("\n\n")[0].split()))
    return found


@cache
def reference() -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "structures": list(STRUCTURES),
        "assumptions": [str(assumption) for assumption in Assumption],
        "products": products(),
        "functions": sorted(functions().items()),
    }
