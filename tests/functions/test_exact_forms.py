"""Forms that are exact: powers of numbers, undoing functions, special arguments, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tensordiff.errors import DomainError, EvaluationError, MissingRuleError, ShapeError
from tensordiff.functions import (
    ABS,
    DET,
    ELEMENTWISE,
    EXP,
    EXPM,
    INVERSE,
    LOG,
    LOGDET,
    LOGM,
    PI,
    POWER,
    SIGN,
    SQRTM,
    SYNONYMS,
    Undefined,
    Unit,
    constant,
    lookup,
    matrix_power,
    power,
)
from tensordiff.functions.radical import rational_power
from tensordiff.tensor import (
    ONE,
    Apply,
    Assumption,
    Dim,
    Structure,
    Symbol,
    add,
    apply,
    as_number,
    identity,
    multiply,
    number,
    ones,
    permute,
    scale,
    size,
    zero,
)
from tests.reference import value

N, M = Dim.named("n"), Dim.named("m")
X = Symbol.make("x", (N, M))
A = Symbol.make("A", (N, N))
P = Symbol.make("p", (N,), assumption=Assumption.POSITIVE)
SIN, COS, TANH, SIGMOID, RELU = (ELEMENTWISE[name] for name in ("sin", "cos", "tanh", "sigmoid", "relu"))


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [(4, "1/2", 2), ("8/27", "2/3", "4/9"), ("1/4", "-1/2", 2), (10**20, "1/10", 100), (1, "7/3", 1), (-2, 3, -8)],
)
def test_rational_powers_are_numbers(base: str, exponent: str, expected: str) -> None:
    assert as_number(power(number(Fraction(base)), Fraction(exponent))) == Fraction(expected)


@pytest.mark.parametrize("base", [2, 6, 8, 12, 72, Fraction(1, 2), Fraction(27, 50), 997 * 1009, 1000003**3])
@pytest.mark.parametrize("exponent", ["1/2", "-1/2", "3/2", "1/3", "-5/6"])
def test_roots_have_one_form(base: Fraction, exponent: str) -> None:
    coefficient, radicand, root = rational_power(Fraction(base), Fraction(exponent)) or (0, 0, 0)
    assert float(coefficient) * float(radicand) ** (1 / root) == pytest.approx(float(base) ** float(Fraction(exponent)))
    assert rational_power(Fraction(radicand), Fraction(1, root)) == (1, radicand, root)
    node = power(number(base), Fraction(exponent))
    assert float(value(node, {}, {})) == pytest.approx(float(base) ** float(Fraction(exponent)))


def test_enormous_powers_stay_powers() -> None:
    assert power(number(2), 10**9).function == POWER


def test_powers_merge_only_where_that_is_true() -> None:
    half = Fraction(1, 2)
    assert power(power(X, 2), 3) is power(X, 6)
    assert power(power(X, half), 2) is X
    assert power(power(X, 2), half) is ABS(X)
    assert power(power(P, 2), half) is P
    assert power(ABS(X), 2) is power(X, 2)
    assert power(X, 0) is ones((N, M))
    assert power(X, 1) is X


def test_functions_undo_each_other() -> None:
    assert EXP(LOG(X)) is X
    assert LOG(EXP(X)) is X
    assert EXP(scale(2, LOG(X))) is power(X, 2)
    assert LOG(power(P, 3)) is scale(3, LOG(P))
    assert apply(EXPM, apply(LOGM, A)) is A
    assert apply(INVERSE, apply(INVERSE, A)) is A
    assert matrix_power(apply(SQRTM, A), 2) is A
    assert apply(ELEMENTWISE["tan"], apply(ELEMENTWISE["arctan"], X)) is X


def test_signs_and_assumptions() -> None:
    binary = Symbol.make("b", (N,), assumption=Assumption.BINARY)
    assert ABS(ABS(X)) is ABS(X)
    assert ABS(scale(-3, X)) is scale(3, ABS(X))
    assert SIGN(scale(-3, X)) is scale(-1, SIGN(X))
    assert ABS(P) is P
    assert SIGN(P) is ones((N,))
    assert power(binary, 2) is ones((N,))
    assert power(binary, -3) is binary
    assert ABS(binary) is ones((N,))
    assert RELU(P) is P
    definite = Symbol.make("V", (N, N), Structure.POSITIVE_DEFINITE)
    assert ABS(apply(DET, definite)) is apply(DET, definite)
    assert ABS(multiply(X, X)) is multiply(X, X)
    nonnegative = add([(1, multiply(X, X)), (1, ABS(X))])
    assert ABS(nonnegative) is nonnegative


def test_structured_symbols_keep_their_zeros() -> None:
    for structure in (Structure.DIAGONAL, Structure.LOWER, Structure.UPPER):
        positive = Symbol.make("L", (N, N), structure, Assumption.POSITIVE)
        binary = Symbol.make("L", (N, N), structure, Assumption.BINARY)
        assert ABS(positive) is positive
        assert SIGN(positive) is not ones((N, N))
        assert power(binary, 2) is not ones((N, N))
        assert ABS(binary) is not ones((N, N))


def test_parity_and_multiples_of_pi() -> None:
    pi = constant(PI)
    assert SIN(scale(-1, X)) is scale(-1, SIN(X))
    assert COS(scale(-1, X)) is COS(X)
    assert [as_number(SIN(scale(Fraction(k, 2), pi))) for k in range(-1, 5)] == [-1, 0, 1, 0, -1, 0]
    assert [as_number(COS(scale(Fraction(k, 2), pi))) for k in range(-1, 5)] == [0, 1, 0, -1, 0, 1]


def test_elementwise_functions_commute_with_transposition() -> None:
    assert TANH(permute(X, (1, 0))) is permute(TANH(X), (1, 0))


def test_special_matrices() -> None:
    eye = identity((N,))
    assert apply(INVERSE, eye) is eye
    assert apply(DET, eye) is ONE
    assert apply(LOGDET, eye) is zero()
    assert apply(EXPM, zero((N, N))) is eye
    assert apply(LOGM, eye) is zero((N, N))
    assert matrix_power(A, -1) is apply(INVERSE, A)
    assert matrix_power(matrix_power(A, 2), 3) is matrix_power(A, 6)
    assert matrix_power(apply(INVERSE, A), 2) is matrix_power(A, -2)
    orthogonal = Symbol.make("Q", (N, N), Structure.ORTHOGONAL)
    assert apply(INVERSE, orthogonal) is permute(orthogonal, (1, 0))
    assert apply(INVERSE, scale(2, permute(A, (1, 0)))) is scale(Fraction(1, 2), permute(apply(INVERSE, A), (1, 0)))


def test_determinant_of_a_multiple_has_the_size_as_exponent() -> None:
    assert apply(DET, scale(2, A)) is multiply(power(number(2), size(N)), apply(DET, A))


def test_derivatives_are_written_as_a_person_writes_them() -> None:
    assert TANH.derivative([X], 0) is add([(1, ones((N, M))), (-1, power(TANH(X), 2))])
    sigmoid = SIGMOID(X)
    assert SIGMOID.derivative([X], 0) is multiply(sigmoid, add([(1, ones((N, M))), (-1, sigmoid)]))
    assert RELU.derivative([X], 0) is apply(ELEMENTWISE["step"], X)
    assert ABS.derivative([X], 0) is SIGN(X)


@pytest.mark.parametrize(
    "make",
    [
        lambda: power(zero((N,)), -1),
        lambda: power(number(-4), Fraction(1, 2)),
        lambda: LOG(number(0)),
        lambda: LOG(number(-1)),
        lambda: apply(INVERSE, zero((N, N))),
        lambda: matrix_power(A, Fraction(1, 2)),
        lambda: apply(LOGDET, zero((N, N))),
    ],
)
def test_what_has_no_value_is_refused(make: object) -> None:
    with pytest.raises(DomainError):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("name", ["inv", "det", "logdet", "adj", "expm", "logm", "sqrtm", "chol"])
def test_matrix_functions_need_a_square_matrix(name: str) -> None:
    with pytest.raises(ShapeError, match=f"{name} needs a square matrix, got n-by-m"):
        apply(lookup(name), X)


def test_units_are_inside_their_length() -> None:
    with pytest.raises(ShapeError):
        Unit(Dim.fixed(3), 4)
    with pytest.raises(ShapeError):
        Unit(N, 0)


def test_an_undefined_function_has_derivatives_but_no_value() -> None:
    f = apply(Undefined("f"), X)
    assert isinstance(f, Apply)
    first = f.function.derivative(f.children, 0)
    second = first.function.derivative(first.children, 0)
    assert [g.function.name for g in (f, first, second)] == ["f", "f'", "f''"]
    with pytest.raises(EvaluationError, match="undefined"):
        f.function.evaluate(None, None)


def test_no_rule_raises_and_names_the_function() -> None:
    with pytest.raises(MissingRuleError, match="matpow"):
        node = matrix_power(A, Symbol.make("k", ()))
        node.function.derivative(node.children, 1)


def test_names_are_found() -> None:
    assert lookup("nothing") is None
    for name, meant in SYNONYMS.items():
        assert lookup(name) is lookup(meant) is not None
    names = [f.name for f in ELEMENTWISE.values()]
    assert names == list(ELEMENTWISE)
    assert len({f.key for f in ELEMENTWISE.values()}) == len(names)


def test_depth_costs_no_recursion() -> None:
    node = X
    for _ in range(3000):
        node = TANH(node)
    for _ in range(3000):
        node = power(add([(1, node), (1, X)]), -1)
    for _ in range(3000):
        node = ABS(add([(1, node), (-1, ones((N, M)))]))
    assert node.dims == (N, M)
