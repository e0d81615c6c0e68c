"""One way to write a norm: where norm2(u) stands in an answer, or in f, u'*u is norm2(u)^2 in the answer."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.fold.flat.factors import letters, scalar_factors
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.sums.terms import square_root
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import call, number, power, product, rebuild
from tensordiff.tensor import bottom_up, postorder


def with_norms(root: Matrix, flat: Flat) -> Matrix:
    """The flat expression with inner products of what it has norms of as squares of these."""
    seen = postorder([root], lambda node: () if node.op == "named" else node.children)
    norms = {node.children[0] for node in (*seen, *flat.habits) if node.op == "norm2"}
    norms |= {flat.negative(u) for u in norms if u.op == "add"}
    if not norms:
        return root

    def visit(node: Matrix, new: tuple[Matrix, ...]) -> Matrix:
        half = square_root(node, flat) if node.op in ("product", "tr") and node.is_scalar else None
        if half is not None and half in norms:
            return power(call("norm2", half), number(2))
        if node.op == "product":
            return product(*new)
        return rebuild(node, new) if new else node

    return bottom_up(root, visit, None, _operands)


def _operands(node: Matrix) -> Sequence[Matrix]:
    if node.op != "product":
        return () if node.op == "named" else node.children
    factors = scalar_factors(node) if node.is_scalar else letters(node)
    return factors if len(factors) > 1 else node.children
