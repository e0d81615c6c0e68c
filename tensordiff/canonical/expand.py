"""Distribution: a tensor as a list of products of atoms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tensordiff.errors import BudgetError
from tensordiff.functions import INVERSE, POWER, Place
from tensordiff.functions.views import without_content
from tensordiff.simplify import Product
from tensordiff.tensor import ONE, Apply, Dim, Einsum, Factor, Named, Sum, Tensor, add, apply, identity, permute, times

Atom = Callable[[Tensor], Tensor]


class _Partial:
    """A product on its way: atoms placed, nodes still to be opened, sums to be distributed last."""

    __slots__ = ("coefficient", "dims", "done", "gone", "of_sums", "output", "parent", "placed", "sums", "todo")

    def __init__(self, coefficient: Fraction, node: Tensor) -> None:
        self.coefficient = coefficient
        self.output: tuple[int, ...] = tuple(range(node.rank))
        self.dims: list[Dim] = list(node.dims)
        self.done: list[Factor] = []
        self.todo: list[Factor] = [(node, self.output)]
        self.sums: list[Factor] = []
        self.parent: dict[int, int] = {}
        self.gone: set[int] = set()
        """Indices whose sum has been carried out."""
        self.of_sums = False
        """Whether an inverse or a power of a sum is among what is done."""
        self.placed: tuple[int, ...] = ()
        """Indices on which what is done takes a part."""

    def place(self, node: Tensor, indices: tuple[int, ...]) -> None:
        """Put an atom among what is done."""
        self.done.append((node, indices))
        if isinstance(node, Apply):
            self.of_sums |= bool(node.children) and isinstance(node.children[0], Sum)
            if indices and Place.of(node) is not None:
                self.placed += (indices[0],)

    def copy(self) -> _Partial:
        other = object.__new__(_Partial)
        other.coefficient = self.coefficient
        other.done, other.todo, other.sums = self.done.copy(), self.todo.copy(), self.sums.copy()
        other.output, other.dims, other.parent = self.output, self.dims.copy(), self.parent.copy()
        other.gone = self.gone.copy()
        other.of_sums, other.placed = self.of_sums, self.placed
        return other

    def find(self, index: int) -> int:
        while (up := self.parent.get(index)) is not None:
            index = up
        return index

    def joins(self, first: tuple[int, ...], second: tuple[int, ...]) -> bool:
        """Whether the indices are equal one by one, all different, and occur nowhere else."""
        roots = [self.find(i) for i in first]
        if roots != [self.find(i) for i in second] or len(set(roots)) != len(roots):
            return False
        if any(self.find(i) in roots for i in self.output):
            return False
        found = [self.find(i) for _, slots in (*self.done, *self.sums) for i in slots]
        return all(found.count(root) == 1 for root in roots)  # the sum itself has been taken out

    def product(self) -> Product:
        if not self.parent and not self.gone:
            return Product(self.coefficient, self.done, self.output, enumerate(self.dims))
        find = self.find
        factors = [(node, tuple([find(i) for i in indices])) for node, indices in self.done]
        output = tuple([find(i) for i in self.output])
        live = [(i, dim) for i, dim in enumerate(self.dims) if i not in self.parent and i not in self.gone]
        return Product(self.coefficient, factors, output, live)


def expand(
    coefficient: Fraction, node: Tensor, atom: Atom, keep_sum: Callable[[Tensor], bool], max_terms: int, max_factors: int
) -> list[Product]:
    """coefficient * node as products of atoms.

    `atom(apply_node)` gives the canonical form of a function's value, opened further if it is not an atom itself;
    `keep_sum(sum_node)` says whether a sum among factors stays a factor. Iterative. Raises BudgetError past
    `max_terms` products or `max_factors` factors in all.
    """
    stack, products, written = [_Partial(coefficient, node)], [], 0
    max_terms = max(max_terms, len(node.children) if isinstance(node, Sum) else 0)
    while stack:
        partial = stack.pop()
        branching = _open(partial, atom, keep_sum, max_terms, max_factors)
        if branching is None:
            if partial.coefficient:
                written += len(partial.done)
                products.append(partial.product())
                if len(products) > max_terms or written > max_factors:
                    raise _too_long(max_terms)
            continue
        total, indices = branching
        for c, term in reversed(total.terms):
            branch = partial.copy()
            branch.coefficient = times(branch.coefficient, c)
            branch.todo.append((term, indices))
            stack.append(branch)
        if len(stack) > max_terms:
            raise _too_long(max_terms)
    return products


def _too_long(max_terms: int) -> BudgetError:
    return BudgetError(
        f"expanding the expression gives more than {max_terms} terms, or more factors in all than the budget has",
        hint="the derivative itself is unharmed: evaluate it, apply it to a direction, or name parts",
    )


def _open(
    partial: _Partial, atom: Atom, keep_sum: Callable[[Tensor], bool], max_terms: int, max_factors: int
) -> tuple[Sum, tuple[int, ...]] | None:
    """Open everything that does not branch; then the next sum to distribute, or None when the product is complete."""
    while True:
        while partial.todo:
            node, indices = partial.todo.pop()
            if isinstance(node, Einsum):
                short = atom(node)
                if short is node:
                    _splice(partial, node, indices)
                    if len(partial.done) + len(partial.todo) > max_factors:
                        raise _too_long(max_terms)
                else:
                    partial.todo.append((short, indices))
            elif isinstance(node, Named):
                partial.todo.append((node.definition, indices))
            elif isinstance(node, Sum):
                if len(node.children) == 1:
                    partial.coefficient = times(partial.coefficient, node.coefficients[0])
                    partial.todo.append((node.children[0], indices))
                elif not node.children:
                    partial.coefficient = Fraction(0)
                    partial.todo, partial.sums = [], []
                    return None
                else:
                    partial.sums.append((node, indices))
            else:
                found = atom(node)
                if found is node or not isinstance(found, Einsum | Sum | Named):
                    partial.place(found, indices)
                else:
                    partial.todo.append((found, indices))
        if not partial.sums:
            return None
        node, indices = partial.sums.pop()
        assert isinstance(node, Sum)
        if partial.of_sums and _cancel(partial, node, indices, atom):
            continue
        if (partial.done or partial.sums) and keep_sum(node) and not _beside_part(partial, node, indices):
            content, found = without_content(atom(node))
            partial.coefficient *= content
            if isinstance(found, Sum) and len(found.children) > 1:
                partial.place(found, indices)
            else:
                partial.todo.append((found, indices))
            continue
        return node, indices


def _beside_part(partial: _Partial, node: Sum, indices: tuple[int, ...]) -> bool:
    """Whether a part of an axis is taken on which the terms of the sum have parts too: then most of them vanish."""
    taken = {partial.find(index) for index in partial.placed}
    axes = [axis for axis, index in enumerate(indices) if partial.find(index) in taken]
    for term in node.children if axes else ():
        if isinstance(term, Einsum):
            placed = {slots[0] for factor, slots in term.factors if slots and Place.of(factor) is not None}
            if any(term.output[axis] in placed for axis in axes):
                return True
    return False


def _cancel(partial: _Partial, node: Sum, indices: tuple[int, ...], atom: Atom) -> bool:
    """A sum beside its own inverse, or on the same indices as a power of itself, is merged instead of distributed."""
    for place, (factor, slots) in enumerate(partial.done):
        if not isinstance(factor, Apply) or not isinstance(base := factor.children[0] if factor.children else None, Sum):
            continue
        if factor.function == POWER and not factor.children[1].dims:
            same = [partial.find(i) for i in slots] == [partial.find(i) for i in indices]
            if same and (content := _multiple(node, base, atom)) is not None:
                exponent = add([(1, factor.children[1]), (1, ONE)])
                partial.done.pop(place)
                partial.coefficient *= content
                partial.todo.append((apply(POWER, base, exponent), slots))
                return True
        elif factor.function == INVERSE and base.dims == node.dims:
            united = _beside_inverse(partial, node, indices, base, slots, atom)
            if united is not None:
                content, pair = united
                partial.done.pop(place)
                partial.coefficient *= content
                partial.todo.append((identity(node.dims[: node.rank // 2]), pair))
                return True
    return False


def _beside_inverse(
    partial: _Partial, node: Sum, indices: tuple[int, ...], base: Sum, slots: tuple[int, ...], atom: Atom
) -> tuple[Fraction, tuple[int, ...]] | None:
    """(c, indices of the identity that is left) where the sum S stands beside inv(S/c), either side, either transposed."""
    half = node.rank // 2
    rows, columns = indices[:half], indices[half:]
    for turned in (False, True):
        # inv(S')_ab = inv(S)_ba
        left, right = (slots[half:], slots[:half]) if turned else (slots[:half], slots[half:])
        for joined, inner, pair in ((rows, right, left + columns), (columns, left, rows + right)):
            if not partial.joins(joined, inner):
                continue
            order = (*range(half, node.rank), *range(half))
            form = add([(c, permute(term, order)) for c, term in node.terms]) if turned else node
            if (content := _multiple(form, base, atom)) is not None:
                partial.gone.update(partial.find(i) for i in joined)
                return content, pair
    return None


def _multiple(node: Tensor, base: Sum, atom: Atom) -> Fraction | None:
    """c with node = c * base in canonical form, or None."""
    form = atom(node)
    if form is base:
        return Fraction(1)
    content, primitive = without_content(form)
    return content if primitive is base else None


def _splice(partial: _Partial, node: Einsum, indices: tuple[int, ...]) -> None:
    """Put a product's factors in its place: its output indices are united with those given, the others are new."""
    names: dict[int, int] = {}
    for own, given in zip(node.output, indices, strict=True):
        if own in names:
            a, b = partial.find(names[own]), partial.find(given)
            if a != b:
                partial.parent[b] = a
        else:
            names[own] = given
    for own, dim in enumerate(node.index_dims):
        if own not in names:
            names[own] = len(partial.dims)
            partial.dims.append(dim)
    partial.todo.extend((factor, tuple(names[i] for i in inner)) for factor, inner in reversed(node.factors))
