"""The node set of the index form: Symbol, Einsum, Sum, Apply, and Named for let-bindings.

These are data: nodes are made by the smart constructors of `build`, which keep them small and well-formed; the classes'
own `make` methods only check and intern.
"""

from __future__ import annotations

from fractions import Fraction

from tensordiff.errors import ShapeError
from tensordiff.tensor.base import Tensor, dims_text
from tensordiff.tensor.dim import Dim
from tensordiff.tensor.function import Function
from tensordiff.tensor.node import digest, hash_of
from tensordiff.tensor.structure import Assumption, Structure

Indices = tuple[int, ...]
Factor = tuple[Tensor, Indices]
Term = tuple[Fraction, Tensor]


def _heads(children: tuple[Tensor, ...]) -> int:
    found = 0
    for child in children:
        found |= child.heads
    return found


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
        if structure.square and (odd or not half or dims[:half] != dims[half:]):
            raise ShapeError(f"{name} is declared {structure}, which needs a square matrix, but is {dims_text(dims)}")
        if structure.symmetries:
            _refuse_unequal(name, dims, structure)
        elif not structure.square and not structure.general and len(dims) != 2:
            raise ShapeError(f"{name} is declared {structure}, which needs a matrix, but is {dims_text(dims)}")
        if structure.mask is not None and [dim.value for dim in dims] != [len(structure.mask), len(structure.mask[0])]:
            rows, columns = len(structure.mask), len(structure.mask[0])
            raise ShapeError(f"{name} is declared with a pattern of {rows}-by-{columns} entries, but is {dims_text(dims)}")
        key = digest("symbol", name, len(dims), *(d.key for d in dims), str(structure), str(assumption))
        if (found := Symbol._known(key)) is not None:
            return found
        return Symbol._interned(
            key, (), hash_of(key), key, dims=dims, heads=0, name=name, structure=structure, assumption=assumption
        )

    def __repr__(self) -> str:
        return f"<Symbol {self.name} {dims_text(self.dims)}>"


def _refuse_unequal(name: str, dims: tuple[Dim, ...], structure: Structure) -> None:
    """Raises ShapeError where a permutation of axes does not fit the sizes."""
    for axes in structure.symmetries:
        if len(axes) != len(dims):
            raise ShapeError(f"{name} has {len(dims)} axes, but its symmetries permute {len(axes)}")
        for place, axis in enumerate(axes):
            if dims[place] is not dims[axis]:
                raise ShapeError(
                    f"{name} is {dims_text(dims)}: the symmetry {axes} puts axis {axis} of size {dims[axis]} in the place of "
                    f"axis {place} of size {dims[place]} (axes are counted from 0)"
                )


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
        children = tuple([node for node, _ in factors])
        slots = tuple([indices for _, indices in factors])
        identity = (Einsum, tuple(map(id, children)), slots, output, tuple(map(id, index_dims)))
        if (found := Einsum._known(identity)) is not None:
            return found
        return Einsum._interned(
            identity,
            children,
            hash((children, slots, output)),
            None,
            dims=tuple([index_dims[i] for i in output]),
            heads=_heads(children),
            factors=factors,
            output=output,
            index_dims=index_dims,
        )

    def _digest(self) -> bytes:
        parts: list[bytes | int] = [len(self.factors)]
        for node, indices in self.factors:
            parts.append(node.key)
            parts.append(bytes(indices) if len(self.index_dims) < 256 else repr(indices).encode())
        parts.append(repr(self.output).encode())
        parts.extend([dim.key for dim in self.index_dims])
        return digest("einsum", *parts)


class Sum(Tensor):
    """A linear combination of tensors with the same axes; the empty one is the zero of those axes."""

    __slots__ = ("coefficients",)

    coefficients: tuple[Fraction, ...]

    @staticmethod
    def make(terms: tuple[Term, ...], dims: tuple[Dim, ...]) -> Sum:
        children = tuple([node for _, node in terms])
        coefficients = tuple([coefficient for coefficient, _ in terms])
        ratios = tuple([coefficient.as_integer_ratio() for coefficient in coefficients])
        identity = (Sum, tuple(map(id, children)), ratios, tuple(map(id, dims)))
        if (found := Sum._known(identity)) is not None:
            return found
        return Sum._interned(
            identity, children, hash((children, ratios)), None, dims=dims, heads=_heads(children), coefficients=coefficients
        )

    def _digest(self) -> bytes:
        return digest("sum", *[d.key for d in self.dims], *[p for c, node in self.terms for p in (str(c), node.key)])

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(zip(self.coefficients, self.children, strict=True))


class Apply(Tensor):
    """A function of tensors: elementwise, a matrix function on two equal groups of axes, or a constant (no argument)."""

    __slots__ = ("function",)

    function: Function

    @staticmethod
    def make(function: Function, arguments: tuple[Tensor, ...]) -> Apply:
        identity = (Apply, function.key, tuple(map(id, arguments)))
        if (found := Apply._known(identity)) is not None:
            return found
        hash_value = hash((hash_of(function.key), arguments))
        dims = tuple(function.result_dims(arguments))
        heads = function.bit | _heads(arguments)
        return Apply._interned(identity, arguments, hash_value, None, dims=dims, heads=heads, function=function)

    def _digest(self) -> bytes:
        return digest("apply", self.function.key, *[a.key for a in self.children])

    def __repr__(self) -> str:
        return f"<Apply {self.function.name} {dims_text(self.dims)}>"


class Named(Tensor):
    """A let-binding: the user's name for its one child. Equality looks through it, printing shows it."""

    __slots__ = ("name",)

    name: str

    @staticmethod
    def make(name: str, definition: Tensor) -> Named:
        key = digest("named", name, definition.key)
        if (found := Named._known(key)) is not None:
            return found
        return Named._interned(key, (definition,), hash_of(key), key, dims=definition.dims, heads=definition.heads, name=name)

    @property
    def definition(self) -> Tensor:
        return self.children[0]

    def __repr__(self) -> str:
        return f"<Named {self.name} {dims_text(self.dims)}>"
