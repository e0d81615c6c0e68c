"""Values and programs of expressions and derivatives: compound axes are joined and split here, around compile/."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, Protocol

from tensordiff.canonical import defined
from tensordiff.compile import LinearMap, Program, Sweep, backend_of, compile_program, complex_entries, is_complex, real_inputs
from tensordiff.compile import at as linear_map
from tensordiff.errors import EvaluationError, FoldError
from tensordiff.fold import folding
from tensordiff.matrix import Matrix, Scope, Shape, text
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.parse.names import normalise
from tensordiff.render import index_notation
from tensordiff.tensor import Dim, Named, Symbol, Tensor, postorder


class Valued(Protocol):
    """What a program is made from: an expression or a derivative."""

    @property
    def tensor(self) -> Tensor: ...
    @property
    def formulas(self) -> tuple[Matrix, ...]: ...
    @property
    def array_shape(self) -> Shape: ...

    scope: Scope


def evaluate(
    shape: Shape,
    tensor: Tensor,
    scope: Scope,
    values: Mapping[str, Any],
    validate: Any = True,
    formulas: Sequence[Matrix] = (),
) -> Any:
    """The value of a tensor whose axes are joined to the groups of `shape`; `formulas` are what it was made from."""
    values, check = setting(scope, values, validate)
    refuse_named_parts(scope, values)
    if any(is_complex(getattr(value, "dtype", type(value))) for value in values.values()):
        refuse_complex(real_names(*formulas), values)
    program = compile_program(
        [tensor],
        inputs=_given(scope, values),
        allowed=tuple(scope.dims),
        backend=backend_of(values),
        groups=[[len(group) for group in shape]],
        validate=check,
        compound=compound(scope),
    )
    (result,) = program(**values)
    return result


def setting(scope: Scope, values: Mapping[str, Any], validate: Any) -> tuple[Mapping[str, Any], bool]:
    """The values, their names normalised as Python normalises keywords, and whether to check them. Where a variable is
    called "validate", the argument is its value."""
    values = {normalise(name): value for name, value in values.items()}
    _refuse_batches_of_inferred_scalars(scope, values)
    if "validate" in scope.symbols:
        return {**values, "validate": validate}, True
    return values, bool(validate)


def _refuse_batches_of_inferred_scalars(scope: Scope, values: Mapping[str, Any]) -> None:
    """A name that was read as a scalar because nobody declared it may be meant as a vector, so it takes one number."""
    said = getattr(scope.conventions, "assumed", ())
    for name, value in values.items():
        shape = getattr(value, "shape", None)
        many = len(shape) > 0 if shape is not None else isinstance(value, list | tuple)
        if many and f"{name} read as a scalar" in said:
            raise EvaluationError(
                f"{name} was read as a scalar, and an array is given for it",
                hint=f'declare it, shapes={{"{name}": "n"}} for a vector or {{"{name}": ""}} for a batch of scalars',
            )


def real_names(*formulas: Matrix) -> dict[str, str]:
    """The variables that must be real, each with the function that says so."""
    found: dict[str, str] = {}
    for node in postorder(formulas):
        if OPERATIONS[node.op].real:
            names = (part.data[0].name for part in postorder(node.children) if part.op == "symbol")
            found.update(dict.fromkeys(names, node.op))
    return found


def refuse_complex(real: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Raises EvaluationError for complex entries of variables that must be real."""
    for name, function in real.items():
        if name in values and is_complex(getattr(values[name], "dtype", type(values[name]))):
            raise complex_entries(name, function)


def join_axes(array: Any, shape: Shape, dims: Sequence[Dim]) -> Any:
    """An array with one axis per dimension, reshaped to one axis per group (an empty group is an axis of length 1); axes of
    a batch stay in front."""
    if all(len(group) == 1 for group in shape):
        return array
    sizes = list(array.shape)
    start = len(sizes) - len(dims)
    joined = sizes[:start]
    for group in shape:
        joined.append(prod(sizes[start : start + len(group)]))
        start += len(group)
    assert start == len(sizes)
    return array.reshape(tuple(joined))


def refuse_named_parts(scope: Scope, values: Mapping[str, Any]) -> None:
    """A `where` name follows from its definition: a value of its own could contradict it."""
    for name in values:
        if name in scope.where:
            raise EvaluationError(
                f"{name} is a name for {text(scope.where[name].children[0])}, and follows from the other values",
                hint=f"leave out {name}=...",
            )


def operand_text(scope: Scope) -> Callable[[Tensor], str]:
    """How an operand of an einsum is written: its name, its matrix formula, or its index form where there is none."""

    folded = folding({**scope.symbols, **scope.where})

    def describe(node: Tensor) -> str:
        if isinstance(node, Symbol | Named):
            return node.name
        if node.rank <= 2:
            try:
                axes = tuple(range(node.rank))
                return text(folded(node, axes[:1], axes[1:]))
            except FoldError:
                pass
        return index_notation(node)

    return describe


