"""Objectives for optimisers: value, gradient, Hessian and Hessian products on one flat vector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

from tensordiff.api.derivative import diff
from tensordiff.api.expression import Expression
from tensordiff.api.programs import compound, refuse_named_parts, setting
from tensordiff.api.variables import variable_node
from tensordiff.compile import Joined, Program, as_declared, axes_of, check_arrays, compile_program, library, read_sizes
from tensordiff.derive import loosened
from tensordiff.differentiate import freed, pullback, pushforward, restore
from tensordiff.errors import EvaluationError, ShapeError
from tensordiff.matrix import Matrix, Scope, shape_text
from tensordiff.tensor import ONE, Symbol, Tensor, add, dims_text

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, np.dtype[np.float64]]


class Objective:
    """A scalar expression as a function of one flat vector that holds all its variables, row by row, one after another.

    `fun`, `jac`, `hess` and `hessp` are what scipy.optimize.minimize takes; `pack` and `unpack` go between arrays by
    name and the vector. Value and gradient come from one program and are remembered for the last point, the products of
    the Hessian cost about as much as a few gradients and never form it.

        >>> import numpy as np, tensordiff as td
        >>> from scipy.optimize import minimize
        >>> f = td.parse("norm2(A*x - b)^2", shapes={"A": "m n", "x": "n", "b": "m"})
        >>> problem = td.objective(f, "x", A=np.array([[2.0, 0], [0, 4], [1, 1]]), b=np.array([2.0, 4, 2]))
        >>> found = minimize(problem.fun, np.zeros(2), jac=problem.jac, hess=problem.hess, method="trust-exact")
        >>> problem.unpack(found.x)["x"].round(6)
        array([1., 1.])
    """

    def __repr__(self) -> str:
        names = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"<objective {self.f} of {names}: a vector of {self.size}>"

    def __init__(self, f: Expression, variables: Sequence[Matrix], data: Mapping[str, Any], validate: bool = True) -> None:
        self.f = f
        self.scope = f.scope
        self.variables: tuple[Symbol, ...] = tuple(node.data[0] for node in variables)
        self._nodes = tuple(variables)
        refuse_named_parts(self.scope, data)
        self._compound = compound(self.scope)
        self._data = dict(data)
        sizes = _sizes(self._symbols, self._data, self._compound)
        if validate:
            check_arrays(self._symbols, self._data, library("numpy"), self._compound)
        self.shapes = {v.name: _shape(v, sizes, self._compound) for v in self.variables}
        """The shape of each variable's array."""
        self.size = sum(prod(shape) for shape in self.shapes.values())
        """The length of the vector."""
        self._last: tuple[bytes, float, Vector] | None = None

    @cached_property
    def _gradients(self) -> list[Tensor]:
        return [diff(self.f, v.name, entries="free").tensor for v in self.variables]

    @cached_property
    def _first(self) -> Program:
        return self._program([self.f.tensor, *self._gradients], [[], *self._axes])

    @cached_property
    def _second(self) -> Program:
        """The blocks on and above the diagonal of the Hessian, row by row."""
        names = [v.name for v in self.variables]
        pairs = [(a, b) for place, a in enumerate(names) for b in names[place:]]
        return self._program([diff(self.f, a, b, entries="free").tensor for a, b in pairs])

    @cached_property
    def _product(self) -> Program:
        """The directional derivatives of all gradients along directions of all variables."""
        directions = {v.name: Symbol.make(_direction(v.name, self.scope), v.dims) for v in self.variables}
        value = loosened(self.f.matrix, self._nodes)
        results: list[Tensor] = []
        for variable in self.variables:
            slope = pullback(value, freed(variable), ONE)
            parts = [pushforward(slope, freed(v), directions[v.name]) for v in self.variables]
            results.append(restore(add([(1, part) for part in parts]), self.variables))
        return self._program(results, self._axes, directions.values())

    @property
    def _symbols(self) -> tuple[Symbol, ...]:
        return tuple(node.data[0] for node in self.scope.symbols.values())

    @property
    def _axes(self) -> list[Sequence[int]]:
        """How many dimensions each axis of each variable's array has."""
        return [self._compound.get(v.name, (1,) * v.rank) for v in self.variables]

    def _program(
        self, tensors: Sequence[Tensor], groups: Sequence[Sequence[int]] = (), directions: Iterable[Symbol] = ()
    ) -> Program:
        """The data are checked already, and the variables vary freely."""
        joined = {_direction(v.name, self.scope): axes for v, axes in zip(self.variables, self._axes, strict=True)}
        return compile_program(
            tensors,
            inputs=(*self._symbols, *directions),
            allowed=tuple(self.scope.dims),
            groups=groups,
            validate=False,
            compound={**self._compound, **joined},
        )

    def pack(self, /, **arrays: Any) -> Vector:
        """The vector of the variables' arrays. Raises EvaluationError for missing names and wrong shapes."""
        import numpy as np

        parts: list[Vector] = []
        for name, shape in self.shapes.items():
            if name not in arrays:
                raise EvaluationError(f"no value given for {name}", hint=f"add {name}=...")
            array = as_declared(np.asarray(arrays[name], dtype=float), self._compound.get(name, ()))
            if array.shape != shape:
                raise EvaluationError(f"{name} has shape {array.shape}, expected {shape}")
            parts.append(array.ravel())
        return np.concatenate(parts)

    def unpack(self, x: Vector) -> dict[str, Vector]:
        """The variables' arrays, as views of the vector. Raises EvaluationError for a vector of another length."""
        if x.shape != (self.size,):
            raise EvaluationError(f"the vector has shape {x.shape}, expected ({self.size},)")
        found: dict[str, Vector] = {}
        start = 0
        for name, shape in self.shapes.items():
            found[name] = x[start : start + prod(shape)].reshape(shape)
            start += prod(shape)
        return found

    def fun(self, x: Vector) -> float:
        """The value."""
        return self._value_and_gradient(x)[0]

    def jac(self, x: Vector) -> Vector:
        """The gradient."""
        return self._value_and_gradient(x)[1].copy()

    def _value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        key = x.tobytes()
        if self._last is None or self._last[0] != key:
            value, *gradients = self._first(**self._data, **self.unpack(x))
            self._last = key, float(value), self.pack(**dict(zip(self.shapes, gradients, strict=True)))
        return self._last[1], self._last[2]

    def hess(self, x: Vector) -> Vector:
        """The Hessian, size by size."""
        import numpy as np

        blocks = iter(self._second(**self._data, **self.unpack(x)))
        lengths = [prod(shape) for shape in self.shapes.values()]
        starts = [sum(lengths[:place]) for place in range(len(lengths))]
        hessian = np.empty((self.size, self.size))
        for i, (row, height) in enumerate(zip(starts, lengths, strict=True)):
            for column, width in zip(starts[i:], lengths[i:], strict=True):
                block = next(blocks).reshape(height, width)
                hessian[row : row + height, column : column + width] = block
                hessian[column : column + width, row : row + height] = block.T
        return hessian

    def hessp(self, x: Vector, p: Vector) -> Vector:
        """The Hessian times a vector."""
        directions = {_direction(name, self.scope): array for name, array in self.unpack(p).items()}
        products = self._product(**self._data, **self.unpack(x), **directions)
        return self.pack(**dict(zip(self.shapes, products, strict=True)))


