"""Functions to be handed to other libraries: formulas, their shapes, and the arrays' sizes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    text: str
    shapes: dict[str, str]
    arrays: dict[str, tuple[int, ...]]
    sizes: dict[str, int] = {}  # noqa: RUF012 - never written to


CASES = [
    Case("inv(X'*inv(V)*X)", {"X": "n m", "V": "n n"}, {"X": (4, 2), "V": (4, 4)}),
    Case("logdet(A'*A + eye(n)) + x'*A*x", {"A": "n n", "x": "n"}, {"A": (3, 3), "x": (3,)}),
    Case("kron(X, x)", {"X": "n m", "x": "p"}, {"X": (2, 3), "x": (2,)}),
    Case("softmax(W*x)", {"W": "n m", "x": "m"}, {"W": (3, 2), "x": (2,)}),
    Case("a*tanh(X)*x", {"a": "", "X": "n m", "x": "m"}, {"a": (), "X": (2, 3), "x": (3,)}),
    Case("x'", {"x": "n"}, {"x": (3,)}),
    Case("sum(exp(x))*ones(n)", {"x": "m"}, {"x": (3,)}, {"n": 2}),
    Case("a*logsumexp(x)", {"a": "", "x": "n"}, {"a": (), "x": (4,)}),
    Case("tr(expm(A)*B)", {"A": "n n", "B": "n n"}, {"A": (3, 3), "B": (3, 3)}),
]


def drawn(case: Case) -> list[Any]:
    """Random arrays; square ones are well-conditioned."""
    rng = np.random.default_rng(7)
    made = [rng.normal(size=shape) for shape in case.arrays.values()]
    return [a / 2 + 2 * np.eye(len(a)) if a.ndim == 2 and a.shape[0] == a.shape[1] else a for a in made]
