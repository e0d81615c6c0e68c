"""Matrix form to index form: one small function for each operation, in one table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from itertools import accumulate, product
from weakref import WeakKeyDictionary

from tensordiff.canonical.jets import of_jet
from tensordiff.functions import (
    ABS,
    HAT,
    INVERSE,
    LEVI,
    OVER_MATRICES,
    PI,
    PINV,
    Duplication,
    Elimination,
    Extreme,
    Hardmax,
    LogSumExp,
    LowerMask,
    SkewDuplication,
    Softmax,
    Unit,
    UpperMask,
    constant,
    inclusion,
    matrix_power,
    power,
    smallest,
)
from tensordiff.functions.eigen import gap_inverse
from tensordiff.functions.symmetric_map import SymmetricMap, power_map
from tensordiff.functions.views import group_size
from tensordiff.lower import entries, products
from tensordiff.matrix import Matrix, build
from tensordiff.matrix.block import is_sharing
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.tensor import (
    Dim,
    Extent,
    Function,
    Group,
    Named,
    Node,
    Tensor,
    add,
    apply,
    bottom_up,
    broadcast,
    einsum,
    identity,
    is_zero,
    multiply,
    number,
    ones,
    permute,
    size,
    total,
    zero,
)

Values = tuple[Tensor, ...]
Label = Hashable
Rule = Callable[[Matrix, Values], Tensor]


def lower(matrix: Matrix, memo: dict[Node, Tensor] | None = None) -> Tensor:
    """The index form of a matrix expression; its axes are the groups of `matrix.shape`, one after the other.

    Linear in the number of nodes: each shared node is lowered once, products stay nested two by two. `memo` may hold what
    was lowered before, and collects more. Open entries lower to a tensor with the axes of their letters, in the order of
    `matrix.free`. What was lowered is remembered as long as the expression lives.
    """
    if memo is not None:
        return bottom_up(matrix, _visit, memo)
    found = _LOWERED.get(matrix)
    if found is None:
        found = _LOWERED[matrix] = bottom_up(matrix, _visit)
    return found


_LOWERED: WeakKeyDictionary[Matrix, Tensor] = WeakKeyDictionary()


def _visit(node: Matrix, values: Values) -> Tensor:
    if node.free and node.op in _ENTRIES:
        return _ENTRIES[node.op](node, values)
    if node.op in OVER_MATRICES and len(node.children[0].shape) > 2:
        return apply(OVER_MATRICES[node.op], *values)
    if node.op in _RULES:
        return _RULES[node.op](node, values)
    function = OPERATIONS[node.op].function
    assert function is not None, f"{node.op} has no index form"
    if isinstance(function, SymmetricMap) and (jet := of_jet(function, values[0], values[1:])) is not None:
        return jet
    return apply(function, *values)


def _add(node: Matrix, values: Values) -> Tensor:
    """Terms of equal sizes; a scalar is added to every entry."""
    dims = node.dims
    return add((c, x if x.dims == dims else broadcast(x, dims)) for c, x in zip(node.data, values, strict=True))


def _apply(node: Matrix, values: Values) -> Tensor:
    return apply(node.data[0], *values)


def _power(node: Matrix, values: Values) -> Tensor:
    if node.data:
        base, exponent = values
        function, parameters = power_map(exponent)
        return of_jet(function, base, parameters) or apply(function, base, *parameters)
    return (matrix_power if node.shape else power)(*values)


def _transpose(node: Matrix, values: Values) -> Tensor:
    cols = len(node.rows)  # the columns of the result are the rows of the operand, which come first
    rank = values[0].rank
    return permute(values[0], (*range(rank - cols, rank), *range(rank - cols)))


def _trace(node: Matrix, values: Values) -> Tensor:
    shape = node.children[0].shape
    if len(shape) > 2:
        before, size = range(len(node.dims)), range(len(node.dims), len(node.dims) + len(shape[-1]))
        return einsum([(values[0], (*before, *size, *size))], before)
    half = range(values[0].rank // 2)
    return einsum([(values[0], (*half, *half))], ())


def _diag(node: Matrix, values: Values) -> Tensor:
    """diag of a vector is a matrix, diag of a matrix is a vector."""
    if len(node.shape) == 2:
        axes = range(values[0].rank)
        return einsum([(values[0], axes)], (*axes, *axes))
    half = range(values[0].rank // 2)
    return einsum([(values[0], (*half, *half))], half)


def _vec(node: Matrix, values: Values) -> Tensor:
    """Column stacking: the column is the slow index."""
    rows, rank = len(node.children[0].rows), values[0].rank
    return permute(values[0], (*range(rows, rank), *range(rows)))


def _vech(node: Matrix, values: Values) -> Tensor:
    places = constant(Elimination(values[0].dims[0]))
    return einsum([(places, "aji"), (values[0], "ij")], "a")


def _unvec(node: Matrix, values: Values) -> Tensor:
    """The columns, which are slow, become the second axes."""
    cols = len(node.cols)
    axes = range(values[0].rank)
    return permute(values[0], (*axes[cols:], *axes[:cols]))


def _column_products(node: Matrix, values: Values) -> Tensor:
    """A_ac B_bc with rows (a, b) and columns c, the columns of B grouped as those of A."""
    rows = len(node.children[0].rows)
    a = [("a", p) for p in range(rows)]
    b = [("b", p) for p in range(len(node.rows) - rows)]
    c = [("c", p) for p in range(len(node.cols))]
    return einsum([(values[0], (*a, *c)), (values[1], (*b, *c))], (*a, *b, *c))


def _partial_trace(node: Matrix, values: Values) -> Tensor:
    """M_(i,a),(j,b) summed over a = b, or over i = j."""
    blocks = len(node.children) < 4
    matrix = node.children[0]
    summed = len(matrix.rows) - len(node.rows)
    counts = {"i": len(node.rows), "j": len(matrix.cols) - summed, "s": summed}
    i, j, s = ([(name, p) for p in range(count)] for name, count in counts.items())
    if blocks:
        return einsum([(values[0], (*i, *s, *j, *s))], (*i, *j))
    return einsum([(values[0], (*s, *i, *s, *j))], (*i, *j))


def _commutation(node: Matrix, values: Values) -> Tensor:
    """K_(i,j),(j,i): a permutation, no factor at all."""
    first, second = node.data
    i = [("i", p) for p in range(len(first))]
    j = [("j", p) for p in range(len(second))]
    sizes = {**dict(zip(i, first, strict=True)), **dict(zip(j, second, strict=True))}
    return einsum([], i + j + j + i, sizes)


def _block(node: Matrix, values: Values) -> Tensor:
    """The sum of E_r A F_c' over the blocks A that are not zero, E_r and F_c the inclusions of its rows and columns."""
    rows = build.rows_of(node)
    down = _places(node.rows, [row[0].rows for row in rows])
    across = _places(node.cols, [block.cols for block in rows[0]])
    terms: list[tuple[int, Tensor]] = []
    for number_, (block, value) in enumerate(zip(node.children, values, strict=True)):
        if is_zero(value):
            continue
        r, c = divmod(number_, len(across))
        labels = range(value.rank)
        cut = len(block.rows)
        factors: list[tuple[Tensor, Sequence[Label]]] = [(value, labels)]
        output: list[Label] = []
        for side, place, inner in (("row", down[r], labels[:cut]), ("column", across[c], labels[cut:])):
            outer = [(side, p) for p in range(place.rank - len(inner))]
            factors.append((place, (*outer, *inner)))
            output += outer
        terms.append((1, einsum(factors, output)))
    return add(terms, node.dims)


