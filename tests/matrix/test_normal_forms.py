"""Constructors normalise lightly, and what is made operand by operand equals what is made at once."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.matrix import Scope, build, text
from tensordiff.tensor import postorder

SCOPE = Scope().declare("A", "n n").declare("B", "n n").declare("x", "n").declare("y", "n").declare("a", ())
A, B, x, y, a = (SCOPE.lookup(name) for name in "ABxya")
TWO = build.number(2)


def test_trivial_operations_vanish():
    assert build.transpose(build.transpose(A)) is A
    assert build.transpose(a) is a
    assert build.scale(1, A) is A
    assert build.product(A) is A
    assert build.power(A, build.number(1)) is A
    assert build.power(a, build.number(0)) is build.number(1)
    assert build.call("sum", a) is a
    assert build.call("det", a) is a
    assert build.call("vec", x) is x
    assert build.kron(A, build.number(3)) is build.scale(3, A)


def test_coefficients_stand_in_front():
    half = Fraction(1, 2)
    assert build.product(build.scale(2, A), build.scale(half, B)) is build.product(A, B)
    assert build.hadamard(build.scale(2, A), B) is build.scale(2, build.hadamard(A, B))
    assert build.divide(build.scale(3, x), build.scale(2, a)) is build.scale(Fraction(3, 2), build.divide(x, a))
    assert build.divide(A, TWO) is build.scale(half, A)
    assert build.transpose(build.scale(2, A)) is build.scale(2, build.transpose(A))


def test_numbers_are_folded():
    assert build.divide(build.number(1), TWO) is build.number(Fraction(1, 2))
    assert build.power(TWO, build.number(10)) is build.number(1024)
    assert build.add([(1, TWO), (-2, build.number(1))]) is build.number(0)
    assert build.add([(1, a), (1, TWO), (3, TWO)]) is build.add([(1, a), (8, build.number(1))])


def test_sums_and_products_are_flat():
    assert text(build.add([(1, build.add([(1, A), (1, B)])), (1, build.add([(1, A), (-1, B)]))])) == "A + B + A - B"
    assert build.add([(1, A), (-1, build.add([(1, A), (1, B)]))]).children[1].op == "add"
    assert build.product(A, build.product(B, x)) is build.product(A, B, x)
    inner = build.product(build.transpose(x), y)
    assert build.product(inner, A) is build.product(build.transpose(x), y, A)
    assert build.product(A, inner).children[1] is inner


@pytest.mark.parametrize("length", [1, 2, 63, 64, 65, 127, 128, 129, 400])
def test_one_by_one_equals_all_at_once(length):
    factors = [A if k % 3 else B for k in range(length)]
    product, total = factors[0], factors[0]
    for k, factor in enumerate(factors[1:], 2):
        product = build.product(product, factor)
        total = build.add([(1, total), (k, factor)])
    assert product is build.product(*factors)
    assert build.factors_of(product) == factors
    terms = [(Fraction(k), factor) for k, factor in enumerate(factors, 1)]
    assert total is build.add(terms)
    assert build.terms_of(total) == terms


def test_long_chains_take_linear_space():
    node = A
    for k in range(5000):
        node = build.product(node, B if k % 2 else A)
    assert len(postorder([node])) < 200
    back = A
    for k in range(5000):
        back = build.product(B if k % 2 else A, back)
    assert len(postorder([back])) < 200


def test_replacing_a_symbol_rebuilds_with_all_checks():
    node = build.add([(2, build.call("inv", build.product(A, B))), (1, build.eye(A.rows))])
    assert text(build.replace(node, {B: build.transpose(A)})) == "2*inv(A*A') + eye(n)"
    index = build.contract(build.product(build.entry(A, ("i", "j")), build.entry(x, ("j",))), ("i",))
    assert text(build.replace(index, {x: y})) == "A[i,j]*y[j] -> [i]"
    assert build.replace(node, {}) is node


def test_every_operation_rebuilds_to_itself():
    from tests.lower.cases import INDEX_CASES, MATRIX_CASES

    for node, _ in MATRIX_CASES + INDEX_CASES:
        for part in postorder([node]):
            assert build.rebuild(part, part.children) is part


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 2), st.sampled_from([A, B, build.eye(A.rows)])), min_size=1, max_size=8))
def test_a_sum_keeps_its_terms_in_order(terms):
    node = build.add(terms)
    assert [x for _, x in build.terms_of(node)] == [x for _, x in terms]
