"""Deep nests and long chains: nothing recurses, and the cost is linear."""

import time

import pytest

from tensordiff.errors import ParseError, ShapeError
from tensordiff.matrix import build
from tensordiff.parse import parse

SHAPES = {"A": "n n", "B": "n n", "x": "n"}


@pytest.mark.parametrize("shapes", [SHAPES, None], ids=["declared", "inferred"])
@pytest.mark.parametrize(
    "text",
    [
        "inv(" * 2000 + "A" + ")" * 2000,
        "(" * 2000 + "A" + ")" * 2000,
        "exp(A + " * 2000 + "A" + ")" * 2000,
        "(A*" * 2000 + "A" + ")'" * 2000,
        "-" * 2000 + "A",
        "A" + "'" * 2001,
        "A" + "^2" * 2000,
        "A*vector(1) + " * 2000 + "A*x",
        "(A + " * 2000 + "vector(1)*x'" + ")" * 2000,
        "(" * 2000 + "A[i,j]" + ")" * 2000 + " -> [i,j]",
        "x[i]*" * 2000 + "x[i] -> []",
        r"\left(" * 2000 + "A" + r"\right)^{-1}" * 2000,
        r"\frac{1}{1 + " * 2000 + "2" + "}" * 2000,
        "[" * 500 + "2" + "]" * 500,
    ],
    ids=lambda text: text[:12] if isinstance(text, str) else "",
)
def test_deep(text, shapes):
    expression, _ = parse(text, shapes)
    assert expression.shape is not None


@pytest.mark.parametrize("text", ["(" * 3000 + "A", "A" + ")" * 3000, "inv(" * 3000, "[" * 3000, r"\frac{" * 3000, "A+" * 3000])
def test_deep_and_malformed(text):
    with pytest.raises(ParseError):
        parse(text, SHAPES)


def test_long_product_is_read_fast():
    text = "*".join(["A", "B"] * 2500)
    parse("A", SHAPES)
    start = time.process_time()
    expression, _ = parse(text, SHAPES)
    assert time.process_time() - start < 1.0
    factors = build.factors_of(expression)
    assert len(factors) == 5000
    assert factors[0].data[0].name == "A"


def test_long_sum_of_undeclared_names():
    expression, scope = parse(" + ".join(f"A{k}*x" for k in range(2000)))
    assert len(scope.symbols) == 2001
    assert len(build.terms_of(expression)) == 2000


def test_long_chain_of_definitions():
    where = {f"P{k}": f"A*P{k - 1}" if k else "A" for k in reversed(range(1000))}
    _, scope = parse("P999*x", SHAPES, where=where)
    assert len(scope.where) == 1000


@pytest.mark.parametrize("operator", ["+", "*", ".*"])
def test_the_place_of_an_error_in_a_long_chain(operator):
    text = operator.join(["A"] * 3000 + ["x", "x"])
    with pytest.raises(ShapeError) as caught:
        parse(text, SHAPES)
    first = 3000 if operator != "*" else 3001
    assert caught.value.start == len(operator.join(["A"] * 3000)) + (0 if first == 3000 else 2)


def test_long_chain_that_leaves_its_reading_open():
    with pytest.raises(ShapeError, match="declare"):
        parse("*".join(f"A{k}" for k in range(1000)) + "*x*y")
