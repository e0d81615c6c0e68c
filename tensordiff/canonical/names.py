"""The user's names put back: parts whose canonical form is a name's definition are replaced by that name."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from tensordiff.canonical.form import Canonicaliser
from tensordiff.canonical.product_names import ProductName, put_product_names
from tensordiff.canonical.scalar_names import ScaledName, put_scaled_names
from tensordiff.errors import BudgetError, DomainError
from tensordiff.functions import INVERSE, MATRIX_POWER
from tensordiff.tensor import (
    Apply,
    Einsum,
    Named,
    Node,
    Sum,
    Tensor,
    apply,
    bottom_up,
    einsum,
    rebuild,
    scale,
    split_coefficient,
)


def with_names(node: Tensor, names: Iterable[Named], forms: Canonicaliser) -> Tensor:
    """A canonical tensor with names in the place of the parts that they define.

    `forms` must be the canonicaliser that made `node`. Definitions are matched as functions, sums, and parts of a product;
    the first name declared wins where two have one definition.
    """
    table, products, scalars = _definitions(names, forms)
    if not table and not products and not scalars:
        return node

    def visit(old: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(old, Tensor)
        if (found := table.get(old)) is not None:
            return found
        if isinstance(old, Sum) and old.children:
            multiple, core = _primitive(old)
            if (found := table.get(core)) is not None:
                return scale(multiple, found)
        if isinstance(old, Apply) and old.function == MATRIX_POWER:
            inverse = apply(INVERSE, old.children[0])
            if (found := table.get(inverse)) is not None:
                return apply(MATRIX_POWER, found, scale(-1, children[1]))
        if isinstance(old, Einsum) and (products or scalars):
            coefficient, cut = put_scaled_names(old, scalars)
            if isinstance(cut, Einsum):
                cut = put_product_names(cut, products, forms.symmetric)
            if cut is not old:
                return _put(scale(coefficient, cut), dict(zip(old.children, children, strict=True)))
        return rebuild(old, children)

    return bottom_up(node, visit)


def _definitions(
    names: Iterable[Named], forms: Canonicaliser
) -> tuple[dict[Tensor, Tensor], list[ProductName], list[ScaledName]]:
    table: dict[Tensor, Tensor] = {}
    products: list[ProductName] = []
    scalars: list[ScaledName] = []
    for named in names:
        try:
            definition = forms.tensor(named.definition)
        except (BudgetError, DomainError):
            continue  # a part that has no canonical form is not found in others
        coefficient, core = split_coefficient(definition)
        if isinstance(core, Einsum):
            if len(core.factors) == 1 and sorted(core.factors[0][1]) == sorted(core.output) == list(range(core.rank)):
                atom, indices = core.factors[0]  # a permutation of one function: the name, permuted back
                if isinstance(atom, Apply) and atom.children:
                    value = einsum([(named, core.output)], indices)
                    table.setdefault(atom, scale(1 / coefficient, value))
            elif (scaled := ScaledName.of(named, coefficient, core)) is not None:
                scalars.append(scaled)
            elif (product := ProductName.of(named, coefficient, core)) is not None:
                products.append(product)
        elif isinstance(core, Sum) or (isinstance(core, Apply) and core.children):
            multiple, primitive = _primitive(core) if isinstance(core, Sum) else (Fraction(1), core)
            table.setdefault(primitive, scale(1 / (coefficient * multiple), named))
            if (scaled := ScaledName.of(named, coefficient, core)) is not None:
                scalars.append(scaled)
            if isinstance(core, Sum) and core.rank == 2:
                multiple, turned = _primitive(forms.tensor(einsum([(core, "ij")], "ji")))
                table.setdefault(turned, scale(1 / multiple, einsum([(named, "ij")], "ji")))
    products.sort(key=lambda p: -len(p.factors))
    scalars.sort(key=lambda w: (w.open_factor is None, -len(w.scalars)))
    return table, products, scalars


def _primitive(node: Tensor) -> tuple[Fraction, Tensor]:
    """A sum as a multiple of one whose first coefficient is 1: multiples of a definition are multiples of its name."""
    first = node.coefficients[0] if isinstance(node, Sum) and node.children else Fraction(1)
    return first, scale(1 / first, node)


def _put(node: Tensor, new: dict[Tensor, Tensor]) -> Tensor:
    """A product with some of its factors replaced."""
    coefficient, core = split_coefficient(node)
    if not isinstance(core, Einsum):
        return node
    factors = [(new.get(factor, factor), indices) for factor, indices in core.factors]
    return scale(coefficient, einsum(factors, core.output, dict(enumerate(core.index_dims))))
