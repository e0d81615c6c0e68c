"""What is declared of symbols, written out, so that canonical forms show it.

A vector that sums to one is y/sum(y), a diagonal matrix diag(v), the determinant of an orthogonal matrix a sign; and a
function g of an entry y that is 1 or -1 is (g(1) + g(-1))/2 + y (g(1) - g(-1))/2.
"""

from __future__ import annotations

from fractions import Fraction

from tensordiff.functions import ABS, DET, EXP, POWER, SIGN, MatrixFunction, power
from tensordiff.functions.signs import is_binary, is_positive
from tensordiff.functions.views import diagonal_part
from tensordiff.tensor import (
    Apply,
    Assumption,
    Einsum,
    Node,
    Sum,
    Symbol,
    Tensor,
    add,
    as_number,
    bottom_up,
    einsum,
    multiply,
    ones,
    postorder,
    rebuild,
    replace,
    scale,
    total,
)

_HALF = Fraction(1, 2)
_EVERYWHERE = (EXP, ABS, SIGN)
"""Functions with a value at every real number."""


def written_out(tensor: Tensor) -> Tensor:
    """The tensor with vectors that sum to one and diagonal matrices written by plain vectors."""
    substitution: dict[Node, Tensor] = {}
    for node in postorder([tensor]):
        if isinstance(node, Apply) and (sign := _sign_of_orthogonal(node)) is not None:
            substitution[node] = sign
        if not isinstance(node, Symbol):
            continue
        if node.assumption is Assumption.PROBABILITY:
            plain = Symbol.make(node.name, node.dims, node.structure, Assumption.POSITIVE)
            substitution[node] = multiply(power(total(plain), -1), plain)
        elif node.structure.is_diagonal:
            half = tuple(range(node.rank // 2))
            entries = Symbol.make(node.name, node.dims[: len(half)], assumption=node.assumption)
            substitution[node] = einsum([(entries, half)], half + half)
    if not substitution:
        return tensor
    return bottom_up(tensor, _rebuilt, substitution)


def _rebuilt(node: Tensor, children: tuple[Tensor, ...]) -> Tensor:
    """A node on other children; functions of sums of diagonal matrices are made entry by entry."""
    if isinstance(node, Apply) and isinstance(node.function, MatrixFunction):
        children = tuple(map(_as_diagonal, children))
    return rebuild(node, children)


def _as_diagonal(tensor: Tensor) -> Tensor:
    """diag(a) + diag(b) as diag(a + b)"""
    parts = [diagonal_part(term) for term in tensor.children] if isinstance(tensor, Sum) else []
    entries = [part[0] for part in parts if part is not None]
    if not entries or len(entries) < len(parts) or not isinstance(tensor, Sum):
        return tensor
    half = tuple(range(tensor.rank // 2))
    return einsum([(add(zip(tensor.coefficients, entries, strict=True)), half)], half + half)


def _sign_of_orthogonal(node: Apply) -> Tensor | None:
    """det(Q) of an orthogonal matrix as an unknown sign."""
    argument = node.children[0] if node.function == DET else None
    if isinstance(argument, Symbol) and argument.structure.orthonormal:
        return Symbol.make(f"det {argument.name}", (), assumption=Assumption.BINARY)
    return None


def by_cases(tensor: Tensor) -> Tensor:
    """The tensor with functions of entries that are 1 or -1 written as sums over the two cases."""
    for symbol in [node for node in postorder([tensor]) if isinstance(node, Symbol) and is_binary(node)]:
        positive = _with_entries(tensor, symbol, 1)
        negative = _with_entries(tensor, symbol, -1)
        substitution: dict[Tensor, Tensor] = {}
        for node in postorder([tensor]):
            if not isinstance(node, Apply) or not node.function.elementwise or node.dims != symbol.dims:
                continue
            first, second = positive[node], negative[node]
            if first is not node and first is not second and _defined(positive, negative, node):
                even, odd = add([(_HALF, first), (_HALF, second)]), add([(_HALF, first), (-_HALF, second)])
                substitution[node] = add([(1, even), (1, multiply(symbol, odd))])
        if substitution:
            tensor = replace(tensor, substitution)
    return tensor


def _with_entries(tensor: Tensor, symbol: Symbol, value: int) -> dict[Tensor, Tensor]:
    """Every part with the symbol's axes, with `value` for the entry of the symbol at the same place."""

    def visit(node: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        if node is symbol:
            return scale(value, ones(symbol.dims))
        if node.dims != symbol.dims or children == node.children:
            return node
        if isinstance(node, Einsum):
            plain = tuple(range(node.rank))
            if node.output != plain:
                return node
            pairs = zip(node.factors, children, strict=True)
            factors = [(child if indices == plain else factor, indices) for (factor, indices), child in pairs]
            return einsum(factors, node.output, dict(enumerate(node.index_dims)))
        same = all(child.dims == old.dims for child, old in zip(children, node.children, strict=True))
        elementwise = not isinstance(node, Apply) or node.function.elementwise
        return rebuild(node, children) if same and elementwise else node

    memo: dict[Tensor, Tensor] = {}
    bottom_up(tensor, visit, memo)
    return memo


def _defined(positive: dict[Tensor, Tensor], negative: dict[Tensor, Tensor], node: Tensor) -> bool:
    """Whether both cases have values, up to zeros of denominators: what only one case needs may be anything."""
    for part in postorder([node]):
        if not isinstance(part, Apply) or (positive[part] is part and negative[part] is part):
            continue
        if part.function in _EVERYWHERE:
            continue
        if part.function == POWER:
            exponent = as_number(part.children[1])
            if exponent is not None and exponent.denominator == 1:
                continue
        if not (is_positive(positive[part.children[0]]) and is_positive(negative[part.children[0]])):
            return False
    return True
