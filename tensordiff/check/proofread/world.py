"""What the names in a derivation mean at one place of it: declared names, parts that were defined so far, differentials."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from tensordiff.check.differential.form import direction_name, with_direction
from tensordiff.check.expected import manner
from tensordiff.derive import along, by_entries, free_derivative
from tensordiff.derive.layouts import default_layout, matrix_axes
from tensordiff.errors import FoldError, ParseError, ShapeError, TensordiffError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, Shape, build, same_size
from tensordiff.parse import Differentials, is_latex, read_in, resolve_name, tree_in
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.records import field, record, replace
from tensordiff.tensor import Group, Symbol, Tensor, add


@record
class World:
    """The names of a derivation. Immutable: every method that defines something gives a new world."""

    scope: Scope
    f: Matrix | None
    """What the derivation is of, where it was given."""
    variables: tuple[Matrix, ...]
    """What f is differentiated by, where that was given."""
    varied: Mapping[str, Matrix] = field(default_factory=dict)
    """By variable, its differential."""
    claimed: Mapping[str, Matrix] = field(default_factory=dict)
    """By part, what the derivation says that its differential is, where that is wrong."""
    rows: bool = False
    """Whether the derivative of a scalar inside a side is a row."""
    called: tuple[tuple[re.Pattern[str], str], ...] = ()
    """How functions of the text are written with their arguments, f(x), and their names."""
    latex: bool = False
    """Whether the derivation is in LaTeX, so that sides without a command are, too."""
    habits: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    """ "rows": whether derivatives of scalars inside sides are rows, once a side has settled it; "changed": one has them
    otherwise; "used": the side that was read last has one."""
    said: list[str] = field(default_factory=list, compare=False, repr=False)
    """What was assumed in reading sides, since it was last asked for."""
    memo: dict[tuple[Matrix, ...], Matrix] = field(default_factory=dict, compare=False, repr=False)
    """Differentials that were worked out, by the expression and what varies."""

    @property
    def hidden(self) -> frozenset[str]:
        """The names of differentials, which text has as d and a name."""
        return frozenset(made for name in self.varied if (made := f"d{name}") in self.scope)

    @property
    def declared(self) -> list[str]:
        """The declared symbols, without differentials."""
        directions = {str(node.data[0].name) for node in self.varied.values() if node.op == "symbol"}
        return [name for name in self.scope.symbols if name not in directions]

    # Making worlds.

    def varying(self, names: Sequence[str]) -> World:
        """The world in which these declared symbols have differentials."""
        scope, varied = self.scope, dict(self.varied)
        for name in names:
            if name in scope.symbols and name not in varied:
                varied[name], scope = with_direction(scope.symbols[name], direction_name(name, scope), scope, "any")
        return replace(self, scope=scope, varied=varied)

    def defining(self, name: str, value: Matrix) -> World:
        return replace(self, scope=self.scope.with_where(name, value))

    def declaring(self, name: str, shape: Shape) -> World:
        return replace(self, scope=self.scope.declare(name, shape))

    def claiming(self, name: str, differential: Matrix) -> World:
        """The world as it is after a wrong claim on the differential of a part."""
        return replace(self, claimed={**self.claimed, name: differential})

    def calling_f(self, tree: Tree) -> World:
        """The world in which a name that only differentials and derivatives are of is that of f."""
        unknown = [name for name in self._differentiated(tree) if resolve_name(name, self.scope) not in self.scope]
        if self.f is None or len(set(unknown)) != 1:
            return self
        return self.defining(unknown[0], self.f)

    @staticmethod
    def _differentiated(tree: Tree) -> list[str]:
        """The names that stand under d or a derivative sign."""
        found = []
        for node in tree.nodes:
            if node.op in ("differential", "derivative") and node.children:
                inner = node.children[0]
                while inner.op in ("index", "transpose") or (inner.op == "call" and inner.data == "vec"):
                    inner = inner.children[0]
                if inner.op == "name":
                    found.append(str(inner.data))
        return found

    # Reading.

    def tree(self, text: str) -> Tree:
        """The syntax of a side. Raises ParseError."""
        return tree_in(self.marked(text), self.scope, claim=True, hidden=self.hidden)

    def marked(self, text: str) -> str:
        """A side of LaTeX with a mark of it, a thin space at its end."""
        text = called_plainly(text, self.called)
        return text if not self.latex or is_latex(text) else text + r"\,"

    def read(self, text: str, *, believed: bool = False, like: Shape | None = None) -> Matrix:
        """What a side means; with `believed`, differentials of parts are what was claimed of them. Entries have their
        letters open. An identity that nothing gives a size is of the shape `like`. Raises TensordiffError."""
        self.habits.pop("used", None)
        settled = self.habits.get("rows")
        first = replace(self, rows=bool(settled))
        try:
            value = first._read(text, believed, like)
        except ShapeError as error:
            if not any(node.op == "derivative" for node in self.tree(text).nodes):
                raise
            try:
                value = replace(self, rows=not first.rows)._read(text, believed, like)
            except TensordiffError:
                raise error from None
            self.habits["changed" if settled is not None else "rows"] = True
            return value
        if "used" in self.habits:
            self.habits.setdefault("rows", first.rows)
        return value

    def _read(self, text: str, believed: bool, like: Shape | None) -> Matrix:
        tree = self.tree(text)
        world = self.calling_f(tree)
        used = {str(n.children[0].data) for n in tree.nodes if n.op == "differential" and n.children[0].op == "name"}
        names = {name: str(node.data[0].name) for name, node in world.varied.items() if node.op == "symbol"}
        scope = world.scope
        for name in sorted(used):
            found = resolve_name(name, scope)
            if found in scope.where and found not in world.varied:
                made = direction_name(found, scope)
                claim = world.claimed.get(found) if believed else None
                scope = scope.with_where(made, world.differential(scope.where[found]) if claim is None else claim)
                names[found] = made
        for name, node in world.varied.items():
            if node.op != "symbol":  # of an orthogonal matrix
                names[name] = str(node.data[0])
        differentials = Differentials(names, world.differential, world.derivative, entries=True)
        value, scope = read_in(self.marked(text), scope, differentials, wanted=() if like is None else (like,))
        known = getattr(self.scope.conventions, "assumed", ())
        self.said.extend(note for note in getattr(scope.conventions, "assumed", ()) if note not in known)
        return value

    # Calculus, which is the engine's.

    def differential(self, matrix: Matrix) -> Matrix:
        """The differential of an expression in all that varies. Raises FoldError where it has no form."""
        key = matrix, *self.varied.values()
        if key not in self.memo:
            self.memo[key] = _closed(matrix, self._differential)
        return self.memo[key]

    def _differential(self, matrix: Matrix) -> Matrix:
        return self.along(matrix, [(self.scope.symbols[name], lower(node)) for name, node in self.varied.items()])

    def along(self, matrix: Matrix, changes: Sequence[tuple[Matrix, Tensor]]) -> Matrix:
        """The change of an expression with its variables."""
        if not changes:
            raise ParseError("it is not said what varies", hint="give wrt, or write dX")
        total = add([(1, along(free_derivative(matrix, [variable]), [change])) for variable, change in changes])
        if len(matrix.shape) > 2:
            return by_entries(total, self.written)
        found = manner(self.scope).form(total, matrix_axes("numerator", matrix.shape, [()]))
        if found is None:
            raise FoldError("this differential has no matrix form", hint="write it out")
        return found

    def gradient(self) -> Matrix | None:
        """The derivative of f by its one variable; None where there is none, or no form of it."""
        if self.f is None or len(self.variables) != 1 or self.variables[0].op != "symbol":
            return None
        (variable,) = self.variables
        shapes = [variable.shape]
        axes = matrix_axes(default_layout(self.f.shape, shapes), self.f.shape, shapes)
        return manner(self.scope).form(free_derivative(self.f, [variable]), axes)

    def derivative(self, node: Syntax, values: Sequence[Matrix]) -> Matrix:
        """The derivative that a sign inside a side stands for."""
        f, wanted = values[0], list(values[1:])
        held: dict[Matrix, Matrix] = {}
        for place, value in enumerate(wanted):
            if value.op == "named":  # a part is held as a variable of its own
                f, symbol = holding(f.children[0] if f.op == "named" else f, value, f"{value.data[0]}#")
                held[symbol], wanted[place] = value, symbol
        found = self._derivative(node, f, wanted)
        return build.replace(found, held) if held else found

    def _derivative(self, node: Syntax, f: Matrix, wanted: Sequence[Matrix]) -> Matrix:
        variables = [self.variable(value) for value in wanted] or [(v, ()) for v in self.variables]
        if not variables:
            raise ParseError("it is not said what this is a derivative by", hint="give wrt")
        if node.data[1] == 2 and len(variables) == 1:
            variables *= 2
        letters = [letter for letter, _ in f.free]
        closed = build.contract(f, letters) if letters else f
        tensor = free_derivative(closed, [symbol for symbol, _ in variables])
        by_letters = [letter for _, own in variables for letter in own]
        if letters or by_letters:
            found = by_entries(tensor, self.written)
            places = (*letters, *by_letters)
            if len(places) != tensor.rank:
                raise ShapeError("some of the indices of this derivative are not written")
            return build.entry(found, places) if found.shape else found
        shapes = [symbol.shape for symbol, _ in variables]
        stacked = any(value.op == "vec" or value.op == "transpose" for value in (f, *wanted) if len(f.shape) > 0)
        layout = "vec-column" if stacked and f.op == "vec" else default_layout(f.shape, shapes)
        if layout == "gradient" and shapes[0]:
            self.habits["used"] = True
            layout = "numerator" if self.rows else "gradient"
        form = manner(self.scope).form(tensor, matrix_axes(layout, closed.shape, shapes))
        if form is None:
            raise FoldError("this derivative has no matrix form", hint="write it out")
        return form

    @property
    def written(self) -> Mapping[str, Matrix]:
        return {**self.scope.symbols, **self.scope.where}

    @staticmethod
    def variable(value: Matrix) -> tuple[Matrix, tuple[str, ...]]:
        """The symbol that a derivative is by, and the indices of its entry. Raises ParseError for anything else."""
        if value.op == "entry" and value.children[0].op == "symbol":
            letters = tuple(str(letter) for letter in value.data[0])
            return value.children[0], letters
        while value.op in ("vec", "transpose"):
            value = value.children[0]
        if value.op != "symbol":
            raise ParseError("a derivative is by a declared name")
        return value, ()

    def group_of(self, letter: str, *values: Matrix) -> Group:
        """What an index runs over."""
        return next(group for value in values for other, group in value.free if other == letter)


def _closed(matrix: Matrix, function: Callable[[Matrix], Matrix]) -> Matrix:
    """A function of a whole expression, for one that may have open indices."""
    letters = [letter for letter, _ in matrix.free]
    if not letters:
        return function(matrix)
    found = function(build.contract(matrix, letters))
    return build.entry(found, tuple(letters)) if found.shape else found


def put(text: str) -> Callable[[re.Match[str]], str]:
    """A replacement that is taken as it stands."""
    return lambda match: text


def called_plainly(text: str, calls: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """A text with f(x) as f, where f is what the derivation is about."""
    for pattern, name in calls:
        text = pattern.sub(put(name), text)
    return text


def closed(matrix: Matrix, groups: Mapping[str, Group]) -> Matrix:
    """An expression with its open indices as axes, in the order of the letters; it is repeated along those that it lacks.

    Raises ShapeError where it has others, or where lengths differ.
    """
    own = dict(matrix.free)
    for letter, group in own.items():
        if letter not in groups:
            raise ShapeError(f"the index {letter} is on one side alone")
        if not same_size(groups[letter], group):
            raise ShapeError(f"the index {letter} runs over axes of different lengths")
    if not groups:
        return matrix
    if matrix.shape:
        raise ShapeError("one side is an entry, the other a whole vector or matrix")
    missing = [build.entry(build.ones(groups[letter]), (letter,)) for letter in groups if letter not in own]
    return build.contract(build.product(matrix, *missing), list(groups))


def holding(f: Matrix, part: Matrix, name: str) -> tuple[Matrix, Matrix]:
    """f with a part held as a variable of its own, and that variable. Raises ParseError where f does not contain it."""
    symbol = build.symbol(Symbol.make(name, part.dims), part.shape)
    changed: Matrix = build.replace(f, {part: symbol})
    if changed is f:
        raise ParseError("what is differentiated does not contain this")
    return changed, symbol
