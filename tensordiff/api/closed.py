"""A function of arrays with its derivatives in closed form, of any order: what automatic differentiation of another library is
given in place of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tensordiff.api.expression import Expression, expression
from tensordiff.api.programs import compound, real_names
from tensordiff.api.tensor_form import TensorForm
from tensordiff.compile import Program, compile_program
from tensordiff.derive import loosened
from tensordiff.differentiate import freed, pullback, pushforward, restore
from tensordiff.errors import EvaluationError
from tensordiff.matrix import Scope
from tensordiff.tensor import ONE, Symbol, Tensor, add

Formulas = Expression | TensorForm | Sequence[Expression | TensorForm]
Function = Callable[..., Any]
Axes = tuple[int, ...]
"""How many dimensions each axis of an array has."""
Sizes = tuple[tuple[str, int], ...]
"""Numbers for sizes by name."""


class Entry(NamedTuple):
    """One value of a closed function."""

    tensor: Tensor
    """In variables without structure, so that it may be differentiated again."""
    axes: Axes


class Inputs(NamedTuple):
    """What closed functions are functions of."""

    scope: Scope
    symbols: Mapping[str, Symbol]
    axes: Mapping[str, Axes]
    """Of the arrays that have compound axes."""

    def axes_of(self, name: str) -> Axes:
        return self.axes.get(name, (1,) * self.symbols[name].rank)

    def fresh(self, name: str) -> str:
        """The name, or one like it that is not taken."""
        while name in self.symbols or name in self.scope:
            name = f"d_{name}"
        return name

    def with_new(self, names: Sequence[str], likes: Sequence[Entry]) -> tuple[list[Symbol], Inputs]:
        """Further symbols, each of the shape of an entry."""
        made = [Symbol.make(name, like.tensor.dims) for name, like in zip(names, likes, strict=True)]
        compound = {name: like.axes for name, like in zip(names, likes, strict=True) if any(count != 1 for count in like.axes)}
        symbols = {**self.symbols, **{symbol.name: symbol for symbol in made}}
        return made, Inputs(self.scope, symbols, {**self.axes, **compound})


class Closed:
    """Several values F_p of the same variables x_k, as a program, and the functions, closed again, that carry cotangents g_p
    back and tangents dx_k forward through them:

        pulled back   sum_p sum_i g_p,i dF_p,i/dx_k,     one for each variable asked for,
        pushed on     sum_k sum_j dF_p,i/dx_k,j dx_k,j   one for each value.

    A structured variable varies freely, as the formula is written: whatever it is computed from gets its derivative by the
    chain rule, since changes that keep the structure are among the free ones.
    """

    def __init__(self, entries: Sequence[Entry], inputs: Inputs, program: Callable[..., Program]) -> None:
        self._entries = tuple(entries)
        self._inputs = inputs
        self._compile = program
        self._made: dict[tuple[str, tuple[str, ...]], Closed] = {}
        symbols = tuple(inputs.symbols.values())
        self.program = program(
            [restore(entry.tensor, symbols) for entry in entries],
            inputs=symbols,
            groups=[entry.axes for entry in entries],
            compound=inputs.axes,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays that the values need, in the order in which they are declared."""
        return tuple(name for name in self.program.inputs if name in self._inputs.symbols)

    @property
    def sizes(self) -> tuple[str, ...]:
        """The sizes that the values need and no array has."""
        return tuple(name for name in self.program.inputs if name not in self._inputs.symbols)

    @property
    def ranks(self) -> tuple[int, ...]:
        """The number of axes of each value."""
        return tuple(len(entry.axes) for entry in self._entries)

    def rank(self, name: str) -> int:
        """The number of axes of a variable."""
        return len(self._inputs.axes_of(name))

    def __call__(self, arrays: Sequence[Any], sizes: Sizes) -> tuple[Any, ...]:
        """The values for arrays in the order of `names`; sizes that are not needed are left aside."""
        return tuple(
            self.program(**dict(zip(self.names, arrays, strict=True)), **{n: size for n, size in sizes if n in self.sizes})
        )

    @property
    def cotangents(self) -> tuple[str, ...]:
        """Names for the cotangents of the values."""
        return tuple(self._inputs.fresh(f"g{place}") for place in range(1, len(self._entries) + 1))

    def tangents(self, moved: Sequence[str]) -> tuple[str, ...]:
        """Names for the tangents of variables."""
        return tuple(self._inputs.fresh(f"d{name}") for name in moved)

    def pulled_back(self, wanted: tuple[str, ...]) -> Closed:
        """By the variables `wanted`: a function of the variables and of the `cotangents`."""
        return self._remembered("back", wanted, self._pulled_back)

    def pushed_on(self, moved: tuple[str, ...]) -> Closed:
        """Along the variables `moved`: a function of the variables and of their `tangents`."""
        return self._remembered("on", moved, self._pushed_on)

    def gradients(self, wanted: tuple[str, ...]) -> Closed:
        """Of values that are scalars: the gradient of the first by each variable `wanted`, then of the second ..."""
        return self._remembered("gradients", wanted, self._gradients)

    def with_gradients(self, wanted: tuple[str, ...]) -> Closed:
        """Of values that are scalars: the values, then `gradients`, which share their work."""
        return self._remembered("both", wanted, lambda names: self._with([*self._entries, *self.gradients(names)._entries]))

    def _remembered(self, way: str, names: tuple[str, ...], make: Callable[[tuple[str, ...]], Closed]) -> Closed:
        if (way, names) not in self._made:
            self._made[way, names] = make(names)
        return self._made[way, names]

    def _pulled_back(self, wanted: tuple[str, ...]) -> Closed:
        weights, inputs = self._inputs.with_new(self.cotangents, self._entries)
        pairs = list(zip(self._entries, weights, strict=True))
        return self._with([self._adjoint(pairs, name) for name in wanted], inputs)

    def _gradients(self, wanted: tuple[str, ...]) -> Closed:
        return self._with([self._adjoint([(entry, ONE)], name) for entry in self._entries for name in wanted])

    def _adjoint(self, pairs: Sequence[tuple[Entry, Tensor]], name: str) -> Entry:
        variable = freed(self._inputs.symbols[name])
        parts = [pullback(entry.tensor, variable, weight) for entry, weight in pairs]
        return Entry(add([(1, part) for part in parts]), self._inputs.axes_of(name))

    def _pushed_on(self, moved: tuple[str, ...]) -> Closed:
        variables = [freed(self._inputs.symbols[name]) for name in moved]
        likes = [Entry(variable, self._inputs.axes_of(name)) for name, variable in zip(moved, variables, strict=True)]
        directions, inputs = self._inputs.with_new(self.tangents(moved), likes)
        pairs = list(zip(variables, directions, strict=True))
        return self._with(
            [Entry(add([(1, pushforward(tensor, x, dx)) for x, dx in pairs]), axes) for tensor, axes in self._entries], inputs
        )

    def _with(self, entries: Sequence[Entry], inputs: Inputs | None = None) -> Closed:
        return Closed(entries, inputs or self._inputs, self._compile)


