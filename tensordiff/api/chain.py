"""The chain rule and derivations, told step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensordiff.api.derivative import (
    Derivative,
    diff,
    display_name,
    free_derivative,
    read_entries,
    variable_node,
)
from tensordiff.api.expression import Expression
from tensordiff.api.tensor_form import named_parts, readings
from tensordiff.canonical import canonical
from tensordiff.check.layouts import matrix_axes
from tensordiff.differentiate import Link, freed, restore
from tensordiff.differentiate import chain as chain_rule
from tensordiff.errors import FoldError, TensordiffError, UnknownNameError
from tensordiff.fold import fold
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, Shape, build, text
from tensordiff.render import free_letters, index_notation
from tensordiff.tensor import Apply, Named, Symbol, Tensor, postorder, replace

_MAX_PARTS = 8


@dataclass(frozen=True)
class ChainLink:
    """One link: the partial derivative of `upper` by `lower` with the other listed quantities held fixed."""

    upper: str
    lower: str
    shape: tuple[str, ...]
    index_form: str
    """dF_ij/dM_ab = ..."""
    matrix_form: str | None
    """d vec upper / d vec lower' with column stacking; None where there is no matrix form."""
    derivative: Tensor


class ChainRule:
    """A derivative as the product of its links; `str` is the whole derivation.

    `links` are in order from the function down, `paths` the ways from the variable to the function, `derivative` their
    sum, which equals the direct derivative (this is checked when the object is made).
    """

    def __init__(self, f: Expression, links: Sequence[ChainLink], paths: Sequence[tuple[str, ...]], total: Derivative) -> None:
        self.f = f
        self.links = tuple(links)
        self.paths = tuple(paths)
        self.derivative = total

    def link(self, upper: str, lower: str) -> ChainLink:
        """The link between two quantities, by name."""
        for link in self.links:
            if (link.upper, link.lower) == (upper, lower):
                return link
        raise UnknownNameError(f"there is no link from {lower} to {upper}", hint=f"links: {self._named_links()}")

    def _named_links(self) -> str:
        return ", ".join(f"d{link.upper}/d{link.lower}" for link in self.links)

    def matrix_form(self, layout: str | None = None) -> Expression:
        """The whole derivative in matrix form; see Derivative.matrix_form."""
        return self.derivative.matrix_form(layout)

    def __str__(self) -> str:
        total = self.derivative
        variable = total.variables[0].name
        name = self.paths[0][0] if self.paths else display_name(self.f, self.f.scope)
        lines = [*self._opening(name, variable), ""]
        width = max(len(link.index_form) for link in self.links) if self.links else 0
        lines += [f"    {link.index_form:<{width}}    shape ({', '.join(link.shape)})" for link in self.links]
        lines += ["", *self._contraction(), "", f"    {total}", ""]
        lines += self._matrix_lines(name, variable)
        return "\n".join(lines)

    def _opening(self, name: str, variable: str) -> list[str]:
        f, v = self.f.tensor, self.derivative.variables[0]
        chains = "; ".join(" <- ".join(path) for path in self.paths)
        sizes = f"{name} is {_size(f)} and {variable} is {_size(v)}"
        shape = ", ".join(str(dim) for dim in self.derivative.shape)
        return [
            f"{sizes}, so d{name}/d{variable} has one number for every entry of {name} and every entry of {variable}:",
            f"a tensor of shape ({shape}). The chain is {chains}; each link is such a tensor:",
        ]

    def _contraction(self) -> list[str]:
        lines = ["Links are joined by summing over every index of the quantity between them"]
        joined = [name for path in self.paths for name in path[1:-1]]
        if any(len(self._axes_of(name)) == 2 for name in joined):
            lines[0] += " (two for a matrix: a double contraction)"
        lines[0] += ", and the paths are added:" if len(self.paths) > 1 else ":"
        return lines

    def _axes_of(self, name: str) -> tuple[str, ...]:
        for link in self.links:
            if link.lower == name:
                upper = next((other for other in self.links if other.upper == name), None)
                return link.shape[len(link.shape) - (self._rank(name)) :] if upper is None else upper.shape[: self._rank(name)]
        return ()

    def _rank(self, name: str) -> int:
        node = self.f.scope.where.get(name)
        return len(node.dims) if node is not None else 2

    def _matrix_lines(self, name: str, variable: str) -> list[str]:
        try:
            formula = self.derivative.matrix_form("vec-column")
        except FoldError:
            return ["The tensor has no matrix form."]
        lines = [f"As a matrix, with vec stacking columns: d vec {name} = ({formula}) d vec {variable}"]
        forms = {link: link.matrix_form for link in self.links}
        if len(self.paths) == 1 and all(forms.values()) and len(self.links) > 1:
            lines.append("In that form, and only in it, the links multiply as matrices:")
            lines += [f"    d vec {link.upper}/d vec {link.lower}' = {link.matrix_form}" for link in self.links]
        lines.append(
            f"A plain product of matrices of the sizes of {name} and {variable} cannot be this derivative: it has too few "
            "entries, and conforms only by accident of the sizes."
        )
        return lines


