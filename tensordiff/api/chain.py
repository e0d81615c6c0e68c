"""The chain rule through named parts, link by link."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from tensordiff.api.derivative import Derivative
from tensordiff.api.expression import Expression
from tensordiff.api.variables import display_name, variable_node
from tensordiff.canonical import canonical, readings
from tensordiff.derive import Manner, free_derivative, named_parts
from tensordiff.derive.layouts import matrix_axes
from tensordiff.differentiate import Entries, freed, restore
from tensordiff.differentiate import chain as chain_rule
from tensordiff.errors import BudgetError, FoldError, TensordiffError, UnknownNameError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, Shape, build, text
from tensordiff.records import field, record
from tensordiff.render import PLAIN, TEX, Spelling, free_letters, index_notation
from tensordiff.show.notebook import text_html
from tensordiff.simplify import close_spectrum
from tensordiff.tensor import Named, Symbol, Tensor


@record(repr=False)
class ChainLink:
    """One link: the partial derivative of `upper` by `lower` with the other listed quantities held fixed."""

    upper: str
    lower: str
    upper_axes: tuple[str, ...]
    lower_axes: tuple[str, ...]
    matrix_form: str | None
    """d vec upper / d vec lower' with column stacking; None where there is no matrix form."""
    derivative: Tensor
    reading: Tensor = field(repr=False)
    """The derivative as it is printed."""
    letters: tuple[tuple[str, ...], tuple[str, ...]] = field(repr=False)
    """The indices of `upper` and of `lower`."""

    def equation(self, spelling: Spelling) -> str:
        """The index form in a spelling (plain text, LaTeX)."""
        of, by = (
            spelling.name(name) + spelling.lowered(x) for name, x in zip((self.upper, self.lower), self.letters, strict=True)
        )
        return f"{spelling.derivative(of, [by])} = {index_notation(self.reading, sum(self.letters, ()), spelling)}"

    @property
    def index_form(self) -> str:
        """dF_ij/dM_ab = ..."""
        return self.equation(PLAIN)

    @property
    def shape(self) -> tuple[str, ...]:
        """The sizes of the axes, of `upper`, then of `lower`."""
        return self.upper_axes + self.lower_axes

    def __str__(self) -> str:
        return self.index_form

    def __repr__(self) -> str:
        return f"<link {self.index_form}, shape ({', '.join(self.shape)})>"

    def _repr_latex_(self) -> str:
        return f"$$ {self.equation(TEX)} $$"


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

    @property
    def definitions(self) -> dict[str, Expression]:
        """What the names on the paths stand for, from the function down; the variable is left out."""
        where = self.f.scope.where
        names = dict.fromkeys(name for path in self.paths for name in path if name in where)
        return {name: Expression(where[name].children[0], self.f.scope) for name in names}

    @property
    def joined(self) -> str:
        """How the links are joined, in words."""
        return self._contraction()

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

    def __repr__(self) -> str:
        return f"<chain rule {'; '.join(' <- '.join(path) for path in self.paths)}>"

    def _repr_html_(self) -> str:
        return text_html(repr(self)[1:-1], str(self))

    def __str__(self) -> str:
        total = self.derivative
        variable = total.variables[0].name
        name = self.paths[0][0] if self.paths else display_name(self.f, self.f.scope)
        lines = [*self._opening(name, variable), ""]
        width = max(len(link.index_form) for link in self.links) if self.links else 0
        lines += [f"    {link.index_form:<{width}}    shape ({', '.join(link.shape)})" for link in self.links]
        lines += ["", self._contraction(), "", f"    {total}", ""]
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

    def _contraction(self) -> str:
        between = {name for path in self.paths for name in path[1:-1]}
        matrices = any(len(link.lower_axes) == 2 for link in self.links if link.lower in between)
        double = " (two for a matrix: a double contraction)" if matrices else ""
        added = ", and the paths are added" if len(self.paths) > 1 else ""
        return f"Links are joined by summing over every index of the quantity between them{double}{added}:"

    def _matrix_lines(self, name: str, variable: str) -> list[str]:
        try:
            formula = self.derivative.matrix_form("vec-column")
        except FoldError:
            return ["The tensor has no matrix form."]
        plain = self.derivative.tensor.rank <= 2 and all(len(link.shape) <= 2 for link in self.links)
        of = "d" if plain else "d vec "
        lines = [f"As a matrix, with vec stacking columns: d vec {name} = ({formula}) d vec {variable}"]
        if plain:
            lines = [f"As a matrix: d{name} = ({formula}) d{variable}"]
        forms = {link: link.matrix_form for link in self.links}
        if len(self.paths) == 1 and all(forms.values()) and len(self.links) > 1:
            only = "The links" if plain else "In that form, and only in it, the links"
            lines.append(f"{only} multiply as matrices:")
            lines += [f"    {of}{link.upper}/{of}{link.lower}' = {link.matrix_form}" for link in self.links]
        if self.derivative.tensor.rank > 2:
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
    return chain_through(f.matrix, scope, parts, node)


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


