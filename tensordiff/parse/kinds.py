"""What kind of value an undeclared name is: a scalar, a vector, a matrix.

That follows from its first letter as on matrixcalculus.org: capitals are matrices, a to g scalars, h to z vectors. Where
the text does not fit that reading, one name at a time is read otherwise, provided that one change alone makes the text fit
better than every other; a text that leaves the choice open is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count

from tensordiff.parse.infer import ConflictError, Inference
from tensordiff.parse.names import spelled
from tensordiff.parse.sizes import Naming, Sizes, Unknown
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.tensor import Group

_ATTEMPTS = 200
"""The most readings that are tried."""

Reading = tuple[Inference, dict[str, Sizes]] | ConflictError
"""What comes of a choice of kinds: all sizes and those of the variables, or where it does not fit."""


def usual_rank(name: str) -> int:
    """0 for a scalar, 1 for a vector, 2 for a matrix, by the first letter; a Greek letter goes by its English name."""
    first = spelled(name)[:1]
    if first.isupper():
        return 2
    return 0 if first in "abcdefg" else 1


def infer(
    trees: Sequence[tuple[str, Tree]],
    variables: Mapping[str, int | None],
    squares: frozenset[str],
    sizes: Collection[str],
    size_of: Callable[[Tree, Syntax], Group],
    naming: Naming,
    is_own: Callable[[str], bool] = lambda name: False,
) -> tuple[Inference, dict[str, Sizes]]:
    """The reading of the trees: sizes of all nodes, and of each variable.

    `variables` are the names that are not sizes or definitions, each with the rank that is certain or None; `squares`
    those that must be square matrices, `is_own` whether a name is a function of the user's own. Raises ShapeError where
    no reading fits or several do.
    """
    certain = {name: rank for name, rank in variables.items() if rank is not None}
    ranks = {name: usual_rank(name) if rank is None else rank for name, rank in variables.items()}
    attempts = count(1)

    def read(ranks: Mapping[str, int]) -> Reading:
        leaves: dict[str, Sizes] = {}
        for name, rank in ranks.items():
            leaves[name] = tuple((Unknown(),) for _ in range(rank))
            if name in squares:
                leaves[name] = (leaves[name][0],) * 2
        try:
            known = leaves | dict.fromkeys(sizes, ())
            return Inference(trees, known, size_of, strict=True, is_own=is_own), leaves
        except ConflictError as conflict:
            if next(attempts) > _ATTEMPTS:
                raise conflict.error(naming) from None
            return conflict

    reading = read(ranks)
    while isinstance(reading, ConflictError):
        reading, ranks = _repaired(reading, ranks, certain, read, naming)
    return reading


def _repaired(
    conflict: ConflictError,
    ranks: Mapping[str, int],
    certain: Mapping[str, int],
    read: Callable[[Mapping[str, int]], Reading],
    naming: Naming,
) -> tuple[Reading, dict[str, int]]:
    """The one reading that gets further than the conflict and differs in one name. Raises the conflict's error where
    there is none, or where several are as good."""
    for changes in _alternatives(conflict, ranks, certain):
        readings = [(read({**ranks, **change}), change) for change in changes]
        best = max((_progress(reading) for reading, _ in readings), default=0.0)
        if best > conflict.progress:
            found = [pair for pair in readings if _progress(pair[0]) == best]
            if len(found) == 1:
                return found[0][0], {**ranks, **found[0][1]}
            break
    raise conflict.error(naming)


def _progress(reading: Reading) -> float:
    return reading.progress if isinstance(reading, ConflictError) else float("inf")


def _alternatives(conflict: ConflictError, ranks: Mapping[str, int], certain: Mapping[str, int]) -> list[list[dict[str, int]]]:
    """Other readings of the names under the operation that does not fit, one change each, the likelier ones first: a
    scalar letter as a vector, a small letter as anything else, a capital as a vector or scalar."""
    names: dict[str, None] = {}
    pending = [conflict.node]
    while pending and len(names) < 16:
        node = pending.pop()
        pending.extend(reversed(node.children))
        if node.op == "name" and node.data in ranks and node.data not in certain:
            names[node.data] = None
    small = [name for name in names if usual_rank(name) < 2]
    scalars = [name for name in small if ranks[name] == 0 and usual_rank(name) == 0]
    capitals = [name for name in names if usual_rank(name) == 2]
    return [
        [{name: 1} for name in scalars],
        [{name: rank} for name in small for rank in (0, 1, 2) if rank != ranks[name]],
        [{name: 1} for name in capitals if ranks[name] != 1],
        [{name: 0} for name in capitals if ranks[name] != 0],
    ]
