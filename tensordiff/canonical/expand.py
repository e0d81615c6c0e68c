"""Distribution: a tensor as a list of products of atoms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tensordiff.errors import BudgetError
from tensordiff.simplify import Product
from tensordiff.tensor import Dim, Einsum, Factor, Named, Sum, Tensor

Atom = Callable[[Tensor], Tensor]


class _Partial:
    """A product on its way: atoms placed, nodes still to be opened, sums to be distributed last."""

    __slots__ = ("coefficient", "dims", "done", "output", "parent", "sums", "todo")

    def __init__(self) -> None:
        self.coefficient = Fraction(1)
        self.done: list[Factor] = []
        self.todo: list[Factor] = []
        self.sums: list[Factor] = []
        self.output: tuple[int, ...] = ()
        self.dims: list[Dim] = []
        self.parent: dict[int, int] = {}

    def copy(self) -> _Partial:
        other = _Partial()
        other.coefficient = self.coefficient
        other.done, other.todo, other.sums = list(self.done), list(self.todo), list(self.sums)
        other.output, other.dims, other.parent = self.output, list(self.dims), dict(self.parent)
        return other

    def find(self, index: int) -> int:
        while (up := self.parent.get(index)) is not None:
            index = up
        return index

    def product(self) -> Product:
        factors = [(node, tuple(self.find(i) for i in indices)) for node, indices in self.done]
        output = tuple(self.find(i) for i in self.output)
        live = ((i, dim) for i, dim in enumerate(self.dims) if i not in self.parent)
        return Product(self.coefficient, factors, output, live)


def expand(
    coefficient: Fraction, node: Tensor, atom: Atom, keep_sum: Callable[[Tensor], bool], max_terms: int, max_factors: int
) -> list[Product]:
    """coefficient * node as products of atoms.

    `atom(apply_node)` gives the canonical form of a function's value, opened further if it is not an atom itself;
    `keep_sum(sum_node)` says whether a sum among factors stays a factor. Iterative. Raises BudgetError past
    `max_terms` products or `max_factors` factors in all.
    """
    first = _Partial()
    first.coefficient = coefficient
    first.dims = list(node.dims)
    first.output = tuple(range(node.rank))
    first.todo = [(node, first.output)]
    stack, products, written = [first], [], 0
    while stack:
        partial = stack.pop()
        branching = _open(partial, atom, keep_sum)
        if branching is None:
            if partial.coefficient:
                written += len(partial.done)
                products.append(partial.product())
                if len(products) > max_terms or written > max_factors:
                    raise BudgetError(
                        f"expanding the expression gives more than {max_terms} terms or {max_factors} factors",
                        hint="the derivative itself is unharmed: evaluate it, apply it to a direction, or name parts",
                    )
            continue
        total, indices = branching
        for c, term in reversed(total.terms):
            branch = partial.copy()
            branch.coefficient *= c
            branch.todo.append((term, indices))
            stack.append(branch)
        if len(stack) > max_terms:
            raise BudgetError(f"expanding the expression gives more than {max_terms} terms")
    return products


def _open(partial: _Partial, atom: Atom, keep_sum: Callable[[Tensor], bool]) -> tuple[Sum, tuple[int, ...]] | None:
    """Open everything that does not branch; then the next sum to distribute, or None when the product is complete."""
    while True:
        while partial.todo:
            node, indices = partial.todo.pop()
            if isinstance(node, Einsum):
                _splice(partial, node, indices)
            elif isinstance(node, Named):
                partial.todo.append((node.definition, indices))
            elif isinstance(node, Sum):
                if len(node.children) == 1:
                    partial.coefficient *= node.coefficients[0]
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
                    partial.done.append((found, indices))
                else:
                    partial.todo.append((found, indices))
        if not partial.sums:
            return None
        node, indices = partial.sums.pop()
        assert isinstance(node, Sum)
        if (partial.done or partial.sums) and keep_sum(node):
            found = atom(node)
            (partial.done if isinstance(found, Sum) and len(found.children) > 1 else partial.todo).append((found, indices))
            continue
        return node, indices


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
