"""Derivatives at a point as linear maps: sums of products that are applied to directions and never multiplied out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import accumulate
from math import prod
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from tensordiff.compile.plan.lengths import Joined
from tensordiff.compile.plan.plan import LETTERS, subscripts
from tensordiff.compile.plan.preparation import Axes, Defaults, flat, opened, prepared
from tensordiff.compile.plan.stages import Sweep
from tensordiff.compile.run.backends import backend_of, library
from tensordiff.compile.run.inputs import as_declared, read_sizes
from tensordiff.compile.run.program import Program, compile_program
from tensordiff.compile.run.validate import check_arrays
from tensordiff.errors import EvaluationError
from tensordiff.tensor import Einsum, Symbol, Tensor, dims_text, identity, ones, postorder


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
    compound: Joined = MappingProxyType({}),
    sweep: Sweep | None = None,
) -> LinearMap:
    """The derivative `tensor` at the point given by the arrays. Its axes are those of f (`f_rank` of them), then those of
    each variable; `joined` says how many neighbouring ones of them are one axis of the arrays that go in and come out, by
    default one each. `inputs`, `allowed`, `validate` and `compound` are as for `compile_program`; the backend is by default
    that of the arrays. `sweep` contracts the derivative without forming it, for where its parts
    are large. Raises EvaluationError for arrays that do not fit."""
    ranks, name = tuple(variable_ranks), backend or backend_of(arrays)
    return LinearMap(tensor, f_rank, ranks, arrays, inputs, allowed, name, validate, tuple(joined), compound, sweep)


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
        compound: Joined = MappingProxyType({}),
        sweep: Sweep | None = None,
    ) -> None:
        assert f_rank + sum(variable_ranks) == tensor.rank and variable_ranks
        self.tensor = tensor
        self.backend = backend
        self._f_rank = f_rank
        self._variable_ranks = variable_ranks
        self._inputs, self._allowed = tuple(inputs), frozenset(allowed)
        self._compound = compound
        self._sweep = sweep
        self._arrays = self._as_declared(arrays)
        needed = [node for node in postorder([tensor]) if isinstance(node, Symbol)]
        self._sizes = self._read_sizes({symbol.name: symbol for symbol in (*inputs, *needed)})
        if validate:
            check_arrays(needed, self._arrays, library(backend), compound)
        self._axes = _groups(f_rank, variable_ranks)
        self._joined = joined or (1,) * tensor.rank
        assert sum(self._joined) == tensor.rank
        self._quick_apply: _Quick | None = None
        self._quick_adjoint: _Quick | None = None
        self._ready: dict[tuple[Axes, ...], tuple[Program, dict[str, Any], list[str]]] = {}

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
        if len(directions) == 1 and (quick := self._quick_apply) is not None and quick.fits(directions[0]):
            return quick.run(directions[0])
        if not 1 <= len(directions) <= self.order or 1 < len(directions) < self.order:
            raise EvaluationError(
                f"apply takes one direction{f', or {self.order}' if self.order > 1 else ''}, got {len(directions)}"
            )
        result, quick = self._contract(self._axes[1 + self.order - len(directions) :], directions, "direction")
        if len(directions) == 1:
            self._quick_apply = quick
        return result

    def adjoint(self, cotangent: Any) -> Any:
        """The cotangent, an array with the shape of f, contracted with f: the result has the axes of the variables."""
        if (quick := self._quick_adjoint) is not None and quick.fits(cotangent):
            return quick.run(cotangent)
        result, self._quick_adjoint = self._contract(self._axes[:1], (cotangent,), "cotangent")
        return result

    def dense(self) -> Any:
        """The derivative as an array."""
        return self._program([self.tensor])(**self._arrays)[0].reshape(self.shape)

    @property
    def factors(self) -> list[Factors]:
        """The products that the map is the sum of, with the values of their factors; what stands still in them is never
        multiplied out. Compound axes are taken apart, identities are eye operands and broadcast axes ones.

        Raises EvaluationError for products of more than 52 indices.
        """
        terms = opened(self.tensor, Defaults(self._sizes.items()))
        completed = [(coefficient, _completed(flat(core))) for coefficient, core in terms]
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
            return np.conj(stack(self._contract((outer,), (cotangent,), "cotangent")[0]))

        kind = np.result_type(*(np.asarray(value).dtype for value in self._arrays.values()), 1.0)
        return LinearOperator((prod(rows), prod(columns)), matvec=product, rmatvec=adjoint_product, dtype=kind)

    def __repr__(self) -> str:
        return f"<linear map, axes {dims_text(self.tensor.dims)}, at a point>"

    def _contract(self, groups: tuple[Axes, ...], arrays: Sequence[Any], name: str) -> tuple[Any, _Quick | None]:
        """The derivative contracted with arrays over groups of axes; and the shortest way to do so with such an array."""
        ready = self._ready.get(groups)
        if ready is None:
            ready = self._ready[groups] = self._prepare(groups, name)
        program, parts, names = ready
        if len(self._joined) == self.tensor.rank:
            given = {**parts, **dict(zip(names, arrays, strict=True))}
            result = program(**given)[0]
            run = program.of_last(given) if program.inputs[-1:] == tuple(names) else None
            last: Any = arrays[-1]
            return result, None if run is None else _Quick(type(last), last.shape, last.dtype, run)
        taken = [self._apart(array, axes, label) for array, axes, label in zip(arrays, groups, names, strict=True)]
        result = program(**parts, **dict(zip(names, taken, strict=True)))[0]
        kept = [axis for axis in range(self.tensor.rank) if not any(axis in group for group in groups)]
        return result.reshape(self._lengths(kept)), None

    def _apart(self, array: Any, axes: Axes, name: str) -> Any:
        """An array with its compound axes taken apart."""
        import numpy as np

        array = array if hasattr(array, "reshape") else np.asarray(array)
        if tuple(array.shape) != self._lengths(axes):
            raise EvaluationError(f"the {name} has shape {tuple(array.shape)}, expected {self._lengths(axes)}")
        return array.reshape(self._lengths(axes, apart=True))

    def _prepare(self, groups: tuple[Axes, ...], name: str) -> tuple[Program, dict[str, Any], list[str]]:
        """The program for a contraction, its inputs that do not depend on the direction, and what the others are called."""
        made = prepared(self.tensor, groups, name, self._sizes, lambda symbols: self._swept(groups, symbols))
        symbols = [*made.parts.values(), *made.directions]
        program = compile_program([made.result], inputs=symbols, backend=self.backend, validate=False)
        given: dict[str, Any] = {}
        if made.parts:
            parts = self._program(list(made.parts))
            values = zip(made.parts.values(), parts(**self._arrays), strict=True)
            given = {symbol.name: value for symbol, value in values if symbol.name in program.inputs}
        given |= {p.name: self._sizes[p.name] for p in program.parameters if p.shape is None and p.name in self._sizes}
        return program, given, [direction.name for direction in made.directions]

    def _swept(self, groups: tuple[Axes, ...], symbols: Sequence[Tensor]) -> Tensor | None:
        """The derivative contracted with tensors over groups of axes, by sweeps; None where there are none for it."""
        if self._sweep is None or any(group not in self._axes for group in groups):
            return None
        given = dict(zip(groups, symbols, strict=True))
        return self._sweep([given.get(axes) for axes in self._axes])

    def _program(self, outputs: Sequence[Tensor]) -> Program:
        """A program on the arrays of the point, which are checked."""
        return compile_program(
            outputs,
            inputs=self._inputs,
            allowed=self._allowed,
            backend=self.backend,
            validate=False,
            compound=self._compound,
        )

    def _as_declared(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(arrays)
        for name in self._compound:
            if name in made:
                made[name] = as_declared(library(self.backend).array(name, made[name]), self._compound[name])
        return made

    def _read_sizes(self, symbols: Mapping[str, Symbol]) -> dict[str, int]:
        """The sizes that the arrays have; the program that computes with them checks the names."""
        sizes = read_sizes(symbols, self._arrays, self._compound)
        if sizes.batches:
            name, shape = next(iter(sizes.batches.items()))
            raise EvaluationError(
                f"a linear map is made at one point, and {name} has leading axes {shape}", hint="evaluate() takes batches"
            )
        return sizes.values


class Factors(NamedTuple):
    """coefficient * einsum(subscripts, *operands)."""

    coefficient: float
    subscripts: str
    operands: tuple[Any, ...]


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


class _Quick(NamedTuple):
    """What contracts an array of a type, shape and type of entries that was met before."""

    kind: Any
    shape: Any
    dtype: Any
    run: Callable[[Any], Any]

    def fits(self, array: Any) -> bool:
        return type(array) is self.kind and array.shape == self.shape and array.dtype == self.dtype


def _groups(f_rank: int, variable_ranks: Sequence[int]) -> tuple[Axes, ...]:
    """The axes of f, then those of each variable."""
    groups: list[Axes] = []
    start = 0
    for rank in (f_rank, *variable_ranks):
        groups.append(tuple(range(start, start + rank)))
        start += rank
    return tuple(groups)
