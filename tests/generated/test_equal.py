"""Equality: an expression restated by true algebra is never unequal, and what is called equal has equal values."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensordiff as td
from tests.generated.examples import examples
from tests.generated.grammar import DECLARED, Sentence, random_values, sentences
from tests.generated.language import Array, Node, Point, UnsuitableError, call, number, text, value
from tests.generated.mutations import mutated
from tests.generated.reader import read

OPTIONS = {"depth": 2}
SIZES = [
    {"n": 3, "m": 4, "p": 2}, {"n": 4, "m": 3, "p": 5}, {"n": 2, "m": 2, "p": 2}, {"n": 5, "m": 2, "p": 3},
    {"n": 1, "m": 1, "p": 1}, {"n": 6, "m": 7, "p": 4},
]  # fmt: skip
SAME, DIFFERENT = 1e-9, 1e-6

Place = tuple[int, ...]


def restatements(root: Node) -> Iterator[Node]:
    """The tree with one part written otherwise, with the same value."""
    for path, node in _places(root, ()):
        for new in _restated(node):
            yield _put(root, path, new)


def _restated(node: Node) -> Iterator[Node]:
    parts = node.children
    yield Node("add", (Node("*", (number(2), node)), node), ("+", "-"))
    yield Node("'", (Node("'", (node,)),))
    yield Node("/", (Node("*", (number(3), node)), number(3)))
    if node.op == "add" and len(parts) == 2 and node.data == ("+", "+"):
        yield Node("add", parts[::-1], node.data)
    if node.op == "*":
        left, right = parts
        yield Node("'", (Node("*", (Node("'", (right,)), Node("'", (left,)))),))
        for place, other in ((1, left), (0, right)):
            if parts[place].op == "add":
                terms = [Node("*", (other, term) if place else (term, other)) for term in parts[place].children]
                yield Node("add", tuple(terms), parts[place].data)
    if node.op == ".*":
        yield Node(".*", parts[::-1])
    if node.op == "call" and node.data in ("tr", "sum", "det", "logdet", "norm2", "norm1") and len(parts) == 1:
        yield call(node.data, Node("'", parts))
    if node.op == "call" and node.data == "inv":
        yield Node("'", (call("inv", Node("'", parts)),))
    if node.op == "call" and node.data == "kron" and len(parts) == 2:
        yield Node("'", (call("kron", *(Node("'", (part,)) for part in parts)),))


def _places(node: Node, path: Place) -> Iterator[tuple[Place, Node]]:
    yield path, node
    if node.op == "call" and node.data in ("eye", "ones", "zeros", "tril", "triu", "K", "D", "L"):
        return
    if node.op in ("contract", "entry", "block", "^", ".^"):
        return
    for place, child in enumerate(node.children):
        yield from _places(child, (*path, place))


def _put(root: Node, path: Place, new: Node) -> Node:
    if not path:
        return new
    children = list(root.children)
    children[path[0]] = _put(children[path[0]], path[1:], new)
    return Node(root.op, tuple(children), root.data)


def distance(a: Node, b: Node, sentence: Sentence, seed: int) -> float | None:
    """The largest relative difference of two expressions at points of many sizes; None where they have no values."""
    found: list[float] = []
    for place, sizes in enumerate(SIZES):
        for factor in (1.0, 3.0):
            arrays = random_values(seed + place, sizes, factor)
            try:
                left, right = (_value(node, Point(arrays, sizes, sentence.where)) for node in (a, b))
            except (UnsuitableError, np.linalg.LinAlgError, ValueError, AssertionError, KeyError, IndexError, TypeError):
                continue
            if left.shape != right.shape:
                return np.inf
            size = max(np.max(np.abs(left), initial=0), np.max(np.abs(right), initial=0))
            found.append(float(np.max(np.abs(left - right), initial=0) / size) if size > 1e-9 else 0.0)
    return max(found) if found else None


def _value(node: Node, point: Point) -> Array:
    made = np.asarray(value(node, point))
    if point.largest > 1e6:
        raise UnsuitableError("rounding errors")
    return made


def check_equality(sentence: Sentence, seed: int) -> None:
    random = Random(seed)
    expression = td.parse(sentence.text, where=sentence.where_text, **DECLARED)
    restated = list(restatements(sentence.root))
    for _ in range(3):
        judge(sentence, expression, random.choice(restated), "restated", seed)
        judge(sentence, expression, mutated(sentence.root, random.randrange), "mutated", seed)


def judge(sentence: Sentence, expression: td.Expression, other: Node, kind: str, seed: int) -> None:
    off = distance(sentence.root, other, sentence, seed)
    try:
        found = td.equal(expression, text(other))
    except (td.ParseError, td.ShapeError, td.DomainError, td.UnknownNameError):
        return
    what = f"{sentence} and {text(other)}: {found} (off by {off})"
    if kind == "restated" and off is not None and off < SAME:
        assert found.equal is not False, what
    if found:
        assert off is None or off < DIFFERENT, what


@examples(10)
@given(sentence=sentences(**OPTIONS), seed=st.integers(0, 1000))
def test_equality(sentence: Sentence, seed: int) -> None:
    check_equality(sentence, seed)


@pytest.mark.parametrize("formula", ["A*A'", "tr(A*C)", "adj(W)'", "det(Q)*Q", "sum(t)^2", "abs(det(A))", "log(x.^2)"])
def test_formulas_with_parts(formula: str) -> None:
    for seed in range(3):
        check_equality(Sentence(read(formula)), seed)
