"""What is chosen among equal ways to write: the order of terms, forms without ones, one spelling of a norm, wide fronts."""

from __future__ import annotations

import pytest

import tensordiff as td
from tensordiff.canonical import canonical
from tensordiff.errors import FoldError
from tensordiff.fold import fold, fold_best
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.norms import with_norms
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, text
from tensordiff.matrix.build import ones, product, transpose
from tensordiff.parse import declare, parse_matrix
from tensordiff.tensor import Dim, Symbol, Tensor, einsum
from tests.fold.test_random_networks import check

SHAPES = {"A": ("n", "n"), "B": ("n", "n"), "C": ("n", "n"), "x": ("n",), "y": ("n",), "b": ("n",), "a": (), "s": ()}
SCOPE = declare(SHAPES)
N, M = Dim.named("n"), Dim.named("m")


def read(written: str) -> Matrix:
    return parse_matrix(written, SCOPE)


def folded(written: str) -> str:
    matrix = read(written)
    tensor = canonical(lower(matrix), distribute=False, define=False)
    cut = len(matrix.rows)
    return text(fold(tensor, range(cut), range(cut, tensor.rank)))


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("b + A*x", "A*x + b"),  # products before single terms
        ("-x + y", "y - x"),  # what is added before what is taken away
        ("A - eye(n)", "A - eye(n)"),
        ("A + eye(n)", "eye(n) + A"),  # identities and numbers first
        ("a + 1", "1 + a"),
        ("A*B + a*eye(n)", "A*B + a*eye(n)"),  # but multiples of them last
        ("B*A + A*B*C", "A*B*C + B*A"),  # of products those of more parts
        ("a*K(n,n) + kron(A, B)", "kron(A, B) + a*K(n,n)"),
        ("kron(A, B)*K(n,n) + kron(A, B)*kron(C, C)", "kron(A*C, B*C) + kron(A, B)*K(n,n)"),  # permutations last
        ("1 - s - a", "1 - a - s"),
    ],
)
def test_order_of_sums(given: str, written: str) -> None:
    assert folded(given) == written


def test_a_form_without_ones_may_be_ten_longer() -> None:
    broadcast = einsum([(Symbol.make("x", (N,)), "i")], "ij", {"j": M})  # x*ones(m)', 10 characters
    assert text(fold(broadcast, (0,), (1,))) == "x*ones(m)'"
    for length, chosen in ((19, True), (20, False)):
        other = Symbol.make("Q" * length, (N, M))
        forms: list[Tensor] = [broadcast, other]
        assert (text(fold_best(forms, (0,), (1,))) == other.name) == chosen


def test_full_matrices_of_ones_count_as_long() -> None:
    flat = Flat()
    outer = product(read("x"), transpose(read("y")))
    assert flat.length(ones((N,), (N,))) > flat.length(outer) + 20


@pytest.mark.parametrize("norm", ["norm2(x - y)", "norm2(y - x)", "a + s*norm2(x - y)"])
@pytest.mark.parametrize("square", ["(x - y)'*(x - y)", "(y - x)'*(y - x)"])
def test_squares_of_a_norm_at_hand_are_written_by_it(norm: str, square: str) -> None:
    """Whichever way round the difference stands in the norm."""
    flat = Flat(read(norm))
    made = text(with_norms(read(square), flat))
    assert made in ("norm2(x - y)^2", "norm2(y - x)^2")
    assert text(with_norms(read("(x - b)'*(x - b)"), flat)) == "(x - b)'*(x - b)"


def test_norms_of_differences_in_answers() -> None:
    f = td.parse("sqrt((x - y)'*(x - y)) + (y - x)'*(y - x)*s", shapes={"x": "n", "y": "n", "s": ""})
    assert str(td.diff(f, "x").matrix_form()) == "(2*s + 1/norm2(x - y))*(x - y)"


def layered(width: int) -> Tensor:
    """Two terminals with `width` summed indices between them, each joined to all others: they come in at once."""
    inner = range(2, 2 + width)
    pairs = [(i, j) for i in inner for j in inner if i < j] + [(0, i) for i in inner] + [(i, 1) for i in inner]
    return einsum([(Symbol.make(f"M{count}", (N, N)), pair) for count, pair in enumerate(pairs)], (0, 1))


def test_fronts_of_three_indices() -> None:
    """Three indices that are joined to each other and to both terminals need a front of three; four are refused."""
    check(layered(2), (0,), (1,))
    check(layered(3), (0,), (1,))
    with pytest.raises(FoldError, match="no matrix form"):
        fold(layered(4), (0,), (1,))
