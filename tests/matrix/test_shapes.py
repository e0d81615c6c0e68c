"""Constructors give the right shape, re-split what is flexible, and refuse what does not fit with both sizes."""

from fractions import Fraction

import pytest

import tensordiff as td
from tensordiff.errors import DomainError, ShapeError, UnknownNameError
from tensordiff.matrix import Scope, build, read_group, read_shape, shape_text, text
from tensordiff.tensor import Dim

SCOPE = Scope()
for name, shape in {
    "A": "n m", "B": "m n", "S": "n n", "x": "n", "y": "n", "z": "m", "a": (), "T": "n m p", "u": "n*m", "r": (1, "n"),
    "c": ("n", 1),
}.items():  # fmt: skip
    SCOPE = SCOPE.declare(name, shape)
A, B, S, x, y, z, a, T, u, r, c = (SCOPE.lookup(name) for name in "ABSxyzaTurc")
N, M = read_group("n"), read_group("m")


def test_row_and_column_declarations():
    assert shape_text(r.shape) == "1-by-n"
    assert c.shape == x.shape
    assert shape_text(read_shape((1, 1))) == "scalar"
    assert [len(group) for group in read_shape(("n", 1, "m"))] == [1, 1, 1]


@pytest.mark.parametrize(
    ("size", "printed"),
    [
        ("n*m", "n*m"),
        ("n^2", "n*n"),
        ("2*n", "2*n"),
        ("n*(n+1)/2", "n*(n+1)/2"),
        (1, "1"),
        ("m*n*(n+1)/2", "m*(n*(n+1)/2)"),
        ("n+m", "n+m"),
        ("m + n", "n+m"),
        ("n+1", "n+1"),
        ("n+n", "n+n"),
        ("2*n+m", "2*n+m"),
        ("(n+m)*k", "(n+m)*k"),
        ("n*m+k", "n*m+k"),
        ("(n+m)*(n+m+1)/2", "(n+m)*(n+m+1)/2"),
        ("n+(m+1)", "n+m+1"),
        ("2+3", "5"),
    ],
)
def test_sizes_are_read(size, printed):
    assert text(build.eye(read_group(size)) if size != 1 else build.number(1)) in (f"eye({printed})", "1")


@pytest.mark.parametrize("size", ["n-1", "n+", "(n", "n+m)", "n*(n+2)/2", "2n", "", "n**2", 0, -3, "n m*"])
def test_bad_sizes_are_refused(size):
    with pytest.raises(ShapeError):
        read_group(size)


def test_shapes_of_products():
    p = build.product
    assert shape_text(p(A, z).shape) == "n-by-1"
    assert shape_text(p(build.transpose(x), A).shape) == "1-by-m"
    assert p(build.transpose(x), y).is_scalar
    assert shape_text(p(x, build.transpose(z)).shape) == "n-by-m"
    assert shape_text(p(a, T).shape) == "n-by-m-by-p"
    assert shape_text(build.kron(x, A).shape) == "(n*n)-by-m"
    assert shape_text(build.call("vec", A).shape) == "(m*n)-by-1"
    assert shape_text(build.call("vech", S).shape) == "n*(n+1)/2-by-1"


