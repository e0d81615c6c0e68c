"""From index form to a graph of primitive operations: what is computed, in which form, and what is shared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from tensordiff.compile.plan import ranges
from tensordiff.compile.plan.assemble import Product, dense
from tensordiff.compile.plan.contract import Operand, contract
from tensordiff.compile.plan.factorise import choose_factorisations
from tensordiff.compile.plan.graph import Graph, Value, live
from tensordiff.compile.plan.lengths import axes_of
from tensordiff.compile.plan.lift import BATCH, Batch, dependent, is_narrow, lift
from tensordiff.compile.plan.opening import open_products, opened_products
from tensordiff.compile.plan.powers import exponent
from tensordiff.compile.plan.properties import Memo, properties
from tensordiff.compile.plan.ranges import bounds
from tensordiff.compile.plan.record import Recorder
from tensordiff.compile.plan.sharing import share_pairs
from tensordiff.compile.plan.slices import without_inclusions
from tensordiff.compile.plan.tidy import tidy
from tensordiff.functions import MATRIX_POWER
from tensordiff.records import record
from tensordiff.tensor import (
    Apply,
    Einsum,
    Node,
    Sum,
    Symbol,
    Tensor,
    as_number,
    einsum,
    opened,
    postorder,
    scale,
    split_coefficient,
)
from tensordiff.tensor.extent import Extent

_MOST_SQUARED = 64
"""Integer powers of a matrix below this are written out as products."""


@record
class Plan:
    """A graph of operations, and which values of it are the results."""

    graph: Graph
    outputs: tuple[Value, ...]
    contractions: tuple[str, ...]
    """The products of the program as einsum strings, in the order in which they are computed."""
    batch: Batch | None = None
    direct: Plan | None = None
    """How to compute where this plan meets a matrix that it needs to be bounded, and that is not."""


def plan(
    outputs: Sequence[Tensor],
    sizes: Mapping[str, int],
    groups: Sequence[Sequence[int]] = (),
    batched: Collection[str] = (),
    *,
    inputs: Mapping[str, Sequence[int]] = MappingProxyType({}),
    free_layout: bool = False,
    low_rank: bool = False,
) -> Plan:
    """How to compute the tensors; right for all sizes, good for these. With `groups`, neighbouring axes of the results are
    joined: groups[r][p] axes of result r are its axis p; so are those of `inputs` by name. Inputs called `batched` have a
    leading axis, and so have all results; `free_layout` says that operations keep the order in which arrays lie in memory.
    With `low_rank` the plan may be one that fails on some data, and then has another one for these."""
    points = BATCH if batched else 1
    memo: dict[Node, Tensor] = {}
    outputs = [opened(tensor, memo) for tensor in outputs]
    rewritten, names = open_products(without_inclusions(outputs), sizes, points, low_rank=low_rank and not batched)
    joined = [any(count != 1 for count in counts) for counts in groups] or [False] * len(rewritten)
    free = [node for node, merges in zip(rewritten, joined, strict=True) if not merges and not batched]
    planner = _Planner(rewritten, names, sizes, points, free, inputs)
    values = [planner.value(node) for node in rewritten]
    if groups:
        values = [planner.graph.merge(value, counts) for value, counts in zip(values, groups, strict=True)]
    if not batched:
        graph, results = tidy(*choose_factorisations(planner.graph, values, sizes))
        direct = None
        if any(value.operation == "bounded" for value in live(results)):
            direct = plan(outputs, sizes, groups, inputs=inputs, free_layout=free_layout)
        return Plan(graph, tuple(results), tuple(planner.contractions), direct=direct)
    narrow = free_layout and is_narrow(values, sizes)
    factorised = choose_factorisations(planner.graph, values, sizes, dependent(values, batched), narrow=narrow)
    graph, results, batch = lift(*tidy(*factorised), batched, sizes, narrow=narrow)
    return Plan(graph, tuple(results), tuple(planner.contractions), batch)


class _Planner:
    def __init__(
        self,
        outputs: Sequence[Tensor],
        names: Mapping[Tensor, str],
        sizes: Mapping[str, int],
        points: int = 1,
        free: Sequence[Tensor] = (),
        joined: Mapping[str, Sequence[int]] = MappingProxyType({}),
    ) -> None:
        self.graph = Graph()
        self.joined = joined
        self.recorder = Recorder(self.graph)
        self.names = names
        self.sizes = sizes
        self.points = points
        self.values: dict[Tensor, Value] = {}
        self.opened = opened_products(outputs, sizes, points)
        self.flat: dict[Tensor, Tensor] = {}
        self.powers = _powers(outputs)
        self.free = frozenset(free)
        self.known: Memo = {}
        self.ranges: ranges.Memo = {}
        self._share(outputs)
        self.contractions: list[str] = []

    def value(self, root: Tensor) -> Value:
        """The value of a node, computed once."""
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self.values:
                stack.pop()
                continue
            missing = [needed for needed in self._needs(node) if needed not in self.values]
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            value = self.values[node] = self._compute(node)
            if (name := self.names.get(node)) is not None:
                self.graph.hints.setdefault(value, name)
        return self.values[root]

    def _share(self, outputs: Sequence[Tensor]) -> None:
        """Flattens every product that will be formed, and gives those that have pairs of factors in common these pairs."""
        stack, seen = list(outputs), set(outputs)
        while stack:
            for needed in self._needs(stack.pop()):
                if needed not in seen:
                    seen.add(needed)
                    stack.append(needed)
        products: dict[Tensor, Einsum] = {}
        factors: dict[Tensor, Fraction] = {}
        for node, flat in self.flat.items():
            coefficient, core = split_coefficient(flat)
            if isinstance(core, Einsum):
                products[node], factors[node] = core, coefficient
        for node, core in share_pairs(products, self.sizes, self._is_symmetric, self.points).items():
            self.flat[node] = scale(factors.get(node, Fraction(1)), core)

    def _is_symmetric(self, node: Tensor) -> bool:
        return properties(node, self.known).symmetric

    def _needs(self, node: Tensor) -> Sequence[Tensor]:
        """The nodes whose values a node is computed from."""
        if isinstance(node, Sum):
            needed: dict[Tensor, None] = {}
            for child in node.children:
                if self._is_open(child):
                    needed.update(dict.fromkeys(self._needs(child)))
                else:
                    needed[child] = None
            return list(needed)
        if isinstance(node, Einsum):
            return list(dict.fromkeys(split_coefficient(self._flattened(node))[1].children))
        if isinstance(node, Apply) and node.function == MATRIX_POWER:
            return [*node.children, *self._power_parts(node)]
        return node.children

    def _is_open(self, node: Tensor) -> bool:
        return isinstance(node, Einsum) and node in self.opened

    def _flattened(self, node: Einsum) -> Tensor:
        """The product with the products inside that are not to be formed opened: coefficient * Einsum, or one factor."""
        found = self.flat.get(node)
        if found is None:
            found = einsum(node.factors, node.output, dict(enumerate(node.index_dims)), flatten=self.opened)
            self.flat[node] = found
        return found

    def _compute(self, node: Tensor) -> Value:
        if isinstance(node, Symbol):
            shape = tuple(Extent.of(dim) for dim in axes_of(node, self.joined))
            value = self.graph.reshape(self.graph.input(node.name, shape), _extents(node))
        elif isinstance(node, Apply):
            value = self._apply(node)
        elif isinstance(node, Sum):
            value = self._dense(node, [self._product(c, child) for c, child in node.terms])
        else:
            assert isinstance(node, Einsum)
            value = self._dense(node, [self._product(Fraction(1), node, expand=True)])
        if self._is_symmetric(node):
            self.graph.symmetric.add(value)
        if node.rank == 1 and bounds(node, self.ranges).low >= 0:
            self.graph.nonnegative.add(value)
        return value

    def _apply(self, node: Apply) -> Value:
        if node.function == MATRIX_POWER and (parts := self._power_parts(node)):
            left, right = (self.recorder.matricize(self.values[part]) for part in parts)
            return self.recorder.like(self.graph.matmul(left, right), self.values[node.children[0]])
        if (k := exponent(node)) is not None and 2 <= abs(k) < _MOST_SQUARED:
            base = self.values[node.children[0]]
            matrix = self.recorder.matricize(base)
            return self.recorder.like(self._power(matrix if k > 0 else self.recorder.inv(matrix), abs(k)), base)
        if len(node.children) == 1 and properties(node.children[0], self.known).semidefinite:
            self.graph.definite.add(self.values[node.children[0]])
        result: Value = node.function.evaluate(self.recorder, *(self.values[child] for child in node.children))
        return self.graph.broadcast_to(result, _extents(node))

    def _power(self, base: Value, exponent: int) -> Value:
        """A power by squaring; equal squares are one value."""
        result: Value | None = None
        while exponent:
            exponent, odd = divmod(exponent, 2)
            if odd:
                result = base if result is None else self.graph.matmul(result, base)
            base = self.graph.matmul(base, base) if exponent else base
        assert result is not None
        return result

    def _power_parts(self, node: Apply) -> tuple[Tensor, ...]:
        """Two lower powers of the same matrix that are needed as well, whose product this power is."""
        base, exponent = node.children
        k, known = as_number(exponent), self.powers.get(base, {})
        if k is None or k < 2:
            return ()
        pairs = [(known[p], known[k - p]) for p in sorted(known, reverse=True) if k - p in known and 0 < p < k]
        return pairs[0] if pairs else ()

    def _dense(self, node: Tensor, products: Sequence[Product]) -> Value:
        sizes = [dim.size(self.sizes) for dim in node.dims]
        return dense(self.graph, products, _extents(node), sizes, self.points, free=node in self.free)

    def _product(self, coefficient: Fraction, node: Tensor, *, expand: bool = False) -> Product:
        """coefficient * node with its parts computed; a node that is not open, unless told to `expand` it, is one part."""
        if isinstance(node, Einsum) and (expand or self._is_open(node)):
            inner, core = split_coefficient(self._flattened(node))
            coefficient *= inner
            if isinstance(core, Sum) and not core.children:
                return Product(Fraction(0), (), (), tuple(range(node.rank)))
            if isinstance(core, Einsum):
                return self._einsum(coefficient, core)
            node = core
        value = self.values[node]
        labels = tuple(range(node.rank))
        if not labels:
            return Product(coefficient, (value,), (), ())
        return Product(coefficient, (), (Operand(value, labels),), labels)

    def _einsum(self, coefficient: Fraction, node: Einsum) -> Product:
        sizes = {label: dim.size(self.sizes) for label, dim in enumerate(node.index_dims)}
        numbers: list[Value] = []
        parts: list[Operand] = []
        used = set(node.output)
        if len(node.index_dims) <= len(LETTERS):
            self.contractions.append(subscripts(node))
        for component in _components(node):
            factors = [(self.values[node.factors[p][0]], node.factors[p][1]) for p in component]
            labels = {label for _, indices in factors for label in indices}
            used |= labels
            output = tuple(dict.fromkeys(label for label in node.output if label in labels))
            for result in contract(self.graph, factors, output, sizes):
                if result.labels:
                    parts.append(result)
                else:
                    numbers.append(result.value)
        numbers += [self.graph.size(Extent.of(dim)) for label, dim in enumerate(node.index_dims) if label not in used]
        return Product(coefficient, tuple(numbers), tuple(parts), node.output)


def _components(node: Einsum) -> list[list[int]]:
    """Positions of factors that hang together by their indices."""
    home: dict[int, int] = {}
    parent = list(range(len(node.factors)))

    def find(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    for position, (_, indices) in enumerate(node.factors):
        for index in indices:
            other = find(home.setdefault(index, position))
            here = find(position)
            parent[max(other, here)] = min(other, here)
    groups: dict[int, list[int]] = {}
    for position in range(len(node.factors)):
        groups.setdefault(find(position), []).append(position)
    return list(groups.values())


LETTERS = "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"


def subscripts(node: Einsum) -> str:
    """The einsum string of a product; a repeated output index is the diagonal."""
    factors = ("".join(LETTERS[label] for label in labels) for _, labels in node.factors)
    return ",".join(factors) + "->" + "".join(LETTERS[label] for label in node.output)


def _extents(node: Tensor) -> tuple[Extent, ...]:
    return tuple(Extent.of(dim) for dim in node.dims)


def _powers(outputs: Sequence[Tensor]) -> dict[Tensor, dict[Fraction, Tensor]]:
    """The positive powers of each matrix in the graph, the matrix itself among them."""
    found: dict[Tensor, dict[Fraction, Tensor]] = {}
    for node in postorder(outputs):
        if isinstance(node, Apply) and node.function == MATRIX_POWER:
            base, exponent = node.children
            k = as_number(exponent)
            if k is not None and k > 0:
                found.setdefault(base, {Fraction(1): base})[k] = node
    return found