def _agree(chained: Tensor, direct: Tensor) -> bool:
    """Whether the chain and the direct derivative are equal: in canonical form, or at points where that is too long or has not
    one form alone."""
    try:
        if canonical(chained) is canonical(direct):
            return True
    except BudgetError:
        pass
    from tensordiff.evidence.evidence import compare

    return compare(chained, direct).equal is not False


def chain_through(f: Matrix, scope: Scope, parts: Sequence[Matrix], variable: Matrix, *, strict: bool = True) -> ChainRule:
    """The chain rule for f, under its name or one found for it, through named nodes. Parts that f does not contain are an
    error, or left out where not `strict`."""
    if f.op != "named":
        name = display_name(Expression(f, scope), scope)
        scope = scope.with_where(name, f)
        f = scope.where[name]
    symbol: Symbol = variable.data[0]
    loose = build.symbol(freed(symbol), variable.shape)
    whole = [build.replace(node, {variable: loose}) if loose is not variable else node for node in (f, *parts)]
    nodes = [close_spectrum(lower(node)) for node in whole]
    head, *inner = [node for node in nodes if isinstance(node, Named)]
    found = chain_rule(head, inner, freed(symbol), strict=strict)
    total = restore(found.derivative, [symbol])
    if not _agree(total, free_derivative(f, [variable])):
        raise TensordiffError("the chain and the direct derivative differ", hint="please report this")
    named = Expression(f, scope)
    derivative = Derivative(named, [variable], Entries.FREE, total)
    names = [node for node in (restore(node, [symbol]) for node in (head, *inner)) if isinstance(node, Named)]
    axes = {node.name: node.dims for node in names} | {symbol.name: symbol.dims}
    keep = [*names, *(part for part in named_parts(scope) if part.name not in axes)]
    letters = _letters(names, symbol)
    links = []
    for link in found.links:
        forms = list(readings(restore(link.derivative, [symbol]), keep))
        upper, lower_ = letters[link.upper], letters[link.lower]
        shortest = min(forms, key=lambda form: len(index_notation(form, upper + lower_)))
        links.append(
            ChainLink(
                link.upper,
                link.lower,
                tuple(str(dim) for dim in axes[link.upper]),
                tuple(str(dim) for dim in axes[link.lower]),
                _matrix(forms, tuple((d,) for d in axes[link.upper]), tuple((d,) for d in axes[link.lower]), scope),
                restore(link.derivative, [symbol]),
                shortest,
                (upper, lower_),
            )
        )
    return ChainRule(named, links, found.paths, derivative)


def _letters(names: Sequence[Named], variable: Symbol) -> dict[str, tuple[str, ...]]:
    """Each quantity's own indices: i j for the function, k l for the variable (further on for more axes), a b, c d, ...
    between, so that a contraction shows as a repeated letter."""
    free = free_letters(names[0].rank + variable.rank)
    letters = {names[0].name: free[: names[0].rank], variable.name: free[names[0].rank :]}
    pool = (f"{letter}{number or ''}" for number in count() for letter in "abcdefghpqrstuvw")
    for part in names[1:]:
        letters[part.name] = tuple(next(pool) for _ in range(part.rank))
    return letters


def _matrix(forms: Sequence[Tensor], upper: Shape, lower_: Shape, scope: Scope) -> str | None:
    try:
        return text(Manner(scope).matrix(forms, matrix_axes("vec-column", upper, [lower_])))
    except FoldError:
        return None


def _size(node: Tensor) -> str:
    return "-by-".join(str(dim) for dim in node.dims) if node.dims else "a scalar"
