"""The part of a product that hangs on some axes of one of its factors."""

from __future__ import annotations

from tensordiff.tensor import Einsum, Indices


def hanging(node: Einsum, place: int, indices: Indices) -> list[int] | None:
    """The factors that hang on these indices of the factor at `place`, and on nothing else; None where they reach its other
    indices or the open ones, or where there are none."""
    taken: dict[int, None] = {}
    seen, waiting = set(indices), list(dict.fromkeys(indices))
    others = set(node.factors[place][1]) - seen
    while waiting:
        current = waiting.pop()
        if current in node.output or current in others:
            return None
        for number, (_, around) in enumerate(node.factors):
            if number != place and current in around and number not in taken:
                taken[number] = None
                new = set(around) - seen
                seen |= new
                waiting.extend(sorted(new))
    return list(taken) if taken else None
