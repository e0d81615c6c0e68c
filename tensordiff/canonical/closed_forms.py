"""Functions of products that are products of functions: powers, inverses, determinants, and their logarithms.

Each rule gives an equal tensor made of functions of strictly smaller arguments, so repeated use ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from tensordiff.canonical.duplicated import duplicated_inverse
from tensordiff.functions import (
    ADJUGATE,
    DET,
    INVERSE,
    LOGDET,
    MATRIX_POWER,
    POWER,
    power,
)
from tensordiff.functions.signs import is_nonnegative, is_positive
from tensordiff.functions.views import group_size
from tensordiff.simplify import word_letters
from tensordiff.tensor import Apply, Dim, Einsum, Sum, Tensor, add, apply, as_number, einsum, multiply, number, scale, size

_MAX_POWER_TERMS = 200
_MAX_WORD = 400
"""Integer powers are multiplied out while they have at most so many terms, or letters."""


class Context(Protocol):
    distribute: bool
    define: bool


Rule = Callable[[Apply, Context], Tensor | None]


def closed_form(node: Apply, context: Context) -> Tensor | None:
    """The function's value in functions of smaller arguments, or None. Arguments are canonical."""
    rule = _RULES.get(node.function.name) if node.children else None
    return None if rule is None else rule(node, context)


def _power(node: Apply, context: Context) -> Tensor | None:
    """(x_i y_j)^p = x_i^p y_j^p for integer p or positive factors; a positive integer power of a sum multiplied out."""
    base, exponent = node.children
    p = as_number(exponent)
    if exponent.dims:
        return None
    integer = p is not None and p.denominator == 1
    if isinstance(base, Sum) and len(base.children) > 1:
        if not (context.distribute and integer and p is not None and p >= 2):
            return None
        if len(base.children) ** int(p) > _MAX_POWER_TERMS:
            return None
        return multiply(*[base] * int(p))
    if not isinstance(base, Einsum):
        return None
    return _power_of_product(base, exponent, integer)


def _power_of_product(base: Einsum, exponent: Tensor, integer: bool) -> Tensor | None:
    """Factors on output indices, and closed scalar components, take the power each; what sums over an index together
    stays one base."""
    groups = _connected(base, joined_by_output=False)
    placed = {i for _, indices in base.factors for i in indices} | set(base.output)
    idle = [dim for index, dim in enumerate(base.index_dims) if index not in placed]
    if len(groups) + len(idle) < 2 and not _repeats(base):
        return None
    done: list[tuple[Tensor, tuple[int, ...]]] = []
    left: list[tuple[Tensor, tuple[int, ...]]] = []
    dims = dict(enumerate(base.index_dims))
    # Where the power of a product of nonnegative factors is defined, so are the powers of these.
    nonnegative = as_number(exponent) is not None and all(map(is_nonnegative, _parts_of(base, groups)))
    for members in groups:
        factors = [base.factors[p] for p in members]
        used = {i for _, indices in factors for i in indices}
        output = tuple(dict.fromkeys(i for i in base.output if i in used))
        part = einsum(factors, output, {i: dims[i] for i in used})
        if integer or is_positive(part) or nonnegative:
            done.append((power(part, exponent), output))
        else:
            left.append((part, output))
    # A summed index in no factor is a scalar factor n, which is positive.
    done.extend((power(size(dim), exponent), ()) for dim in idle)
    if not done or (not left and len(done) == 1 and not _repeats(base)):
        return None
    if left:
        output = tuple(dict.fromkeys(i for _, indices in left for i in indices))
        done.append((power(einsum(left, output), exponent), output))
    p = as_number(exponent)
    if _repeats(base) and (p is None or p <= 0):
        return None  # zeros off the diagonal have no such power
    sizes = {i: dims[i] for i in base.output}
    return einsum(done, base.output, sizes)


def _parts_of(base: Einsum, groups: list[list[int]]) -> Iterator[Tensor]:
    """The products that are groups of the factors."""
    dims = dict(enumerate(base.index_dims))
    for members in groups:
        factors = [base.factors[p] for p in members]
        used = {i for _, indices in factors for i in indices}
        yield einsum(factors, tuple(dict.fromkeys(i for i in base.output if i in used)), {i: dims[i] for i in used})


def _repeats(base: Einsum) -> bool:
    return len(set(base.output)) != len(base.output)


def _connected(base: Einsum, joined_by_output: bool) -> list[list[int]]:
    """Factors grouped by shared summed indices (or by any shared index)."""
    parent = list(range(len(base.factors)))

    def find(p: int) -> int:
        while parent[p] != p:
            p = parent[p]
        return p

    first: dict[int, int] = {}
    outputs = set() if joined_by_output else set(base.output)
    for position, (_, indices) in enumerate(base.factors):
        for index in indices:
            if index in outputs:
                continue
            if index in first:
                a, b = find(first[index]), find(position)
                parent[max(a, b)] = min(a, b)
            else:
                first[index] = position
    groups: dict[int, list[int]] = {}
    for position in range(len(base.factors)):
        groups.setdefault(find(position), []).append(position)
    return list(groups.values())


def _square_word(node: Tensor) -> list[Tensor] | None:
    """The factors of a product of square matrices of one size, from left to right, transposed where needed."""
    letters = word_letters(node)
    if letters is None or any(factor.dims != node.dims for factor, _ in letters):
        return None
    return [factor if slot == 0 else einsum([(factor, "ij")], "ji") for factor, slot in letters]