def described(f: Formulas, function: Closed) -> str:
    """What a function is of what, for `help`."""
    values = f if isinstance(f, Sequence) else [f]
    return f"{', '.join(map(str, values))}, of {', '.join((*function.names, *function.sizes))}."


def closed(f: Formulas, backend: str, validate: bool, order: str = "K") -> Closed:
    """The value of an expression, or of several, for a library."""
    items = [expression(item) for item in (f if isinstance(f, Sequence) else [f])]
    scope = Scope()
    for item in items:
        scope = scope.merge(item.scope)
    nodes = list(scope.symbols.values())
    entries = [Entry(loosened(item.matrix, nodes), tuple(len(group) for group in item.array_shape)) for item in items]
    symbols = {node.data[0].name: node.data[0] for node in nodes}
    axes = {name: tuple(counts) for name, counts in compound(scope).items()}
    real = real_names(*(formula for item in items for formula in item.formulas))

    def program(tensors: Sequence[Tensor], **options: Any) -> Program:
        return compile_program(
            tensors, allowed=tuple(scope.dims), backend=backend, real=real, validate=validate, order=order, **options
        )

    return Closed(entries, Inputs(scope, symbols, axes), program)


def arguments(function: Closed, positional: Sequence[Any], named: Mapping[str, Any]) -> tuple[list[Any], Sizes]:
    """The arrays in order, given by place or by name, and the sizes that no array has, given by name. Raises EvaluationError
    for too many, for one that is given twice or not at all, and for unknown names."""
    names, sizes = function.names, function.sizes
    expected = "the arguments are " + (", ".join([*names, *(f"{name}=..." for name in sizes)]) or "none")
    if len(positional) > len(names):
        raise EvaluationError(f"{len(positional)} arrays are given", hint=expected)
    found = dict(zip(names, positional, strict=False))
    for name, value in named.items():
        if name in found:
            raise EvaluationError(f"{name} is given by place and by name", hint=expected)
        if name not in names and name not in sizes:
            raise EvaluationError(f"there is no argument {name}", hint=expected)
        found[name] = value
    for name in (*names, *sizes):
        if name not in found:
            raise EvaluationError(f"no value given for {name}", hint=expected)
    return [found[name] for name in names], tuple((name, int(found[name])) for name in sizes)
