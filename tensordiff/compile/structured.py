"""Derivatives at a point as linear maps: sums of products that are applied to directions and never multiplied out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import prod
from typing import Any, Literal, NamedTuple

from tensordiff.compile.backends import backend_of, library
from tensordiff.compile.inputs import Sizes
from tensordiff.compile.plan import LETTERS, subscripts
from tensordiff.compile.products import cost, open_products
from tensordiff.compile.program import Program, compile_program
from tensordiff.compile.properties import Memo, properties
from tensordiff.compile.validate import check_arrays
from tensordiff.errors import EvaluationError
from tensordiff.tensor import (
    Einsum,
    Structure,
    Sum,
    Symbol,
    Tensor,
    add,
    dims_text,
    einsum,
    identity,
    multiply,
    ones,
    postorder,
    split_coefficient,
)

_Axes = tuple[int, ...]

_CALLS = 4
"""A part is multiplied out beforehand where that costs at most so many applications without it."""


def at(
    tensor: Tensor,
    f_rank: int,
    variable_ranks: Sequence[int],
    arrays: Mapping[str, Any],
    *,
    inputs: Sequence[Symbol] = (),
    allowed: Collection[str] = (),
    backend: str | None = None,
    validate: bool = True,
    joined: Sequence[int] = (),
) -> LinearMap:
    """The derivative `tensor` at the point given by the arrays. Its axes are those of f (`f_rank` of them), then those of
    each variable; `joined` says how many neighbouring ones of them are one axis of the arrays that go in and come out, by
    default one each. `inputs`, `allowed` and `validate` are as for `compile_program`; the backend is by default that of the
    arrays. Raises EvaluationError for arrays that do not fit."""
    library_name = backend or backend_of(arrays)
    return LinearMap(tensor, f_rank, tuple(variable_ranks), arrays, inputs, allowed, library_name, validate, tuple(joined))


class LinearMap:
    """A derivative at a point, as a sum of products of matrices.

    `apply` contracts directions with the variables, `adjoint` contracts a cotangent with f; both cost a few matrix products.
    What they need that does not depend on the direction is computed at the first call and kept.
    """

    def __init__(
        self,
        tensor: Tensor,
        f_rank: int,
        variable_ranks: tuple[int, ...],
        arrays: Mapping[str, Any],
        inputs: Sequence[Symbol],
        allowed: Collection[str],
        backend: str,
        validate: bool = True,
        joined: tuple[int, ...] = (),
    ) -> None:
        assert f_rank + sum(variable_ranks) == tensor.rank and variable_ranks
        self.tensor = tensor
        self.backend = backend
        self._f_rank = f_rank
        self._variable_ranks = variable_ranks
        self._inputs, self._allowed = tuple(inputs), frozenset(allowed)
        self._arrays = dict(arrays)
        needed = [node for node in postorder([tensor]) if isinstance(node, Symbol)]
        self._sizes = self._read_sizes({symbol.name: symbol for symbol in (*inputs, *needed)})
        if validate:
            check_arrays(needed, self._arrays, library(backend))
        self._axes = _groups(f_rank, variable_ranks)
        self._joined = joined or (1,) * tensor.rank
        assert sum(self._joined) == tensor.rank
        self._ready: dict[tuple[_Axes, ...], tuple[Program, dict[str, Any], list[str]]] = {}

    @property
    def order(self) -> int:
        return len(self._variable_ranks)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes of f, then of the variables."""
        return self._lengths(range(self.tensor.rank))

    def _lengths(self, axes: Sequence[int], *, apart: bool = False) -> tuple[int, ...]:
        """The lengths of some axes of the tensor: as arrays have them, or compound ones taken apart."""
        single = {axis: dim.size(self._sizes) for axis, dim in enumerate(self.tensor.dims) if axis in axes}
        if apart:
            return tuple(single.values())
        ends = accumulate(self._joined)
        return tuple(
            prod(single[axis] for axis in range(end - count, end))
            for end, count in zip(ends, self._joined, strict=True)
            if end - 1 in single
        )

    def apply(self, *directions: Any) -> Any:
        """The derivative contracted with directions: with as many as there are variables, in their order, or with one for
        the last variable (the result then has the axes of f and of the other variables)."""
        if not 1 <= len(directions) <= self.order or 1 < len(directions) < self.order:
            raise EvaluationError(
                f"apply takes one direction{f', or {self.order}' if self.order > 1 else ''}, got {len(directions)}"
            )
        return self._contract(self._axes[1 + self.order - len(directions) :], directions, "direction")

    def adjoint(self, cotangent: Any) -> Any:
        """The cotangent, an array with the shape of f, contracted with f: the result has the axes of the variables."""
        return self._contract(self._axes[:1], (cotangent,), "cotangent")

    def dense(self) -> Any:
        """The derivative as an array."""
        return self._program([self.tensor])(**self._arrays)[0].reshape(self.shape)

    @property
    def factors(self) -> list[Factors]:
        """The products that the map is the sum of, with the values of their factors; what stands still in them is never
        multiplied out. Compound axes are taken apart, identities are eye operands and broadcast axes ones.

        Raises EvaluationError for products of more than 52 indices.
        """
        numbers = _Defaults(self._sizes.items())
        (opened,), _ = open_products([self.tensor], numbers)
        terms = [(c * inner, _flat(core)) for c, term in _terms(opened) for inner, core in [split_coefficient(term)]]
        completed = [(coefficient, _completed(term)) for coefficient, term in terms]
        nodes = list(dict.fromkeys(node for _, term in completed for node, _ in term.factors))
        arrays = dict(zip(nodes, self._program(nodes)(**self._arrays), strict=True)) if nodes else {}
        return [
            Factors(float(coefficient), subscripts(term), tuple(arrays[node] for node, _ in term.factors))
            for coefficient, term in completed
        ]

    def to_linear_operator(self, order: Literal["F", "C"] = "F") -> Any:
        """A scipy.sparse.linalg.LinearOperator: columns are the entries of the last variable, rows those of f and of the
        other variables, both stacked in column ("F") or row ("C") order."""
        import numpy as np
        from scipy.sparse.linalg import LinearOperator

        if order not in ("F", "C"):
            raise EvaluationError(f'order is "F" or "C", got {order!r}')
        rows = self._lengths([axis for group in self._axes[:-1] for axis in group])
        columns = self._lengths(self._axes[-1])
        outer = tuple(axis for group in self._axes[:-1] for axis in group)

        def stack(array: Any) -> Any:
            return np.asarray(array).reshape(-1, order=order)

        def product(x: Any) -> Any:
            return stack(self.apply(np.reshape(x, columns, order=order)))

        def adjoint_product(y: Any) -> Any:
            cotangent = np.conj(np.reshape(y, rows, order=order))
            return np.conj(stack(self._contract((outer,), (cotangent,), "cotangent")))

        kind = np.result_type(*(np.asarray(value).dtype for value in self._arrays.values()), 1.0)
        return LinearOperator((prod(rows), prod(columns)), matvec=product, rmatvec=adjoint_product, dtype=kind)

    def __repr__(self) -> str:
        return f"<linear map, axes {dims_text(self.tensor.dims)}, at a point>"

    def _contract(self, groups: tuple[_Axes, ...], arrays: Sequence[Any], name: str) -> Any:
        """The derivative contracted with arrays over groups of axes."""
        ready = self._ready.get(groups)
        if ready is None:
            ready = self._ready[groups] = self._prepare(groups, name)
        program, parts, names = ready
        if len(self._joined) == self.tensor.rank:
            return program(**parts, **dict(zip(names, arrays, strict=True)))[0]
        taken = [self._apart(array, axes, label) for array, axes, label in zip(arrays, groups, names, strict=True)]
        result = program(**parts, **dict(zip(names, taken, strict=True)))[0]
        kept = [axis for axis in range(self.tensor.rank) if not any(axis in group for group in groups)]
        return result.reshape(self._lengths(kept))

    def _apart(self, array: Any, axes: _Axes, name: str) -> Any:
        """An array with its compound axes taken apart."""
        import numpy as np

        array = array if hasattr(array, "reshape") else np.asarray(array)
        if tuple(array.shape) != self._lengths(axes):
            raise EvaluationError(f"the {name} has shape {tuple(array.shape)}, expected {self._lengths(axes)}")
        return array.reshape(self._lengths(axes, apart=True))

    def _prepare(self, groups: tuple[_Axes, ...], name: str) -> tuple[Program, dict[str, Any], list[str]]:
        """The program for a contraction, its inputs that do not depend on the direction, and what the others are called."""
        split = _split(self.tensor, groups, name, tuple(sorted(self._sizes.items())))
        symbols = [*split.parts.values(), *split.directions]
        program = compile_program([split.result], inputs=symbols, backend=self.backend, validate=False)
        given: dict[str, Any] = {}
        if split.parts:
            parts = self._program(list(split.parts))
            values = zip(split.parts.values(), parts(**self._arrays), strict=True)
            given = {symbol.name: value for symbol, value in values if symbol.name in program.inputs}
        given |= {p.name: self._sizes[p.name] for p in program.parameters if p.shape is None and p.name in self._sizes}
        return program, given, [direction.name for direction in split.directions]

    def _program(self, outputs: Sequence[Tensor]) -> Program:
        """A program on the arrays of the point, which are checked."""
        return compile_program(outputs, inputs=self._inputs, allowed=self._allowed, backend=self.backend, validate=False)

    def _read_sizes(self, symbols: Mapping[str, Symbol]) -> dict[str, int]:
        """The sizes that the arrays have; the program that computes with them checks the names."""
        import numpy as np

        sizes = Sizes()
        for name, array in self._arrays.items():
            if (symbol := symbols.get(name)) is not None:
                sizes.add(name, symbol.dims, array.shape if hasattr(array, "shape") else np.shape(array))
            else:
                sizes.give(name, array)
        sizes.settle()
        return sizes.values


