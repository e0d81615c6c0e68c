"""Derivatives at a point as linear maps: sums of products that are applied to directions and never multiplied out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import Any, Literal

from tensordiff.compile.backends import backend_of
from tensordiff.compile.inputs import Sizes
from tensordiff.compile.products import cost, open_products
from tensordiff.compile.program import Program, compile_program
from tensordiff.compile.properties import Memo, properties
from tensordiff.errors import EvaluationError
from tensordiff.tensor import Einsum, Structure, Sum, Symbol, Tensor, add, dims_text, einsum, postorder, split_coefficient

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
) -> LinearMap:
    """The derivative `tensor` at the point given by the arrays. Its axes are those of f (`f_rank` of them), then those of
    each variable. `inputs` and `allowed` are as for `compile_program`; the backend is by default that of the arrays.
    Raises EvaluationError for arrays that do not fit."""
    return LinearMap(tensor, f_rank, tuple(variable_ranks), arrays, inputs, allowed, backend or backend_of(arrays))


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
    ) -> None:
        assert f_rank + sum(variable_ranks) == tensor.rank and variable_ranks
        self.tensor = tensor
        self.backend = backend
        self._f_rank = f_rank
        self._variable_ranks = variable_ranks
        self._inputs, self._allowed = tuple(inputs), frozenset(allowed)
        self._arrays = dict(arrays)
        self._sizes = self._read_sizes()
        self._parts: dict[tuple[int, ...], dict[str, Any]] = {}

    @property
    def order(self) -> int:
        return len(self._variable_ranks)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes of f, then of the variables."""
        return tuple(dim.size(self._sizes) for dim in self.tensor.dims)

    def apply(self, *directions: Any) -> Any:
        """The derivative contracted with directions: with as many as there are variables, in their order, or with one for
        the last variable (the result then has the axes of f and of the other variables)."""
        if not 1 <= len(directions) <= self.order or 1 < len(directions) < self.order:
            raise EvaluationError(
                f"apply takes one direction{f', or {self.order}' if self.order > 1 else ''}, got {len(directions)}"
            )
        groups = self._groups()[1:]
        return self._contract(groups[len(groups) - len(directions) :], directions, "direction")

    def adjoint(self, cotangent: Any) -> Any:
        """The cotangent, an array with the shape of f, contracted with f: the result has the axes of the variables."""
        return self._contract(self._groups()[:1], (cotangent,), "cotangent")

    def dense(self) -> Any:
        """The derivative as an array."""
        program = compile_program([self.tensor], inputs=self._inputs, allowed=self._allowed, backend=self.backend)
        return program(**self._arrays)[0]

    def to_linear_operator(self, order: Literal["F", "C"] = "F") -> Any:
        """A scipy.sparse.linalg.LinearOperator: columns are the entries of the last variable, rows those of f and of the
        other variables, both stacked in column ("F") or row ("C") order."""
        import numpy as np
        from scipy.sparse.linalg import LinearOperator

        if order not in ("F", "C"):
            raise EvaluationError(f'order is "F" or "C", got {order!r}')
        last = self._variable_ranks[-1]
        rows, columns = self.shape[: len(self.shape) - last], self.shape[len(self.shape) - last :]
        inner = self._groups()
        outer = tuple(axis for group in inner[:-1] for axis in group)

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

    def _groups(self) -> list[tuple[int, ...]]:
        """The axes of f, then those of each variable."""
        groups, start = [], 0
        for rank in (self._f_rank, *self._variable_ranks):
            groups.append(tuple(range(start, start + rank)))
            start += rank
        return groups

    def _contract(self, groups: Sequence[tuple[int, ...]], arrays: Sequence[Any], name: str) -> Any:
        """The derivative contracted with arrays over groups of axes."""
        taken = tuple(groups)
        split = _split(self.tensor, taken, name, tuple(sorted(self._sizes.items())))
        prepared = self._parts.get(split.key)
        if prepared is None:
            prepared = self._parts[split.key] = self._prepare(split)
        given = {symbol.name: array for symbol, array in zip(split.directions, arrays, strict=True)}
        sizes = {size: self._sizes[size] for size in split.size_names if size in self._sizes}
        return split.program(self.backend)(**prepared, **given, **sizes)[0]

    def _prepare(self, split: _Split) -> dict[str, Any]:
        if not split.parts:
            return {}
        nodes = list(split.parts)
        program = compile_program(nodes, inputs=self._inputs, allowed=self._allowed, backend=self.backend)
        names = [symbol.name for symbol in split.parts.values()]
        return dict(zip(names, program(**self._arrays), strict=True))

    def _read_sizes(self) -> dict[str, int]:
        """The sizes that the arrays have; the program that computes with them checks the names."""
        import numpy as np

        found = [node for node in postorder([self.tensor]) if isinstance(node, Symbol)]
        symbols = {symbol.name: symbol for symbol in (*self._inputs, *found)}
        sizes = Sizes()
        for name, array in self._arrays.items():
            if (symbol := symbols.get(name)) is not None:
                sizes.add(name, symbol.dims, array.shape if hasattr(array, "shape") else np.shape(array))
            else:
                sizes.give(name, array)
        return sizes.values


class _Split:
    """A contraction taken apart: `parts` do not depend on the directions; `result` is made of symbols for them and for the
    directions."""

    def __init__(
        self, parts: dict[Tensor, Symbol], directions: Sequence[Symbol], result: Tensor, key: tuple[int, ...]
    ) -> None:
        self.parts = parts
        self.directions = directions
        self.result = result
        self.key = key
        program = self.program("numpy")
        self.size_names = tuple(parameter.name for parameter in program.parameters if parameter.shape is None)

    def program(self, backend: str) -> Program:
        return compile_program([self.result], inputs=[*self.parts.values(), *self.directions], backend=backend)


@lru_cache(maxsize=256)
def _split(tensor: Tensor, groups: tuple[tuple[int, ...], ...], name: str, sizes: tuple[tuple[str, int], ...]) -> _Split:
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
    for coefficient, term in opened.terms if isinstance(opened, Sum) else ((1, opened),):
        inner, core = split_coefficient(term)
        flat = _chosen(core, placed, kept, numbers)
        factors: list[tuple[Tensor, Sequence[int]]] = [(symbol(node), labels) for node, labels in flat.factors]
        # The axes of the term by their labels: a repeated one joins axes.
        renamed = [(direction, [flat.output[axis] for axis in group]) for direction, group in placed]
        output = [flat.output[axis] for axis in kept]
        made = einsum([*factors, *renamed], output, dict(enumerate(flat.index_dims)))
        terms.append((coefficient * inner, made))
    result = add(terms, [tensor.dims[axis] for axis in kept])
    key = tuple(taken)
    return _Split(parts, directions, result, key)


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
    return current


def _call_cost(
    term: Einsum, placed: Sequence[tuple[Symbol, tuple[int, ...]]], kept: Sequence[int], sizes: Mapping[str, int]
) -> float:
    """The estimated time of one contraction with directions."""
    directions = [(direction, [term.output[axis] for axis in group]) for direction, group in placed]
    output = [term.output[axis] for axis in kept]
    return cost(einsum([*term.factors, *directions], output, dict(enumerate(term.index_dims))), sizes)
