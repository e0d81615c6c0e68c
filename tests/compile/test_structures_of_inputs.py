"""Data that break a declared structure or assumption are refused, with the first offending entry; rounding is not."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.linalg

import tensordiff as td
from tensordiff.compile import compile_program
from tensordiff.tensor import STRUCTURES, Assumption, Dim, Symbol

N, M = Dim.named("n"), Dim.named("m")
RNG = np.random.default_rng(0)
KINDS = [np.float32, np.float64, np.complex64, np.complex128]


def conforming(structure: str, n: int) -> np.ndarray:
    a = RNG.normal(size=(n, n))
    made = {
        "symmetric": a + a.T,
        "skew": a - a.T,
        "diagonal": np.diag(a[0]),
        "lower-triangular": np.tril(a),
        "upper-triangular": np.triu(a),
        "orthogonal": np.linalg.qr(a)[0],
        "positive-definite": a @ a.T + np.eye(n),
        "unit-lower-triangular": np.tril(a, -1) + np.eye(n),
        "unit-upper-triangular": np.triu(a, 1) + np.eye(n),
        "strictly-lower-triangular": np.tril(a, -1),
        "strictly-upper-triangular": np.triu(a, 1),
        "hollow-symmetric": a + a.T - 2 * np.diag(np.diag(a)),
        "toeplitz": scipy.linalg.toeplitz(a[:, 0], a[0]),
        "correlation": (rows := a / np.linalg.norm(a, axis=1, keepdims=True)) @ rows.T,
    }
    return made[structure]


NAMES = [name for name in STRUCTURES if name not in ("general", "stiefel")]


def program(structure: str, **options: bool) -> object:
    return compile_program([Symbol.make("V", (N, N), STRUCTURES[structure])], **options)


@pytest.mark.parametrize("structure", NAMES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [4, 150])
def test_matrices_within_rounding_are_taken(structure: str, kind: type, n: int) -> None:
    matrix = conforming(structure, n).astype(kind)
    made = program(structure)
    made(V=matrix)  # type: ignore[operator]
    made(V=np.asfortranarray(matrix))  # type: ignore[operator]
    rounded = matrix + 10 * np.finfo(kind).eps * RNG.normal(size=matrix.shape)
    made(V=rounded.astype(kind))  # type: ignore[operator]


OFFENCES = {
    "symmetric": (1, 3, r"V\[2,4\] = .* and V\[4,2\]"),
    "skew": (1, 1, r"V\[2,2\]"),
    "diagonal": (1, 3, r"V\[2,4\]"),
    "lower-triangular": (1, 3, r"V\[2,4\]"),
    "upper-triangular": (3, 1, r"V\[4,2\]"),
    "orthogonal": (1, 1, r"V'\*V has entry \[2,2\] = .* where 1 belongs"),
}


@pytest.mark.parametrize("structure", OFFENCES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [4, 150])
def test_the_first_offending_entry_is_named(structure: str, kind: type, n: int) -> None:
    row, column, message = OFFENCES[structure]
    matrix = conforming(structure, n).astype(kind)
    if structure == "orthogonal":
        matrix = np.eye(n, dtype=kind)
    matrix[row, column] += 0.01
    made = program(structure)
    for _ in range(2):  # a program remembers what it was called with: the entries are looked at each time
        with pytest.raises(td.EvaluationError, match=f"V is declared {structure}, but {message}"):
            made(V=matrix)  # type: ignore[operator]
    for copy in (made, pickle.loads(pickle.dumps(made))):
        with pytest.raises(td.EvaluationError, match=r"counted from 1; validate=False"):
            copy(V=matrix)
    loose = program(structure, validate=False)
    for copy in (loose, pickle.loads(pickle.dumps(loose))):
        np.testing.assert_array_equal(copy(V=matrix)[0], matrix)


@pytest.mark.parametrize("n", [4, 150])
def test_definite_matrices(n: int) -> None:
    matrix = conforming("positive-definite", n)
    made = program("positive-definite")
    for indefinite, message in (
        (np.where(np.eye(n) * np.arange(n) == 2, -1.0, matrix), r"V\[3,3\] = -1.0"),
        (np.kron(np.eye(n // 2), [[1.0, 2.0], [2.0, 1.0]]), r"V\[(2,2|1,2)\] = "),
        (matrix + np.eye(n, k=1), r"V\[1,2\] = .* and V\[2,1\]"),
    ):
        with pytest.raises(td.EvaluationError, match=f"V is declared positive-definite, but {message}"):
            made(V=indefinite)  # type: ignore[operator]
    with pytest.raises(td.EvaluationError, match=r"V\[2,2\] = 1.0 where the rows before it require more than 4.0"):
        made(V=np.array([[1.0, 2.0], [2.0, 1.0]]))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("assumption", "entries", "message"),
    [
        ("positive", [1, -2, 3], r"x\[2\] = -2.0"),
        ("positive", [1, 2, 0], r"x\[3\] = 0.0"),
        ("nonzero", [1, 0, 3], r"x\[2\] = 0.0"),
        ("binary", [1, -1, 0.5], r"x\[3\] = 0.5"),
        ("probability", [0.5, 0.75, -0.25], r"x\[3\] = -0.25"),
        ("probability", [0.5, 0.5, 0.25], "sum to 1.25"),
    ],
)
def test_assumptions(assumption: str, entries: list[float], message: str) -> None:
    good = {"positive": [1, 2, 3], "nonzero": [-1, 2, 3], "binary": [1, -1, 1], "probability": [1 / 3, 1 / 3, 1 / 3]}
    made = compile_program([Symbol.make("x", (N,), assumption=Assumption(assumption))])
    for kind in KINDS[:2]:
        made(x=np.array(good[assumption], kind))
        with pytest.raises(td.EvaluationError, match=f"x is assumed .*{assumption}.* but .*{message}"):
            made(x=np.array(entries, kind))
    made(x=np.array(good[assumption]) * (1 + 1e-20j))


def test_scalars_and_compound_axes() -> None:
    made = compile_program([Symbol.make("a", (), assumption=Assumption.POSITIVE)])
    made(a=2)
    with pytest.raises(td.EvaluationError, match="a is assumed positive, but a = -2"):
        made(a=-2)
    block = np.arange(36.0).reshape(6, 6)
    f = td.parse("tr(S)", shapes={"S": ("n*m", "n*m"), "x": "n"}, structures={"S": "symmetric"})
    assert f.evaluate(S=block + block.T, n=2) == pytest.approx(2 * np.trace(block))
    with pytest.raises(td.EvaluationError, match=r"S\[1,2\] = 1.0 and S\[2,1\] = 6.0"):
        f.evaluate(S=block, n=2)


def test_values_that_are_no_numbers() -> None:
    made = program("symmetric")
    for value in (np.nan, np.inf):
        matrix = np.eye(3)
        matrix[0, 2] = matrix[2, 0] = value
        made(V=matrix)  # type: ignore[operator]
        matrix[0, 2] = 0
        with pytest.raises(td.EvaluationError, match=r"V\[1,3\] = 0.0 and V\[3,1\]"):
            made(V=matrix)  # type: ignore[operator]


def test_every_way_to_evaluate() -> None:
    f = td.parse("x'*inv(V)*x", shapes={"V": "n n", "x": "n"}, structures={"V": "positive-definite"})
    slope, point = td.diff(f, "x"), {"V": np.array([[2.0, 1.0], [0.5, 3.0]]), "x": np.ones(2)}
    ways = [
        f.evaluate,
        slope.evaluate,
        slope.at,
        td.vjp(f, "x", "g").evaluate,
        lambda validate=True, **p: td.compile([f, slope], validate=validate)(**p),
        lambda validate=True, **p: f.compile(validate=validate)(**p),
        lambda validate=True, **p: td.objective(f, "x", V=p["V"], validate=validate),
    ]
    for way in ways:
        given = {**point, "g": 1.0} if way is ways[3] else point
        with pytest.raises(td.EvaluationError, match=r"V\[1,2\] = 1.0 and V\[2,1\] = 0.5"):
            way(**given)
        way(**given, validate=False)


def test_variables_of_an_objective_vary_freely() -> None:
    f = td.parse("norm2(S - A)^2", shapes={"S": "n n", "A": "n n"}, structures={"S": "symmetric"})
    problem = td.objective(f, "S", A=np.eye(2))
    assert problem.fun(np.array([1.0, 2.0, 0.0, 1.0])) == pytest.approx(4)


def test_a_variable_may_be_called_validate() -> None:
    f = td.parse("2*validate", shapes={"validate": "n"})
    np.testing.assert_array_equal(f.evaluate(validate=np.ones(2)), [2, 2])
    np.testing.assert_array_equal(td.compile(f)(validate=np.ones(2)), [2, 2])