class Factors(NamedTuple):
    """coefficient * einsum(subscripts, *operands)."""

    coefficient: float
    subscripts: str
    operands: tuple[Any, ...]


def _terms(node: Tensor) -> Sequence[tuple[Fraction, Tensor]]:
    return node.terms if isinstance(node, Sum) else ((Fraction(1), node),)


def _flat(core: Tensor) -> Einsum:
    """A node as a product, of itself alone if it is none."""
    axes = tuple(range(core.rank))
    return core if isinstance(core, Einsum) else Einsum.make(((core, axes),), axes, core.dims)


def _completed(term: Einsum) -> Einsum:
    """The product with every index in a factor and none twice in the output, as einsum strings have it."""
    factors, output, dims = list(term.factors), list(term.output), list(term.index_dims)
    for place, label in enumerate(output):
        if label in output[:place]:
            factors.append((identity((dims[label],)), (label, len(dims))))
            output[place] = len(dims)
            dims.append(dims[label])
    used = {label for _, labels in factors for label in labels}
    factors += [(ones((dim,)), (label,)) for label, dim in enumerate(dims) if label not in used]
    if len(dims) > len(LETTERS):
        raise EvaluationError(f"a product of {len(dims)} indices has no einsum string", hint="apply and adjoint need none")
    return Einsum.make(tuple(factors), tuple(output), tuple(dims))