def _product(factors: list[Tensor]) -> Tensor:
    return einsum([(f, (p, p + 1)) for p, f in enumerate(factors)], (0, len(factors)))


def kronecker_parts(node: Tensor) -> list[tuple[Tensor, tuple[int, ...]]] | None:
    """A product of two or more square matrices on disjoint groups of axes: (matrix, its row axes), or None."""
    if not isinstance(node, Einsum) or node.rank < 4:
        return None
    half = node.rank // 2
    axis_sets: dict[int, set[int]] = {}  # group of factors, or a pure identity, to axes
    groups = _connected(node, joined_by_output=True)
    parts: list[tuple[Tensor, tuple[int, ...]]] = []
    dims = dict(enumerate(node.index_dims))
    covered: set[int] = set()
    for number_, members in enumerate(groups):
        factors = [node.factors[p] for p in members]
        used = {i for _, indices in factors for i in indices}
        axes = [a for a, i in enumerate(node.output) if i in used]
        axis_sets[number_] = set(axes)
        rows = tuple(a for a in axes if a < half)
        if tuple(a - half for a in axes if a >= half) != rows or not rows:
            return None
        output = tuple(node.output[a] for a in axes)
        parts.append((einsum(factors, output, {i: dims[i] for i in used}), rows))
        covered.update(axes)
    for a in range(half):
        if a not in covered:
            if node.output[a] != node.output[a + half] or node.output.count(node.output[a]) != 2:
                return None
            parts.append((einsum([], "ii", {"i": node.dims[a]}), (a,)))
            covered.update((a, a + half))
    return parts if len(parts) > 1 and len(covered) == node.rank else None


def _inverse(node: Apply, context: Context) -> Tensor | None:
    """inv(A B) = inv(B) inv(A) for square factors; inv(kron(A, B)) = kron(inv(A), inv(B))."""
    (argument,) = node.children
    if (word := _square_word(argument)) is not None:
        return _product([apply(INVERSE, factor) for factor in reversed(word)])
    if (parts := kronecker_parts(argument)) is not None:
        half = argument.rank // 2
        return einsum(
            [(apply(INVERSE, part), rows + tuple(a + half for a in rows)) for part, rows in parts],
            tuple(range(argument.rank)),
        )
    return duplicated_inverse(argument) if context.define else None


def _matrix_power(node: Apply, context: Context) -> Tensor | None:
    """(A B)^k = A B A B ... for a small positive integer k; a power of a sum multiplied out."""
    base, exponent = node.children
    k = as_number(exponent)
    if k is None or base.rank != 2:
        return None
    count = int(k)
    if isinstance(base, Sum):
        if context.distribute and count >= 2 and len(base.children) ** count <= _MAX_POWER_TERMS:
            return _product([base] * count)
        return None
    word = word_letters(base)
    if word is None:
        return None
    if count < 0:  # inv(A B) opens, inv(X' A X) does not: its power stays one
        square = _square_word(base)
        if square is None or len(word) * -count > _MAX_WORD:
            return None
        return _product([apply(INVERSE, factor) for factor in reversed(square)] * -count)
    return _product([base] * count) if len(word) * count <= _MAX_WORD else None


def _determinant(node: Apply, context: Context) -> Tensor | None:
    """det of products of square matrices, inverses, powers and Kronecker products."""
    (argument,) = node.children
    if (word := _square_word(argument)) is not None:
        return multiply(*(apply(DET, factor) for factor in word))
    if isinstance(argument, Apply) and argument.function == INVERSE:
        return power(apply(DET, argument.children[0]), -1)
    if isinstance(argument, Apply) and argument.function == MATRIX_POWER:
        return power(apply(DET, argument.children[0]), argument.children[1])
    if (parts := kronecker_parts(argument)) is not None:
        return multiply(*(power(apply(DET, part), _others(argument.dims, rows)) for part, rows in parts))
    return None


def _adjugate(node: Apply, context: Context) -> Tensor | None:
    """adj(A B) = adj(B) adj(A) for square factors."""
    word = _square_word(node.children[0])
    return None if word is None else _product([apply(ADJUGATE, factor) for factor in reversed(word)])


def _log_determinant(node: Apply, context: Context) -> Tensor | None:
    """logdet of products of square matrices, inverses, powers and Kronecker products."""
    (argument,) = node.children
    if (word := _square_word(argument)) is not None:
        return add([(1, apply(LOGDET, factor)) for factor in word])
    if isinstance(argument, Apply) and argument.function == INVERSE:
        return scale(-1, apply(LOGDET, argument.children[0]))
    if isinstance(argument, Apply) and argument.function == MATRIX_POWER:
        return multiply(argument.children[1], apply(LOGDET, argument.children[0]))
    if (parts := kronecker_parts(argument)) is not None:
        return add([(1, multiply(_others(argument.dims, rows), apply(LOGDET, part))) for part, rows in parts])
    return None


def _others(dims: tuple[Dim, ...], rows: tuple[int, ...]) -> Tensor:
    """The size of the other row axes: det(kron(A, B)) = det(A)^q det(B)^p."""
    left = tuple(d for a, d in enumerate(dims[: len(dims) // 2]) if a not in rows)
    return group_size(left) if left else number(1)


_RULES: dict[str, Rule] = {
    POWER.name: _power,
    INVERSE.name: _inverse,
    MATRIX_POWER.name: _matrix_power,
    ADJUGATE.name: _adjugate,
    DET.name: _determinant,
    LOGDET.name: _log_determinant,
}