def objective(
    f: Expression, variables: str | Expression | Sequence[str | Expression], *, validate: Any = True, **data: Any
) -> Objective:
    """The scalar f as a function of the flat vector of `variables`, for scipy.optimize; `data` are the arrays of all other
    symbols, and sizes that no array has. Structured variables are varied freely: project or parametrise them.

    Raises ShapeError unless f is a scalar, UnknownNameError for an unknown variable, EvaluationError for data that does
    not fit, breaks a declared structure (unless validate=False), or leaves a size of a variable open.

        >>> import numpy as np, tensordiff as td
        >>> f = td.parse("norm2(A*x - b)^2", shapes={"A": "m n", "x": "n", "b": "m"})
        >>> problem = td.objective(f, "x", A=np.eye(2), b=np.ones(2))
        >>> problem.fun(np.zeros(2)), problem.jac(np.zeros(2))
        (2.0, array([-2., -2.]))
    """
    if f.matrix.shape:
        raise ShapeError(f"an objective is a scalar, and f is {shape_text(f.matrix.shape)}")
    wanted = [variables] if isinstance(variables, str | Expression) else list(variables)
    arrays, check = setting(f.scope, data, validate)
    return Objective(f, [variable_node(f.scope, variable) for variable in wanted], arrays, check)


def _sizes(symbols: Iterable[Symbol], data: Mapping[str, Any], joined: Joined) -> dict[str, int]:
    """Numbers for named sizes, from the shapes of the data and from sizes given by name."""
    sizes = read_sizes({symbol.name: symbol for symbol in symbols}, data, joined)
    if sizes.batches:
        name, batch = next(iter(sizes.batches.items()))
        raise EvaluationError(
            f"{name} has {dims_text(sizes.dims[name])} as its axes, but the array given has shape {sizes.shapes[name]}",
            hint=f"the data of an objective have no leading axes for a batch, here {batch}",
        )
    return sizes.values


def _shape(variable: Symbol, sizes: Mapping[str, int], joined: Joined) -> tuple[int, ...]:
    try:
        return tuple(dim.size(sizes) for dim in axes_of(variable, joined))
    except EvaluationError as error:
        raise EvaluationError(f"{variable.name}: {error.message}", hint=error.hint) from None


def _direction(name: str, scope: Scope) -> str:
    direction = f"d{name}"
    while direction in scope:
        direction = f"d_{direction}"
    return direction
