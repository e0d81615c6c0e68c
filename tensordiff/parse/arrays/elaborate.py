"""From code that was parsed to the matrix form: names get their arrays, operations their values. Nothing is executed."""

from __future__ import annotations

from typing import Any, NoReturn

from tensordiff.errors import ParseError, TensordiffError, UnknownNameError, nearest
from tensordiff.functions import ELEMENTWISE, lookup
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.matrix.calls import suggestion
from tensordiff.parse.arrays.entrywise import each
from tensordiff.parse.arrays.functions import FUNCTIONS, call
from tensordiff.parse.arrays.products import matrix_product, turned_product
from tensordiff.parse.arrays.registry import whole
from tensordiff.parse.arrays.scaling import Scaling, scaled
from tensordiff.parse.arrays.values import Array, closed, of_matrix, scalar, shape_of
from tensordiff.parse.languages.code import Code
from tensordiff.parse.names import resolve_name
from tensordiff.parse.syntax import Syntax, Tree

_MOST_AXES = 16


def evaluate(code: Code, scope: Scope) -> tuple[Matrix, tuple[str, ...]]:
    """The value of code in a scope, and what was assumed. Raises TensordiffError, placed in the text."""
    reading = _Reading(code, scope)
    for assignment in code.assignments:
        reading.assign(assignment.names, reading.value(assignment.value), assignment.value)
    found = reading.value(code.result)
    if not isinstance(found, Array):
        reading.refuse("this is no array", code.result)
    return _as_matrix(found), tuple(dict.fromkeys(reading.assumed))


def _as_matrix(array: Array) -> Matrix:
    """The value in matrix form. Axes of length one count for nothing beside two others."""
    return array.matrix() if array.rank <= 2 else array.core


