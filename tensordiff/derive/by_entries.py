"""Tensors of any number of axes in the index notation of the text syntax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tensordiff.errors import FoldError
from tensordiff.fold import fold
from tensordiff.functions import LEVI, POWER, OverMatrices, constant
from tensordiff.matrix import Matrix, build
from tensordiff.render import free_letters
from tensordiff.tensor import Apply, Dim, Einsum, Factor, Named, Node, Sum, Symbol, Tensor, bottom_up, einsum, postorder


def by_entries(tensor: Tensor, written: Mapping[str, Matrix]) -> Matrix:
    """The tensor in the index notation of the text syntax, e.g. -Y[i,k]*Y[l,j] -> [i,j,k,l], which parses back: a contraction
    with one letter for each axis. What is summed inside a term is folded to a matrix where it can be, and summed over a letter
    where it cannot.

    `written` are symbols and names as the user wrote them. Raises FoldError where a part has no matrix form.
    """
    letters = free_letters(tensor.rank)
    terms = tensor.terms if isinstance(tensor, Sum) else ((Fraction(1), tensor),)
    if not terms:
        return build.zeros(*((dim,) for dim in tensor.dims))
    body = build.add([(c, _term(term, letters, written)) for c, term in terms])
    return build.contract(body, letters) if letters else body


def _term(term: Tensor, letters: Sequence[str], written: Mapping[str, Matrix]) -> Matrix:
    factors: Sequence[Factor] = term.factors if isinstance(term, Einsum) else [(term, tuple(range(term.rank)))]
    output = term.output if isinstance(term, Einsum) else tuple(range(term.rank))
    dims = dict(enumerate(term.index_dims if isinstance(term, Einsum) else term.dims))
    letter_of: dict[int, str] = {}
    parts: list[Matrix] = []
    for index, letter in zip(output, letters, strict=True):
        if index in letter_of:  # a letter may stand once on the right
            parts.append(build.entry(build.eye((dims[index],)), (letter_of[index], letter)))
        else:
            letter_of[index] = letter
    used = {index for _, indices in factors for index in indices}
    parts.extend(
        build.entry(build.ones((dims[index],)), (letter,))
        for index, letter in letter_of.items()
        if index not in used and output.count(index) == 1
    )
    parts.extend(build.size(dims[index]) for index in dims if index not in used and index not in letter_of)
    spare = iter(free_letters(len(letters) + len(dims))[len(letters) :])
    entries: list[Matrix] = []
    for component in _components(factors, set(letter_of)):
        try:
            entries.append(_entry(component, letter_of, dims, written))
        except FoldError:
            inner = dict.fromkeys(i for _, indices in component for i in indices if i not in letter_of)
            if len(component) == 1 and not inner:
                raise
            opened = letter_of | {index: next(spare) for index in inner}
            entries.extend(_entry([factor], opened, dims, written) for factor in component)
    return build.product(*entries, *parts) if entries or parts else build.number(1)


def _entry(
    component: Sequence[Factor], letter_of: Mapping[int, str], dims: Mapping[int, Dim], written: Mapping[str, Matrix]
) -> Matrix:
    """A connected part of a product: an entry of a scalar, vector, matrix, or of a declared tensor. Raises FoldError."""
    outside = list(dict.fromkeys(i for _, indices in component for i in indices if i in letter_of))
    if len(component) == 1 and isinstance(component[0][0], Symbol) and set(outside) == set(component[0][1]):
        node, indices = component[0]
        assert isinstance(node, Symbol)
        shown = written.get(node.name)
        if shown is not None and len(shown.shape) == node.rank:
            return build.entry(shown, tuple(letter_of[i] for i in indices)) if indices else shown
    node, indices = component[0]
    if len(component) == 1 and set(outside) == set(indices) and (len(indices) > 2 or _is_of_tensors(node)):
        return build.entry(_whole(node, written), tuple(letter_of[i] for i in indices))
    if len(outside) > 2:
        raise FoldError("a part with more than two free indices has no matrix form")
    inside = {i for _, indices in component for i in indices}
    part = einsum(component, outside, {i: dims[i] for i in inside})
    matrix = fold(part, tuple(range(len(outside)))[:1], tuple(range(len(outside)))[1:], written)
    return build.entry(matrix, tuple(letter_of[i] for i in outside)) if outside else matrix


def _is_of_tensors(node: Tensor) -> bool:
    """Whether a function of entries or of matrices is of something with more than two axes."""
    return isinstance(node, Apply) and any(isinstance(x, Tensor) and x.rank > 2 for x in postorder([node]))


def _whole(node: Tensor, written: Mapping[str, Matrix]) -> Matrix:
    """A tensor with three axes or more as it is written: a name, a sum, a function of its entries or of its matrices. Raises
    FoldError."""

    def visit(part: Node, children: tuple[Matrix, ...]) -> Matrix:
        if isinstance(part, Symbol | Named) and part.name in written:
            return written[part.name]
        if isinstance(part, Sum) and part.children:
            return build.add(list(zip(part.coefficients, children, strict=True)))
        if isinstance(part, Apply) and part.function == constant(LEVI).function:
            return build.levi()
        if isinstance(part, Apply) and part.function == POWER:
            return build.dot_power(*children)
        if isinstance(part, Apply) and children and (part.function.elementwise or isinstance(part.function, OverMatrices)):
            return build.call(part.function.name if isinstance(part.function, OverMatrices) else part.function, *children)
        assert isinstance(part, Tensor)
        if part.rank > 2:
            raise FoldError("a part with more than two free indices has no matrix form")
        return fold(part, tuple(range(part.rank))[:1], tuple(range(part.rank))[1:], written)

    return bottom_up(node, visit)


def _components(factors: Sequence[Factor], outside: set[int]) -> list[list[Factor]]:
    """The factors grouped by shared summed indices, in order."""
    groups: list[tuple[set[int], list[Factor]]] = []
    for factor in factors:
        inner = set(factor[1]) - outside
        joined = [group for group in groups if group[0] & inner]
        for group in joined:
            groups.remove(group)
        members = [member for group in joined for member in group[1]]
        groups.append((inner.union(*(group[0] for group in joined)), [*members, factor]))
    return [members for _, members in groups]
