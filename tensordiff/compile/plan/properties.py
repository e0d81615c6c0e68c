"""Which matrices are provably symmetric or positive semidefinite: what lets a program use Cholesky and share products.

Sufficient conditions only, each linear in the size of the graph: a symmetric product is one that reads the same from both
ends (X' P X), a semidefinite one has a semidefinite middle besides.
"""

from __future__ import annotations

from tensordiff.compile.plan.bounded import Bounded
from tensordiff.compile.plan.distances import SquaredDistances
from tensordiff.functions import INVERSE, MATRIX_POWER, is_primary
from tensordiff.functions.signs import is_nonnegative
from tensordiff.records import record
from tensordiff.tensor import Apply, Einsum, Named, Node, Sum, Symbol, Tensor, bottom_up, einsum

_FACTORS = 12
"""Products of more factors are not examined."""


@record
class Properties:
    """What is known of a node; both are False where the node is no square matrix."""

    symmetric: bool = False
    semidefinite: bool = False


Memo = dict[Node, Properties]


def properties(node: Tensor, memo: Memo) -> Properties:
    """The properties of a node; `memo` keeps those of the nodes below it."""

    def visit(part: Tensor, children: tuple[Properties, ...]) -> Properties:
        half, odd = divmod(part.rank, 2)
        if odd or not half or part.dims[:half] != part.dims[half:]:
            return Properties()
        if isinstance(part, Symbol):
            return Properties(part.structure.symmetric, part.structure.definite)
        if isinstance(part, Named):
            return children[0]
        if isinstance(part, Sum):
            return Properties(
                all(known.symmetric for known in children),
                all(known.semidefinite for known in children) and all(c > 0 for c in part.coefficients),
            )
        if isinstance(part, Apply):
            return _of_function(part, children)
        assert isinstance(part, Einsum)
        product = _opened(part)
        return _of_product(product, tuple(memo[factor] for factor in product.children))

    return bottom_up(node, visit, memo)


def _opened(node: Einsum) -> Einsum:
    """The product with the products among its factors opened, as far as it stays short: only a flat product shows that it
    reads the same from both ends."""
    count = len(node.factors)
    opened: set[Tensor] = set()
    waiting = list(node.children)
    while waiting:
        factor = waiting.pop()
        if isinstance(factor, Einsum):
            count += len(factor.factors) - 1
            if count > _FACTORS:
                return node
            opened.add(factor)
            waiting += factor.children
    if not opened:
        return node
    flat = einsum(node.factors, node.output, dict(enumerate(node.index_dims)), flatten=opened)
    return flat if isinstance(flat, Einsum) else node


def _of_function(node: Apply, children: tuple[Properties, ...]) -> Properties:
    if not children:
        return Properties()
    if node.function.elementwise:
        arguments = zip(children, node.children, strict=True)
        return Properties(symmetric=all(known.symmetric or not part.rank for known, part in arguments))
    if isinstance(node.function, SquaredDistances):
        return Properties(symmetric=node.children[0] is node.children[1])
    if isinstance(node.function, Bounded):
        return children[0]
    if not is_primary(node.function):
        return Properties()
    definite = children[0].semidefinite and node.function in (INVERSE, MATRIX_POWER)
    return Properties(children[0].symmetric, definite)


def _of_product(node: Einsum, children: tuple[Properties, ...]) -> Properties:
    if len(node.factors) > _FACTORS:
        return Properties()
    half = node.rank // 2
    rows, columns = node.output[:half], node.output[half:]
    mirror = dict(zip(rows + columns, columns + rows, strict=True))
    if any(mirror[mirror[label]] != label for label in mirror):
        return Properties()
    pairs = _reflection(node, children, mirror)
    if pairs is None:
        return Properties()
    return Properties(True, _has_semidefinite_middle(node, children, mirror, pairs))


def _reflection(node: Einsum, children: tuple[Properties, ...], mirror: dict[int, int]) -> list[tuple[int, int]] | None:
    """Pairs of factors that change places when rows and columns do; `mirror` is completed to all labels. None where no
    such exchange is found."""
    left = set(range(len(node.factors)))
    pairs: list[tuple[int, int]] = []
    while left:
        # A factor next to what is settled; only where there is none, one of a part that hangs together with nothing.
        position = min(left, key=lambda p: (not any(label in mirror for label in node.factors[p][1]), p))
        part, labels = node.factors[position]
        for other in [position, *sorted(left - {position})]:
            found = _image(labels, node.factors[other], part, children[position].symmetric, mirror)
            if found is not None:
                mirror.update(found)
                mirror.update({b: a for a, b in found.items()})
                pairs.append((position, other))
                left -= {position, other}
                break
        else:
            return None
    return pairs


def _image(
    labels: tuple[int, ...], other: tuple[Tensor, tuple[int, ...]], part: Tensor, symmetric: bool, mirror: dict[int, int]
) -> dict[int, int] | None:
    """How labels are reflected when a factor with `labels` goes to `other`, if that agrees with what is known."""
    node, target = other
    if node is not part:
        return None
    half = len(labels) // 2
    for image in (target, target[half:] + target[:half]) if symmetric else (target,):
        trial = dict(mirror)
        for a, b in zip(labels, image, strict=True):
            if trial.setdefault(a, b) != b or trial.setdefault(b, a) != a:
                break
        else:
            return {a: trial[a] for a in labels}
    return None


def _has_semidefinite_middle(
    node: Einsum, children: tuple[Properties, ...], mirror: dict[int, int], pairs: list[tuple[int, int]]
) -> bool:
    """Whether the product is sum_k w_k sum_lm Y_ilk P_lm Y_jmk: two mirror images joined by a nonnegative, semidefinite
    middle, where labels that are their own image weigh only."""
    half = node.rank // 2
    side: dict[int, int] = {}
    stack = [(label, 0) for label in node.output[:half]] + [(label, 1) for label in node.output[half:]]
    touching: dict[int, list[int]] = {}
    fixed = {a for a, b in pairs if a == b}
    for position, (_, labels) in enumerate(node.factors):
        for label in set(labels):
            touching.setdefault(label, []).append(position)
    while stack:
        label, at = stack.pop()
        if mirror.get(label, label) == label:
            continue
        if label in side:
            if side[label] != at:
                return False
            continue
        side[label] = at
        stack.append((mirror[label], 1 - at))
        for position in touching.get(label, []):
            labels = node.factors[position][1]
            if position not in fixed:
                stack += [(other, at) for other in labels if other != label]
            else:
                h = len(labels) // 2
                if label in labels[:h] and label not in labels[h:]:
                    stack += [(other, at) for other in labels[:h]]
                elif label in labels[h:] and label not in labels[:h]:
                    stack += [(other, at) for other in labels[h:]]
                else:
                    return False
    for position in fixed:
        part, labels = node.factors[position]
        if all(mirror.get(label, label) == label for label in labels):
            if not is_nonnegative(part):
                return False
        else:
            h = len(labels) // 2
            swapped = len(labels) == 2 * h and all(mirror[a] == b for a, b in zip(labels[:h], labels[h:], strict=True))
            if not swapped or not children[position].semidefinite:
                return False
    inner = {label for _, labels in node.factors for label in labels}
    return all(mirror.get(label, label) == label or label in side for label in inner)
