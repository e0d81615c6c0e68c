"""Rules on two factors of a product that are joined by inner indices: matrix powers, inverses, orthogonal matrices,
projectors, duplication and elimination.

Each rule is a function (product, link) -> True if it has rewritten the product. `reduce_links` applies them to every
inner index until none fits. Every rule removes at least one factor or one index, and none adds any; but for the one that
turns a projector, which turns each once, and that on functions of one matrix, which leaves fewer in the wrong order. So this
ends.
"""

from __future__ import annotations

from collections.abc import Callable

from tensordiff.functions import ADJUGATE, DET, INVERSE, MATRIX_POWER, Duplication, Elimination
from tensordiff.simplify.commuting import commute
from tensordiff.simplify.product import Product
from tensordiff.simplify.projectors import project, turn_projector
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import ONE, Apply, Einsum, Symbol, Tensor, add, apply, number

Link = tuple[int, int, int, int]

_MINUS_ONE = number(-1)


def reduce_links(product: Product, context: Context) -> Step:
    """Apply the rules to every inner index until none fits."""
    changed = False
    queue = list(product.dims)[::-1]
    while queue:
        link = product.link(queue.pop())
        if link is None:
            continue
        first, touching = product.factors[link[0]]
        second, others = product.factors[link[2]]
        if isinstance(first, Symbol) and isinstance(second, Symbol) and first is not second:
            continue  # no rule is about two different symbols
        for rule in RULES:
            if rule(product, link, context):
                queue.extend(sorted(i for i in {*touching, *others} if i in product.dims))
                changed = True
                break
    if not changed:
        return Step.NONE
    return Step.REDUCED if all(context.is_atom(node) for node, _ in product.factors.values()) else Step.OPENED


def matrix_base(node: Tensor) -> tuple[Tensor, Tensor]:
    """A square node as (base, exponent) of a matrix power."""
    if isinstance(node, Apply):
        if node.function == INVERSE:
            return node.children[0], _MINUS_ONE
        if node.function == MATRIX_POWER:
            return node.children[0], node.children[1]
    return node, ONE


def _is_square(node: Tensor) -> bool:
    half, odd = divmod(node.rank, 2)
    return not odd and half > 0 and node.dims[:half] == node.dims[half:]


def merge_powers(product: Product, link: Link, context: Context) -> bool:
    """A^p A^q = A^(p+q), with A^0 the identity; A inv(A) is the case q = -1. On groups of axes too."""
    first, slot_first, second, slot_second = link
    a, b = product.factors[first][0], product.factors[second][0]
    base, p = matrix_base(a)
    base_b, q = matrix_base(b)
    if base is not base_b or not (_is_square(a) and _is_square(b)):
        return False
    half = a.rank // 2
    side_a, side_b = slot_first >= half, slot_second >= half  # False: the link is at the rows
    if side_a == side_b and not context.symmetric(base):
        return False
    inner_a, outer_a = _sides(product.factors[first][1], half, side_a)
    inner_b, outer_b = _sides(product.factors[second][1], half, side_b)
    if inner_a != inner_b or len(set(inner_a)) != half or any(product.link(i) is None for i in inner_a):
        return False
    product.remove(first)
    product.remove(second)
    for index in inner_a:
        product.drop(index)
    rows, columns = (outer_a, outer_b) if side_a else (outer_b, outer_a)
    power = _matrix_power(base, context.tensor(add([(1, p), (1, q)])))
    if power is None:
        product.unite(rows, columns)
    else:
        product.insert(power, rows + columns)
    return True


