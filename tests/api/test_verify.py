"""Derivative.verify: right derivatives pass in every meaning, wrong ones do not."""

from __future__ import annotations

from typing import Any

import pytest

import tensordiff as td
from tensordiff.api.declare import OwnFunction
from tensordiff.check.differences import Verification
from tensordiff.tensor import Function, Tensor, scale
from tensordiff.tensor import einsum as product

SHAPES: dict[str, Any] = {"X": "n m", "V": "n n", "A": "n n", "B": "n n", "x": "n", "a": (), "b": ()}
RIGHT: list[tuple[str, str, dict[str, str], str | None]] = [
    ("inv(X'*inv(V)*X)", "V", {}, None),
    ("inv(X'*inv(V)*X)", "X", {}, None),
    ("logdet(X'*inv(V)*X)", "V V", {"V": "positive-definite"}, None),
    ("logdet(V)", "V V", {"V": "positive-definite"}, "tied"),
    ("logdet(V)", "V V", {"V": "symmetric"}, "vech"),
    ("logdet(V)", "V", {"V": "symmetric"}, "free"),
    ("tr(V*A*V*B)", "V", {"V": "orthogonal"}, None),
    ("tr(V*A*V*B)", "V V", {"V": "skew"}, None),
    ("tr(V*A*V*B)", "V V", {"V": "skew"}, "vech"),
    ("tr(V*A*V*B)", "V A", {"V": "skew", "A": "diagonal"}, "tied"),
    ("tr(V*A*V*B)", "V", {"V": "lower-triangular"}, "vech"),
    ("inv(V)", "V", {"V": "upper-triangular"}, None),
    ("V*x", "V", {"V": "diagonal"}, "vech"),
    ("sum(exp(A*x))", "x x x", {}, None),
    ("a^3*b", "a b", {}, None),
    ("sum(x)", "x x", {}, None),
    ("A", "V", {}, None),
    ("kron(X, X)", "X", {}, None),
    ("det(V)", "V", {"V": "skew"}, None),
    ("norm1(x)*abs(a) + sum(relu(A*x))", "x", {}, None),
    ("vec(X*X')", "X", {}, None),
    ("log(x)'*sqrt(x)", "x x", {}, None),
]


@pytest.mark.parametrize(
    ("text", "wrt", "structures", "entries"), RIGHT, ids=[f"{c[0]} by {c[1]} {c[2]} {c[3]}" for c in RIGHT]
)
def test_right_derivatives_pass(text: str, wrt: str, structures: dict[str, str], entries: str | None) -> None:
    J = td.diff(td.parse(text, shapes=SHAPES, structures=structures), *wrt.split(), entries=entries)
    report = J.verify(points=2)
    assert isinstance(report, Verification) and report
    assert report.error < 1e-15 and len(report.sizes) == 2
    for sizes in report.sizes:
        assert min(sizes.values(), default=3) >= 3 and len(set(sizes.values())) == len(sizes)
    assert "agrees with central differences" in str(report)


def test_points_differ_in_the_order_of_sizes() -> None:
    X = td.matrix("X", "n", "m")
    report = td.diff(X @ X.T, X).verify(points=2)
    first, second = report.sizes
    assert (first["n"] < first["m"]) != (second["n"] < second["m"])


def _spoilt(J: td.Derivative, tensor: Tensor) -> td.Derivative:
    return td.Derivative(J.f, [J.f.scope.symbols[v.name] for v in J.variables], J.entries, tensor)


def test_wrong_derivatives_are_found() -> None:
    f = td.parse("inv(V)*x", shapes=SHAPES)
    J = td.diff(f, "V")
    with pytest.raises(td.VerificationError, match=r"by V disagrees with central differences at n=3: the entry \(\d,\)"):
        _spoilt(J, scale(2, J.tensor)).verify()
    J = td.diff(f, "V")
    swapped = product([(J.tensor, (0, 1, 2))], (0, 2, 1))
    with pytest.raises(td.VerificationError):
        _spoilt(J, swapped).verify()
    g = td.parse("tr(V*V)", shapes=SHAPES, structures={"V": "symmetric"})
    free = td.diff(g, "V", entries="free")
    with pytest.raises(td.VerificationError):
        _spoilt(td.diff(g, "V", entries="tied"), free.tensor).verify()


class _WrongRule(Function):
    name = "wrong"
    elementwise = True

    def derivative(self, arguments: Any, position: int) -> Tensor:
        return arguments[0]  # of x^2, whose derivative is 2x

    def evaluate(self, ops: Any, *arguments: Any) -> Any:
        return ops.multiply(arguments[0], arguments[0])


def test_a_wrong_rule_of_a_function_is_found() -> None:
    x = td.vector("x", "n")
    with pytest.raises(td.VerificationError, match="by x disagrees"):
        td.diff(td.sum(OwnFunction(_WrongRule())(x)), x).verify()


def test_what_has_no_values_is_refused() -> None:
    f = td.function("f")
    x = td.vector("x", "n")
    with pytest.raises(td.EvaluationError, match="f is an undefined function"):
        td.diff(f(x), x).verify()
    with pytest.raises(td.EvaluationError, match="no point was found"):
        td.diff(td.sum(td.log(-td.exp(x))), x).verify(points=1)


def test_user_functions_are_verified() -> None:
    softsign = td.elementwise("softsign", "s/(1 + Abs(s))")
    A, x = td.matrix("A", "n", "n"), td.vector("x", "n")
    assert td.diff(td.sum(softsign(A @ x)), x, x).verify(points=1)
