"""Values of scalars that are known not to depend on the matrices in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensordiff.canonical import Canonicaliser
from tensordiff.errors import DomainError
from tensordiff.evidence.sampling.degree import is_rational
from tensordiff.tensor import Apply, Assumption, Sum, Symbol, Tensor, identity, is_zero, postorder, replace, zero


def is_plain(tensor: Tensor) -> bool:
    """Whether a tensor is a rational function on all of a linear space, or an open part of one."""
    symbols = [node for node in postorder([tensor]) if isinstance(node, Symbol)]
    odd = (Assumption.BINARY, Assumption.PROBABILITY)
    free = all(s.structure.is_space and s.assumption not in odd for s in symbols)
    return free and is_rational(tensor)


def values(tensors: Sequence[Tensor], forms: Canonicaliser) -> Iterator[list[Tensor]]:
    """The values of scalars at the points where every matrix is zero, or zero or the identity, as far as they are defined."""
    symbols = [node for node in postorder(tensors) if isinstance(node, Symbol) and node.dims]
    for point in _points(symbols):
        try:
            found = [forms.tensor(replace(tensor, point)) for tensor in tensors]
        except DomainError:
            continue
        if all(map(_is_resolved, postorder(found))):
            yield found


def _points(symbols: Sequence[Symbol]) -> Iterator[dict[Tensor, Tensor]]:
    nothing: dict[Tensor, Tensor] = {symbol: zero(symbol.dims) for symbol in symbols}
    square = [s for s in symbols if s.rank == 2 and s.dims[0] is s.dims[1] and s.structure.has_identity]
    yield nothing
    yield {**nothing, **{symbol: identity(symbol.dims[:1]) for symbol in square}}


def _is_resolved(node: Tensor) -> bool:
    """Whether a part of a value surely has a value: elementwise functions of what is not zero."""
    return not isinstance(node, Apply) or (node.function.elementwise and not any(map(is_zero, node.children)))


def is_nonzero(scalar: Tensor) -> bool:
    """Whether a canonical scalar without matrices is surely not zero for almost all values: the sums in it are polynomials."""
    sums = [node for node in postorder([scalar]) if isinstance(node, Sum)]
    functions = [node for node in postorder([part for s in sums for part in s.children]) if isinstance(node, Apply)]
    return not is_zero(scalar) and not functions


def is_parameter(scalar: Tensor) -> bool:
    """Whether a scalar has no matrix or vector in it."""
    return not any(isinstance(node, Symbol) and node.dims for node in postorder([scalar]))
