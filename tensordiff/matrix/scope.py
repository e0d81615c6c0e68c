"""Scopes: what the names in an expression mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, count
from types import MappingProxyType
from typing import Any

from tensordiff.errors import UnknownNameError, nearest
from tensordiff.functions import Undefined, UserFunction, UserMap
from tensordiff.matrix.leaves import named, size, symbol
from tensordiff.matrix.node import Matrix, Shape, shape_text
from tensordiff.matrix.shape import ShapeLike, is_column, read_shape
from tensordiff.matrix.text import brief
from tensordiff.records import field, record, replace
from tensordiff.tensor import Assumption, Dim, Function, Structure, Symbol
from tensordiff.tensor.structure import structure as structure_called

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@record
class Scope:
    """Declared symbols, sizes, `where` names and user-defined functions. Immutable: each method gives a new scope.

    The sizes are those that occur in a declared shape and those declared alone. Two declarations of one name are an
    error unless they are equal.
    """

    symbols: Mapping[str, Matrix] = field(default_factory=lambda: _NOTHING)
    """By name, the symbol in matrix form (op "symbol")."""
    dims: Mapping[str, Dim] = field(default_factory=lambda: _NOTHING)
    where: Mapping[str, Matrix] = field(default_factory=lambda: _NOTHING)
    """By name in order of definition, the named node (op "named")."""
    functions: Mapping[str, Function] = field(default_factory=lambda: _NOTHING)
    columns: frozenset[str] = field(default=frozenset(), compare=False)
    """The vectors that were declared with a second axis of length one."""
    conventions: Any = field(default=None, compare=False)
    """How the texts of this scope are read (a `parse.vocabulary.Vocabulary`); None where nothing was read."""

    def declare(
        self,
        name: str,
        shape: ShapeLike,
        structure: Structure | str = Structure.GENERAL,
        assumption: Assumption | str = Assumption.NONE,
    ) -> Scope:
        """The scope with one more symbol, e.g. declare("V", ("n", "n"), "symmetric")."""
        return self.declare_all({name: shape}, {name: structure}, {name: assumption})

    def declare_all(
        self,
        shapes: Mapping[str, ShapeLike],
        structures: Mapping[str, Structure | str] = _NOTHING,
        assumptions: Mapping[str, Assumption | str] = _NOTHING,
    ) -> Scope:
        """The scope with more symbols, each with its shape, and its structure and assumption where it has some."""
        nodes, columns = [], set()
        for name, shape in shapes.items():
            groups = read_shape(shape)
            dims = tuple([dim for group in groups for dim in group])
            structure = structure_called(structures.get(name, Structure.GENERAL))
            variable = Symbol.make(name, dims, structure, Assumption(assumptions.get(name, Assumption.NONE)))
            nodes.append(symbol(variable, groups))
            if len(groups) == 1 and is_column(shape):
                columns.add(name)
        scope = self.with_symbols(nodes)
        return replace(scope, columns=scope.columns | columns) if columns else scope

    def with_column(self, name: str) -> Scope:
        """The scope in which a vector is declared with a second axis of length one: its array may be a column."""
        return replace(self, columns=self.columns | {name})

    def with_symbol(self, node: Matrix) -> Scope:
        """The scope with one more symbol and the sizes in its shape."""
        return self.with_symbols([node])

    def with_symbols(self, nodes: Iterable[Matrix]) -> Scope:
        """The scope with more symbols and the sizes in their shapes."""
        symbols = {node.data[0].name: node for node in nodes}
        names = {name: None for node in symbols.values() for dim in node.dims for name in dim.names()}
        return self._with("symbols", symbols)._with("dims", {name: Dim.named(name) for name in names})

    def regrouped(self, name: str, shape: Shape) -> Scope:
        """The scope in which the compound axes of a symbol are split otherwise; sizes and everything else stay."""
        old: Symbol = self.symbols[name].data[0]
        dims = tuple(dim for group in shape for dim in group)
        node = symbol(Symbol.make(name, dims, old.structure, old.assumption), shape)
        return replace(self, symbols=MappingProxyType({**self.symbols, name: node}))

    def with_dim(self, dim: Dim | str) -> Scope:
        """The scope with one more size."""
        dim = Dim.named(dim) if isinstance(dim, str) else dim
        return self._with("dims", {name: Dim.named(name) for name in dim.names()})

    def with_where(self, name: str, definition: Matrix) -> Scope:
        """The scope with a name for a part; `definition` is the part itself (or the named node)."""
        if definition.op != "named" or definition.data[0] != name:
            definition = named(name, definition)
        return self._with("where", {name: definition})

    def with_function(self, function: Function) -> Scope:
        """The scope with a user-defined function, under its name."""
        return self._with("functions", {function.name: function})

    def function(self, name: str) -> Function | None:
        """The user-defined function of this name, None where there is none; f' is the derivative of f."""
        stem = name.rstrip("'")
        found = self.functions.get(stem)
        for _ in name[len(stem) :]:
            found = found.primed if isinstance(found, UserFunction | UserMap | Undefined) else None
        return found

    def has_function(self, name: str) -> bool:
        """Whether there is a user-defined function of this name."""
        return self.function(name) is not None

    def merge(self, other: Scope) -> Scope:
        """Both scopes together. Raises UnknownNameError where they declare one name differently."""
        if other is self:
            return self
        scope = self
        for kind in ("symbols", "dims", "where", "functions"):
            scope = scope._with(kind, getattr(other, kind))
        if not other.columns <= scope.columns:
            scope = replace(scope, columns=scope.columns | other.columns)
        if other.conventions is None or other.conventions is scope.conventions:
            return scope
        both = other.conventions if scope.conventions is None else scope.conventions.merged(other.conventions)
        return replace(scope, conventions=both)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was assumed in reading the texts of this scope, a sentence each."""
        return () if self.conventions is None else tuple(self.conventions.assumed)

    def with_conventions(self, conventions: Any) -> Scope:
        """The scope whose further texts are read so."""
        return replace(self, conventions=conventions)

    def lookup(self, name: str) -> Matrix:
        """What a name stands for: a symbol, a `where` name, or a size. Raises UnknownNameError with a suggestion."""
        found = self.symbols.get(name) or self.where.get(name)
        if found is not None:
            return found
        if name in self.dims:
            return size(self.dims[name])
        near = nearest(name, self.names())
        known = ", ".join(self.names())
        hint = f"did you mean {near}?" if near else f"declared are {known}" if known else "no name is declared"
        raise UnknownNameError(f"unknown name {name}", hint=hint)

    def __contains__(self, name: object) -> bool:
        return name in self.symbols or name in self.where or name in self.dims

    def names(self) -> list[str]:
        """Every symbol, `where` name and size."""
        return [*self.symbols, *self.where, *self.dims]

    def name_for(self, f: Matrix) -> str:
        """What an expression is called on a left-hand side: its `where` name, else f or F, whichever is not taken."""
        if f.op == "named":
            return str(f.data[0])
        wanted = "f" if len(f.shape) < 2 else "F"
        return next(name for name in chain((wanted, "f", "F", "y", "Y"), (f"F{k}" for k in count(1))) if name not in self)

    def _with(self, kind: str, additions: Mapping[str, Any]) -> Scope:
        """The scope with more entries of one kind, which must not contradict what is there."""
        known: Mapping[str, Any] = getattr(self, kind)
        new = {name: value for name, value in additions.items() if known.get(name) != value}
        if not new:
            return self
        for name in new:
            self._refuse_clash(name, kind, new[name])
        changed: dict[str, Any] = {kind: MappingProxyType({**known, **new})}
        return replace(self, **changed)

    def _refuse_clash(self, name: str, kind: str, value: Any) -> None:
        if name == "pi" and kind != "functions":
            raise UnknownNameError("pi is the number pi and cannot be declared", hint="use another name")
        kinds = ("functions",) if kind == "functions" else ("symbols", "dims", "where")
        for other in kinds:
            if name in getattr(self, other):
                old, now = _describe(other, getattr(self, other)[name]), _describe(kind, value)
                raise UnknownNameError(f"{name} is declared twice: as {old}, and as {now}", hint="use another name for one")


def _describe(kind: str, value: Any) -> str:
    if kind == "symbols":
        variable: Symbol = value.data[0]
        marks = [mark for mark in map(str, (variable.structure, variable.assumption)) if mark not in ("general", "none")]
        return " ".join([*marks, shape_text(value.shape), "symbol"])
    if kind == "where":
        return f"a name for {brief(value.children[0])}"
    return "a size" if kind == "dims" else "a function"
