"""Claims that people made, each graded as numbers say it is. The true statuses were confirmed with NumPy by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

import tensordiff as td

F = {"shapes": {"X": "n m", "V": "n n"}, "where": {"F": "inv(X'*inv(V)*X)"}}
"""The question this library was born from: dF/dV."""


def test_the_kronecker_formula_is_proved() -> None:
    verdict = td.check("kron((inv(V)*X*F)', F*X'*inv(V))", "F", "V", **F)
    assert verdict
    assert verdict.status == "right"
    assert verdict.method == "proved"
    assert verdict.layouts == ("vec-column",)


def test_swapped_factors_are_the_row_stacking_form() -> None:
    verdict = td.check("kron(F*X'*inv(V), (inv(V)*X*F)')", "F", "V", layout="vec-column", **F)
    assert not verdict
    assert verdict.status == "right-in-other-layout"
    assert verdict.layouts == ("vec-row",)
    assert verdict.assumptions == ("V is symmetric",)
    assert "swapped" in str(verdict.diagnosis)
    assert str(verdict.expected) == "kron((inv(V)*X*F)', F*X'*inv(V))"


def test_the_plain_chain_rule_does_not_conform() -> None:
    verdict = td.check("F*X'*X*F*inv(V)*inv(V)", "F", "V", **F)
    assert verdict.status == "does-not-conform"
    assert "m-by-m" in verdict.problem
    assert "n-by-n" in verdict.problem
    assert "^" in verdict.problem  # a caret under the place
    assert "order 4" in str(verdict.diagnosis)
    assert "double contraction" in str(verdict.diagnosis)
    assert str(verdict.expected) == "kron((inv(V)*X*F)', F*X'*inv(V))"


def test_the_sign_of_two_inverses_cancels() -> None:
    verdict = td.check("-kron((inv(V)*X*F)', F*X'*inv(V))", "F", "V", **F)
    assert verdict.status == "right-up-to-factor"
    assert verdict.factor == -1


@pytest.mark.parametrize("square", [False, True])
def test_a_product_for_a_kronecker_product_is_wrong_whatever_the_sizes(square: bool) -> None:
    shapes = {"A": "n n" if square else "m n", "V": "n n"}
    verdict = td.check("A*A'", "A*V*A'", "V", shapes=shapes)
    assert verdict.status == "wrong"
    assert str(verdict.expected) == "kron(A, A)"
    assert "chain rule" in str(verdict.diagnosis)


def test_a_norm_of_a_transpose_needs_symmetry() -> None:
    shapes = {"X": "n n", "A": "n n"}
    verdict = td.check("2*X'-A-A'", "norm2(X'-A)^2", "X", shapes=shapes)
    assert verdict.status == "right-under-assumption"
    assert "A is symmetric" in verdict.assumptions
    here = td.check("2*X'-A-A'", "norm2(X'-A)^2", "X", layout="gradient", shapes=shapes)
    assert here.layouts == ("gradient",)
    assert here.assumptions == ("A is symmetric", "X is symmetric")


def test_a_factor_and_two_symmetries_are_missing() -> None:
    shapes = {"A": "n m", "B": "m m", "C": "n n"}
    verdict = td.check("(A*B*A'-C)*A*B", "norm2(A*B*A'-C)^2", "A", shapes=shapes)
    assert verdict.status == "right-under-assumption"
    assert verdict.factor == 4
    assert verdict.assumptions == ("B is symmetric", "C is symmetric")


def test_a_quadratic_form_needs_one_symmetry() -> None:
    verdict = td.check("(A+A')*X*B", "tr(X'*A*X*B)", "X", shapes={"X": "n m", "A": "n n", "B": "m m"})
    assert verdict.status == "right-under-assumption"
    assert verdict.assumptions == ("B is symmetric",)
    assert verdict.factor is None


def test_a_determinant_in_numerator_layout() -> None:
    claim = "2*det(X'*X)*inv(X'*X)*X'"
    verdict = td.check(claim, "det(X'*X)", "X", shapes={"X": "n m"})
    assert verdict
    assert verdict.layouts == ("numerator",)
    other = td.check(claim, "det(X'*X)", "X", layout="gradient", shapes={"X": "n m"})
    assert other.status == "right-in-other-layout"


def test_a_gram_matrix_in_row_form() -> None:
    verdict = td.check("(eye(n*n)+K(n,n))*kron(eye(n),X)", "X*X'", "X", layout="vec-column", shapes={"X": "n m"})
    assert verdict.status == "right-in-other-layout"
    assert verdict.layouts == ("vec-row",)
    assert str(verdict.expected) == "(eye(n*n) + K(n,n))*kron(X, eye(n))"


@pytest.mark.parametrize(
    ("claim", "entries", "right"),
    [
        ("inv(X)", "free", True),
        ("inv(X)", "projected", True),
        ("inv(X)", "tied", False),
        ("2*inv(X) - inv(X).*eye(n)", "tied", True),
        ("2*inv(X) - inv(X).*eye(n)", "free", False),
        ("2*inv(X) - inv(X).*eye(n)", "projected", False),
    ],
)
def test_logdet_of_a_symmetric_variable(claim: str, entries: str, right: bool) -> None:
    given = {"shapes": {"X": "n n"}, "structures": {"X": "symmetric"}}
    verdict = td.check(claim, "logdet(X)", "X", entries=entries, **given)
    assert bool(verdict) is right
    anyhow = td.check(claim, "logdet(X)", "X", **given)
    assert anyhow
    assert (entries in anyhow.entries) is right
    if not right:
        assert anyhow.entries[0] in str(verdict.diagnosis)


def test_logdet_by_the_free_entries() -> None:
    given = {"shapes": {"X": "n n"}, "structures": {"X": "positive-definite"}, "entries": "vech"}
    assert td.check("vec(inv(X))'*D(n)", "logdet(X)", "X", **given)
    verdict = td.check("(L(n)*vec(inv(X)))'", "logdet(X)", "X", **given)
    assert verdict.status == "wrong"
    assert "D(n)'" in str(verdict.diagnosis)


def test_a_claim_may_be_right_for_every_admissible_change_only() -> None:
    given = {"shapes": {"a": "n", "b": "n", "V": "n n"}, "structures": {"V": "symmetric"}}
    verdict = td.check("2*a*b' - b*a'", "a'*V*b", "V", **given)
    assert verdict
    assert verdict.entries == ("admissible",)
    assert not td.check("2*a*b' - b*a'", "a'*V*b", "V", entries="free", **given)
    assert not td.check("2*a*b' - b*a'", "a'*V*b", "V", shapes=given["shapes"])


GAUSS = {"shapes": {"S": "n n", "x": "n", "u": "n"}, "structures": {"S": "positive-definite"}}
LOG_LIKELIHOOD = "-(n*log(2*pi) + logdet(S) + (x-u)'*inv(S)*(x-u))/2"


def test_the_gaussian_log_likelihood() -> None:
    assert td.check("inv(S)*(x-u)", LOG_LIKELIHOOD, "u", **GAUSS).method == "proved"
    covariance = "(inv(S)*(x-u)*(x-u)'*inv(S) - inv(S))/2"
    assert "free" in td.check(covariance, LOG_LIKELIHOOD, "S", **GAUSS).entries
    flipped = td.check("inv(S)*(u-x)", LOG_LIKELIHOOD, "u", **GAUSS)
    assert (flipped.status, flipped.factor) == ("right-up-to-factor", -1)
    without = td.check("inv(S)*(x-u)", LOG_LIKELIHOOD, "u", shapes=GAUSS["shapes"])
    assert without.assumptions == ("S is symmetric",)


def test_softmax_cross_entropy_needs_targets_that_sum_to_one() -> None:
    given = {"shapes": {"x": "n", "y": "n"}}
    verdict = td.check("softmax(x) - y", "-y'*log(softmax(x))", "x", **given)
    assert verdict.status == "right-under-assumption"
    assert verdict.assumptions == ("y sums to one",)
    assert td.check("softmax(x) - y", "-y'*log(softmax(x))", "x", assume={"y": "probability"}, **given)


def test_the_logistic_hessian_needs_labels_of_plus_and_minus_one() -> None:
    f = "sum(log(ones(n) + exp(-y.*(X*w))))"
    claim = "X'*diag(sigmoid(X*w).*(ones(n) - sigmoid(X*w)))*X"
    given = {"shapes": {"X": "n m", "y": "n", "w": "m"}}
    verdict = td.check(claim, f, ["w", "w"], **given)
    assert verdict.status == "right-under-assumption"
    assert verdict.assumptions == ("y has entries +1 or -1",)
    assert td.check(claim, f, ["w", "w"], assume={"y": "binary"}, **given)


def test_index_notation_follows_f_then_the_variable() -> None:
    given = {"shapes": {"X": "n n"}, "where": {"Y": "inv(X)"}, "layout": "index"}
    assert td.check("-Y[i,k]*Y[l,j] -> [i,j,k,l]", "inv(X)", "X", **given)
    exchanged = td.check("-Y[k,i]*Y[j,l] -> [i,j,k,l]", "inv(X)", "X", **given)
    assert exchanged.assumptions == ("X is symmetric",)
    assert "indices are exchanged" in str(exchanged.diagnosis)


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "shapes"),
    [
        ("-inv(X)[k,i]*inv(X)[j,l] -> [i,j,k,l]", "inv(X)", ["X"], {"X": "n n"}),
        ("T[i,j,k] -> [i,j,k]", "T[i,j,k]*x[j]*x[k] -> [i]", ["x", "x"], {"T": "n n n", "x": "n"}),
        ("x[i]*x[j]*x[k] -> [i,j,k]", "exp(a'*x)", ["x", "x", "x"], {"x": "n", "a": "n"}),
        ("X[j,l]*eye(n)[i,k] -> [i,j,k,l]", "X*X'", ["X"], {"X": "n m"}),
        ("x[i] -> [i]", "exp(x)", ["x"], {"x": "n"}),
        ("x[i] -> [i]", "sum(x)*n", ["x"], {"x": "n"}),
    ],
)
def test_the_correct_formula_by_entries_is_right(claim: str, f: str, wrt: list[str], shapes: dict[str, str]) -> None:
    verdict = td.check(claim, f, wrt, layout="index", shapes=shapes)
    assert not verdict
    assert td.check(str(verdict.expected), f, wrt, layout="index", shapes=shapes)


def test_a_constant_factor_may_hold_a_size() -> None:
    verdict = td.check("2*X", "n*norm2(X)^2", "X", shapes={"X": "n m"})
    assert (verdict.status, verdict.factor) == ("right-up-to-factor", "n")
    halved = td.check("4*X", "norm2(X)^2", "X", shapes={"X": "n m"})
    assert halved.factor == Fraction(1, 2)


def test_right_only_where_two_sizes_agree() -> None:
    verdict = td.check("n*X", "tr(X'*X)*m/2", "X", shapes={"X": "n m"})
    assert verdict.factor == "m/n"
    shape = td.check("X*ones(n)", "sum(X*ones(m))*sum(X)/2", "X", shapes={"X": "n m"})
    assert shape.status == "does-not-conform"


def test_zero_fits_every_layout() -> None:
    assert td.check("0", "norm2(A)^2", "X", shapes={"X": "n m", "A": "n m"})
    assert td.check("zeros(n,m)", "norm2(A)^2", "X", shapes={"X": "n m", "A": "n m"})
    assert not td.check("0", "norm2(X)^2", "X", shapes={"X": "n m"})
