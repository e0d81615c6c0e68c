"""Shapes that are not declared: each operation says what its operands' sizes have in common, unification finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tensordiff.errors import ShapeError
from tensordiff.parse.names import LETTERS, SIZED, UNSIZED
from tensordiff.parse.sizes import Equations, MismatchError, Naming, Size, Sizes, Total, Triangular, Unknown
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.tensor import Group

_SQUARE_TO_SCALAR = frozenset(("tr", "det", "logdet", "|"))
_SQUARE_TO_SQUARE = frozenset(("inv", "adj", "expm", "logm", "sqrtm", "adjugate", "inverse"))
_TO_SCALAR = frozenset(("sum", "mean", "norm1", "norm2", "logsumexp", "‖", "‖1", "‖2", "‖F"))
_NOT_OF_SCALARS = _SQUARE_TO_SCALAR | _SQUARE_TO_SQUARE | frozenset(("diag", "vec", "vech", "softmax", "logsumexp"))


class Value(NamedTuple):
    """The sizes of a value, and of its open index letters where it is an entry in index notation."""

    sizes: Sizes
    letters: Mapping[str, Size] = {}


class ConflictError(Exception):
    """Two operands whose sizes cannot be reconciled: the operation, and the two places with what is there."""

    def __init__(self, node: Syntax, verb: str, places: Sequence[tuple[int, int, Sizes]]) -> None:
        super().__init__(verb)
        self.node = node
        self.verb = verb
        self.places = places
        self.tree: Tree
        self.progress = 0

    def error(self, naming: Naming) -> ShapeError:
        """The error in the user's words, both places and both sizes."""
        text = self.tree.text
        described = [f"{text[start:end]} ({naming.text(sizes)})" for start, end, sizes in self.places]
        start, end = self._operation()
        return ShapeError(
            f"cannot {self.verb} {' and '.join(described)}",
            text=text, start=start, end=end,
            hint="shapes were inferred (capitals are matrices, a to g scalars, h to z vectors); declare them to say otherwise",
        )  # fmt: skip

    def _operation(self) -> tuple[int, int]:
        """The place of the operator between the two operands, of the whole operation where there is none."""
        if self.node.op in ("add", "product") and len(self.places) == 2:
            for (_, start, end), operand in zip(self.node.data, self.node.children[1:], strict=True):
                if operand.start == self.places[1][0] and end > start:
                    return start, end
        return self.node.start, self.node.end