def _sides(indices: tuple[int, ...], half: int, at_columns: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(indices on the side of the link, indices on the other)."""
    return (indices[half:], indices[:half]) if at_columns else (indices[:half], indices[half:])


def _matrix_power(base: Tensor, exponent: Tensor) -> Tensor | None:
    """base^exponent as a node; None for the identity."""
    power = apply(MATRIX_POWER, base, exponent)
    return None if isinstance(power, Einsum) and not power.factors else power


def orthogonal(product: Product, link: Link, context: Context) -> bool:
    """Q'Q = I for orthonormal columns, QQ' = I too where Q is square."""
    first, slot_first, second, slot_second = link
    node = product.factors[first][0]
    if node is not product.factors[second][0] or slot_first != slot_second:
        return False
    if not isinstance(node, Symbol) or not node.structure.orthonormal or node.rank != 2:
        return False
    if slot_first and not node.structure.square:
        return False
    _, a = product.remove(first)
    _, b = product.remove(second)
    product.drop(a[slot_first])
    product.unite([a[1 - slot_first]], [b[1 - slot_second]])
    return True


def matrix_by_adjugate(product: Product, link: Link, context: Context) -> bool:
    """A adj(A) = adj(A) A = det(A) I, of singular matrices too."""
    for number_, slot, other, entry in (link, link[2:] + link[:2]):
        (node, indices), (matrix, own) = product.factors[number_], product.factors[other]
        if not isinstance(node, Apply) or node.function != ADJUGATE or node.rank != 2 or node.children[0] is not matrix:
            continue
        if slot == entry and not context.symmetric(matrix):
            continue
        product.remove(number_)
        product.remove(other)
        product.drop(indices[slot])
        product.insert(apply(DET, matrix), ())
        product.unite([indices[1 - slot]], [own[1 - entry]])
        return True
    return False


def inverse_of_word(product: Product, link: Link, context: Context) -> bool:
    """inv(A B C) A B C = I where the word stands beside its inverse as a path of factors."""
    for number_, slot, start in ((link[0], link[1], link[2]), (link[2], link[3], link[0])):
        node, indices = product.factors[number_]
        if not isinstance(node, Apply) or node.function != INVERSE or node.rank != 2:
            continue
        letters = word_letters(node.children[0])
        if letters is None:
            continue
        # inv(W) W: the path leaves the inverse at its columns and reads W from rows to columns; W inv(W) the reverse.
        ways = [letters if slot == 1 else _reversed(letters)]
        if context.symmetric(node):
            ways.append(_reversed(letters) if slot == 1 else letters)
        for way in ways:
            path = _follow(product, indices[slot], start, way)
            if path is not None:
                members, inner, end = path
                product.remove(number_)
                for member in members:
                    product.remove(member)
                for index in inner:
                    product.drop(index)
                product.unite([indices[1 - slot]], [end])
                return True
    return False


Letter = tuple[Tensor, int]
"""A factor of a word and the slot at which the word enters it (0: as it is, 1: transposed)."""


def word_letters(node: Tensor) -> list[Letter] | None:
    """The factors of a matrix product from rows to columns; None where the node is not a product of two or more
    two-slot factors in a row."""
    if not isinstance(node, Einsum) or len(node.factors) < 2 or len(node.output) != 2 or node.output[0] == node.output[1]:
        return None
    if any(len(indices) != 2 or indices[0] == indices[1] for _, indices in node.factors):
        return None
    around: dict[int, list[tuple[int, int]]] = {}
    for position, (_, indices) in enumerate(node.factors):
        for slot, index in enumerate(indices):
            around.setdefault(index, []).append((position, slot))
    row, column = node.output
    if any(len(found) != (1 if i in node.output else 2) for i, found in around.items()) or row not in around:
        return None
    letters: list[Letter] = []
    index, previous = row, -1
    while True:
        here = [(position, slot) for position, slot in around[index] if position != previous]
        if not here:
            break
        (position, slot), *_ = here
        letters.append((node.factors[position][0], slot))
        index, previous = node.factors[position][1][1 - slot], position
    return letters if index == column and len(letters) == len(node.factors) else None


def _reversed(letters: list[Letter]) -> list[Letter]:
    return [(node, 1 - slot) for node, slot in reversed(letters)]


def _follow(product: Product, index: int, start: int, letters: list[Letter]) -> tuple[list[int], list[int], int] | None:
    """The path of factors that reads `letters` from `index` on: (factors, inner indices passed, index at the end)."""
    members: list[int] = []
    inner = [index]
    current = start
    for position, (node, slot) in enumerate(letters):
        found, indices = product.factors[current]
        if found is not node or indices[slot] != inner[-1]:
            return None
        members.append(current)
        end = indices[1 - slot]
        if position == len(letters) - 1:
            return members, inner, end
        link = product.link(end)
        if link is None:
            return None
        inner.append(end)
        current = link[2] if link[0] == current else link[0]
        if current in members:
            return None
    return None


def eliminate_duplication(product: Product, link: Link, context: Context) -> bool:
    """L D = I and L L' = I on the triangular index (Magnus and Neudecker 1980, lemma 3.5)."""
    first, _, second, _ = link
    a, b = product.factors[first], product.factors[second]
    if _is_constant(b[0], Elimination) and _is_constant(a[0], Duplication):
        first, second, a, b = second, first, b, a
    if not _is_constant(a[0], Elimination):
        return False
    pair_a, triangle_a = a[1][1:], a[1][0]
    if _is_constant(b[0], Duplication):
        pair_b, triangle_b = b[1][:2], b[1][2]
        fits = pair_a in (pair_b, pair_b[::-1])
    elif _is_constant(b[0], Elimination):
        pair_b, triangle_b = b[1][1:], b[1][0]
        fits = pair_a == pair_b
    else:
        return False
    if not fits or pair_a[0] == pair_a[1] or any(product.link(i) is None for i in pair_a):
        return False
    product.remove(first)
    product.remove(second)
    for index in pair_a:
        product.drop(index)
    product.unite([triangle_a], [triangle_b])
    return True


def duplicate_symmetric(product: Product, link: Link, context: Context) -> bool:
    """D L vec(S) = vec(S) for symmetric S, and D' = D' (I+K)/2: D_lk,a L_a,ji S_ij = S_lk."""
    number_d, slot_d, number_l, slot_l = link
    if slot_d == 0:
        number_d, slot_d, number_l, slot_l = number_l, slot_l, number_d, slot_d
    node_d, indices_d = product.factors[number_d]
    node_l, indices_l = product.factors[number_l]
    if not (_is_constant(node_d, Duplication) and _is_constant(node_l, Elimination) and slot_d == 2 and slot_l == 0):
        return False
    pair = indices_l[1:]
    links = [product.link(i) for i in pair]
    if pair[0] == pair[1] or any(found is None for found in links):
        return False
    others = {n for found in links if found is not None for n in (found[0], found[2])} - {number_l}
    if len(others) != 1:
        return False
    (other,) = others
    node, indices = product.factors[other]
    if node.rank != 2 or set(indices) != set(pair) or not context.symmetric(node):
        return False
    for gone in (number_d, number_l, other):
        product.remove(gone)
    for index in (indices_d[2], *pair):
        product.drop(index)
    product.insert(node, indices_d[:2])
    return True


def _is_constant(node: Tensor, kind: type) -> bool:
    return isinstance(node, Apply) and isinstance(node.function, kind)


LinkRule = Callable[[Product, Link, Context], bool]

RULES: tuple[LinkRule, ...] = (
    merge_powers,
    orthogonal,
    inverse_of_word,
    commute,
    matrix_by_adjugate,
    project,
    turn_projector,
    eliminate_duplication,
    duplicate_symmetric,
)
