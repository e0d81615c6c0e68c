"""Index notation means the tensor, and reads along the contractions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.canonical import canonical
from tensordiff.differentiate import differentiate
from tensordiff.errors import BudgetError
from tensordiff.lower import lower
from tensordiff.parse import parse
from tensordiff.render import TEX, derivative_notation, free_letters, index_latex, index_notation
from tensordiff.render.arrange import chain_of, contraction_order
from tensordiff.tensor import Dim, Symbol, add, einsum, multiply, rebuild
from tests.reference import value
from tests.render.notation import read_value

SHAPES = {"A": "n n", "X": "n m", "V": "n n", "W": "m p", "x": "n", "y": "n", "w": "m", "a": (), "T": "n m p"}
SIZES = {"n": 3, "m": 2, "p": 4}


def tensor(source, structures=None):
    return lower(parse(source, SHAPES, structures)[0])


def derivative(source, *variables, structures=None, where=None):
    matrix, scope = parse(source, SHAPES, structures, where)
    found = lower(matrix)
    for name in variables:
        found = differentiate(found, lower(scope.lookup(name)))
    return canonical(found)


def arrays():
    rng = np.random.default_rng(3)
    return {name: rng.normal(size=[SIZES[d] for d in str(shape).split()] if shape else ()) for name, shape in SHAPES.items()}


PLAIN = [
    ("A*V*A'", ("V",)),
    ("X*X'", ("X",)),
    ("inv(V)", ("V",)),
    ("x'*A*x", ("x",)),
    ("x'*A*x", ("x", "x")),
    ("A.*V", ("A",)),
    ("sum(X)", ("X",)),
    ("x*y'", ("x",)),
    ("x + sum(y)", ("y",)),
    ("tr(A)^2*x", ("A",)),
    ("x.^3", ("x", "x")),
    ("diag(x)*X", ("x",)),
    ("kron(X,W)", ("X",)),
    ("T[i,j,k]*x[i]*w[j] -> [k]", ("x", "w")),
    ("X*W*W'*X'", ("W", "W")),
    ("ones(n)*w'*2 - X/3", ("w",)),
    ("n*x", ("x",)),
    ("a*x*sum(A*V*A)", ("a",)),
    ("(x'*y)*(x'*A*y)*X", ("x",)),
    ("x'*diag(y)*A*diag(x)*X*w", ("y",)),
    ("X[i,j]*X[k,j]*x[i]*x[k]*y[i] -> [k]", ("x",)),
]


@pytest.mark.parametrize(("source", "variables"), PLAIN)
def test_printed_notation_has_the_value_of_the_tensor(source, variables):
    node = derivative(source, *variables)
    letters = free_letters(node.rank)
    lengths = {letter: dim.size(SIZES) for letter, dim in zip(letters, node.dims, strict=True)}
    given_arrays = arrays()
    read = read_value(index_notation(node), letters, {**given_arrays, "n": np.array(3)}, lengths)
    np.testing.assert_allclose(read, value(node, given_arrays, SIZES), atol=1e-12)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("exp(X*W)", "exp((X W)_ij)"),
        ("log(x)", "log(x_i)"),
        ("det(A)*x", "det(A) x_i"),
        ("inv(X'*inv(V)*X)", "inv(X' inv(V) X)_ij"),
        ("logdet(X'*X + a*eye(m))", "logdet(X' X + a I)"),
        ("logdet(X'*diag(x)*X)", "logdet([X_ba x_b]_ab X)"),
        ("(x'*A*x)^(1/2)", "((A' x)' x)^(1/2)"),
        ("norm2(x)", "(sum_a (x_a x_a))^(1/2)"),
        ("x.^2 + 1", "x_i^2 + 1_i"),
        ("exp(x + 1)", "exp(x_i + 1)"),
        ("log(1 + exp(x*y'))", "log(1 + exp(x_i y_j))"),
        ("eye(n)", "delta_ij"),
        ("ones(n,m)", "1_i 1_j"),
        ("zeros(n,m)", "0"),
        ("n + m/2 - 1/3", "n + 1/2 m - 1/3"),
        ("A^3", "(A^3)_ij"),
        ("expm(A)", "expm(A)_ij"),
        ("a^n*x", "a^n x_i"),
        ("exp(a*x)/sum(exp(x))", "(sum_a exp(x_a))^-1 exp(a x_i)"),
        ("D(n)'*vec(A)", "A_ab D_bai"),
        ("A[i,2] -> [i]", "A_i2"),
        ("inv(kron(A,eye(m)) + kron(eye(n),X'*X))", "inv([delta_bd A_ac + delta_ac (X' X)_bd]_abcd)_ijkl"),
    ],
)
def test_spelling(source, printed):
    assert index_notation(tensor(source)) == printed


def test_the_founding_derivative():
    node = derivative("F", "V", where={"F": "inv(X'*inv(V)*X)"})
    F = Symbol.make("F", (Dim.named("m"),) * 2)
    n, m = Dim.named("n"), Dim.named("m")
    X, V = Symbol.make("X", (n, m)), tensor("inv(V)")
    named = einsum([(F, "ia"), (X, "ba"), (V, "bk"), (V, "lc"), (X, "cd"), (F, "dj")], "ijkl")
    assert derivative_notation(named, "F", 2, [("V", 2)]) == "dF_ij/dV_kl = F_ia X_ba inv(V)_bk inv(V)_lc X_cd F_dj"
    assert derivative_notation(named, "F", 2, [("V", 2)], TEX) == (
        r"\frac{\partial F_{ij}}{\partial V_{kl}} = F_{ia} X_{ba} V^{-1}_{bk} V^{-1}_{lc} X_{cd} F_{dj}"
    )
    assert index_notation(node).count("inv(X' inv(V) X)") == 2


def test_headers():
    f = derivative("x'*A*x", "x", "x")
    assert derivative_notation(f, "f", 0, [("x", 1), ("x", 1)]).startswith("d^2f/(dx_i dx_j) = ")
    assert derivative_notation(f, "f", 0, [("x", 1), ("x", 1)], TEX).startswith(
        r"\frac{\partial^{2} f}{\partial x_{i} \, \partial x_{j}} = "
    )


def test_symmetric_factors_are_read_in_the_direction_of_travel():
    node = tensor("X'*V*X", {"V": "symmetric"})
    flat = canonical(node)
    assert index_notation(flat) in ("X_ai V_ab X_bj", "X_bj V_ba X_ai")


def test_letters_run_out_gracefully():
    n = Dim.named("n")
    A = Symbol.make("A", (n, n))
    chain = einsum([(A, (k, k + 1)) for k in range(40)], (0, 40))
    printed = index_notation(chain)
    assert printed.startswith("A_ia A_ab A_bc")
    assert printed.endswith("A_{a23,j}")
    wide = einsum([(A, (2 * k, 2 * k + 1)) for k in range(10)], range(20))
    assert index_notation(wide).startswith("A_{i1,i2} A_{i3,i4}")
    assert index_latex(wide).startswith("A_{i_{1},i_{2}}")


def test_deep_nests_and_long_sums():
    node, sine = tensor("x"), tensor("sin(x)")
    for _ in range(2000):
        node = rebuild(sine, (node,))
    assert index_notation(node).count("sin(") == 2000
    n = Dim.named("n")
    y = tensor("y")
    many = add([(k + 1, multiply(Symbol.make(f"x{k}", (n,)), y)) for k in range(3000)])
    assert index_notation(many).count(" + ") == 2999


def test_a_graph_that_is_too_large_to_print_is_refused():
    node, exponential = tensor("A"), tensor("exp(A)")
    for _ in range(70):
        node = rebuild(exponential, (einsum([(node, "ij"), (node, "jk")], "ik"),))
    with pytest.raises(BudgetError, match="where"):
        index_notation(node)


def test_latex_has_one_script_of_a_kind():
    node = derivative("logdet(X'*diag(x)*X) + sum(inv(V).^2)", "X")
    assert r"_{ab}^{-1}_{" not in index_latex(node)
    squared = tensor("inv(V).^2")
    assert index_latex(squared) == r"\left(V^{-1}_{ij}\right)^{2}"
    assert index_latex(lower(parse("x1", {"x1": "n"})[0])) == "{x_{1}}_{i}"


networks = st.lists(st.lists(st.integers(0, 6), min_size=0, max_size=3), min_size=1, max_size=7)


@settings(max_examples=200, deadline=None)
@given(networks, st.lists(st.integers(0, 6), max_size=3))
def test_every_factor_is_printed_once(factors, output):
    factors = [tuple(slots) for slots in factors]
    closed, opened = contraction_order(factors, output)
    assert sorted(step.place for step in closed + opened) == list(range(len(factors)))
    assert all(step.place not in {s.place for s in opened} for step in closed)


@settings(max_examples=200, deadline=None)
@given(networks, st.lists(st.integers(0, 6), max_size=2, unique=True))
def test_a_chain_uses_every_factor_and_each_joint(factors, output):
    factors = [tuple(slots) for slots in factors]
    chain = chain_of(factors, [False] * len(factors), output)
    if chain is None:
        return
    assert sorted(step.place for step in chain.steps) == list(range(len(factors)))
    matrices = [step for step in chain.steps if len(factors[step.place]) == 2]
    for first, second in pairwise(matrices):
        end = factors[first.place][0 if first.backward else 1]
        start = factors[second.place][1 if second.backward else 0]
        assert end == start
