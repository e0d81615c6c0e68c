"""Identities between functions hold in canonical form; what is divided out keeps its value."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.canonical import canonical
from tensordiff.functions import (
    ABS,
    ADJUGATE,
    DET,
    ELEMENTWISE,
    EXP,
    EXPM,
    INVERSE,
    LOG,
    LOGDET,
    LOGM,
    SIGN,
    SQRTM,
    Frechet,
    Softmax,
    matrix_power,
    power,
    transpose,
)
from tensordiff.functions.univariate import plus
from tensordiff.tensor import (
    Assumption,
    Dim,
    Structure,
    Symbol,
    Tensor,
    add,
    apply,
    einsum,
    multiply,
    number,
    ones,
    postorder,
    scale,
    size,
    total,
)
from tests.reference import value

N = Dim.named("n")
X, Y = Symbol.make("x", (N,)), Symbol.make("y", (N,))
P = Symbol.make("p", (N,), assumption=Assumption.POSITIVE)
S = Symbol.make("s", ())
A, B = Symbol.make("A", (N, N)), Symbol.make("B", (N, N))
V = Symbol.make("V", (N, N), Structure.POSITIVE_DEFINITE)
HALF = Fraction(1, 2)
ONE = ones((N,))
DIFFERENCE, OPPOSITE = add([(1, X), (-1, Y)]), add([(1, Y), (-1, X)])
TWO = add([(2, A), (4, B)])


def f(name: str, *arguments: Tensor) -> Tensor:
    return apply(ELEMENTWISE[name], *arguments)


def slope(name: str) -> Tensor:
    return ELEMENTWISE[name].derivative([X], 0)


MINUS_X = scale(-1, X)
IDENTITIES = {
    "tanh' = 1/cosh^2": (slope("tanh"), power(f("cosh", X), -2)),
    "tanh by exp": (
        f("tanh", X),
        multiply(add([(1, EXP(X)), (-1, EXP(MINUS_X))]), power(add([(1, EXP(X)), (1, EXP(MINUS_X))]), -1)),
    ),
    "sigmoid by exp(-x)": (f("sigmoid", X), power(plus(EXP(MINUS_X), 1), -1)),
    "sigmoid by exp(x)": (f("sigmoid", X), multiply(EXP(X), power(plus(EXP(X), 1), -1))),
    "sigmoid(-x) = 1 - sigmoid(x)": (f("sigmoid", MINUS_X), plus(f("sigmoid", X), 1, -1)),
    "sigmoid' by exp": (slope("sigmoid"), multiply(EXP(MINUS_X), power(plus(EXP(MINUS_X), 1), -2))),
    "tanh by sigmoid": (f("tanh", X), plus(f("sigmoid", scale(2, X)), -1, 2)),
    "step by sign": (f("step", X), add([(HALF, ONE), (HALF, SIGN(X))])),
    "relu by step": (f("relu", X), multiply(X, f("step", X))),
    "relu by max": (f("relu", X), f("max", X, scale(0, X))),
    "x sign(x) = abs(x)": (multiply(X, SIGN(X)), ABS(X)),
    "sign^2 = 1": (multiply(SIGN(X), SIGN(X)), ONE),
    "abs of a product": (ABS(multiply(X, Y)), multiply(ABS(X), ABS(Y))),
    "abs is even": (ABS(DIFFERENCE), ABS(OPPOSITE)),
    "sign is odd": (SIGN(DIFFERENCE), scale(-1, SIGN(OPPOSITE))),
    "max is symmetric": (f("max", X, Y), f("max", Y, X)),
    "min + max": (add([(1, f("max", X, Y)), (1, f("min", X, Y))]), add([(1, X), (1, Y)])),
    "sin^2 + cos^2": (add([(1, power(f("sin", X), 2)), (1, power(f("cos", X), 2))]), ONE),
    "tan' = 1/cos^2": (slope("tan"), power(f("cos", X), -2)),
    "cosh^2 - sinh^2": (add([(1, power(f("cosh", X), 2)), (-1, power(f("sinh", X), 2))]), ONE),
    "arsinh by log": (f("arsinh", X), LOG(add([(1, X), (1, power(plus(power(X, 2), 1), HALF))]))),
    "softplus(x) - softplus(-x) = x": (add([(1, f("softplus", X)), (-1, f("softplus", MINUS_X))]), X),
    "expm1, log1p": (plus(f("expm1", X), 1), EXP(f("log1p", f("expm1", X)))),
    "cube of the cube root": (power(f("cbrt", X), 3), X),
    "sqrt(6) = sqrt(2) sqrt(3)": (power(number(6), HALF), multiply(power(number(2), HALF), power(number(3), HALF))),
    "log(6) = log(2) + log(3)": (LOG(number(6)), add([(1, LOG(number(2))), (1, LOG(number(3)))])),
    "log of positive factors": (LOG(multiply(P, power(P, 2))), scale(3, LOG(P))),
    "exp of a sum": (EXP(add([(2, Y), (1, X)])), multiply(EXP(X), power(EXP(Y), 2))),
    "exp of logs": (EXP(add([(2, LOG(P)), (1, X)])), multiply(power(P, 2), EXP(X))),
    "scalar out of a power": (
        power(add([(1, multiply(S, X)), (1, multiply(S, Y))]), -1),
        multiply(power(S, -1), power(add([(1, Y), (1, X)]), -1)),
    ),
    "1/|x| = |x|/|x|^2": (
        power(total(multiply(X, X)), -HALF),
        multiply(power(total(multiply(X, X)), HALF), power(total(multiply(X, X)), -1)),
    ),
    "logdet by log and abs": (apply(LOGDET, A), LOG(ABS(apply(DET, A)))),
    "logdet of a definite matrix": (apply(LOGDET, V), LOG(apply(DET, V))),
    "logdet of a product": (
        apply(LOGDET, einsum([(A, "ik"), (B, "kj")], "ij")),
        add([(1, apply(LOGDET, A)), (1, apply(LOGDET, B))]),
    ),
    "logdet of an exponential": (apply(LOGDET, apply(EXPM, A)), einsum([(A, "ii")], "")),
    "adj = det inv": (transpose(apply(ADJUGATE, A)), multiply(transpose(apply(INVERSE, A)), apply(DET, A))),
    "content out of an inverse": (apply(INVERSE, TWO), scale(HALF, apply(INVERSE, add([(1, A), (2, B)])))),
    "scalar out of an inverse": (
        apply(INVERSE, add([(2, multiply(S, A)), (4, multiply(S, B))])),
        multiply(power(S, -1), scale(HALF, apply(INVERSE, add([(1, A), (2, B)])))),
    ),
    "inv(expm(A)) = expm(-A)": (apply(INVERSE, apply(EXPM, A)), apply(EXPM, scale(-1, A))),
    "sqrtm squared": (einsum([(apply(SQRTM, A), "ij"), (apply(SQRTM, A), "jk")], "ik"), A),
    "d tr expm": (einsum([(apply(Frechet(EXPM, 1), A), "iikl")], "kl"), transpose(apply(EXPM, A))),
    "d^2 tr logm": (
        einsum([(apply(Frechet(LOGM, 2), A), "iiklmn")], "klmn"),
        scale(-1, einsum([(apply(INVERSE, A), "lm"), (apply(INVERSE, A), "nk")], "klmn")),
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity(name: str) -> None:
    left, right = IDENTITIES[name]
    assert canonical(left) is canonical(right)


DIFFERENT = {
    "log(x^2) is not 2 log(x) for negative x": (LOG(power(X, 2)), scale(2, LOG(X))),
    "abs(x) is not x": (ABS(X), X),
    "sqrt(x^2) is not x": (power(power(X, 2), HALF), X),
    "sigmoid' is not sigmoid": (slope("sigmoid"), f("sigmoid", X)),
    "relu is not its argument": (f("relu", X), X),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_not_an_identity(name: str) -> None:
    left, right = DIFFERENT[name]
    assert canonical(left) is not canonical(right)


@st.composite
def rational_functions(draw: st.DrawFn) -> Tensor:
    """Products and sums of small monomials over integer powers of sums, of positive values."""
    pool = [X, Y, EXP(X), multiply(X, Y)]
    numbers = st.integers(1, 3)

    def polynomial() -> Tensor:
        terms = draw(st.lists(st.tuples(numbers, st.sampled_from([*pool, ONE])), min_size=2, max_size=3))
        return add(terms)

    bases = [polynomial() for _ in range(draw(st.integers(1, 2)))]
    terms = []
    for _ in range(draw(st.integers(1, 2))):
        factors = [
            power(node, draw(st.sampled_from([-2, -1, 1, 2, 3]))) for node in draw(st.lists(st.sampled_from(pool), max_size=2))
        ]
        factors += [power(base, draw(st.sampled_from([-2, -1, 1]))) for base in bases]
        terms.append((draw(numbers), multiply(*factors)))
    return add(terms)


@settings(max_examples=100, deadline=None)
@given(rational_functions())
def test_division_keeps_the_value_and_ends(node: Tensor) -> None:
    arrays = {"x": np.array([0.7, 1.9, 1.2]), "y": np.array([1.4, 0.6, 2.1])}
    form = canonical(node)
    np.testing.assert_allclose(value(form, arrays, {"n": 3}), value(node, arrays, {"n": 3}), rtol=1e-9)
    assert canonical(form) is form


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 4), st.integers(1, 3), st.sampled_from([-3, -1, 2]))
def test_a_fraction_is_the_same_over_a_larger_denominator(degree: int, k: int, c: int) -> None:
    """u^d (1 + c u)^-k = u^d (1 + c u) (1 + c u)^-(k+1), written out."""
    u = EXP(X)
    base = plus(u, 1, c)
    left = multiply(power(u, degree), power(base, -k))
    over = power(base, -k - 1)
    right = add([(1, multiply(power(u, degree), over)), (c, multiply(power(u, degree + 1), over))])
    assert canonical(left) is canonical(right)


def test_probabilities_sum_to_one() -> None:
    p = Symbol.make("p", (N,), assumption=Assumption.PROBABILITY)
    joint = Symbol.make("J", (N, N), assumption=Assumption.PROBABILITY)
    some = Symbol.make("J", (N, N), Structure.LOWER, Assumption.PROBABILITY)
    assert canonical(total(p)) is canonical(number(1))
    assert canonical(multiply(total(p), X)) is canonical(X)
    assert canonical(total(joint)) is canonical(number(1))
    for node in (total(multiply(p, X)), total(some), einsum([(joint, "ij")], "i"), einsum([(joint, "ii")], "")):
        assert len(postorder([canonical(node)])) > 1
    softmax = apply(Softmax(1), A)
    for define in (False, True):
        assert canonical(einsum([(softmax, "ij")], "j"), define=define) is canonical(ones((N,)))
        assert canonical(total(softmax), define=define) is canonical(size(N))
        assert canonical(einsum([(softmax, "ij")], "i"), define=define) is not canonical(ones((N,)))


def test_cofactors_read_in_one_way() -> None:
    """Of det, adj and inv of one matrix those that need no division where there is none, else inverses alone."""
    det, adj, inv = (apply(function, A) for function in (DET, ADJUGATE, INVERSE))
    pairs = {
        "no division": (multiply(inv, det), adj),
        "a division too many": (einsum([(adj, "ij"), (adj, "kl"), (power(det, -1), "")], "ijkl"),
                                einsum([(inv, "ij"), (inv, "kl"), (det, "")], "ijkl")),
        "a mixture": (einsum([(adj, "ij"), (inv, "kl")], "ijkl"), einsum([(inv, "ij"), (adj, "kl")], "ijkl")),
        "two divisions": (multiply(adj, power(det, -2)), multiply(inv, power(det, -1))),
        "A adj(A)": (einsum([(A, "ij"), (adj, "jk")], "ik"), einsum([(det, "")], "ii", {"i": N})),
        "A' adj(A)'": (einsum([(A, "ji"), (adj, "kj")], "ik"), einsum([(det, "")], "ii", {"i": N})),
        "adj of a product": (apply(ADJUGATE, einsum([(A, "ij"), (B, "jk")], "ik")),
                             einsum([(apply(ADJUGATE, B), "ij"), (adj, "jk")], "ik")),
    }  # fmt: skip
    arrays = {"A": np.random.default_rng(0).normal(size=(3, 3)), "B": np.random.default_rng(1).normal(size=(3, 3))}
    for name, (left, right) in pairs.items():
        for define in (False, True):
            assert canonical(left, define=define) is canonical(right, define=define), name
        read = value(canonical(left, define=False), arrays, {"n": 3})
        np.testing.assert_allclose(value(left, arrays, {"n": 3}), read, atol=1e-12)
    assert canonical(multiply(adj, det), define=False) is not canonical(inv, define=False)
    assert canonical(einsum([(A, "ij"), (adj, "kj")], "ik"), define=False) is not canonical(pairs["A adj(A)"][1])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_negative_powers_of_products(count: int) -> None:
    """inv(A B)^k opens to a product; inv(X' A X)^k, whose factors are not square, stays one power."""
    tall = Symbol.make("X", (N, Dim.named("m")))
    word = einsum([(tall, "ia"), (A, "ij"), (tall, "jb")], "ab")
    rng = np.random.default_rng(2)
    arrays = {"A": rng.normal(size=(3, 3)) + 3 * np.eye(3), "B": rng.normal(size=(3, 3)), "X": rng.normal(size=(3, 2))}
    for base in (word, einsum([(A, "ij"), (B, "jk")], "ik")):
        inverse = apply(INVERSE, base)
        ways = [
            matrix_power(base, -count), matrix_power(inverse, count), apply(INVERSE, matrix_power(base, count)),
            einsum([(inverse, (p, p + 1)) for p in range(count)], (0, count)),
        ]  # fmt: skip
        for define in (False, True):
            forms = {canonical(way, define=define) for way in ways}
            assert len(forms) == 1
            expected = value(ways[0], arrays, {"n": 3, "m": 2})
            np.testing.assert_allclose(value(forms.pop(), arrays, {"n": 3, "m": 2}), expected, rtol=1e-8)
