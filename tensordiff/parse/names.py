"""What names may be: Unicode normalisation, Greek letters, superscripts, and the names that the language keeps."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from tensordiff.errors import ParseError
from tensordiff.functions import SYNONYMS, lookup
from tensordiff.matrix import Scope, build
from tensordiff.matrix.calls import suggestion
from tensordiff.matrix.operations import WORDS
from tensordiff.parse.syntax import Syntax, Tree

SIZED = frozenset(word for word, record in WORDS.items() if record.is_constant and record.reserved)
"""Functions whose arguments are sizes."""

LETTERS = frozenset(word for word, record in WORDS.items() if record.is_constant and not record.reserved)
"""Functions of sizes where a parenthesis follows, ordinary names elsewhere."""

UNSIZED = frozenset(("vector", "matrix"))
"""vector(1) and matrix(1): constants whose sizes follow from their neighbours."""

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
GREEK = _GREEK | {name.capitalize(): letter.upper() for name, letter in _GREEK.items()}
"""English names of the Greek letters, "Sigma" to "Σ"."""
_SPELLED = {letter: name for name, letter in GREEK.items()} | {"ς": "sigma", "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}

SUPERSCRIPTS = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵏⁿᵐⁱʲˡᵖʳˢᵗ", "0123456789+-()Tknmijlprst", strict=True)
)  # fmt: skip
"""Superscript characters and what they raise."""


@cache
def functions() -> frozenset[str]:
    """The names of all functions of the language, but for LETTERS, which are functions before "(" only."""
    return frozenset(name for name in callables() if _is_reserved(name)) | SIZED | UNSIZED


@cache
def callables() -> frozenset[str]:
    """The names that are functions before a parenthesis; some are ordinary names elsewhere, and where they are declared."""
    return frozenset(build.known_calls()) | frozenset(SYNONYMS)


def _is_reserved(name: str) -> bool:
    name = SYNONYMS.get(name, name)
    function = lookup(name)
    return WORDS[name].reserved if name in WORDS else function is None or function.reserved


def is_callable(name: str) -> bool:
    """Whether this is a function of the language before a parenthesis."""
    return name in callables() or name in functions()


def is_function(name: str) -> bool:
    """Whether the language keeps this name for a function."""
    return name in functions()


def unknown_function(tree: Tree, node: Syntax, own: Iterable[str]) -> ParseError:
    """The error for a call of a name that is no function; `own` are the functions of the user's own."""
    name: str = node.data
    hint = suggestion(name, sorted({*functions(), *callables(), *own})) or f"for a product write {name}*(...)"
    return ParseError(f"unknown function {name}", text=tree.text, start=node.start, end=node.start + len(name), hint=hint)


def normalise(name: str) -> str:
    """The name as Python's own identifiers are normalised (NFKC), so that it can be given as a keyword argument."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def spelled(name: str) -> str:
    """The name with a Greek letter at its start spelled out in English."""
    return _SPELLED.get(name[:1], name[:1]) + name[1:]


@cache
def spellings(name: str) -> tuple[str, ...]:
    """Other spellings of a name: a Greek letter and its English name stand for each other (`Σ_1` and `Sigma_1`)."""
    head, underscore, tail = name.partition("_")
    found = [other for other in (GREEK.get(head), _SPELLED.get(head)) if other]
    return tuple(normalise(other) + underscore + tail for other in found)


def resolve_name(name: str, scope: Scope) -> str:
    """The name as it is declared: itself, or with a Greek letter written the other way."""
    if name in scope:
        return name
    return next((other for other in spellings(name) if other in scope), name)
