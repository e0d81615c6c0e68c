"""Programs compute what the plain interpreter computes: random graphs of products, sums and functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tensordiff.compile import compile_program
from tensordiff.functions import EXP, LOGDET, lookup
from tensordiff.tensor import Tensor, add, apply, identity
from tests.compile.graphs import SIZES, SYMBOLS, N, arrays, graphs
from tests.functions.arguments import applied
from tests.reference import value


def check(outputs: list[Tensor], given_arrays: dict[str, np.ndarray]) -> None:
    program = compile_program(outputs)
    needed = {name: given_arrays.get(name, SIZES.get(name)) for name in program.inputs}
    # Planned for these sizes, and planned for large ones: a program is right for all.
    standing_alone = run_source(program.source, needed)
    for node, result, other in zip(outputs, program(**needed), standing_alone, strict=True):
        expected = value(node, given_arrays, SIZES)
        scale_of = max(1.0, float(np.abs(expected).max(initial=0)))
        assert result.shape == other.shape == expected.shape
        for array in (result, other):
            np.testing.assert_allclose(array, expected, rtol=1e-9, atol=1e-10 * scale_of, err_msg=program.source)


def run_source(source: str, needed: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The last public function of a program's text, called by name in an empty namespace."""
    namespace: dict[str, object] = {}
    exec(source, namespace)
    made = namespace["program"](**needed)
    return list(made) if isinstance(made, tuple) else [made]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_graphs(outputs: list[Tensor]) -> None:
    check(outputs, arrays())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_graphs_complex(outputs: list[Tensor]) -> None:
    holomorphic = [node for node in outputs if not _has_logdet(node)]
    check(holomorphic or [SYMBOLS[0]], arrays(1, complex))


def _has_logdet(node: Tensor) -> bool:
    from tensordiff.tensor import Apply, postorder

    return any(isinstance(part, Apply) and part.function == LOGDET for part in postorder([node]))


@pytest.mark.parametrize("name", ["inv", "det", "logdet", "adj", "expm"])
def test_matrix_functions(name: str) -> None:
    function = lookup(name)
    assert function is not None
    argument = add([(1, SYMBOLS[0]), (4, identity((N,)))])
    check([apply(function, argument)], arrays())


def test_elementwise_table() -> None:
    from tensordiff.functions import ELEMENTWISE

    for function in ELEMENTWISE.values():
        made = applied(function, SYMBOLS[1], apply(EXP, SYMBOLS[1]))
        check([made], arrays())
