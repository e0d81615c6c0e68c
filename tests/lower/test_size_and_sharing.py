"""Lowering is linear: long products stay nested two by two, shared parts stay shared, nothing recurses."""

import time

from tensordiff.lower import lower
from tensordiff.matrix import Scope, build
from tensordiff.tensor import Einsum, postorder

SCOPE = Scope().declare("A", "n n").declare("B", "n n").declare("x", "n").declare("a", ())
A, B, x, a = (SCOPE.lookup(name) for name in "ABxa")


def test_a_product_of_5000_matrices():
    node = build.product(*[A, B] * 2500)
    start = time.perf_counter()
    tensor = lower(node)
    assert time.perf_counter() - start < 5
    graph = postorder([tensor])
    assert len(graph) <= 5001
    assert all(len(part.factors) == 2 for part in graph if isinstance(part, Einsum))


def test_products_with_a_vector_keep_vectors():
    for node in (build.product(*[A] * 40, x), build.product(build.transpose(x), *[A] * 40)):
        assert all(part.rank < 2 or part is lower(A) for part in postorder([lower(node)]))
    outer = lower(build.product(A, x, build.transpose(x), B))
    assert sum(part.rank == 2 for part in postorder([outer])) == 3


def test_a_nest_of_2000_functions():
    node = x
    for _ in range(2000):
        node = build.call("sin", build.product(A, node))
    assert len(postorder([lower(node)])) == 4002


def test_repeated_squaring_stays_shared():
    node = A
    for _ in range(200):
        node = build.call("exp", build.product(node, node))
    assert len(postorder([lower(node)])) == 401


def test_a_memo_is_filled_and_used():
    memo = {}
    first = lower(build.product(A, B), memo)
    assert memo[build.product(A, B)] is first
    assert lower(build.call("exp", build.product(A, B)), memo).children == (first,)


def test_names_stay():
    node = build.product(build.named("P", build.call("inv", A)), x)
    names = [part.name for part in postorder([lower(node)]) if type(part).__name__ == "Named"]
    assert names == ["P"]


def test_a_sum_over_a_product_of_entries_is_one_contraction():
    body = build.product(*[build.entry(A, (f"i{k}", f"i{k + 1}")) for k in range(4)])
    tensor = lower(build.contract(body, ("i0", "i4")))
    assert isinstance(tensor, Einsum)
    assert [factor for factor, _ in tensor.factors] == [lower(A)] * 4
