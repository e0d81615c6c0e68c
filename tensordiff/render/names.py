"""How names are typeset: Greek letters, subscripts, names of several letters."""

from __future__ import annotations

import re

from tensordiff.functions import SYNONYMS, lookup
from tensordiff.matrix.operations import ELSEWHERE, OPERATIONS

_LETTERS = dict(
    alpha="α", beta="β", gamma="γ", delta="δ", epsilon="ε", zeta="ζ", eta="η", theta="θ", iota="ι", kappa="κ",
    mu="μ", nu="ν", xi="ξ", pi="π", rho="ρ", sigma="σ", tau="τ", upsilon="υ", phi="φ", chi="χ", psi="ψ", omega="ω",
    Gamma="Γ", Delta="Δ", Theta="Θ", Lambda="Λ", Xi="Ξ", Pi="Π", Sigma="Σ", Upsilon="Υ", Phi="Φ", Psi="Ψ", Omega="Ω",
    **{"lambda": "λ"},
)  # fmt: skip
"""The Greek letters that LaTeX has commands for."""

_COMMANDS = {letter: name for name, letter in _LETTERS.items()}


def latex_name(name: str) -> str:
    r"""A name in LaTeX: x, \beta, x_{1}, \Sigma_{xy}, \mathrm{loss}; primes stay.

    >>> latex_name("Sigma_x"), latex_name("x1"), latex_name("loss")
    ('\\Sigma_{x}', 'x_{1}', '\\mathrm{loss}')
    """
    stem, primes = name.rstrip("'"), name[len(name.rstrip("'")) :]
    if not _PARTED.fullmatch(stem):
        return _whole(stem) + primes
    head, underscore, tail = stem.partition("_")
    if not underscore:
        digits = re.fullmatch(r"([^\W\d_]+)(\d+)", head)
        if digits:
            head, tail = digits[1], digits[2]
    if tail and is_word(head):
        return _whole(stem) + primes
    core = _core(head)
    if tail:
        core += f"_{{{tail if len(tail) == 1 or tail.isdigit() else _lowered(tail)}}}"
    return core + primes


_PARTED = re.compile(r"[^\W_]+(?:_[^\W_]+)*")


def is_word(head: str) -> bool:
    """Whether letters are, in some case, a word of the language, behind which no subscript is read."""
    words = {head, head.lower()} if len(head) > 1 and head not in _LETTERS else set()
    return any(word in OPERATIONS or word in SYNONYMS or word in ELSEWHERE or lookup(word) is not None for word in words)


def _whole(name: str) -> str:
    r"""A name that is not taken apart: \mathrm{det\_A}."""
    return rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"


def _core(head: str) -> str:
    if head in _COMMANDS:
        head = _COMMANDS[head]
    if head in _LETTERS:
        return "\\" + head
    return head if len(head) == 1 else rf"\mathrm{{{head}}}"


def _lowered(tail: str) -> str:
    if tail in _LETTERS:
        return "\\" + tail
    return rf"\mathrm{{{tail.replace('_', ',')}}}" if len(tail) > 2 else tail


def unicode_name(name: str) -> str:
    """A name with a Greek letter at its start as that letter: Sigma_x is Σ_x."""
    head, underscore, tail = name.partition("_")
    return _LETTERS.get(head, head) + underscore + tail
