"""The chain rule through named intermediates, link by link.

For a chain F <- M <- P <- V each link is the partial derivative of one quantity by another with the other listed
quantities held fixed: dF_ij/dM_ab, dM_ab/dP_cd, dP_cd/dV_kl, tensors whose order is the sum of both orders. Links are
joined by contracting all axes of the quantity between them (a double contraction for matrices), and the derivative is
the sum over all paths from V to F.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tensordiff.canonical import Canonicaliser, with_names
from tensordiff.differentiate.accumulate import differentiate
from tensordiff.errors import BudgetError, UnknownNameError
from tensordiff.records import record
from tensordiff.tensor import Dim, Einsum, Named, Symbol, Tensor, add, bottom_up, einsum, is_zero, postorder, rebuild, zero

_MAX_PATHS = 200


@record
class Link:
    """The partial derivative of `upper` by `lower`, with axes of upper, then of lower."""

    upper: str
    lower: str
    derivative: Tensor


@record
class Chain:
    """Links in order from the function down, the paths through them, and the derivative that they add up to."""

    links: tuple[Link, ...]
    paths: tuple[tuple[str, ...], ...]
    """The names along each path, from the function to the variable."""
    path_derivatives: tuple[Tensor, ...]
    """The product of the links of each path."""
    derivative: Tensor
    """The sum over paths, axes of the function, then of the variable."""


def chain(f: Named, through: Sequence[Named], variable: Symbol, *, strict: bool = True) -> Chain:
    """The chain rule for df/dvariable through the named parts.

    Parts are found in f by name, by node, or as a run of a matrix product. Raises UnknownNameError where f does not
    contain a part (where not `strict` such parts are left out), BudgetError past 200 paths.
    """
    order = _bottom_first(through, variable)
    forms = Canonicaliser(distribute=False, define=False)
    stand_in = {part.name: Symbol.make(part.name, part.dims) for part in through}
    direct = {node.name: _in_terms_of(node, [p for p in order if p.name != node.name], stand_in, forms) for node in (f, *order)}
    restore = {stand_in[part.name]: part for part in through}

    links: dict[tuple[str, str], Tensor] = {}
    for upper in (f, *reversed(order)):
        present = set(postorder([direct[upper.name]]))
        lowers: list[tuple[str, Symbol]] = [(p.name, stand_in[p.name]) for p in reversed(order) if p.name != upper.name]
        for name, symbol in [*lowers, (variable.name, variable)]:
            if symbol in present:
                partial = differentiate(direct[upper.name], symbol)
                if not is_zero(partial):
                    links[upper.name, name] = _put_back(partial, restore)
    reached = _reachable(f.name, links)
    for part in through if strict else ():
        if part.name not in reached:
            raise UnknownNameError(
                f"{f.name} does not contain {part.name}",
                hint=f"list only parts that {f.name} is made of; check that {part.name} is written as it stands in it",
            )
    dims = {node.name: node.dims for node in (f, *through)}
    paths = _paths(f.name, variable.name, links)
    products = tuple(_along(path, links, dims) for path in paths)
    total = add([(1, product) for product in products], f.dims + variable.dims) if products else zero(f.dims + variable.dims)
    ordered = tuple(Link(upper, lower, tensor) for (upper, lower), tensor in links.items() if upper in reached)
    return Chain(ordered, tuple(paths), products, total)


def contract_links(upper: Tensor, lower: Tensor, joined: int) -> Tensor:
    """Two links joined: the last `joined` axes of the upper one summed with the first ones of the lower one."""
    first = tuple(("u", p) for p in range(upper.rank - joined))
    middle = tuple(("m", p) for p in range(joined))
    last = tuple(("l", p) for p in range(lower.rank - joined))
    opened = {node for node in (upper, lower) if isinstance(node, Einsum)}
    return einsum([(upper, first + middle), (lower, middle + last)], first + last, flatten=opened)


def _bottom_first(parts: Sequence[Named], variable: Symbol) -> list[Named]:
    """The parts by how much they are made of: a part comes after those in its definition."""
    return sorted(parts, key=lambda part: (len(postorder([part.definition])), part.name))


def _in_terms_of(node: Named, parts: Sequence[Named], stand_in: dict[str, Symbol], forms: Canonicaliser) -> Tensor:
    """A definition with the parts replaced by their stand-in symbols."""
    found = _by_node(node.definition, parts, stand_in, forms)
    present = set(postorder([found]))
    missing = [part for part in parts if stand_in[part.name] not in present]
    if missing:  # a part may be a run of a product that is associated otherwise
        named = with_names(forms.tensor(found), [part for part in missing if part.definition is not node.definition], forms)
        replaced = _by_node(named, parts, stand_in, forms)
        if any(stand_in[part.name] in set(postorder([replaced])) for part in missing):
            return replaced
    return found


def _by_node(root: Tensor, parts: Sequence[Named], stand_in: dict[str, Symbol], forms: Canonicaliser) -> Tensor:
    """The graph with every node that is a part, by name or by canonical form, replaced."""
    wanted: dict[Tensor, Symbol] = {}
    for part in reversed(parts):
        wanted[forms.tensor(part.definition)] = stand_in[part.name]
    sizes = {part.dims for part in parts}
    values: dict[Tensor, Tensor] = {}
    stack: list[tuple[Tensor, bool]] = [(root, False)]
    while stack:  # from the top, so that the largest part is found first
        node, expanded = stack.pop()
        if node in values:
            continue
        if not expanded:
            symbol = stand_in.get(node.name) if isinstance(node, Named) else None
            if symbol is None and node is not root and node.dims in sizes and node.children:
                symbol = wanted.get(forms.tensor(node))
            if symbol is not None and symbol.dims == node.dims:
                values[node] = symbol
                continue
            stack.append((node, True))
            stack.extend((child, False) for child in node.children)
        else:
            children = tuple(values[child] for child in node.children)
            values[node] = rebuild(node, children)
    return values[root]


def _put_back(node: Tensor, restore: dict[Symbol, Named]) -> Tensor:
    def visit(old: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        if isinstance(old, Symbol) and old in restore:
            return restore[old]
        return rebuild(old, children)

    return bottom_up(node, visit)


def _reachable(start: str, links: dict[tuple[str, str], Tensor]) -> set[str]:
    found, stack = {start}, [start]
    while stack:
        upper = stack.pop()
        for a, b in links:
            if a == upper and b not in found:
                found.add(b)
                stack.append(b)
    return found


def _paths(start: str, end: str, links: dict[tuple[str, str], Tensor]) -> list[tuple[str, ...]]:
    done: list[tuple[str, ...]] = []
    stack: list[tuple[str, ...]] = [(start,)]
    while stack:
        path = stack.pop()
        if path[-1] == end:
            done.append(path)
            continue
        stack.extend((*path, lower) for upper, lower in reversed(links) if upper == path[-1])
        if len(done) + len(stack) > _MAX_PATHS:
            raise BudgetError(f"more than {_MAX_PATHS} paths lead from {end} to {start}", hint="list fewer parts")
    return done


def _along(path: tuple[str, ...], links: dict[tuple[str, str], Tensor], dims: dict[str, tuple[Dim, ...]]) -> Tensor:
    product = links[path[0], path[1]]
    for upper, lower in pairwise(path[1:]):
        product = contract_links(product, links[upper, lower], len(dims[upper]))
    return product