REFUSED = {
    "two columns": (lambda: build.product(x, y), "x (n-by-1) and y (n-by-1)", "x'*y"),
    "product": (lambda: build.product(A, S), "A (n-by-m) and S (n-by-n)", ""),
    "sum": (lambda: build.add([(1, A), (1, B)]), "A (n-by-m) and B (m-by-n)", ""),
    "difference": (lambda: build.add([(1, A), (-1, B)]), "cannot subtract B (m-by-n) from A (n-by-m)", ""),
    "row plus column": (lambda: build.add([(1, x), (1, build.transpose(x))]), "x (n-by-1) and x' (1-by-n)", ""),
    "hadamard": (lambda: build.hadamard(A, x), "A (n-by-m) and x (n-by-1)", ""),
    "quotient": (lambda: build.divide(A, S), "S (n-by-n)", "inv(B)"),
    "inverse": (lambda: build.call("inv", A), "inv needs a square matrix, got A (n-by-m)", ""),
    "trace": (lambda: build.call("tr", A), "tr needs a square matrix", ""),
    "determinant of a vector": (lambda: build.call("det", x), "det needs a square matrix", ""),
    "power of a rectangle": (lambda: build.power(A, build.number(2)), "square", ".^"),
    "power by a vector": (lambda: build.power(a, x), "not a scalar", ".^"),
    "diag": (lambda: build.call("diag", A), "diag needs a square matrix", ""),
    "softmax": (lambda: build.call("softmax", A), "softmax needs a vector", ""),
    "tensor product": (lambda: build.product(T, x), "T (n-by-m-by-p)", "index notation"),
    "tensor transpose": (lambda: build.transpose(T), "3 axes", "T[i,j,k]"),
    "max": (lambda: build.call("max", x, A), "x (n-by-1) and A (n-by-m)", ""),
    "one argument": (lambda: build.call("exp", a, a), "exp takes one argument, got 2", ""),
    "two arguments": (lambda: build.call("hypot", a), "hypot takes 2 arguments, got 1", ""),
    "arguments": (lambda: build.call("tr", S, S), "takes one argument", ""),
    "too few indices": (lambda: build.entry(A, ("i",)), "2 axes", ""),
    "scalar with an index": (lambda: build.entry(a, ("i",)), "a scalar has no indices", ""),
    "diagonal of a rectangle": (lambda: build.entry(A, ("i", "i")), "index i", ""),
    "one letter, two sizes": (
        lambda: build.product(build.entry(x, ("i",)), build.entry(z, ("i",))), "runs over n in x[i] and over m in z[i]", "",
    ),
    "entry and whole": (lambda: build.add([(1, build.entry(x, ("i",))), (1, x)]), "the whole of x", "x[i]"),
    "function of an entry": (lambda: build.call("inv", build.entry(S, ("i", "j"))), "inv needs a whole matrix", ""),
    "unknown output": (lambda: build.contract(build.entry(x, ("i",)), ("k",)), "index k", ""),
    "output twice": (lambda: build.contract(build.entry(x, ("i",)), ("i", "i")), "twice", "eye"),
    "place out of bounds": (lambda: build.unit(Dim.fixed(3), 4), "outside", "counted from 1"),
    "place zero": (lambda: build.entry(x, (0,)), "outside", "counted from 1"),
    "place on a compound axis": (lambda: build.entry(u, (2,)), "compound axis", ""),
    "groups in another order": (
        lambda: build.product(build.kron(A, S), build.kron(S, A)), "kron(A, S)", "",
    ),
    "groups": (lambda: build.product(build.transpose(u), build.kron(z, x)), "(n*m)", "K(m,n)"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_both_operands_and_advice(case):
    make, message, hint = REFUSED[case]
    with pytest.raises(ShapeError) as caught:
        make()
    assert message in str(caught.value)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("exponent", ["1/3", "-3/2"])
def test_fractional_powers_of_matrices_that_are_not_definite_are_refused(exponent):
    with pytest.raises(DomainError, match="sqrtm"):
        td.parse(f"S^({exponent})", shapes={"S": "n n"})
    assert td.parse(f"S^({exponent})", shapes={"S": "n n"}, structures={"S": "positive-definite"}).matrix.op == "power"


def test_exponents_of_matrices_are_made_of_integers_and_sizes():
    n = build.size(N[0])
    assert build.power(S, build.add([(2, n), (-1, build.number(1))])).shape == S.shape
    with pytest.raises(DomainError):
        build.power(S, build.add([(Fraction(1, 2), n), (1, a)]))
    with pytest.raises(DomainError):
        build.power(S, build.call("exp", a))


@pytest.mark.parametrize("make", [
    lambda zero: build.divide(x, zero), lambda zero: build.dot_divide(a, build.product(zero, x)),
    lambda zero: build.power(zero, build.number(-1)), lambda zero: build.call("inv", zero),
])  # fmt: skip
def test_division_by_zero_is_refused(make):
    with pytest.raises(DomainError, match="zero"):
        make(build.number(0))


def test_unknown_functions_get_a_suggestion():
    with pytest.raises(UnknownNameError, match="did you mean sigmoid"):
        build.call("sigmoyd", x)


def test_flexible_operands_take_the_grouping_of_their_neighbours():
    G, W = build.kron(A, S), build.eye(read_group("n*m"))
    assert build.product(W, build.kron(z, x)).shape == build.kron(z, x).shape
    assert build.product(G, build.ones(read_group("n*m"))).shape == (N + N,)
    assert build.add([(1, build.kron(z, x)), (1, build.ones(read_group("n*m")))]).shape == (M + N,)
    assert build.add([(1, build.ones(read_group("n*m"))), (1, build.kron(z, x))]).shape == (M + N,)
    six = build.eye(read_group(6))
    two_three = build.kron(build.eye(read_group(2)), build.ones(read_group(3), read_group(3)))
    assert build.add([(1, six), (1, two_three)]).shape == two_three.shape
    assert build.call("tr", build.product(build.ones(M + N), build.transpose(build.ones(N + M)))).is_scalar


def test_an_identity_among_others_changes_on_both_sides():
    both = build.add([(1, build.eye(N + M)), (2, build.ones(N + M, N + M))])
    assert build.product(both, build.kron(z, x)).shape == (M + N,)
    one_side = build.add([(1, build.eye(N + M)), (1, build.product(u, build.transpose(u)))])
    with pytest.raises(ShapeError):
        build.product(one_side, build.kron(z, x))


def test_square_matrices_whose_sides_are_grouped_differently_say_so():
    with pytest.raises(ShapeError, match="grouped alike"):
        build.call("tr", build.commutation(N, M))


def test_the_cholesky_factor_does_not_commute_with_transposition():
    made = td.diff(td.parse("tr(B*chol(A'))", shapes={"A": "n n", "B": "n n"}), "B").matrix_form()
    assert str(made) == "chol(A')'"
