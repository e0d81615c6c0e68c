"""A literal array is evaluated as one table, and is the same array."""

from __future__ import annotations

import time

import numpy as np
import pytest

import tensordiff as td
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.interpret import interpret
from tensordiff.evaluate.rational import RationalOps
from tensordiff.evidence.sampling.tables import Table, tabulated
from tensordiff.tensor import Apply, postorder


def _tables(f: td.Expression) -> int:
    found = postorder([tabulated(f.tensor)])
    return sum(isinstance(node, Apply) and isinstance(node.function, Table) for node in found)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[1 2; 3 4]", 1), ("[1 0; 0 4]", 0), ("[1 2 3; 4 5 6]", 1), ("[1; 2; 3; 4]", 1), ("[1 2; 3 a]", 0),
        ("[1 2 3; 4 5 a]", 1), ("[1/3 2 3; 4 5 6]*x + x[1]*[1; 2]", 1), ("x'*[1 2 3; 4 5 6; 7 8 9]*x", 1),
        ("x[1] + 2*x[2] + 3*x[3]", 0), ("kron([1 2; 3 4], [1 2; 3 5])", 2), ("eye(3) + [1 2 3; 4 5 6; 7 8 9]", 1),
    ],
)  # fmt: skip
def test_a_table_is_the_array(text: str, count: int) -> None:
    f = td.parse(text, shapes={"a": "", "x": "3"})
    assert _tables(f) == count
    values = {"a": np.array(7), "x": np.array([2, -1, 5])}
    for ops in (NumpyOps(), RationalOps()):
        inputs = {name: ops.literal(value) for name, value in values.items()}
        plain, made = interpret([f.tensor, tabulated(f.tensor)], inputs, {}, ops)
        assert np.array_equal(plain, made)


def test_a_claim_beside_a_large_literal_array_is_judged_soon() -> None:
    """It was a matter of minutes: each of 3,600 entries was an array of 3,600 fractions."""
    rows = "; ".join(" ".join(str(i * j % 11 - 4) for j in range(60)) for i in range(60))
    start = time.process_time()
    assert "the claim gives" in str(td.check("x", f"x'*[{rows}]*x", "x", shapes={"x": "60"}))
    assert time.process_time() - start < 30
