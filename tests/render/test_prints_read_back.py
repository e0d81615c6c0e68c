"""What is printed is read as the same expression: text syntax exactly, Unicode and LaTeX with the same tensor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.errors import DomainError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build, text
from tensordiff.parse import parse_matrix
from tensordiff.render import latex, unicode
from tensordiff.tensor import postorder
from tests.lower.cases import INDEX_CASES, MATRIX_CASES, SCOPE, SIZES, arrays
from tests.reference import value

NODES = [node for node, _ in MATRIX_CASES + INDEX_CASES]


@pytest.mark.parametrize("node", NODES, ids=text)
def test_text(node):
    assert text(parse_matrix(text(node), SCOPE)) == text(node)
    assert lower(parse_matrix(text(node), SCOPE)) is lower(node)


@pytest.mark.parametrize("node", NODES, ids=text)
def test_unicode(node):
    assert same_value(parse_matrix(unicode(node), SCOPE), node)


def in_latex_language(node: Matrix) -> bool:
    """Index notation is written in plain text; matrix roots, masks and sizes that are products have no LaTeX to read."""
    printed = latex(node)
    ops = {part.op for part in postorder([node])}
    products = any(len(group) > 1 for part in postorder([node]) if not part.children for group in part.shape)
    return not ops & {"contract", "sqrtm", "tril", "triu"} and not (products and "_{" in printed)


@pytest.mark.parametrize("node", [node for node in NODES if in_latex_language(node)], ids=text)
def test_latex(node):
    assert same_value(parse_matrix(f"${latex(node)}$", SCOPE), node)


def same_value(first: Matrix, second: Matrix) -> bool:
    given_arrays = arrays()
    return first.shape == second.shape and np.allclose(
        value(lower(first), given_arrays, SIZES), value(lower(second), given_arrays, SIZES)
    )


def kinds(name: str) -> st.SearchStrategy[Matrix]:
    return st.sampled_from([SCOPE.lookup(symbol) for symbol in name])


OPERATIONS = [
    "add", "product", "row", "hadamard", "kron", "divide", "dot_divide", "power", "dot_power", "function", "inverse", "scale",
    "transpose",
]  # fmt: skip
numbers = st.fractions(min_value=-3, max_value=3, max_denominator=20)
vectors, squares, scalars = kinds("xy"), kinds("SW"), kinds("ab")


def grow(parts: st.SearchStrategy[Matrix]) -> st.SearchStrategy[Matrix]:
    """Larger expressions of the sizes scalar, n and n-by-n, put together wherever they fit."""

    def join(drawn: tuple[Matrix, Matrix, Matrix, str, object]) -> Matrix:
        try:
            return joined(*drawn)
        except DomainError:  # a quotient by what has become zero
            return drawn[0]

    def joined(first: Matrix, second: Matrix, third: Matrix, operation: str, coefficient: object) -> Matrix:
        row = build.transpose(first)
        scalar = third if third.is_scalar else build.call("sum", third)
        match operation:
            case "add" if first.shape == second.shape or first.is_scalar or second.is_scalar:
                return build.add([(coefficient, first), (1, second)])
            case "product" if first.is_scalar or second.is_scalar or first.cols == second.rows:
                return build.product(first, second, scalar)
            case "row" if first.shape == second.shape:
                return build.product(row, second)
            case "hadamard" if first.shape == second.shape:
                return build.hadamard(first, second)
            case "kron":
                return build.call("sum", build.kron(first, second))
            case "divide":
                return build.divide(first, scalar)
            case "dot_divide" if first.shape == second.shape or first.is_scalar:
                return build.dot_divide(first, second)
            case "power" if first.is_scalar or first.rows == first.cols:
                return build.power(first, build.number(2))
            case "dot_power":
                return build.dot_power(first, build.number(coefficient))
            case "function":
                return build.call("exp", first)
            case "inverse" if first.is_scalar or first.rows == first.cols:
                return build.call("inv", build.add([(1, first), (coefficient, first)]))
            case "scale":
                return build.scale(coefficient, first)
        return row

    return st.tuples(parts, parts, parts, st.sampled_from(OPERATIONS), numbers.filter(bool)).map(join)


expressions = st.recursive(vectors | squares | scalars | numbers.map(build.number), grow, max_leaves=12)


@settings(max_examples=150, deadline=None)
@given(expressions)
def test_generated_text_reads_back_as_the_same_node(node):
    assert parse_matrix(text(node), SCOPE) is node


@settings(max_examples=150, deadline=None)
@given(expressions)
def test_generated_unicode_reads_back_as_the_same_node(node):
    assert parse_matrix(unicode(node), SCOPE) is node