def chain(f: Expression, *, through: Sequence[Expression | str], wrt: Expression | str) -> ChainRule:
    """The chain rule for df/dwrt through named parts, link by link.

    Each link is the partial derivative with the other listed parts held fixed, a tensor with shape and index form; the
    links are contracted and summed over all paths. `through` lists `where` names, or expressions that f contains.
    Raises UnknownNameError where f does not contain a part.

        >>> import tensordiff as td
        >>> F = td.parse("F", shapes={"X": "n m", "V": "n n"},
        ...              where={"P": "inv(V)", "M": "X'*P*X", "F": "inv(M)"})
        >>> print(td.chain(F, through=["M", "P"], wrt="V").link("F", "M").index_form)
        dF_ij/dM_ab = -F_ia F_bj
    """
    node = variable_node(f.scope, wrt)
    scope = f.scope
    parts: list[Matrix] = []
    for part in through:
        part_scope, named_node = _named_part(part, scope)
        scope = scope.merge(part_scope)
        parts.append(named_node)
    name = display_name(f, scope)
    whole = f.matrix if f.matrix.op == "named" else build.named(name, f.matrix)
    return _chain(Expression(f.matrix, scope), whole, parts, node)


def _named_part(part: Expression | str, scope: Scope) -> tuple[Scope, Matrix]:
    if isinstance(part, str):
        found = scope.where.get(part)
        if found is None:
            raise UnknownNameError(f"{part} is not a named part", hint=f"named parts are {', '.join(scope.where) or 'none'}")
        return scope, found
    if part.matrix.op == "named":
        return part.scope, part.matrix
    for node in scope.where.values():
        if node.children[0] is part.matrix:
            return scope, node
    name = next(n for n in (f"T{k}" for k in range(1, 1000)) if n not in scope)
    extended = scope.merge(part.scope).with_where(name, part.matrix)
    return extended, extended.where[name]


def _chain(f: Expression, whole: Matrix, parts: Sequence[Matrix], variable: Matrix) -> ChainRule:
    symbol: Symbol = variable.data[0]
    loose = build.symbol(freed(symbol), variable.shape)
    nodes = [lower(replace(node, {variable: loose}) if loose is not variable else node) for node in (whole, *parts)]
    head, *inner = [
        node if isinstance(node, Named) else Named.make(str(m.data[0]), node)
        for node, m in zip(nodes, (whole, *parts), strict=True)
    ]
    found = chain_rule(head, inner, freed(symbol))
    direct = free_derivative(f.matrix, [variable])
    total = restore(found.derivative, [symbol])
    if canonical(total) is not canonical(direct):
        raise TensordiffError(
            "the chain rule and the direct derivative differ in canonical form", hint="this is a defect: please report it"
        )
    derivative = Derivative(Expression(whole, f.scope), [variable], read_entries("free", [variable]), total)
    names = [restore_named(node, symbol) for node in (head, *inner)]
    links = [_link(link, names, f.scope, symbol, restore(link.derivative, [symbol])) for link in found.links]
    return ChainRule(Expression(whole, f.scope), links, found.paths, derivative)


def restore_named(node: Named, symbol: Symbol) -> Named:
    """A named part with the variable's structure put back."""
    restored = restore(node, [symbol])
    assert isinstance(restored, Named)
    return restored


def _link(link: Link, names: Sequence[Named], scope: Scope, variable: Symbol, derivative: Tensor) -> ChainLink:
    ranks = {named.name: named.rank for named in names} | {variable.name: variable.rank}
    shapes = {named.name: named.dims for named in names} | {variable.name: variable.dims}
    keep = [*names, *(part for part in named_parts(scope) if part.name not in ranks)]
    forms = readings(derivative, keep)
    letters = _letters(ranks[link.upper], ranks[link.lower], link.lower == variable.name, link.upper == names[0].name)
    shown = min((index_notation(form, letters) for form in forms), key=len)
    upper, lower_ = "".join(letters[: ranks[link.upper]]), "".join(letters[ranks[link.upper] :])
    left = f"d{link.upper}{'_' + upper if upper else ''}/d{link.lower}{'_' + lower_ if lower_ else ''}"
    return ChainLink(
        link.upper,
        link.lower,
        tuple(str(dim) for dim in derivative.dims),
        f"{left} = {shown}",
        _matrix(forms, tuple((d,) for d in shapes[link.upper]), tuple((d,) for d in shapes[link.lower]), scope),
        derivative,
    )


