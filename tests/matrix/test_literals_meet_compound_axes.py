"""What is written out with numbers for sizes meets compound and triangular axes of these sizes, place by place."""

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"a": "", "b": "", "c": "", "d": "", "A": "2 2", "B": "2 3", "S": "2 2", "w": "2", "v": "4"}
RNG = np.random.default_rng(5)
VALUES = {name: RNG.standard_normal([int(n) for n in shape.split()]) for name, shape in SHAPES.items()}
a, b, c, d, A, B, S, w, v = VALUES.values()
D = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1.0]])
WRITTEN = np.array([a, b, c, d])
GRID = np.array([[1, 2, 3, 4], WRITTEN, [0, 1, 1, 0], [2, 0, 0, 1]])


def vec(matrix):
    return matrix.T.reshape(-1)


CASES = {
    "D(2)*[a;b;c]": D @ WRITTEN[:3],
    "[a b c]*D(2)'": (D @ WRITTEN[:3])[None],
    "vec(A)-[a;b;c;d]": vec(A) - WRITTEN,
    "[a;b;c;d]-vec(A)": WRITTEN - vec(A),
    "vech(A)-[a;b;c]": A[[0, 1, 1], [0, 0, 1]] - WRITTEN[:3],
    "[a b c d]*kron(A,A)*[a;b;c;d]": WRITTEN @ np.kron(A, A) @ WRITTEN,
    "K(2,2)*[a;b;c;d]": WRITTEN[[0, 2, 1, 3]],
    "kron(A,B)*[1 2;3 4;5 6;7 8;9 10;a b]": np.kron(A, B) @ np.array([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [a, b]]),
    "kron(A,A)*[A;S]": np.kron(A, A) @ np.vstack([A, S]),
    "kron(A,A)*[a;w;b]": np.kron(A, A) @ np.array([a, *w, b]),
    "vec(A)+[w;w]-[a;b;c;d]": vec(A) + np.tile(w, 2) - WRITTEN,
    "vec(B)-[1;2;3;4;5;6]": vec(B) - np.arange(1, 7),
    "(vec(A)-[a;b;c;d]).*[1;2;3;4]": (vec(A) - WRITTEN) * np.arange(1, 5),
    "diag([a;b;c;d])*vec(A)": WRITTEN * vec(A),
    "[vec(A) [a;b;c;d]]": np.stack([vec(A), WRITTEN], axis=1),
    "inv([1 2 3 4; a b c d; 0 1 1 0; 2 0 0 1] + kron(A,A))": np.linalg.inv(GRID + np.kron(A, A)),
    "unit(4,2)'*vec(A)": A[1, 0],
    "D(2)*unit(3,2)": D[:, 1],
    "kron(S,A)*unit(4,3)": np.kron(S, A)[:, 2],
    "vec(A)-v": vec(A) - v,
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_values_are_those_of_plain_arrays(text):
    expression = td.parse(text, shapes=SHAPES)
    for read in (expression, td.parse(str(expression), shapes=SHAPES)):
        values = {name: VALUES[name] for name in read.scope.symbols}
        assert np.allclose(read.evaluate(**values), CASES[text])


@pytest.mark.parametrize("text", [text for text in CASES if "a" in text.replace("kron", "").replace("diag", "")])
def test_derivatives_by_what_is_written_out(text):
    expression = td.parse(text, shapes=SHAPES)
    values = {name: VALUES[name] for name in expression.scope.symbols}
    step = 1e-6
    ends = [expression.evaluate(**{**values, "a": a + sign * step}) for sign in (1, -1)]
    assert np.allclose(td.diff(expression, "a").evaluate(**values), (ends[0] - ends[1]) / (2 * step), atol=1e-6)


def test_claims_in_either_writing():
    ordered = "[1 0 0 0; 0 0 1 0; 0 1 0 0; 0 0 0 1]"
    verdict = td.check("eye(4)", "vec(A)-[a;b;c;d]", "A", shapes=SHAPES)
    assert verdict and verdict.layouts == ("vec-column",)
    assert td.check(ordered, "vec(A)-[a;b;c;d]", "A", shapes=SHAPES).layouts == ("vec-row",)
    assert td.check("2*D(2)'*D(2)*[a;b;c]", "norm2(D(2)*x)^2", "x", shapes={**SHAPES, "x": "3"}).status == "wrong"
    assert td.equal("norm2(D(2)*[a;b;c])^2", "a^2 + 2*b^2 + c^2", shapes=SHAPES)


def test_other_sizes_and_orders_are_still_refused():
    for text in ("D(2)*[a;b]", "D(n)*[a;b;c]", "vec(A)-[a;b;c]", "kron(A,B)*vec(A)"):
        with pytest.raises(td.ShapeError):
            td.parse(text, shapes=SHAPES, sizes="n")