class _Reading:
    def __init__(self, code: Code, scope: Scope) -> None:
        self.code = code
        self.scope = scope
        self.own: dict[str, Any] = {}
        self.assumed: list[str] = []
        for parameter in code.parameters:
            if resolve_name(parameter.data, scope) not in scope:
                known = ", ".join(scope.names())
                self.refuse(f"the parameter {parameter.data} is no declared name", parameter, f"declared are {known}")

    def refuse(self, message: str, node: Syntax, hint: str | None = None) -> NoReturn:
        raise ParseError(message, text=self.code.text, start=node.start, end=node.end, hint=hint)

    def assign(self, names: tuple[str, ...], value: Any, node: Syntax) -> None:
        if len(names) == 1:
            self.own[names[0]] = value
            return
        if not isinstance(value, tuple) or len(value) != len(names):
            self.refuse(f"this is no tuple of {len(names)} values", node)
        self.own.update(zip(names, value, strict=True))

    def value(self, root: Syntax) -> Any:
        values: dict[Syntax, Any] = {}
        for node in Tree(self.code.text, root).nodes:
            try:
                found = self.visit(node, [values[child] for child in node.children])
            except TensordiffError as error:
                raise error.located(self.code.text, node.start, node.end) from None
            if isinstance(found, Array) and found.rank > _MOST_AXES:
                self.refuse(f"an array of {found.rank} axes is not read", node)
            values[node] = found
        return values[root]

    def visit(self, node: Syntax, children: list[Any]) -> Any:
        match node.op:
            case "number":
                return scalar(build.number(node.data))
            case "name":
                return self.name(node)
            case "string" | "constant":
                return node.data
            case "tuple":
                return tuple(children)
            case "slice":
                return node
            case "subscript":
                return self.subscript(node, children[0], children[1:])
            case "transpose":
                return self.call(node.data, (), children)
            case "negative":
                if isinstance(children[0], Scaling):
                    return Scaling(build.scale(-1, children[0].factor))
                return self.call("negative", (), children)
            case "operate":
                return self.operate(node, *children)
        assert node.op == "call"
        name, keywords = node.data
        if name in ("matmul", "dot", "matrix_product") and len(children) == 2 and not keywords:
            return self.product(node, name, *children)
        if name not in FUNCTIONS or name in self.scope.functions:
            return self.entrywise(node, children)
        return self.call(name, keywords, children)

    def call(self, name: str, keywords: tuple[str, ...], children: list[Any]) -> Any:
        count = len(children) - len(keywords)
        return call(self.code.habits, name, children[:count], dict(zip(keywords, children[count:], strict=True)))

    def name(self, node: Syntax) -> Any:
        if node.data in self.own:
            return self.own[node.data]
        name = resolve_name(node.data, self.scope)
        if name in self.scope:
            return of_matrix(self.scope.lookup(name), 2 if self.code.habits.columns else None)
        if name in ("pi", "π"):
            return scalar(build.pi())
        if name == "I" and self.code.habits.scaling:
            return Scaling(build.number(1))
        known = [*self.own, *self.scope.names()]
        near = nearest(name, known)
        declared = f"declared are {', '.join(known)}" if known else "no name is declared"
        self.refuse(f"unknown name {name}", node, f"did you mean {near}?" if near else declared)
        return None

    # Operations.

    def operate(self, node: Syntax, a: Any, b: Any) -> Any:
        if isinstance(a, Scaling) or isinstance(b, Scaling):
            made = scaled(self.code.habits, node.data, a, b)
            if made is None:
                self.refuse("I stands here beside nothing that gives it a size", node, "write Matrix(I, n, n), or eye(n)")
            return made
        for child, value in zip(node.children, (a, b), strict=True):
            if not isinstance(value, Array):
                self.refuse("this is no array", child)
        if node.data in ("matmul", "matrix_product"):
            return self.product(node, node.data, a, b)
        if node.data in ("above", "at_least"):
            what = self.code.text[node.start : node.end]
            self.assumed.append(f"{what} read as 1 where it holds and 0 where it does not, which has derivative 0")
        if node.data == "power" and len(b.core.shape) > 1:
            first, second = node.children
            between = self.code.text[first.end : second.start]
            start, operator = first.end + len(between) - len(between.lstrip(" )")), between.strip(" ()")
            raise ParseError(
                f"{operator} is not an operator between matrices", text=self.code.text, start=start, end=start + len(operator),
                hint="write ^ in plain text, np.power(A, B) for the power entry by entry",
            )  # fmt: skip
        return self.call(node.data, (), [a, b])

    def product(self, node: Syntax, name: str, a: Any, b: Any) -> Any:
        """A product of arrays; x times y.T of vectors with one axis is meant as the outer product where the other does
        not conform."""
        second = node.children[1]
        vectors = isinstance(a, Array) and isinstance(b, Array) and a.rank == b.rank == 1
        if second.op == "transpose" and vectors and a.shape != b.shape:
            what = self.code.text[node.start : node.end]
            self.assumed.append(f"{what} read as the outer product (NumPy's vectors have one axis, so it is an error there)")
            return turned_product(a, b)
        if name == "matrix_product":
            return matrix_product(self.code.habits, a, b)
        return self.call(name, (), [a, b])

    def entrywise(self, node: Syntax, children: list[Any]) -> Any:
        name, keywords = node.data
        own = self.scope.function(name)
        if own is None and lookup(name) is None:
            hint = suggestion(name, sorted({*FUNCTIONS, *ELEMENTWISE}))
            raise UnknownNameError(f"unknown function {name}", hint=hint)
        if len(children) != 1 or keywords or not isinstance(children[0], Array):
            self.refuse(f"{name} takes one array", node)
        return each(own or name, children[0])

    # Subscripts.

    def subscript(self, node: Syntax, value: Any, places: list[Any]) -> Any:
        if isinstance(value, tuple):
            place = whole(places[0]) if len(places) == 1 else self.refuse("a tuple has one axis", node)
            place -= self.code.habits.base
            if not -len(value) <= place < len(value):
                self.refuse(f"a tuple of {len(value)} values has no place {whole(places[0])}", node)
            return value[place]
        if not isinstance(value, Array):
            self.refuse("this is no array", node.children[0])
        return self.parts(node, value, self.without_ellipsis(node, value, places))

    def without_ellipsis(self, node: Syntax, array: Array, places: list[Any]) -> list[Any]:
        """A place for each axis: `...` stands for the axes that are not written, which are there at the end otherwise."""
        written = sum(place is not None and place is not ... for place in places)
        missing = array.rank - written
        if missing < 0 or places.count(...) > 1:
            self.refuse(f"an array of shape {shape_of(array)} has {array.rank} axes, and here it has {written}", node)
        rest = [Syntax("slice", node.end, node.end)] * missing
        if ... in places:
            at = places.index(...)
            return [*places[:at], *rest, *places[at + 1 :]]
        return [*places, *rest]

    def parts(self, node: Syntax, array: Array, places: list[Any]) -> Array:
        letters = array.letters()
        fixed: dict[str, int] = {}
        shape: list[Any] = []
        kept: list[str] = []
        axis = 0
        for place in places:
            if place is None:
                shape.append(())
                kept.append("")
                continue
            if isinstance(place, Syntax):
                if place.children:
                    self.refuse("parts of an axis are not read", place, "whole axes and single places are: A[:, 0]")
                shape.append(array.shape[axis])
                kept.append(letters[axis])
            else:
                fixed[letters[axis]] = self.place(node, array, axis, place)
                if self.code.habits.columns:
                    shape.append(())
                    kept.append("")
            axis += 1
        if not fixed:
            return Array(array.core, tuple(shape))
        used = [letter for letter, group in zip(letters, array.shape, strict=True) if group]
        entry = build.entry(array.core, tuple(fixed.get(letter, letter) for letter in used)) if used else array.core
        return closed(entry, kept, tuple(shape))

    def place(self, node: Syntax, array: Array, axis: int, value: Any) -> int:
        """The place counted from 1."""
        base = self.code.habits.base
        place = whole(value)
        length = array.shape[axis]
        if place < base:
            self.refuse("places counted from the end are not read", node)
        if not length and place != base:
            self.refuse(f"place {place} is outside an axis of length 1", node)
        return place - base + 1
