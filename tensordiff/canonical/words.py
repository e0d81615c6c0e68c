"""Runs of degree-two inner indices as words, so that long matrix products cost linear time.

An open word equals its reversal with every letter transposed; a closed one (a trace) also equals its rotations. Each is
read in the way that gives the least code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tensordiff.tensor import Factor, Tensor

Symmetric = Callable[[Tensor], bool]
Code = tuple[bytes, int]
"""A letter as it is compared: its key, and the slot at which the word enters it (0 for a symmetric one)."""


class Step(NamedTuple):
    """A factor passed by a word: its number, and the slot at which the word enters it."""

    factor: int
    slot: int


class Word(NamedTuple):
    """A path of two-slot factors between two indices, read in its canonical direction."""

    steps: list[Step]
    code: tuple[Code, ...]
    ends: tuple[int, int]
    palindrome: bool
    """Whether it reads the same from both ends: the word is a symmetric matrix."""


def find_words(factors: Sequence[Factor], inner: set[int], symmetric: Symmetric) -> tuple[list[Word], list[int]]:
    """The maximal paths of two-slot factors through inner indices of degree two, and the factors in none of them.

    `inner` are the indices that are not in the output. A network that is one closed path gives one word whose ends
    are equal, rotated to its least reading.
    """
    around: dict[int, list[tuple[int, int]]] = {}
    for number, (_, indices) in enumerate(factors):
        for slot, index in enumerate(indices):
            around.setdefault(index, []).append((number, slot))
    edges = {n for n, (_, indices) in enumerate(factors) if len(indices) == 2 and indices[0] != indices[1]}
    joints = {i for i, places in around.items() if i in inner and len(places) == 2 and all(n in edges for n, _ in places)}
    left = dict.fromkeys(sorted(edges))
    words: list[Word] = []

    def walk(number: int, slot: int) -> tuple[list[Step], int]:
        """Follow the path that enters factor `number` at `slot` until it meets something other than a joint."""
        steps: list[Step] = []
        while number in left:
            del left[number]
            steps.append(Step(number, slot))
            end = factors[number][1][1 - slot]
            if end not in joints:
                break
            number, slot = next(place for place in around[end] if place[0] != number)
        return steps, end

    for number in sorted(edges):
        for slot in (0, 1):
            if number in left and factors[number][1][slot] not in joints:
                start = factors[number][1][slot]
                steps, end = walk(number, slot)
                words.append(_open_word(factors, steps, start, end, symmetric))
    while left:
        number = next(iter(left))
        start = factors[number][1][0]
        steps, _ = walk(number, 0)
        words.append(_closed_word(factors, steps, start, symmetric))
    return words, [n for n in range(len(factors)) if n not in edges]


def _codes(factors: Sequence[Factor], steps: Sequence[Step], symmetric: Symmetric) -> tuple[list[Code], list[Code]]:
    """The code of a path, and that of the path turned round."""
    code: list[Code] = []
    turned: list[Code] = []
    for number, slot in steps:
        node = factors[number][0]
        if symmetric(node):
            code.append((node.key, 0))
            turned.append((node.key, 0))
        else:
            code.append((node.key, slot))
            turned.append((node.key, 1 - slot))
    turned.reverse()
    return code, turned


def _turned(steps: Sequence[Step]) -> list[Step]:
    return [Step(number, 1 - slot) for number, slot in reversed(steps)]


def _open_word(factors: Sequence[Factor], steps: list[Step], start: int, end: int, symmetric: Symmetric) -> Word:
    code, turned = _codes(factors, steps, symmetric)
    if turned < code:
        return Word(_turned(steps), tuple(turned), (end, start), False)
    return Word(steps, tuple(code), (start, end), code == turned)


def _closed_word(factors: Sequence[Factor], steps: list[Step], start: int, symmetric: Symmetric) -> Word:
    best: tuple[list[Code], list[Step]] | None = None
    for way, code in zip((steps, _turned(steps)), _codes(factors, steps, symmetric), strict=True):
        first = least_rotation(code)
        candidate = code[first:] + code[:first], way[first:] + way[:first]
        if best is None or candidate[0] < best[0]:
            best = candidate
    assert best is not None
    at = best[1][0]
    joint = factors[at.factor][1][at.slot]
    return Word(best[1], tuple(best[0]), (joint, joint), False)


def least_rotation(code: Sequence[Code]) -> int:
    """Where the lexicographically least rotation starts. Linear time (Booth 1980, in Duval's two-pointer form)."""
    n = len(code)
    i, j, k = 0, 1, 0
    while i < n and j < n and k < n:
        a, b = code[(i + k) % n], code[(j + k) % n]
        if a == b:
            k += 1
            continue
        if a > b:
            i += k + 1
        else:
            j += k + 1
        if i == j:
            j += 1
        k = 0
    return min(i, j)