def _matrix(forms: Sequence[Tensor], upper: Shape, lower_: Shape, scope: Scope) -> str | None:
    rows, columns = matrix_axes("vec-column", upper, [lower_])
    written = {**scope.symbols, **scope.where}
    found = []
    for form in forms:
        try:
            found.append(text(fold(form, rows, columns, written)))
        except FoldError:
            continue
    return min(found, key=len) if found else None


def _letters(upper: int, lower_: int, at_end: bool, at_start: bool) -> list[str]:
    """i, j for the function, k, l for the variable, a, b, c, d between."""
    free = free_letters(4)
    middle = ["a", "b", "c", "d", "e", "f"]
    first = free[:upper] if at_start and upper <= 2 else middle[:upper]
    used = set(first)
    second = free[2 : 2 + lower_] if at_end and lower_ <= 2 else [x for x in middle if x not in used][:lower_]
    if len(first) < upper or len(second) < lower_:
        return free_letters(upper + lower_)
    return [*first, *second]


def _size(node: Tensor) -> str:
    return "-by-".join(str(dim) for dim in node.dims) if node.dims else "a scalar"


def explain(f: Expression, wrt: Expression | str) -> str:
    """The derivation of df/dwrt: the intermediate quantities, the rule for each, the contraction, and the matrix form.

    >>> import tensordiff as td
    >>> print(td.explain(td.parse("tr(A*X)"), "X").splitlines()[-1])
    In matrix form (gradient layout): A'
    """
    derivative = diff(f, wrt, entries="free")
    node = variable_node(f.scope, wrt)
    parts, scope = _intermediates(f, node)
    lines: list[str] = []
    if parts:
        name = display_name(f, scope)
        whole = f.matrix if f.matrix.op == "named" else build.named(name, f.matrix)
        told = _chain(Expression(f.matrix, scope), whole, parts, node)
        definitions = [f"    {p.data[0]} = {text(p.children[0])}" for p in parts]
        if whole.children[0] is not f.matrix or f.matrix.op != "named":
            definitions.insert(0, f"    {name} = {text(f.matrix)}")
        lines += ["With the names", *definitions, "", str(told), ""]
    else:
        lines += [str(derivative), ""]
    try:
        formula = derivative.matrix_form()
        lines.append(f"In matrix form ({derivative.default_layout} layout): {formula}")
    except FoldError as error:
        lines.append(error.message)
    return "\n".join(lines)


def _intermediates(f: Expression, variable: Matrix) -> tuple[list[Matrix], Scope]:
    """Parts worth a name: the user's own, then arguments and values of functions that depend on the variable."""
    scope = f.scope
    order: list[Matrix] = postorder([f.matrix])
    active: set[Matrix] = set()
    for node in order:
        if node is variable or any(child in active for child in node.children):
            active.add(node)
    parts = [n for n in order if n.op == "named" and n in active and n is not f.matrix]
    known = {n.children[0] for n in parts}
    skip = {f.matrix, *f.matrix.children} if f.matrix.op == "named" else {f.matrix}
    pool = (letter for letter in ("M", "P", "Q", "R", "U", "W", "Y", "Z", *(f"T{k}" for k in range(1, 100))))
    for node in order:
        if len(parts) >= _MAX_PARTS:
            break
        if node not in active or node in skip or node in known or node.free or not node.children or node.op in _LINEAR:
            continue
        if not _worth_a_name(node, order):
            continue
        name = next(letter for letter in pool if letter not in scope)
        scope = scope.with_where(name, node)
        parts.append(scope.where[name])
        known.add(node)
    return parts, scope


_LINEAR = {"transpose", "named", "symbol", "entry", "contract"}


def _worth_a_name(node: Matrix, order: Sequence[Matrix]) -> bool:
    """Values of functions, and what stands inside a function."""
    if isinstance(lower(node), Apply):
        return True
    return any(node in other.children and isinstance(lower(other), Apply) for other in order if not other.free)
