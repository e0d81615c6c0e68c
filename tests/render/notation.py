"""A small reader of printed index notation, to see that it means the tensor: sums of products of entries, powers and
functions, as einsum over every letter that is not on the left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np


def read_value(
    printed: str, letters: Sequence[str], arrays: Mapping[str, np.ndarray], lengths: Mapping[str, int]
) -> np.ndarray:
    """The value of printed notation with axes `letters`. `lengths` by letter for the free ones."""
    total = np.zeros([lengths[letter] for letter in letters])
    for sign, term in _terms(printed):
        total = total + sign * _term(term, letters, arrays, lengths)
    return total


def _terms(printed: str) -> list[tuple[int, str]]:
    parts = re.split(r"\s([-+])\s", printed)
    first = -1 if parts[0].startswith("-") else 1
    terms = [(first, parts[0].lstrip("-"))]
    terms.extend((1 if sign == "+" else -1, term) for sign, term in zip(parts[1::2], parts[2::2], strict=True))
    return terms


def _term(term: str, letters: Sequence[str], arrays: Mapping[str, np.ndarray], lengths: Mapping[str, int]) -> np.ndarray:
    operands: list[object] = []
    number: dict[str, int] = {}

    def place(letter: str) -> int:
        return number.setdefault(letter, len(number))

    factor = 1.0
    for part in re.findall(r"\S+", term):
        if re.fullmatch(r"[\d.]+(/\d+)?", part):
            above, _, below = part.partition("/")
            factor *= float(above) / float(below or 1)
            continue
        part, _, exponent = part.partition("^")
        name, _, lowered = part.partition("_")
        indices = lowered[1:-1].split(",") if lowered.startswith("{") else list(lowered)
        if name == "delta":
            operands.extend((np.eye(lengths[indices[0]]), [place(i) for i in indices]))
            continue
        if name == "1":
            operands.extend((np.ones(lengths[indices[0]]), [place(indices[0])]))
            continue
        inverse = re.fullmatch(r"inv\((\w+)\)", name)
        array = np.linalg.inv(arrays[inverse[1]]) if inverse else np.asarray(arrays[name])
        operands.extend((array ** float(exponent or 1), [place(i) for i in indices]))
    for letter in letters:
        if letter not in number:
            raise AssertionError(f"{term} does not show the free index {letter}")
    return factor * np.einsum(*operands, [number[letter] for letter in letters])