class Inference:
    """One reading of some trees: sizes of the leaves are given, those of all other nodes follow.

    `leaves` are the sizes of names (variables, sizes as ()), `definitions` the names whose trees come with it, in an
    order in which each is defined before it is used. With `strict`, what cannot be equal raises ConflictError; otherwise it is
    left to be found when the expression is built.
    """

    def __init__(
        self,
        trees: Sequence[tuple[str, Tree]],
        leaves: Mapping[str, Sizes],
        size_of: Callable[[Tree, Syntax], Group],
        *,
        strict: bool,
    ) -> None:
        self.leaves = leaves
        self.size_of = size_of
        self.strict = strict
        self.equations = Equations()
        self.values: dict[Syntax, Value] = {}
        self.defined: dict[str, Value] = {}
        progress = 0
        for name, tree in trees:
            self.tree = tree
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
            case "negative":
                return children[0]
            case "add":
                return self._entrywise(node, "add", node.children)
            case "product":
                return self._product(node)
            case "power":
                return self._power(node, *children)
            case "transpose":
                return self._transpose(node, children[0])
            case "index":
                return self._index(node, children[0])
            case "contract":
                groups = children[0].letters
                return Value(_normal(*(groups.get(str(letter)) or (Unknown(),) for letter in node.data)))
            case "block":
                return self._block(node)
        assert node.op == "call"
        return self._call(node, children)

    def _name(self, node: Syntax) -> Value:
        name = node.data
        if name in self.defined:
            return self.defined[name]
        if name == "eye":
            size: Size = (Unknown(),)
            return Value((size, size))
        return Value(self.leaves.get(name, ()))

    # Equations.

    def _equate(self, node: Syntax, verb: str, left: Size, right: Size, places: Sequence[tuple[int, int, Sizes]]) -> None:
        try:
            self.equations.equate(left, right)
        except MismatchError:
            self._conflict(node, verb, places)

    def _conflict(self, node: Syntax, verb: str, places: Sequence[tuple[int, int, Sizes]]) -> None:
        if self.strict:
            raise ConflictError(node, verb, places)

    def _place(self, node: Syntax) -> tuple[int, int, Sizes]:
        value = self.values.get(node)
        return node.start, node.end, value.sizes if value else ()

    def _letters(self, node: Syntax, values: Sequence[Value]) -> Mapping[str, Size]:
        """The open letters of the operands together; one letter has one size."""
        holders = [value for value in values if value.letters]
        if holders and any(value.sizes for value in values):
            whole = next(child for child in node.children if self.values[child].sizes)
            self._conflict(node, "mix entries with the whole of", [self._place(whole)])
        if len(holders) < 2:
            return holders[0].letters if holders else {}
        merged: dict[str, Size] = {}
        for child in node.children:
            for letter, size in self.values[child].letters.items():
                known = merged.setdefault(letter, size)
                self._equate(node, f"let the index {letter} run over", known, size, [self._place(child)])
        return merged

    def _entrywise(self, node: Syntax, verb: str, operands: Sequence[Syntax]) -> Value:
        """Operands of one shape, or scalars."""
        letters = self._letters(node, [self.values[operand] for operand in operands])
        first: Syntax | None = None
        for operand in operands:
            sizes = self.values[operand].sizes
            if not sizes:
                continue
            if first is None:
                first = operand
                continue
            known = self.values[first].sizes
            places = [self._place(first), self._place(operand)]
            if len(known) != len(sizes):
                self._conflict(node, verb, places)
                continue
            for left, right in zip(known, sizes, strict=True):
                self._equate(node, verb, left, right, places)
        return Value(self.values[first].sizes if first else (), letters)

    def _square(self, node: Syntax, operand: Syntax, name: str) -> Size:
        sizes = self.values[operand].sizes
        if len(sizes) != 2:
            self._conflict(node, f"take {name} of", [self._place(operand)])
            return sizes[0] if sizes else ()
        self._equate(node, f"take {name} of", sizes[0], sizes[1], [self._place(operand)])
        return sizes[0]

    # Operations.

    def _product(self, node: Syntax) -> Value:
        letters = self._letters(node, [self.values[child] for child in node.children])
        sizes = self.values[node.children[0]].sizes
        for (operator, _, _), before, factor in zip(node.data, node.children, node.children[1:], strict=False):
            right = self.values[factor].sizes
            places = [(node.start, before.end, sizes), (factor.start, factor.end, right)]
            if operator == "/":
                if right:
                    self._conflict(node, "divide", places)
            elif not sizes or not right:
                sizes = sizes or right
            elif operator in (".*", "./"):
                if len(sizes) != len(right):
                    self._conflict(node, "multiply entry by entry", places)
                    continue
                for one, other in zip(sizes, right, strict=True):
                    self._equate(node, "multiply entry by entry", one, other, places)
            elif len(sizes) > 2 or len(right) > 2:
                self._conflict(node, "multiply", places)
            elif operator == "kron":
                sizes = _normal(*_kron(sizes, right))
            else:
                (rows, inner), (other, columns) = _two(sizes), _two(right)
                self._equate(node, "multiply", inner, other, places)
                sizes = _normal(rows, columns)
        return Value(sizes, letters)

    def _power(self, node: Syntax, base: Value, exponent: Value) -> Value:
        if node.data == ".^":
            return self._entrywise(node, "raise to a power entry by entry", node.children)
        letters = self._letters(node, [base, exponent])
        if exponent.sizes:
            self._conflict(node, "have as an exponent", [self._place(node.children[1])])
        if base.sizes:
            self._square(node, node.children[0], "a power")
        return Value(base.sizes, letters)

    def _transpose(self, node: Syntax, value: Value) -> Value:
        if len(value.sizes) > 2:
            self._conflict(node, "transpose", [self._place(node.children[0])])
            return value
        if not value.sizes:
            return value
        rows, columns = _two(value.sizes)
        return Value(_normal(columns, rows), value.letters)

    def _index(self, node: Syntax, value: Value) -> Value:
        sizes = value.sizes
        if len(sizes) == 2 and len(node.data) == 1 and not sizes[0]:
            sizes = sizes[1:]
        if len(sizes) != len(node.data):
            self._conflict(node, f"give {len(node.data)} indices to", [self._place(node.children[0])])
            sizes = tuple((Unknown(),) for _ in node.data)
        letters: dict[str, Size] = {}
        for token, size in zip(node.data, sizes, strict=True):
            if token.type == "NAME":
                known = letters.setdefault(str(token), size)
                self._equate(node, f"let the index {token} run over", known, size, [self._place(node.children[0])])
        return Value((), letters)

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
                self._conflict(node, "put into a block matrix", [self._place(child)])
                continue
            own = _two(sizes)
            at = divmod(place, across)
            for axis, (sides, verb) in enumerate(((rows, "put side by side"), (columns, "put one below the other"))):
                before = first.setdefault((axis, at[axis]), child)
                if before is child:
                    sides[at[axis]] = own[axis]
                else:
                    self._equate(node, verb, sides[at[axis]], own[axis], [self._place(before), self._place(child)])
        return Value(_normal(*(sides[0] if len(sides) == 1 else (Total(sides),) for sides in (rows, columns))))

    def _call(self, node: Syntax, children: list[Value]) -> Value:
        name, argument = node.data, node.children[0]
        if name in SIZED or name in LETTERS:
            given = node.children[:1] if name == "unit" else node.children  # the place is no size
            return Value(self._sized(name, [self.size_of(self.tree, child) for child in given]))
        if name in UNSIZED:
            if children[0].sizes:
                self._conflict(node, f"make a {name} of", [self._place(argument)])
            return Value(tuple((Unknown(),) for _ in range(1 if name == "vector" else 2)))
        sizes = children[0].sizes
        if name in _NOT_OF_SCALARS and not sizes and argument.op == "name" and argument.data in self.leaves and self.strict:
            self._conflict(node, f"take {name} of", [self._place(argument)])
        if name in _TO_SCALAR:
            return Value(self._reduced(node, sizes))
        if not sizes and name != "kron":
            return self._entrywise(node, f"apply {name} to", node.children)
        if name in _SQUARE_TO_SCALAR:
            self._square(node, argument, name)
            return Value(())
        if name in _SQUARE_TO_SQUARE:
            self._square(node, argument, name)
            return Value(sizes)
        if name == "diag":
            return Value(self._diag(node, sizes))
        if name == "vec":
            rows, columns = _two(sizes)
            return Value((columns + rows,))
        if name == "vech":
            return Value(((Triangular(self._square(node, argument, name)),),))
        if name in ("transpose", "pinv"):
            return self._transpose(node, children[0])
        if name == "kron":
            for child in children[1:]:
                sizes = _normal(*_kron(sizes, child.sizes))
            return Value(sizes)
        return self._entrywise(node, f"apply {name} to", node.children)

    def _sized(self, name: str, groups: list[Group]) -> Sizes:
        first, last = groups[0], groups[-1]
        if name in ("ones", "zeros"):
            return _normal(*groups)
        if name == "unit":
            return _normal(first)
        if name == "K":
            return _normal(first + last, last + first)
        if name == "D":
            return _normal(first + first, (Triangular(first),))
        if name == "Dskew":
            return _normal(first + first, (Triangular(first, strict=True),))
        if name == "L":
            return _normal((Triangular(first),), first + first)
        return _normal(first, first)

    def _reduced(self, node: Syntax, sizes: Sizes) -> Sizes:
        if len(node.children) == 2 and len(sizes) == 2:
            return _normal((), sizes[1]) if node.children[1].data == 1 else _normal(sizes[0])
        return ()

    def _diag(self, node: Syntax, sizes: Sizes) -> Sizes:
        if len(sizes) == 2 and sizes[0]:
            return _normal(self._square(node, node.children[0], "diag"))
        size = sizes[-1]
        return (size, size)


def _two(sizes: Sizes) -> tuple[Size, Size]:
    """Rows and columns."""
    return (sizes[0] if sizes else (), sizes[1] if len(sizes) > 1 else ())


def _normal(*sizes: Size) -> Sizes:
    """A matrix of one column is a column, one entry a scalar."""
    if len(sizes) == 2 and not sizes[1]:
        sizes = sizes[:1]
    return () if sizes == ((),) else sizes


def _kron(left: Sizes, right: Sizes) -> tuple[Size, Size]:
    (rows, columns), (more_rows, more_columns) = _two(left), _two(right)
    return rows + more_rows, columns + more_columns
