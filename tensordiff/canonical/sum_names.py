"""Names of sums, found where a sum has been multiplied out: P = W - W X F X' W in products of which only the terms are left.

The longest term of the definition is the one that is seen: wherever it stands in a product, it is the name less the other
terms, by which it is replaced; what cancels is gone. One step of a reduction by the relation "longest term = name - others".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tensordiff.canonical.form import Canonicaliser
from tensordiff.canonical.product_names import ProductName, put_product_names
from tensordiff.errors import BudgetError, DomainError
from tensordiff.records import record
from tensordiff.tensor import (
    Einsum,
    Named,
    Node,
    Structure,
    Sum,
    Symbol,
    Tensor,
    add,
    bottom_up,
    rebuild,
    replace,
    scale,
    split_coefficient,
)


@record
class SumName:
    """A name whose definition is a sum: its longest term, and the name less all others, by which that is replaced."""

    named: Named
    standing: Symbol
    """A symbol that stands for the name while products are multiplied out."""
    longest: ProductName
    others: Tensor

    @staticmethod
    def of(named: Named, forms: Canonicaliser) -> SumName | None:
        """The name in this way; None where its definition is no sum with a product among its terms."""
        try:
            definition = forms.tensor(named.definition)
        except (BudgetError, DomainError):
            return None
        if not isinstance(definition, Sum) or len(definition.terms) < 2:
            return None
        found = [(c, term, made) for c, term in definition.terms if (made := _product(named, term)) is not None]
        if not found:
            return None
        c, term, longest = max(found, key=lambda way: len(way[2].factors))
        structure = Structure.SYMMETRIC if forms.symmetric(definition) else Structure.GENERAL
        standing = Symbol.make(f"{named.name} (standing)", named.dims, structure)
        rest = [(-d / c, other) for d, other in definition.terms if other is not term]
        return SumName(named, standing, longest, add([(1 / c, standing), *rest]))


def _product(named: Named, term: Tensor) -> ProductName | None:
    coefficient, core = split_coefficient(term)
    made = ProductName.of(named, coefficient, core) if isinstance(core, Einsum) else None
    return made if made is not None and sorted(made.output) == sorted(set(made.output)) else None


def with_sum_names(node: Tensor, names: Sequence[SumName], forms: Canonicaliser) -> Tensor:
    """A tensor in canonical form with products multiplied out, with names of sums in it; the node itself where there are
    none. `forms` made it."""
    for name in names:
        marked = _marked(node, name, forms.symmetric)
        if marked is not node:
            node = forms.tensor(replace(marked, {name.named: name.others}))
            node = replace(node, {name.standing: name.named})
    return node


def _marked(node: Tensor, name: SumName, symmetric: Callable[[Tensor], bool]) -> Tensor:
    """The tensor with the name itself in the place of the longest term of its definition."""

    def visit(old: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(old, Tensor)
        made = rebuild(old, children)
        coefficient, core = split_coefficient(made)
        if not isinstance(core, Einsum):
            return made
        put = put_product_names(core, [name.longest], symmetric)
        return made if put is core else scale(coefficient, put)

    return bottom_up(node, visit)