def _groups(f_rank: int, variable_ranks: Sequence[int]) -> tuple[_Axes, ...]:
    """The axes of f, then those of each variable."""
    groups: list[_Axes] = []
    start = 0
    for rank in (f_rank, *variable_ranks):
        groups.append(tuple(range(start, start + rank)))
        start += rank
    return tuple(groups)


class _Split(NamedTuple):
    """A contraction taken apart: `parts` do not depend on the directions; `result` is made of symbols for them and for the
    directions."""

    parts: dict[Tensor, Symbol]
    directions: tuple[Symbol, ...]
    result: Tensor


@lru_cache(maxsize=256)
def _split(tensor: Tensor, groups: tuple[_Axes, ...], name: str, sizes: tuple[tuple[str, int], ...]) -> _Split:
    """How to contract groups of axes of the tensor with arrays."""
    numbers = _Defaults(sizes)
    taken = [axis for group in groups for axis in group]
    kept = [axis for axis in range(tensor.rank) if axis not in taken]
    directions = [
        Symbol.make(name if len(groups) == 1 else f"{name}{number}", tuple(tensor.dims[axis] for axis in group))
        for number, group in enumerate(groups, start=1)
    ]
    placed = list(zip(directions, groups, strict=True))
    (opened,), _ = open_products([tensor], numbers)
    parts: dict[Tensor, Symbol] = {}
    memo: Memo = {}

    def symbol(node: Tensor) -> Tensor:
        if node not in parts:
            structure = Structure.SYMMETRIC if properties(node, memo).symmetric else Structure.GENERAL
            parts[node] = Symbol.make(f"part{len(parts) + 1}", node.dims, structure)
        return parts[node]

    terms = []
    for coefficient, term in _terms(opened):
        inner, core = split_coefficient(term)
        flat = _chosen(core, placed, kept, numbers)
        factors: list[tuple[Tensor, Sequence[int]]] = [(symbol(node), labels) for node, labels in flat.factors]
        # The axes of the term by their labels: a repeated one joins axes.
        renamed = [(direction, [flat.output[axis] for axis in group]) for direction, group in placed]
        output = [flat.output[axis] for axis in kept]
        made = einsum([*factors, *renamed], output, dict(enumerate(flat.index_dims)))
        terms.append((coefficient * inner, made))
    result = add(terms, [tensor.dims[axis] for axis in kept])
    return _Split(parts, tuple(directions), result)