def _places(whole: Group, parts: Sequence[Group]) -> list[Tensor]:
    """The inclusions of the parts of an axis; what follows the first dimension of a compound axis is shared by all parts."""
    if len(parts) == 1:
        return [identity(whole)]
    if not is_sharing(whole, parts):
        return _single_places(whole, parts)
    shared: list[Label] = [("shared", p) for p in range(len(whole) - 1)]
    sizes: dict[Label, Dim] = dict(zip(shared, whole[1:], strict=True))
    start, found = Extent(()), list[Tensor]()
    for part in parts:
        before = part[: len(part) - len(shared)]
        inner: list[Label] = list(range(len(before)))
        found.append(
            einsum([(inclusion(whole[0], start, before), ["whole", *inner])], ["whole", *shared, *inner, *shared], sizes)
        )
        start += Extent.of(*before)
    return found


def _single_places(whole: Group, parts: Sequence[Group]) -> list[Tensor]:
    """The same for sizes that are numbers: the places of each part, one after the other, on those of the whole."""
    places = _in_order(whole)
    found: list[Tensor] = []
    for part in parts:
        own = _in_order(part)
        here, places = places[: len(own)], places[len(own) :]
        found.append(add([(1, _unit([*pair[0], *pair[1]])) for pair in zip(here, own, strict=True)], (*whole, *part)))
    return found


def _in_order(group: Group) -> list[tuple[tuple[Dim, int], ...]]:
    """The places of a compound axis whose sizes are numbers, the last dimension running fastest."""
    return list(product(*([(dim, k) for k in range(1, dim.size({}) + 1)] for dim in group)))


def _unit(place: Sequence[tuple[Dim, int]]) -> Tensor:
    """The unit tensor of a place on some axes."""
    return einsum([(constant(Unit(dim, k)), (axis,)) for axis, (dim, k) in enumerate(place)], range(len(place)))


