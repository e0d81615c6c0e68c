"""Code in a scope: the reader of each language, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tensordiff.matrix import Matrix, Scope
from tensordiff.parse.arrays.elaborate import evaluate
from tensordiff.parse.languages.code import Code
from tensordiff.parse.languages.julia import read_julia
from tensordiff.parse.languages.mathematica import read_mathematica
from tensordiff.parse.languages.matlab import read_matlab
from tensordiff.parse.languages.python import read_python
from tensordiff.parse.languages.r import read_r

READERS: dict[str, Callable[[str, Collection[str]], Code]] = {
    "python": read_python,
    "matlab": read_matlab,
    "julia": read_julia,
    "r": read_r,
    "mathematica": read_mathematica,
}


def read_code(text: str, scope: Scope, language: str) -> tuple[Matrix, tuple[str, ...]]:
    """What code means in a scope, and what was assumed. Raises ParseError, ShapeError ... with the place."""
    return evaluate(READERS[language](text, {*scope.names(), *scope.functions}), scope)