def operand_arrays(scope: Scope) -> Callable[[Sequence[Tensor], Mapping[str, Any]], list[Any]]:
    """The arrays of operands for given values; identities and ones are made of the sizes that the values have."""

    def arrays(operands: Sequence[Tensor], values: Mapping[str, Any]) -> list[Any]:
        refuse_named_parts(scope, values)
        program = compile_program(
            operands,
            inputs=_given(scope, values),
            allowed=tuple(scope.dims),
            backend=backend_of(values),
            compound=compound(scope),
        )
        found: list[Any] = program(**values)
        if any(array.ndim != operand.rank for array, operand in zip(found, operands, strict=True)):
            raise EvaluationError(
                "the operands of an einsum have no leading axes for a batch", hint="evaluate() of the whole takes batches"
            )
        return found

    return arrays


def operand_source(scope: Scope) -> Callable[..., str]:
    """The code of a program that computes the operands of an einsum."""

    def code(operands: Sequence[Tensor], backend: str, *, single: bool) -> str:
        program = compile_program(
            operands,
            inputs=_symbols(scope),
            allowed=tuple(scope.dims),
            backend=backend,
            compound=compound(scope),
            single=single,
        )
        return program.source

    return code


def compound(scope: Scope) -> dict[str, list[int]]:
    """How many dimensions each axis of a symbol's array has, of the symbols with compound axes, rows and columns."""
    shapes = {name: [len(group) for group in node.shape] for name, node in scope.symbols.items()}
    for name in scope.columns & shapes.keys():
        shapes[name] = [*shapes[name][:1], 0]
    return {name: counts for name, counts in shapes.items() if any(count != 1 for count in counts)}


def _given(scope: Scope, values: Mapping[str, Any]) -> tuple[Symbol, ...]:
    """The symbols that have values; a size is taken from any of them."""
    return tuple(symbol for symbol in _symbols(scope) if symbol.name in values)


def _symbols(scope: Scope) -> tuple[Symbol, ...]:
    return tuple(node.data[0] for node in scope.symbols.values())


def compile(
    what: Valued | Sequence[Valued],
    backend: str = "numpy",
    sizes: Mapping[str, int] | None = None,
    validate: bool = True,
    order: str = "K",
) -> Program:
    """A program for one expression or derivative, or for several that share their work.

    program(**arrays) gives the value, for a list the list of values in its order: an expression's as `evaluate` gives it,
    a derivative's with the axes of f, then of the variables. Arrays may also be given by place, in the order of
    `program.inputs`, which is that of the printed function. `program.source` is code that stands alone, `program.einsum`
    its contractions. Inputs are given as declared; axes before the declared ones are a batch, broadcast as in NumPy, and
    come first in every result (`program.batch_source(*inputs)` is the code for these). Backends: "numpy", "jax", "torch",
    "dask".
    With `sizes` the program is planned at once, for these sizes. Arrays that break the structure or assumption which their
    symbols declare, beyond rounding, are refused; with validate=False they are not looked at. Results are views where that
    saves a copy; with order="C" they lie in memory row by row. Raises TensordiffError for an unknown backend or one that is
    not installed.

        >>> import numpy as np, tensordiff as td
        >>> f = td.parse("x'*A*x", shapes={"A": "n n", "x": "n"})
        >>> program = td.compile([f, td.diff(f, "x")])
        >>> value, slope = program(A=np.eye(2), x=np.array([1.0, 2.0]))
        >>> value.item(), slope
        (5.0, array([2., 4.]))
    """
    single = not isinstance(what, Sequence)
    items = [what] if not isinstance(what, Sequence) else list(what)
    scope = Scope()
    for item in items:
        scope = scope.merge(item.scope)
    return compile_program(
        [item.tensor for item in items],
        inputs=_symbols(scope),
        allowed=tuple(scope.dims),
        backend=backend,
        sizes=sizes,
        groups=[[len(group) for group in item.array_shape] for item in items],
        single=single,
        validate=validate,
        order=order,
        compound=compound(scope),
        real=real_names(*(formula for item in items for formula in item.formulas)),
    )


def at(
    derivative: Valued, ranks: Sequence[int], values: Mapping[str, Any], validate: Any = True, sweep: Sweep | None = None
) -> LinearMap:
    """A derivative, by variables with so many axes each, at a point as a linear map; see Derivative.at. `sweep` contracts it
    without forming it."""
    scope = derivative.scope
    values, check = setting(scope, values, validate)
    refuse_named_parts(scope, values)
    tensor = derivative.tensor
    if any(is_complex(getattr(value, "dtype", type(value))) for value in values.values()):
        tensor = defined(tensor)
        refuse_complex({**real_inputs([tensor]), **real_names(*derivative.formulas)}, values)
    return linear_map(
        tensor,
        derivative.tensor.rank - sum(ranks),
        tuple(ranks),
        values,
        inputs=_symbols(scope),
        allowed=tuple(scope.dims),
        validate=check,
        joined=[len(group) for group in derivative.array_shape],
        compound=compound(scope),
        sweep=sweep,
    )
