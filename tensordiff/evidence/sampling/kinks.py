"""Both sides of every kink: relu, abs, sign and step agree with something smooth on one side, where mistakes hide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evidence.sampling.points import Point
from tensordiff.tensor import Apply, Tensor, postorder

_KINKED = frozenset({"abs", "sign", "relu", "step", "max", "min", "cbrt"})


class Kinks:
    """The functions with a kink in some tensors, and on which sides of it their arguments were."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        nodes = [node for node in postorder(tensors) if isinstance(node, Apply) and node.function.name in _KINKED]
        self._seen: dict[Apply, set[int]] = {node: set() for node in nodes}

    @property
    def any(self) -> bool:
        return bool(self._seen)

    @property
    def unseen(self) -> list[str]:
        """The names of functions whose arguments were always on one side."""
        return list(dict.fromkeys(node.function.name for node, sides in self._seen.items() if len(sides) < 2))

    def see(self, point: Point) -> None:
        """Take note of where the arguments are at a point."""
        for node, sides in self._seen.items():
            try:
                values = [point.value(child) for child in node.children]
            except EvaluationError:
                continue
            value = values[0] if len(values) == 1 else values[0] - values[1]
            sides.update(np.unique(np.sign(value)).astype(int).tolist())
            sides.discard(0)
