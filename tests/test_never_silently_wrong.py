"""Derivatives that tools of the field are known to get wrong without a word: each against its formula, and against
differences of the plain NumPy value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pytest

import tensordiff as td

SIZES = {"n": 4, "m": 3, "p": 5, "k": 3}
STEP = 1e-3
Array = np.ndarray


@dataclass(frozen=True)
class Row:
    """The derivative of `f` by the variables `by` is `answers[entries]`; `truth` computes f from the arrays of its names."""

    f: str
    shapes: dict[str, str]
    by: str
    truth: Callable[..., Any]
    answers: dict[str, str]
    layout: str = "gradient"
    structures: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        kinds = "".join(f" {kind} {name}" for name, kind in self.structures.items())
        return f"{self.f} by {self.by}{kinds}"


SQUARE = {"A": "n n", "B": "n m", "X": "n n", "x": "n", "y": "n"}
SYMMETRIC = {"V": "symmetric"}
V_AND = {"V": "n n", "A": "n n", "x": "n", "y": "n"}
H = "kron(inv(V), inv(V))"
T = "(eye(n*n) + K(n,n) - diag(vec(eye(n))))"
INDEXED = {"A": "n m", "x": "n"}
logdet, det, inv, tr = (lambda A: np.linalg.slogdet(A)[1]), np.linalg.det, np.linalg.inv, np.trace

ROWS = [
    Row("log(det(A))", SQUARE, "A", lambda A: np.log(det(A)), {"free": "inv(A)'"}),
    Row("exp(tr(A))", SQUARE, "A", lambda A: np.exp(tr(A)), {"free": "exp(tr(A))*eye(n)"}),
    Row("tr(A) + 1", SQUARE, "A", lambda A: tr(A) + 1, {"free": "eye(n)"}),
    Row("tr(A'*A) + tr(B'*B)", SQUARE, "A", lambda A, B: (A**2).sum() + (B**2).sum(), {"free": "2*A"}),
    Row("tr(A'*A) + tr(B'*B)", SQUARE, "B", lambda A, B: (A**2).sum() + (B**2).sum(), {"free": "2*B"}),
    Row("tr(eye(n) - A)^2", SQUARE, "A", lambda A: (4 - tr(A)) ** 2, {"free": "-2*tr(eye(n) - A)*eye(n)"}),
    Row("1/tr(X)", SQUARE, "X", lambda X: 1 / tr(X), {"free": "-eye(n)/tr(X)^2"}),
    Row("sin(tr(A*X))", SQUARE, "X", lambda A, X: np.sin(tr(A @ X)), {"free": "cos(tr(A*X))*A'"}),
    Row("sin(tr(A*X))", SQUARE, "X X", lambda A, X: np.sin(tr(A @ X)), {"free": "-sin(tr(A*X))*vec(A')*vec(A')'"},
        "vec-column"),
    Row("(A*X).*eye(n)", SQUARE, "X", lambda A, X: (A @ X) * np.eye(4), {"free": "diag(vec(eye(n)))*kron(eye(n), A)"},
        "vec-column"),
    Row("x/norm2(x)", SQUARE, "x", lambda x: x / np.linalg.norm(x), {"free": "eye(n)/norm2(x) - x*x'/norm2(x)^3"},
        "numerator"),
    Row("X^3", SQUARE, "X", lambda X: X @ X @ X, {"free": "kron((X^2)', eye(n)) + kron(X', X) + kron(eye(n), X^2)"},
        "vec-column"),
    Row("X.^3", SQUARE, "X", lambda X: X**3, {"free": "3*diag(vec(X.^2))"}, "vec-column"),
    Row("tr(X^3)", SQUARE, "X", lambda X: tr(X @ X @ X), {"free": "3*(X^2)'"}),
    Row("tr(X.^3)", SQUARE, "X", lambda X: tr(X**3), {"free": "3*X.^2.*eye(n)"}),
    Row("tr(X^k)", SQUARE, "X", lambda X, k: tr(np.linalg.matrix_power(X, int(k))), {"free": "k*(X^(k-1))'"}),
    Row("sum(X.^k)", SQUARE, "X", lambda X, k: (X**k).sum(), {"free": "k*X.^(k-1)"}),
    Row("X^-2", SQUARE, "X", lambda X: inv(X @ X), {"free": "-kron((X^-2)', inv(X)) - kron(inv(X)', X^-2)"}, "vec-column"),
    Row("tr(A*V)", V_AND, "V", lambda A, V: tr(A @ V), structures=SYMMETRIC, answers={
        "free": "A'", "projected": "(A + A')/2", "tied": "A + A' - A.*eye(n)"}),
    Row("tr(A*V)", V_AND, "V", lambda A, V: tr(A @ V), structures=SYMMETRIC, layout="vec-column", answers={
        "vech": "vec(A')'*D(n)"}),
    Row("x'*V'*y", V_AND, "V", lambda V, x, y: x @ V.T @ y, structures=SYMMETRIC, answers={
        "free": "y*x'", "projected": "(x*y' + y*x')/2", "tied": "x*y' + y*x' - (x*y').*eye(n)"}),
    Row("x'*V'*y", V_AND, "V", lambda V, x, y: x @ V.T @ y, structures=SYMMETRIC, layout="vec-column", answers={
        "vech": "vec(y*x')'*D(n)"}),
    Row("logdet(V)", V_AND, "V", lambda V: logdet(V), structures=SYMMETRIC, answers={
        "free": "inv(V)", "projected": "inv(V)", "tied": "2*inv(V) - inv(V).*eye(n)"}),
    Row("logdet(V)", V_AND, "V V", lambda V: logdet(V), structures=SYMMETRIC, layout="vec-column", answers={
        "free": f"-K(n,n)*{H}", "projected": f"-(eye(n*n) + K(n,n))/2*{H}", "tied": f"-{T}*{H}*{T}",
        "vech": f"-D(n)'*{H}*D(n)"}),
    Row("tr(V)*tr(A*V)", V_AND, "V", lambda A, V: tr(V) * tr(A @ V), structures=SYMMETRIC, answers={
        "free": "tr(A*V)*eye(n) + tr(V)*A'", "projected": "tr(A*V)*eye(n) + tr(V)*(A + A')/2",
        "tied": "tr(A*V)*eye(n) + tr(V)*(A + A' - A.*eye(n))"}),
    Row("A[1,1]", INDEXED, "A", lambda A: A[0, 0], {"free": "eye(n)[i,1]*eye(m)[j,1] -> [i,j]"}),
    Row("A[2,3]^2*x[1] -> []", INDEXED, "A", lambda A, x: A[1, 2] ** 2 * x[0],
        {"free": "2*A[2,3]*x[1]*eye(n)[i,2]*eye(m)[j,3] -> [i,j]"}),
    Row("A[2,3]^2*x[1] -> []", INDEXED, "x", lambda A, x: A[1, 2] ** 2 * x[0], {"free": "A[2,3]^2*eye(n)[i,1] -> [i]"}),
    Row("A[1,1]*A[2,2] - A[1,2]*A[2,1] -> []", INDEXED, "A", lambda A: A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0],
        {"free": "A[2,2]*eye(n)[i,1]*eye(m)[j,1] + A[1,1]*eye(n)[i,2]*eye(m)[j,2]"
                 " - A[2,1]*eye(n)[i,1]*eye(m)[j,2] - A[1,2]*eye(n)[i,2]*eye(m)[j,1] -> [i,j]"}),
    Row("A[i,1]*x[i] -> []", INDEXED, "A", lambda A, x: x @ A[:, 0], {"free": "x[i]*eye(m)[j,1] -> [i,j]"}),
]  # fmt: skip
CASES = [(row, entries) for row in ROWS for entries in row.answers]
by_case = pytest.mark.parametrize(("row", "entries"), CASES, ids=[f"{row}, {entries}" for row, entries in CASES])


def values(row: Row) -> dict[str, Array]:
    """Arrays for the names; symmetric ones are positive definite, square ones near the identity."""
    rng = np.random.default_rng([*str(row).encode()])
    found: dict[str, Array] = {}
    for name, shape in row.shapes.items():
        sizes = [SIZES[letter] for letter in shape.split()]
        found[name] = rng.uniform(0.3, 1.0, sizes) * rng.choice([-1.0, 1.0], sizes)
        if len(sizes) == 2 and sizes[0] == sizes[1]:
            found[name] = found[name] / 2 + np.eye(sizes[0])
        if name in row.structures:
            found[name] = found[name] @ found[name].T
        if "X.^k" in row.f and name == "X":
            found[name] = abs(found[name])
    return found


def parsed(row: Row, text: str) -> td.Expression:
    shapes = {**row.shapes, **({"k": ""} if "k" in row.f else {})}
    return td.parse(text, shapes=shapes, structures=row.structures)


def directions(row: Row, name: str, entries: str) -> Array:
    """What is varied for each place of the derivative: its axes, then those of the variable."""
    sizes = [SIZES[letter] for letter in row.shapes[name].split()]
    unit = np.eye(int(np.prod(sizes))).reshape(*sizes, *sizes)
    if name not in row.structures or entries == "free":
        return unit
    both = unit + unit.swapaxes(2, 3)
    if entries == "projected":
        return both / 2
    diagonal = np.eye(sizes[0])[:, :, None, None]
    tied = diagonal * unit + (1 - diagonal) * both
    if entries == "tied":
        return tied
    return np.stack([tied[i, j] for j in range(sizes[0]) for i in range(j, sizes[0])])


def differences(row: Row, entries: str, at: dict[str, Array]) -> Array:
    """Derivatives of the plain value along the directions, of fourth order in the step; one after the other for two."""
    names = row.by.split()
    code = row.truth.__code__
    arguments = code.co_varnames[: code.co_argcount]

    def along(moves: list[tuple[str, Array]], arrays: dict[str, Array]) -> Array:
        if not moves:
            return np.asarray(row.truth(*(arrays[name] for name in arguments)))
        (name, direction), *rest = moves

        def at_step(times: float) -> Array:
            return along(rest, {**arrays, name: arrays[name] + times * STEP * direction})

        return (8 * (at_step(1) - at_step(-1)) - (at_step(2) - at_step(-2))) / (12 * STEP)

    def places() -> Iterator[tuple[tuple[int, ...], ...]]:
        yield from product(*(np.ndindex(len_of(row, name, entries)) for name in names))

    found = [
        along([(name, directions(row, name, entries)[place]) for name, place in zip(names, chosen, strict=True)], at)
        for chosen in places()
    ]
    shape = np.shape(found[0])
    columns = np.stack([np.asarray(entry) for entry in found], axis=-1)
    return columns.reshape(*shape, *(length for name in names for length in len_of(row, name, entries)))


def len_of(row: Row, name: str, entries: str) -> tuple[int, ...]:
    found = directions(row, name, entries)
    return found.shape[: found.ndim - len(row.shapes[name].split())]


@by_case
def test_derivative_is_the_difference(row: Row, entries: str) -> None:
    at = values(row)
    if "k" in row.f:
        at["k"] = np.asarray(float(SIZES["k"]))
    derivative = td.diff(parsed(row, row.f), *row.by.split(), entries=entries)
    needed = {name: array for name, array in at.items() if name in row.shapes or name == "k"}
    scale = 1e-4 if " " in row.by else 1e-7
    np.testing.assert_allclose(derivative.evaluate(**needed), differences(row, entries, at), rtol=scale, atol=scale)


@by_case
def test_derivative_is_the_formula(row: Row, entries: str) -> None:
    at = {**values(row), **({"k": float(SIZES["k"])} if "k" in row.f else {})}
    f = parsed(row, row.f)
    derivative = td.diff(f, *row.by.split(), entries=entries)
    formula = row.answers[entries]
    verdict = td.check(formula, f, row.by.split(), layout=row.layout, entries=entries)
    assert verdict, verdict
    ours = derivative.matrix_form(row.layout)
    own = td.check(str(ours), f, row.by.split(), layout=row.layout, entries=entries)
    assert own, own
    numbers = [as_matrix(expression.evaluate(**at)) for expression in (parsed(row, formula), ours)]
    np.testing.assert_allclose(*numbers, rtol=1e-9, atol=1e-9)


def as_matrix(array: Any) -> Array:
    array = np.asarray(array)
    return array[:, None] if array.ndim == 1 else array


WRONG = [
    ("log(det(A))", "A", "zeros(n,n)"),
    ("exp(tr(A))", "A", "zeros(n,n)"),
    ("tr(A) + 1", "A", "zeros(n,n)"),
    ("tr(A'*A) + tr(B'*B)", "A", "zeros(n,n)"),
    ("tr(eye(n) - A)^2", "A", "2*tr(eye(n) - A)*eye(n)"),
    ("1/tr(X)", "X", "-inv(X)'*inv(X)'"),
    ("sin(tr(A*X))", "X", "cos(A*X)*A'"),
    ("x/norm2(x)", "x", "eye(n)/norm2(x)"),
    ("X^3", "X", "3*diag(vec(X.^2))"),
    ("X.^3", "X", "3*kron(eye(n), X^2)"),
    ("(A*X).*eye(n)", "X", "kron(eye(n), A)"),
]


@pytest.mark.parametrize(("f", "by", "answer"), WRONG, ids=[f for f, _, _ in WRONG])
def test_the_known_wrong_answers_are_refused(f: str, by: str, answer: str) -> None:
    verdict = td.check(answer, f, by, shapes=SQUARE)
    assert verdict.status in ("wrong", "right-up-to-factor", "right-under-assumption"), verdict
    assert not verdict


def test_a_matrix_form_that_does_not_exist_says_so() -> None:
    cubic = td.parse("T[i,j,l]*x[i]*x[j]*x[l] -> []", shapes={"T": "n n n", "x": "n"})
    with pytest.raises(td.FoldError, match="in index notation"):
        td.diff(cubic, "x", "x").matrix_form()
    with pytest.raises(td.MissingRuleError, match="no derivative by the exponent"):
        td.diff(td.parse("tr(A^k)", shapes={"A": "n n", "k": ""}), "k")