class _Defaults(dict[str, int]):
    """Sizes, where unknown ones count as typical."""

    def __missing__(self, name: str) -> int:
        return 100


def _chosen(
    core: Tensor, placed: Sequence[tuple[Symbol, tuple[int, ...]]], kept: Sequence[int], sizes: Mapping[str, int]
) -> Einsum:
    """A term as a product whose factors are computed beforehand: its blocks, where that pays within a few applications, else
    what they are made of."""
    axes = tuple(range(core.rank))
    if not isinstance(core, Einsum):
        return Einsum.make(((core, axes),), axes, core.dims)
    current = core
    for block in core.children:
        if not isinstance(block, Einsum):
            continue
        apart = einsum(current.factors, current.output, dict(enumerate(current.index_dims)), flatten={block})
        if not isinstance(apart, Einsum):
            continue
        formed_call, apart_call = _call_cost(current, placed, kept, sizes), _call_cost(apart, placed, kept, sizes)
        if apart_call < formed_call or cost(block, sizes) > _CALLS * apart_call:
            current = apart
    whole = Einsum.make(((core, axes),), axes, core.dims)
    closed = _call_cost(whole, placed, kept, sizes)
    if closed < _call_cost(current, placed, kept, sizes) and cost(core, sizes) <= _CALLS * closed:
        return whole
    return _weighted(current)


def _weighted(node: Einsum) -> Einsum:
    """The product with vectors on one index made one vector."""
    vectors: dict[tuple[int, ...], list[Tensor]] = {}
    for part, labels in node.factors:
        if len(labels) == 1:
            vectors.setdefault(labels, []).append(part)
    rest = [(part, labels) for part, labels in node.factors if len(labels) != 1]
    made = [(multiply(*parts) if len(parts) > 1 else parts[0], labels) for labels, parts in vectors.items()]
    return Einsum.make((*rest, *made), node.output, node.index_dims)


def _call_cost(
    term: Einsum, placed: Sequence[tuple[Symbol, tuple[int, ...]]], kept: Sequence[int], sizes: Mapping[str, int]
) -> float:
    """The estimated time of one contraction with directions."""
    directions = [(direction, [term.output[axis] for axis in group]) for direction, group in placed]
    output = [term.output[axis] for axis in kept]
    return cost(einsum([*term.factors, *directions], output, dict(enumerate(term.index_dims))), sizes)
