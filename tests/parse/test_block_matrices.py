"""Block matrices of blocks of any sizes: values, sizes declared and inferred, refusals at the block."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"A": "n m", "B": "n p", "C": "q m", "D": "q p", "x": "m", "y": "p", "b": "n", "s": "", "z": "m+p", "k": "n*m"}
RNG = np.random.default_rng(3)
SIZES = {"n": 3, "m": 4, "p": 2, "q": 5}
V = {name: RNG.standard_normal([eval(axis, {}, SIZES) for axis in shape.split()]) for name, shape in SHAPES.items()}
A, B, C, D, x, y, b, s, z, k = V.values()
ROW, COLUMN = np.zeros((1, 4)), np.zeros((3, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[A B; C D]", np.block([[A, B], [C, D]])),
        ("[A, B; 0, D]", np.block([[A, B], [np.zeros((5, 4)), D]])),
        ("[A b]", np.column_stack([A, b])),
        ("[A -B]", np.hstack([A, -B])),
        ("[A - A, B]", np.hstack([0 * A, B])),
        ("[A; eye(m)]", np.vstack([A, np.eye(4)])),
        ("[A; zeros(m)']", np.vstack([A, ROW])),
        ("[A ones(n)]", np.column_stack([A, np.ones(3)])),
        ("[x; y; s]", np.concatenate([x, y, [s]])),
        ("[x' y']", np.concatenate([x, y])[None]),
        ("[A b; 0 1]", np.block([[A, b[:, None]], [ROW, np.ones((1, 1))]])),
        ("[x; 0]", np.append(x, 0)),
        ("[s 1; 2 s]", np.array([[s, 1], [2, s]])),
        ("[vec(A); k; 1]", np.concatenate([A.ravel(order="F"), k, [1]])),
        ("[[A B]; [C D]]", np.block([[A, B], [C, D]])),
        ("[[A; C] [B; D]]*z", np.block([[A, B], [C, D]]) @ z),
        ("[A B]*z", np.hstack([A, B]) @ z),
        ("kron([s 2], A) + [A A]", np.hstack([s * A, 2 * A]) + np.hstack([A, A])),
        ("[A; A]*x - kron(ones(2), b)", np.concatenate([A @ x - b] * 2)),
        ("[A B].*[A B]", np.hstack([A * A, B * B])),
        ("eye(m+p)*z + ones(m+p)", z + 1),
        ("(m+p)*z", 6 * z),
    ],
)
def test_value(text: str, expected: np.ndarray) -> None:
    f = td.parse(text, shapes=SHAPES)
    np.testing.assert_allclose(f.evaluate(**V), expected, rtol=1e-12)
    again = td.parse(str(f), shapes=SHAPES)
    assert td.equal(f, again), str(f)
    assert str(again) == str(f)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("[A B; C D]*[x; y]", "A:n m B:n p C:q m D:q p x:m y:p"),
        ("[X Z]*b - y", "X:n m Z:n p b:m+p y:n"),
        ("det([A B; C D])", "A:n n B:n m C:m n D:m m"),
        ("[x; y]'*M*[x; y]", "M:n+m n+m x:n y:m"),
        ("[A; eye(m)]*x - [b; zeros(m)]", "A:n m b:n x:m"),
        ("[X ones(n)]*w", "X:n m w:m+1"),
    ],
)
def test_sizes_are_inferred(text: str, shapes: str) -> None:
    import re

    wanted = dict(re.findall(r"(\w+):([^:]*?)(?= \w+:|$)", shapes))
    found = {name: " ".join(str(d[0]) for d in node.shape) for name, node in td.parse(text).scope.symbols.items()}
    assert found == wanted


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("[A «C»]", "A .n-by-m. and C .q-by-m. stand side by side in a block matrix, but differ in their rows"),
        ("[A B; «D» C]", "A .n-by-m. and D .q-by-p. stand one below the other in a block matrix, but differ in their columns"),
        ("[A «1»]", "side by side"),
        ("[A; «0»]", "how many rows of zeros"),
        ("[«0» A]", "how many columns of zeros"),
        ("«[A B; C]»", "rows of the block matrix have different lengths"),
        ("[A B]«*»x", r"cannot multiply \[A B\] \(n-by-\(m\+p\)\) and x \(m-by-1\)"),
    ],
)
def test_refused_at_the_block(marked: str, message: str) -> None:
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(td.TensordiffError, match=message) as caught:
        td.parse(text, shapes=SHAPES)
    assert (caught.value.start, caught.value.end) == (marked.index("«"), marked.index("»") - 1)


def test_python() -> None:
    n, m = td.dims("n m")
    P, Q, r = td.matrix("P", n, n), td.matrix("Q", n, m), td.vector("r", n)
    assert str(td.block([[P, Q], [0, td.eye(m)]])) == "[P Q; 0 eye(m)]"
    assert str(td.block([P, Q])) == "[P Q]"
    assert str(td.block([[r], [1]])) == "[r; 1]"
    assert td.block([[P, Q]]).shape == (n, (n + m).as_size()[0])
    assert td.matrix("M", n + m, "m+n").shape == td.matrix("N", "n+m", m + n).shape
    with pytest.raises(td.ShapeError, match="different lengths"):
        td.block([[P, Q], [P]])
    with pytest.raises(td.ShapeError, match="side by side"):
        td.block([[P, Q.T]])
