"""Long products, deep nests, reproducible output, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from fractions import Fraction
from itertools import combinations

import pytest

from tensordiff.errors import FoldError
from tensordiff.fold import fold
from tensordiff.functions import INVERSE, lookup
from tensordiff.matrix import text
from tensordiff.tensor import Dim, Function, Symbol, Tensor, add, apply, einsum, number, scale, zero

N, M, P = (Dim.named(name) for name in "nmp")
LETTERS = [Symbol.make(f"A{k}", (N, N)) for k in range(1000)]
X = Symbol.make("x", (N,))


def elementwise(name: str) -> Function:
    found = lookup(name)
    assert found is not None
    return found


def test_a_product_of_a_thousand_matrices() -> None:
    product = einsum([(a, (k, k + 1)) for k, a in enumerate(LETTERS)], (0, 1000))
    start = time.perf_counter()
    assert text(fold(product, (0,), (1,))) == "*".join(a.name for a in LETTERS)
    assert text(fold(product, (1,), (0,))) == "(" + "*".join(a.name for a in LETTERS) + ")'"
    assert time.perf_counter() - start < 10


def test_a_trace_of_a_thousand_matrices() -> None:
    closed = einsum([(a, (k, (k + 1) % 1000)) for k, a in enumerate(LETTERS)], ())
    assert text(fold(closed, (), ())).count("*") == 999


def test_a_nest_of_two_thousand_functions() -> None:
    nest: Tensor = X
    for k in range(2000):
        nest = apply(elementwise("sin" if k % 2 else "exp"), nest)
    assert text(fold(nest, (0,), ())).startswith("sin(exp(sin(exp(")


def test_a_nest_of_inverses() -> None:
    nest: Tensor = LETTERS[0]
    for letter in LETTERS[1:400]:
        nest = apply(INVERSE, add([(1, nest), (1, letter)]))
    assert text(fold(nest, (1,), (0,))).startswith("inv(")


def test_a_ladder_of_parallel_and_series_edges() -> None:
    rungs = [(LETTERS[0], (0, 1))]
    for k in range(1, 200):
        rungs += [(LETTERS[k], (0, k)), (LETTERS[k + 400], (k, k + 1))]
    assert text(fold(einsum(rungs, (0, 200)), (0,), (1,))).count(".*") == 199


def test_a_long_sum() -> None:
    terms = [(1, einsum([(a, "ij"), (b, "jk"), (X, "k")], "i")) for a, b in zip(LETTERS[:400], LETTERS[400:800], strict=True)]
    assert text(fold(add(terms), (0,), ())).count(" + ") == 399


def test_a_sum_with_many_common_factors_is_collected() -> None:
    terms = [(1, einsum([(LETTERS[k % 5], "ij"), (LETTERS[10 + k % 7], "jk"), (X, "k")], "i")) for k in range(35)]
    expected = "(A0 + A1 + A2 + A3 + A4)*(A10 + A11 + A12 + A13 + A14 + A15 + A16)*x"
    assert text(fold(add(terms), (0,), ())) == expected


PROGRAM = """
from tests.fold.derivatives import derivative
from tensordiff.matrix import text
for case in [
    ("x n; A n n", "exp(-x'*A*x)*sin(x'*x)", "x, x", "vec-column"),
    ("U n p; V m p; T n m; W n m", "norm2(W.*(T - U*V'))^2", "U, V", "vec-column"),
    ("X n m; A n n", "inv(X'*A*X)", "X", "vec-column"),
]:
    print(text(derivative(*case).folded()))
"""


def test_output_is_the_same_in_every_run() -> None:
    outputs = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
        outputs.add(run.stdout)
    assert len(outputs) == 1


def test_a_tensor_of_three_axes_is_refused() -> None:
    tensor = Symbol.make("T", (N, M, P))
    with pytest.raises(FoldError, match="T has 3 axes"):
        fold(einsum([(tensor, "ijk"), (X, "i")], "jk"), (0,), (1,))


def test_a_network_without_a_matrix_form_is_refused() -> None:
    """The entries of a compound vector are a matrix, a sum over blocks is a partial trace; eight indices of which
    each is joined to each are neither."""
    vector = Symbol.make("y", (N, M))
    from tensordiff.matrix.build import symbol

    written = {"y": symbol(vector, ((N, M),))}
    assert text(fold(vector, (0, 1), (), written)) == "y"
    assert text(fold(vector, (1, 0), (), written)) == "K(m,n)*y"
    assert text(fold(vector, (0,), (1,), written)) == "unvec(y, m, n)'"
    square = Symbol.make("S", (N, M, N, M))
    partial_trace = einsum([(square, "iajb"), (Symbol.make("B", (M, M)), "ba")], "ij")
    assert text(fold(partial_trace, (0,), (1,), {"S": symbol(square, ((N, M), (N, M)))})) == "ptrace(kron(eye(n), B)*S, n, m)"
    pairs = list(combinations(range(8), 2))
    clique = einsum([(letter, pair) for letter, pair in zip(LETTERS, pairs, strict=False)], (0, 1))
    with pytest.raises(FoldError, match="product of"):
        fold(clique, (0,), (1,))


def test_numbers_and_zeros() -> None:
    assert text(fold(zero((N, M)), (1,), (0,))) == "zeros(m,n)"
    assert text(fold(zero(()), (), ())) == "0"
    assert text(fold(number(Fraction(-2, 3)), (), ())) == "-2/3"
    assert text(fold(einsum([], (), {"i": N, "j": M}), (), ())) == "m*n"
    assert text(fold(scale(3, einsum([], "ij", {"i": N, "j": M})), (0,), (1,))) == "3*ones(n,m)"
    assert text(fold(einsum([], "ii", {"i": N}), (0,), (1,))) == "eye(n)"