def _dot_divide(node: Matrix, values: Values) -> Tensor:
    return multiply(values[0], power(values[1], -1))


def _norm2(node: Matrix, values: Values) -> Tensor:
    return power(total(multiply(values[0], values[0])), Fraction(1, 2))


def _pinv(node: Matrix, values: Values) -> Tensor:
    """inv of a square matrix, x'/(x'*x) for a vector."""
    x, (value,) = node.children[0], values
    if x.is_vector:
        return multiply(value, power(total(multiply(value, value)), -1))
    if x.rows != x.cols:
        return apply(PINV, value)
    return gap_inverse(value) or apply(INVERSE, value)


def _sum(node: Matrix, values: Values) -> Tensor:
    """Of all entries, or along one axis of a tensor."""
    if len(values) == 1:
        return total(values[0])
    before, along, after = _around(node)
    return einsum([(values[0], (*before, *along, *after))], (*before, *after))


def _around(node: Matrix) -> tuple[range, range, range]:
    """The axes of the operand before, along and after the axis that is the second operand, counted from 1."""
    x, axis = node.children[0], as_number_of(node.children[1])
    groups = x.shape if len(x.shape) > 2 else (x.rows, x.cols)
    ends = list(accumulate((len(group) for group in groups), initial=0))
    return range(ends[axis - 1]), range(ends[axis - 1], ends[axis]), range(ends[axis], ends[-1])


def as_number_of(node: Matrix) -> int:
    """The whole number that a matrix form is."""
    value = build.as_number(node)
    assert value is not None and value.denominator == 1
    return int(value)


def _along(make: Callable[[int], Function]) -> Rule:
    """A function of the whole vector, or along one axis of a matrix or tensor."""

    def rule(node: Matrix, values: Values) -> Tensor:
        value = values[0]
        if len(values) == 1:
            return apply(make(value.rank), value)
        before, along, after = _around(node)
        result = apply(make(len(along)), permute(value, (*along, *before, *after)))
        if result.rank < value.rank:
            return result
        order = (*along, *before, *after)
        return permute(result, tuple(order.index(axis) for axis in range(value.rank)))

    return rule


_RULES: dict[str, Rule] = {
    "symbol": lambda node, values: node.data[0],
    "named": lambda node, values: Named.make(node.data[0], values[0]),
    "number": lambda node, values: number(node.data[0]),
    "size": lambda node, values: size(node.data[0]),
    "levi": lambda node, values: constant(LEVI),
    "pi": lambda node, values: constant(PI),
    "eye": lambda node, values: identity(node.rows),
    "ones": lambda node, values: ones(node.dims),
    "zeros": lambda node, values: zero(node.dims),
    "commutation": _commutation,
    "duplication": lambda node, values: constant(Duplication(node.data[0])),
    "skew_duplication": lambda node, values: constant(SkewDuplication(node.data[0])),
    "elimination": lambda node, values: constant(Elimination(node.data[0])),
    "tril": lambda node, values: constant(LowerMask(node.data[0])),
    "unit": lambda node, values: constant(Unit(*node.data)),
    "triu": lambda node, values: constant(UpperMask(node.data[0])),
    "add": _add,
    "transpose": _transpose,
    "block": _block,
    "product": products.product,
    "hadamard": lambda node, values: multiply(*values),
    "kron": products.kron,
    "divide": _dot_divide,
    "dot_divide": _dot_divide,
    "power": _power,
    "dot_power": lambda node, values: power(*values),
    "apply": _apply,
    "map": _apply,
    "pinv": _pinv,
    "tr": _trace,
    "sum": _sum,
    "mean": lambda node, values: multiply(total(values[0]), power(group_size(node.children[0].dims), -1)),
    "kr": _column_products,
    "norm1": lambda node, values: total(apply(ABS, values[0])),
    "norm2": _norm2,
    "diag": _diag,
    "vec": _vec,
    "vech": _vech,
    "hat": lambda node, values: apply(HAT, values[0]),
    "unvec": _unvec,
    "ptrace": _partial_trace,
    "softmax": _along(Softmax),
    "logsumexp": _along(LogSumExp),
    "largest": _along(Extreme),
    "smallest": _along(smallest),
    "hardmax": _along(Hardmax),
    "entry": entries.entry,
    "contract": entries.contract,
}

_ENTRIES: dict[str, Rule] = {
    "add": entries.add_entries,
    "product": entries.multiply_entries,
    "divide": entries.divide_entries,
    "power": entries.raise_entries,
    "apply": entries.apply_entries,
}
"""Operations on entries, which broadcast over open letters."""
