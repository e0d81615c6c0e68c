"""Inverses and determinants of low-rank updates by small matrices: right, no n^3, and directly where digits would be lost."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile.plan.plan import plan
from tests.reference import value

SHAPES = {"X": "n k", "Y": "n k", "S": "k k", "d": "n", "w": "k", "u": "n", "v": "n", "a": "", "y": "n"}
ASSUME = {"d": "positive", "w": "positive", "a": "positive"}
MATRICES = [
    "diag(d)+X*X'",
    "a*eye(n)+X*X'",
    "eye(n)+X*diag(w)*X'",
    "diag(d)+X*S*Y'",
    "diag(d)-X*Y'/4",
    "eye(n)+u*u'",
    "diag(d)+u*v'+X*X'",
    "a*eye(n)+2*(y'*y)*u*u'",
    "diag(d)+a*X*diag(w.^2)*X'/3",
    "diag(d.^2)+diag(d)+X*diag(v'*X)*Y'",
]
SIZES = {"n": 40, "k": 3}


def point() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    made = {}
    for name, shape in SHAPES.items():
        made[name] = rng.normal(size=[SIZES[size] for size in shape.split()]) / 3
        if name in ASSUME:
            made[name] = np.exp(made[name])
    return made


@pytest.mark.parametrize("text", ["inv({})", "inv({})*y", "logdet({})", "y'*inv({})*y", "X'*inv({})*X", "tr(inv({}))"])
@pytest.mark.parametrize("matrix", MATRICES)
def test_values_and_gradients(text: str, matrix: str) -> None:
    f = td.parse(text.format(matrix), shapes=SHAPES, assume=ASSUME)
    given = point()
    outputs = [f, *([td.diff(f, name) for name in ("d", "X", "u", "a") if name in matrix] if text != "inv({})" else [])]
    program = td.compile(outputs, sizes=SIZES)
    arrays = {name: given[name] for name in program.inputs}
    assert "_low_rank" in program.source
    for output, found in zip(outputs, program(**arrays), strict=True):
        np.testing.assert_allclose(found, value(output.tensor, given, SIZES), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("matrix", MATRICES)
def test_nothing_of_the_whole_size_is_factorised(matrix: str) -> None:
    f = td.parse(f"logdet({matrix}) + y'*inv({matrix})*y", shapes=SHAPES, assume=ASSUME)
    sizes = {"n": 1000, "k": 5}
    for tensor in (f.tensor, td.diff(f, "y").tensor):
        made = plan([tensor], sizes, low_rank=True)
        for node in made.graph.values:
            if node.kind in ("matrix", "factors"):
                assert max((extent.value(sizes) for extent in (*node.shape, *node.operands[0].shape)), default=1) <= 5


def test_digits_are_kept_where_differences_would_lose_them() -> None:
    """The diagonal has an entry that the update covers: inv(D) - ... would be a difference of numbers 1e12 times as large."""
    f = td.parse("inv(diag(d)+X*X')*y", shapes=SHAPES, assume=ASSUME)
    given = point()
    given["d"] = np.ones(40)
    given["d"][3] = 1e-14
    program = td.compile(f, sizes=SIZES)
    arrays = {name: given[name] for name in program.inputs}
    expected = np.linalg.solve(np.diag(given["d"]) + given["X"] @ given["X"].T, given["y"])
    np.testing.assert_allclose(program(**arrays), expected, rtol=1e-9, atol=1e-9)
    namespace: dict[str, object] = {}
    exec(program.source, namespace)
    np.testing.assert_allclose(namespace["program"](*arrays.values()), expected, rtol=1e-9, atol=1e-9)
    given["d"][3] = 0.0  # singular without the update
    zero = td.compile(td.parse("inv(diag(d)+X*X')*y", shapes=SHAPES), sizes=SIZES)
    expected = np.linalg.solve(np.diag(given["d"]) + given["X"] @ given["X"].T, given["y"])
    np.testing.assert_allclose(zero(**{name: given[name] for name in zero.inputs}), expected, rtol=1e-9, atol=1e-9)


def test_singular_matrices_are_told_as_ever() -> None:
    f = td.parse("inv(eye(n)-u*u')*y", shapes=SHAPES)
    u = np.zeros(40)
    u[0] = 1.0
    with pytest.raises(td.EvaluationError, match="inv"):
        td.compile(f, sizes=SIZES)(u=u, y=np.ones(40))
