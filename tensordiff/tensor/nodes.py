"""The node set of the index form: Symbol, Einsum, Sum, Apply, and Named for let-bindings.

Every node has ordered axes `dims`. Nodes are made by the smart constructors of `build`, which keep them small and
well-formed; the classes' own `make` methods only check and intern.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.tensor.dim import Dim
from tensordiff.tensor.function import Function, dims_text
from tensordiff.tensor.node import Node, digest
from tensordiff.tensor.structure import Assumption, Structure

Indices = tuple[int, ...]
Factor = tuple["Tensor", Indices]
Term = tuple[Fraction, "Tensor"]


class Tensor(Node):
    """A node of the index form; `dims` are its axes in order, empty for a scalar."""

    __slots__ = ("dims",)

    dims: tuple[Dim, ...]
    children: tuple[Tensor, ...]

    @property
    def rank(self) -> int:
        return len(self.dims)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dims_text(self.dims)} {self.key.hex()[:8]}>"


class Symbol(Tensor):
    """A variable or constant of the user, with a structure (square matrices) and an assumption on its values."""

    __slots__ = ("assumption", "name", "structure")

    name: str
    structure: Structure
    assumption: Assumption

    @staticmethod
    def make(
        name: str,
        dims: tuple[Dim, ...],
        structure: Structure = Structure.GENERAL,
        assumption: Assumption = Assumption.NONE,
    ) -> Symbol:
        half, odd = divmod(len(dims), 2)
        if structure is not Structure.GENERAL and (odd or not half or dims[:half] != dims[half:]):
            raise ShapeError(f"{name} is declared {structure}, which needs a square matrix, but is {dims_text(dims)}")
        key = digest("symbol", name, len(dims), *(d.key for d in dims), str(structure), str(assumption))
        return Symbol._interned(key, (), dims=dims, name=name, structure=structure, assumption=assumption)

    def rebuild(self, children: tuple[Any, ...]) -> Symbol:
        return self

    def __repr__(self) -> str:
        return f"<Symbol {self.name} {dims_text(self.dims)}>"


class Einsum(Tensor):
    """A product of factors with named indices, summed over the indices that are not in the output.

    `factors` are (node, one index per axis); indices are numbers, `index_dims[i]` is the dimension of index i, and they
    are numbered in the order of first appearance in output, then factors, then the rest. An index may occur any number
    of times, in the output too: a repeated output index is the identity or a diagonal; an output index in no factor
    broadcasts; a summed index in no factor is the scalar factor n.
    """

    __slots__ = ("factors", "index_dims", "output")

    factors: tuple[Factor, ...]
    output: Indices
    index_dims: tuple[Dim, ...]

    @staticmethod
    def make(factors: tuple[Factor, ...], output: Indices, index_dims: tuple[Dim, ...]) -> Einsum:
        parts: list[bytes | int] = [len(factors)]
        for node, indices in factors:
            assert tuple(index_dims[i] for i in indices) == node.dims, "an index joins axes of different sizes"
            parts.append(node.key)
            parts.append(bytes(indices) if len(index_dims) < 256 else repr(indices).encode())
        parts.append(repr(output).encode())
        parts.extend(d.key for d in index_dims)
        return Einsum._interned(
            digest("einsum", *parts),
            tuple(node for node, _ in factors),
            dims=tuple(index_dims[i] for i in output),
            factors=factors,
            output=output,
            index_dims=index_dims,
        )

    def rebuild(self, children: tuple[Any, ...]) -> Tensor:
        from tensordiff.tensor.build import einsum

        factors = [(child, indices) for child, (_, indices) in zip(children, self.factors, strict=True)]
        return einsum(factors, self.output, dict(enumerate(self.index_dims)))


class Sum(Tensor):
    """A linear combination of tensors with the same axes; the empty one is the zero of those axes."""

    __slots__ = ("coefficients",)

    coefficients: tuple[Fraction, ...]

    @staticmethod
    def make(terms: tuple[Term, ...], dims: tuple[Dim, ...]) -> Sum:
        assert all(node.dims == dims for _, node in terms)
        key = digest("sum", *(d.key for d in dims), *(p for c, node in terms for p in (str(c), node.key)))
        return Sum._interned(key, tuple(node for _, node in terms), dims=dims, coefficients=tuple(c for c, _ in terms))

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(zip(self.coefficients, self.children, strict=True))

    def rebuild(self, children: tuple[Any, ...]) -> Tensor:
        from tensordiff.tensor.build import add

        return add(zip(self.coefficients, children, strict=True), self.dims)


class Apply(Tensor):
    """A function of tensors: elementwise, a matrix function on two equal groups of axes, or a constant (no argument)."""

    __slots__ = ("function",)

    function: Function

    @staticmethod
    def make(function: Function, arguments: tuple[Tensor, ...]) -> Apply:
        key = digest("apply", function.key, *(a.key for a in arguments))
        return Apply._interned(key, arguments, dims=tuple(function.result_dims(arguments)), function=function)

    def rebuild(self, children: tuple[Any, ...]) -> Tensor:
        from tensordiff.tensor.build import apply

        return apply(self.function, *children)

    def __repr__(self) -> str:
        return f"<Apply {self.function.name} {dims_text(self.dims)}>"


class Named(Tensor):
    """A let-binding: the user's name for its one child. Equality looks through it, printing shows it."""

    __slots__ = ("name",)

    name: str

    @staticmethod
    def make(name: str, definition: Tensor) -> Named:
        return Named._interned(digest("named", name, definition.key), (definition,), dims=definition.dims, name=name)

    @property
    def definition(self) -> Tensor:
        return self.children[0]

    def rebuild(self, children: tuple[Any, ...]) -> Named:
        return Named.make(self.name, children[0])

    def __repr__(self) -> str:
        return f"<Named {self.name} {dims_text(self.dims)}>"
