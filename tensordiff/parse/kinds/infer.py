"""Shapes that are not declared: each operation says what its operands' sizes have in common, unification finds them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from tensordiff.functions import SYNONYMS, lookup
from tensordiff.matrix.operations import OPERATIONS, called
from tensordiff.matrix.shape_laws import LAWS, Place, normal, remainder, rows_and_columns
from tensordiff.parse.kinds.conflicts import ConflictError
from tensordiff.parse.kinds.sizes import Equations, MismatchError, Size, Sizes, Total, Triangular, Unknown, resolve
from tensordiff.parse.names import UNSIZED, unknown_function
from tensordiff.parse.syntax import Syntax, Tree, is_member
from tensordiff.tensor import Dim, Group


class Value(NamedTuple):
    """The sizes of a value, and of its open index letters where it is an entry in index notation."""

    sizes: Sizes
    letters: Mapping[str, Size] = {}


Placed = tuple[int, int, Sizes]
"""An operand: its place in the text, and its sizes."""


class _Operands:
    """The operands of one operation to a shape law (`matrix.shape_laws.Operands`): what the law says equal is equated."""

    def __init__(self, inference: Inference, node: Syntax, placed: Sequence[Placed], verb: str, of: str = "") -> None:
        self.inference = inference
        self.node = node
        self.placed = placed
        self.verb = verb
        """What cannot be done where operands do not fit together: "multiply"."""
        self.of = of
        """What cannot be done with one of them: "take det of"; empty where all of them are at fault."""

    def __len__(self) -> int:
        return len(self.placed)

    def sizes(self, place: int) -> Sizes:
        return self.placed[place][2]

    def number(self, place: int) -> int | None:
        argument = self.node.children[place]
        return int(argument.data) if argument.op == "number" and argument.data.denominator == 1 else None

    def size(self, place: int) -> Size:
        return self.inference.size_of(self.inference.tree, self.node.children[place])

    def square(self, place: int) -> Size:
        sizes = self.sizes(place)
        if len(sizes) != 2:
            self.refuse(place, "a square matrix")
            return sizes[0] if sizes else ()
        self._equate(self.of or self.verb, sizes[0], sizes[1], [self.placed[place]])
        return sizes[0]

    def alike(self, places: Sequence[int]) -> Sizes:
        full = [self.placed[place] for place in places if self.sizes(place)]
        for other in full[1:]:
            first = full[0]
            if len(first[2]) != len(other[2]):
                self.inference.conflict(self.node, self.verb, [first, other])
                continue
            for left, right in zip(first[2], other[2], strict=True):
                self._equate(self.verb, left, right, [first, other])
        return full[0][2] if full else ()

    def equal(self, left: Place, right: Place) -> Size:
        first, second = (rows_and_columns(self.sizes(place))[axis] for place, axis in (left, right))
        self._equate(self.verb, first, second, [self.placed[left[0]], self.placed[right[0]]])
        return first

    def have(self, place: Place, size: Size) -> None:
        operand, axis = place
        self._equate(self.of or self.verb, rows_and_columns(self.sizes(operand))[axis], size, [self.placed[operand]])

    def beside(self, place: Place, size: Size, usual: Size, *, ahead: bool) -> Size:
        operand, axis = place
        own = resolve(rows_and_columns(self.sizes(operand))[axis])
        return remainder(own, resolve(size), usual, ahead=ahead)

    def single(self, place: int) -> None:
        """Whether an axis is compound is not known here."""

    def refuse(self, place: int, needs: str, hint: str | None = None) -> None:
        if self.of:
            self.inference.conflict(self.node, self.of, [self.placed[place]])
        else:
            self.inference.conflict(self.node, self.verb, self.placed)

    def triangular(self, base: Size, strict: bool = False) -> Size:
        return (Triangular(base, strict),)

    def _equate(self, verb: str, left: Size, right: Size, places: Sequence[Placed]) -> None:
        self.inference.equate(self.node, verb, left, right, places)


class Inference:
    """One reading of some trees: sizes of the leaves are given, those of all other nodes follow.

    `leaves` are the sizes of names (variables, sizes as ()), `definitions` the names whose trees come with it, in an
    order in which each is defined before it is used. `is_own` says which names are functions of the user's own, `limits`
    which are sizes that sums run to. With `strict`, what cannot be equal raises ConflictError; otherwise it is left to be
    found when the expression is built.
    """

    def __init__(
        self,
        trees: Sequence[tuple[str, Tree]],
        leaves: Mapping[str, Sizes],
        size_of: Callable[[Tree, Syntax], Group],
        *,
        strict: bool,
        is_own: Callable[[str], bool] = lambda name: False,
        limits: Collection[str] = (),
    ) -> None:
        self.leaves = leaves
        self.limits = limits
        self.is_own = is_own
        self.size_of = size_of
        self.strict = strict
        self.equations = Equations()
        self.values: dict[Syntax, Value] = {}
        self.defined: dict[str, Value] = {}
        progress = 0
        for name, tree in trees:
            self.tree = tree
            self.has_sums = any(node.op == "sum" for node in tree.nodes)
            for node in tree.nodes:
                progress += 1
                try:
                    self.values[node] = self._visit(node)
                except ConflictError as error:
                    error.tree, error.progress = tree, progress
                    raise
            self.defined[name] = self.values[tree.root]
        try:
            self.equations.finish()
        except MismatchError:
            if strict:
                conflict = ConflictError(self.tree.root, "find sizes for", [self._place(self.tree.root)])
                conflict.tree, conflict.progress = self.tree, progress
                raise conflict from None

    def _visit(self, node: Syntax) -> Value:
        children = [self.values[child] for child in node.children]
        match node.op:
            case "number":
                return Value(())
            case "name":
                return self._name(node)
            case "constant":
                size: Size = (Unknown(),)
                return Value((size, size) if node.data == "eye" else (size,))
            case "negative" | "differential":
                return children[0]
            case "sum":
                return self._sum(node, children[0])
            case "derivative":
                return self._derivative(node, children)
            case "add":
                return self._entrywise(node, "add")
            case "product":
                return self._product(node)
            case "power":
                return self._power(node, *children)
            case "transpose":
                law = OPERATIONS["transpose"].law
                return Value(law(self._operands(node, "transpose", "transpose")), children[0].letters)
            case "index":
                return self._index(node, children[0])
            case "contract":
                groups = children[0].letters
                return Value(normal(*(groups.get(str(letter)) or (Unknown(),) for letter in node.data)))
            case "block":
                return self._block(node)
        assert node.op == "call"
        return self._call(node)

    def _name(self, node: Syntax) -> Value:
        name = node.data
        if name in self.defined:
            return self.defined[name]
        if name == "levi" and name not in self.leaves:
            return Value(tuple((Dim.fixed(3),) for _ in range(3)))
        return Value(self.leaves.get(name, ()))

    # Equations.

    def equate(self, node: Syntax, verb: str, left: Size, right: Size, places: Sequence[tuple[int, int, Sizes]]) -> None:
        try:
            self.equations.equate(left, right)
        except MismatchError:
            self.conflict(node, verb, places)

    def conflict(self, node: Syntax, verb: str, places: Sequence[tuple[int, int, Sizes]]) -> None:
        if self.strict:
            raise ConflictError(node, verb, places)

    def _place(self, node: Syntax) -> tuple[int, int, Sizes]:
        value = self.values.get(node)
        return node.start, node.end, value.sizes if value else ()

    def _letters(self, node: Syntax, values: Sequence[Value]) -> Mapping[str, Size]:
        """The open letters of the operands together; one letter has one size."""
        holders = [value for value in values if value.letters]
        if holders and any(value.sizes for value in values) and not self.has_sums:
            whole = next(child for child in node.children if self.values[child].sizes)
            self.conflict(node, "mix entries with the whole of", [self._place(whole)])
        if len(holders) < 2:
            return holders[0].letters if holders else {}
        merged: dict[str, Size] = {}
        for child in node.children:
            for letter, size in self.values[child].letters.items():
                known = merged.setdefault(letter, size)
                self.equate(node, f"let the index {letter} run over", known, size, [self._place(child)])
        return merged

    def _operands(self, node: Syntax, verb: str, of: str = "") -> _Operands:
        return _Operands(self, node, [self._place(child) for child in node.children], verb, of)

    def _entrywise(self, node: Syntax, verb: str) -> Value:
        """Operands of one shape, or scalars."""
        letters = self._letters(node, [self.values[child] for child in node.children])
        return Value(LAWS["entries"](self._operands(node, verb)), letters)

    # Operations.

    def _product(self, node: Syntax) -> Value:
        letters = self._letters(node, [self.values[child] for child in node.children])
        sizes = self.values[node.children[0]].sizes
        for (operator, _, _), before, factor in zip(node.data, node.children, node.children[1:], strict=False):
            placed = [(node.start, before.end, sizes), self._place(factor)]
            if operator == ":" or (operator == "·" and len(sizes) == len(placed[1][2]) == 1):
                LAWS["entries"](_Operands(self, node, placed, "multiply entry by entry"))
                sizes = ()
                continue
            name, verb = _INFIX[operator]
            sizes = OPERATIONS[name].law(_Operands(self, node, placed, verb))
        return Value(sizes, letters)

    def _sum(self, node: Syntax, value: Value) -> Value:
        """What is summed has no longer the letters of the sum."""
        letters = dict(value.letters)
        for each in node.data:
            for other in (*each.without, *each.above):
                if other in letters and each.letter in letters:
                    self.equate(node, f"let the index {each.letter} run over", letters[each.letter], letters[other], [])
        for each in node.data:
            if each.limit in self.limits and each.letter in letters:
                size: Size = (Dim.named(str(each.limit)),)
                self.equate(node, f"let the index {each.letter} run over", letters[each.letter], size, [])
        bound = {each.letter for each in node.data}
        return Value(value.sizes, {letter: size for letter, size in letters.items() if letter not in bound})

    def _derivative(self, node: Syntax, values: Sequence[Value]) -> Value:
        """Of entries by entries, all their letters; of a scalar, the shape of the variable; else of unknown sizes."""
        letters = {letter: size for value in values for letter, size in value.letters.items()}
        operand, *variables = values
        if not operand.sizes and len(variables) == 1:
            return Value(variables[0].sizes, letters)
        if len(variables) == 1 and not variables[0].sizes:
            return Value(operand.sizes, letters)
        return Value(((Unknown(),), (Unknown(),)), letters)

    def _power(self, node: Syntax, base: Value, exponent: Value) -> Value:
        if node.data == ".^":
            return self._entrywise(node, "raise to a power entry by entry")
        letters = self._letters(node, [base, exponent])
        if exponent.sizes:
            self.conflict(node, "have as an exponent", [self._place(node.children[1])])
            return Value(base.sizes, letters)
        return Value(OPERATIONS["power"].law(self._operands(node, "raise", "take a power of")), letters)

    def _index(self, node: Syntax, value: Value) -> Value:
        sizes = value.sizes
        if node.data[0].mark == "below" and value.letters and all(str(label) in value.letters for label in node.data):
            return Value(normal(*(value.letters[str(label)] for label in node.data)))
        if is_member(node) and len(sizes) == 2 and all(sizes):
            return Value((sizes[1],), {str(node.data[0]): sizes[0]})
        if len(sizes) == 2 and len(node.data) == 1 and not sizes[0]:
            sizes = sizes[1:]
        if len(sizes) != len(node.data):
            self.conflict(node, f"give {len(node.data)} indices to", [self._place(node.children[0])])
            sizes = tuple((Unknown(),) for _ in node.data)
        letters: dict[str, Size] = {}
        kept: list[Size] = []
        for token, size in zip(node.data, sizes, strict=True):
            if token.type == "SLICE":
                kept.append(size if token in (":", "1:") else (Unknown(),))
            elif len(sizes) == 2 and any(other.type == "SLICE" for other in node.data):
                kept.append(())
            if token.type == "NAME":
                known = letters.setdefault(str(token), size)
                self.equate(node, f"let the index {token} run over", known, size, [self._place(node.children[0])])
        return Value(normal(*kept), letters)

    def _block(self, node: Syntax) -> Value:
        """Blocks side by side have the same rows, those one below the other the same columns; 0 fits anywhere."""
        across: int = node.data[0]
        if any(length != across for length in node.data):
            return Value(())  # refused when the expression is built
        down = len(node.data)
        rows: list[Size] = [()] * down
        columns: list[Size] = [()] * across
        first: dict[tuple[int, int], Syntax] = {}
        for place, child in enumerate(node.children):
            if child.op == "number" and child.data == 0:
                continue
            sizes = self.values[child].sizes
            if len(sizes) > 2:
                self.conflict(node, "put into a block matrix", [self._place(child)])
                continue
            own = rows_and_columns(sizes)
            at = divmod(place, across)
            for axis, (sides, verb) in enumerate(((rows, "put side by side"), (columns, "put one below the other"))):
                before = first.setdefault((axis, at[axis]), child)
                if before is child:
                    sides[at[axis]] = own[axis]
                else:
                    self.equate(node, verb, sides[at[axis]], own[axis], [self._place(before), self._place(child)])
        return Value(normal(*(sides[0] if len(sides) == 1 else (Total(sides),) for sides in (rows, columns))))

    def _call(self, node: Syntax) -> Value:
        name, argument = node.data, node.children[0]
        if name in UNSIZED:
            if self.values[argument].sizes:
                self.conflict(node, f"make a {name} of", [self._place(argument)])
            return Value(tuple((Unknown(),) for _ in range(1 if name == "vector" else 2)))
        if name == "e^":
            square = len(self.values[argument].sizes) == 2 and all(self.values[argument].sizes)
            return self._call_of(node, "expm" if square else "exp")
        if name == "⟨":
            return Value((), self._entrywise(node, "multiply entry by entry").letters)
        return self._call_of(node, name)

    def _call_of(self, node: Syntax, name: str) -> Value:
        argument = node.children[0]
        if name[0] == "‖" and name not in BARS:
            name = "norm2"  # refused when the expression is built
        record = called(BARS.get(name) or SYNONYMS.get(name, name), len(node.children))
        if self.is_own(name) or record is None:
            if not self.is_own(name) and lookup(name) is None:
                raise unknown_function(self.tree, node, ())
            return self._entrywise(node, f"apply {name} to")
        if name in ("tril", "triu") and self.values[argument].sizes:
            return Value(LAWS["square-to-square"](self._operands(node, f"apply {name} to", f"take {name} of")))
        if record.is_constant:
            return Value(record.law(self._operands(node, f"make {name} of")))
        if not self.values[argument].sizes:
            bare = argument.op == "name" and argument.data in self.leaves
            if bare and not record.meets_scalars:
                self.conflict(node, f"take {name} of", [self._place(argument)])
            if record.of_scalar is not None:
                return self._entrywise(node, f"apply {name} to")
        letters = self._letters(node, [self.values[child] for child in node.children]) if self.has_sums else {}
        return Value(record.law(self._operands(node, f"apply {name} to", f"take {name} of")), letters)


_INFIX = {
    "*": ("product", "multiply"),
    "": ("product", "multiply"),
    "/": ("divide", "divide"),
    ".*": ("hadamard", "multiply entry by entry"),
    "./": ("dot_divide", "multiply entry by entry"),
    "kron": ("kron", "multiply"),
    "kronsum": ("kron", "multiply"),
    "·": ("product", "multiply"),
}
"""The operation that an operator stands for, and what it does in words."""

BARS = {"|": "det", "‖": "norm2", "‖2": "norm2", "‖F": "norm2", "‖1": "norm1", "‖*": "norm2", "‖n": "norm2"}
"""Bars around a matrix; around a number they are its absolute value."""
