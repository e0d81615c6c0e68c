"""Groups of permutations of axes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

Permutations = tuple[tuple[int, ...], ...]
"""Permutations of axes, counted from 0; a group of them stands in order."""

_MOST = 5040


def closed(permutations: Iterable[tuple[int, ...]], rank: int) -> Permutations:
    """The group that they generate. Raises ValueError where it is too large."""
    whole = {tuple(range(rank))}
    new = list(whole)
    while new:
        reached = {tuple(axes[p] for p in other) for axes in new for other in permutations} - whole
        new = sorted(reached)
        whole |= reached
        if len(whole) > _MOST:
            raise ValueError(f"they generate more than {_MOST} permutations")
    return tuple(sorted(whole))


@lru_cache(maxsize=1024)
def generators(group: Permutations) -> Permutations:
    """The first elements of a group that generate it."""
    found: list[tuple[int, ...]] = []
    reached: set[tuple[int, ...]] = set(closed((), len(group[0]))) if group else set()
    for axes in group:
        if axes not in reached:
            found.append(axes)
            reached = set(closed(found, len(axes)))
    return tuple(found)
