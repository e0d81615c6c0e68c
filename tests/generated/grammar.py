"""Random expressions of the text language, generated for a shape, over a fixed set of declared variables.

A shape is a pair of groups of size names, rows and columns; the sizes are pairwise different.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product as cartesian
from typing import Any, TypeVar

import numpy as np
import scipy.linalg
from hypothesis import strategies as st

from tests.generated.language import ELEMENTWISE, Array, Node, Point, call, name, number, text

Group = tuple[str, ...]
Shape = tuple[Group, Group]

SIZES = {"n": 3, "m": 4, "p": 2}
SCALAR: Shape = ((), ())

SHAPES: dict[str, str] = {
    "a": "", "b": "", "c": "", "x": "n", "y": "n", "z": "m", "w": "p", "u": "n", "q": "n", "t": "n",
    "A": "n n", "B": "m m", "C": "n n", "X": "n m", "Z": "n m", "Y": "m p", "P": "p n",
    "S": "n n", "V": "m m", "W": "n n", "D": "m m", "L": "n n", "U": "n n", "Q": "n n",
    "T": "n m p", "R": "n n m", "H": "n m n p", "r": "n*m", "G": "n*p m",
}  # fmt: skip
"""G is declared with a compound axis; T, R and H are tensors of order 3 and 4."""
STRUCTURES = {
    "S": "symmetric", "V": "positive-definite", "W": "skew", "D": "diagonal", "L": "lower-triangular",
    "U": "upper-triangular", "Q": "orthogonal",
}  # fmt: skip
ASSUME = {"c": "positive", "u": "positive", "q": "probability", "t": "binary"}
DECLARED = {"shapes": SHAPES, "structures": STRUCTURES, "assume": ASSUME}


def _groups(shape: str) -> tuple[Group, ...]:
    return tuple(tuple(axis.split("*")) for axis in shape.split())


GROUPS = {word: _groups(shape) for word, shape in SHAPES.items()}


def matrix_shape(word: str) -> Shape | None:
    groups = GROUPS[word]
    if len(groups) > 2:
        return None
    rows, columns = (*groups, (), ())[:2]
    return rows, columns


VARIABLES: dict[Shape, list[str]] = {}
for _word in SHAPES:
    if (_shape := matrix_shape(_word)) is not None:
        VARIABLES.setdefault(_shape, []).append(_word)


def length(group: Group, sizes: Mapping[str, int] = SIZES) -> int:
    return int(np.prod([sizes[size] for size in group]))


def size_text(group: Group) -> Node:
    node = name(group[0])
    for size in group[1:]:
        node = Node("*", (node, name(size)))
    return node


def random_values(seed: int, sizes: Mapping[str, int] = SIZES, factor: float = 1.0) -> dict[str, Array]:
    """A value for every variable, true to its structure and assumption; `factor` makes free entries larger."""
    rng = np.random.default_rng(seed)
    found = {}
    for word, groups in GROUPS.items():
        lengths = [int(np.prod([sizes[size] for size in group])) for group in groups]
        found[word] = random_value(rng, lengths, STRUCTURES.get(word), ASSUME.get(word), factor)
    return found


def random_value(
    rng: np.random.Generator, lengths: Sequence[int], structure: str | None, assumption: str | None, factor: float = 1.0
) -> Array:
    x = factor * rng.uniform(0.3, 1.1, lengths) * rng.choice([-1.0, 1.0], lengths)
    if len(lengths) == 2 and lengths[0] == lengths[1]:
        x = x + 1.5 * np.eye(lengths[0])
    match structure or assumption:
        case "symmetric":
            x = (x + x.T) / 2
        case "positive-definite":
            x = x @ x.T / 3 + np.eye(len(x)) / 2
        case "skew":
            x = (x - x.T) / 1.5
        case "diagonal":
            x = np.diag(np.diag(x))
        case "lower-triangular":
            x = np.tril(x)
        case "upper-triangular":
            x = np.triu(x)
        case "orthogonal":
            x = scipy.linalg.expm(x - x.T)
        case "positive":
            x = np.abs(x)
        case "probability":
            x = np.abs(x) / np.abs(x).sum()
        case "binary":
            x = np.where(np.arange(x.size).reshape(x.shape) % 2 == 0, 1.0, -1.0)
    return np.asarray(x)


@dataclass(frozen=True)
class Sentence:
    """An expression, the names that it defines, and its shape (None for a tensor of order 3 and more)."""

    root: Node
    shape: Shape | None = None
    where: dict[str, Node] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return text(self.root)

    @property
    def where_text(self) -> dict[str, str]:
        return {word: text(node) for word, node in self.where.items()}

    def point(self, seed: int) -> Point:
        return Point(random_values(seed), SIZES, self.where)

    def __repr__(self) -> str:
        return f"{self.text!r}" + (f" where {self.where_text}" if self.where else "")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


NUMBERS = [Fraction(2), Fraction(3), Fraction(1, 2), Fraction(1, 3), Fraction(-2), Fraction(3, 2)]
BOUNDED = ("sin", "cos", "tanh", "arctan", "sigmoid", "erf")
BASIC = (("n",), ("m",), ("p",))


Choice = TypeVar("Choice")


class Grower:
    """Grows trees of wanted shapes; `choose(n)` is one of 0 ... n - 1, the simplest one 0."""

    def __init__(self, choose: Callable[[int], int], without: Sequence[str] = ()) -> None:
        self.choose = choose
        self.without = without
        self.where: dict[str, Node] = {}
        self.where_shapes: dict[str, Shape] = {}

    def pick(self, options: Sequence[Choice]) -> Choice:
        return options[self.choose(len(options))]

    def chance(self, one_in: int) -> bool:
        return self.choose(one_in) == one_in - 1

    # Leaves.

    def leaf(self, shape: Shape) -> Node:
        rows, columns = shape
        options: list[Node] = [name(w) for w in VARIABLES.get(shape, []) if w not in self.without]
        options += [name(w) for w, known in self.where_shapes.items() if known == shape]
        options += [Node("'", (name(w),)) for w in VARIABLES.get((columns, rows), []) if shape != SCALAR]
        options += [Node("'", (name(w),)) for w, known in self.where_shapes.items() if known == (columns, rows) != SCALAR]
        if options and not self.chance(8):
            return self.pick(options)
        return self.constant(shape)

    def constant(self, shape: Shape) -> Node:
        rows, columns = shape
        if shape == SCALAR:
            return self.pick([*(number(x) for x in NUMBERS), name("n"), name("m"), name("pi")])
        options = []
        if rows and not columns:
            options.append(call("ones", size_text(rows)))
        elif columns and not rows:
            options.append(Node("'", (call("ones", size_text(columns)),)))
        else:
            options.append(call("ones", size_text(rows), size_text(columns)))
            if rows == columns:
                options.append(call("eye", size_text(rows)))
                options.append(call("eye", size_text(rows)))
                if len(rows) == 1:
                    options += [call("tril", size_text(rows)), call("triu", size_text(rows))]
            if len(rows) == 2 and rows == columns[::-1]:
                options.append(call("K", name(rows[0]), name(rows[1])))
        return self.pick(options)

    # Trees.

    def grow(self, shape: Shape, depth: int) -> Node:
        if depth <= 0 or not self.choose(7):
            return self.leaf(shape)
        rows, columns = shape
        options: list[Callable[[Shape, int], Node]] = [self.sum, self.scaled, self.elementwise, self.entrywise]
        if shape == SCALAR:
            options += [self.reduced, self.reduced, self.inner, self.inner, self.scalar_power, self.quotient]
            options += [self.full_contraction, self.literal_entry]
        else:
            options += [self.product, self.product, self.product, self.transposed, self.divided, self.contraction]
        if rows and columns:
            options += [self.outer]
            if len(rows) > 1 or len(columns) > 1:
                options += [self.kron, self.kron, self.kron]
            if rows == columns:
                options += [self.square, self.square]
            if len(rows) == 2 and rows == columns[::-1]:
                options.append(self.constant_of)
        elif rows:
            options += [self.vector_of, self.vector_of]
            if len(rows) == 2:
                options += [self.stacked, self.stacked, self.kron]
        elif columns:
            options += [self.row_of]
        return self.pick(options)(shape, depth - 1)

    def constant_of(self, shape: Shape, depth: int) -> Node:
        return self.constant(shape)

    def sum(self, shape: Shape, depth: int) -> Node:
        count = self.pick([2, 2, 3])
        terms = [self.grow(shape, depth) for _ in range(count)]
        if shape != SCALAR and self.chance(8):
            terms[self.pick(range(1, count))] = self.grow(SCALAR, depth)  # a scalar is added to every entry
        signs = ("+", *(self.pick(["+", "-"]) for _ in terms[1:]))
        return Node("add", tuple(terms), signs)

    def scaled(self, shape: Shape, depth: int) -> Node:
        if self.chance(4):
            return Node("negative", (self.grow(shape, depth),))
        factor = self.grow(SCALAR, 0 if self.chance(2) else depth - 1)
        inner = self.grow(shape, depth)
        pair = (factor, inner) if not self.chance(4) else (inner, factor)
        return Node(".*" if self.chance(6) else "*", pair)

    def divided(self, shape: Shape, depth: int) -> Node:
        return Node("/", (self.grow(shape, depth), self.grow(SCALAR, 0 if self.chance(2) else depth - 1)))

    def quotient(self, shape: Shape, depth: int) -> Node:
        return Node("/", (self.grow(shape, depth), self.grow(shape, depth)))

    def elementwise(self, shape: Shape, depth: int) -> Node:
        function = self.pick(sorted(ELEMENTWISE))
        inner = self.grow(shape, depth)
        match function:
            case "log" | "sqrt" if not self.chance(3):
                inner = Node("add", (number(2), call(self.pick(BOUNDED), inner)), ("+", "+"))
            case "arcsin" | "arccos":
                inner = Node("/", (call(self.pick(BOUNDED), inner), number(2)))
        return call(function, inner)

    def entrywise(self, shape: Shape, depth: int) -> Node:
        kind = self.pick([".*", ".*", "./", ".^", ".^", "max", "min"])
        left = self.grow(shape, depth)
        if kind == ".^":
            exponents: list[Node] = [number(2), number(3), number(-1), number(Fraction(1, 2)), number(-2), name("n")]
            if self.chance(4):
                left, exponent = call("exp", call(self.pick(BOUNDED), left)), self.grow(self.pick([shape, SCALAR]), depth - 1)
            else:
                exponent = self.pick(exponents)
            return Node(".^", (left, exponent))
        right = self.grow(shape, depth)
        if kind in ("max", "min"):
            return call(kind, left, right)
        if kind == "./" and self.chance(4):
            left = self.leaf(SCALAR)
        return Node(kind, (left, right))

    def transposed(self, shape: Shape, depth: int) -> Node:
        return Node("'", (self.grow((shape[1], shape[0]), depth),))

    def middle(self, shape: Shape) -> Group:
        groups: list[Group] = [*BASIC, *BASIC, *BASIC, ("n", "m")]
        groups += [group for group in shape if group]
        return self.pick(groups)

    def product(self, shape: Shape, depth: int) -> Node:
        middle = self.middle(shape)
        left, right = self.grow((shape[0], middle), depth), self.grow((middle, shape[1]), depth)
        return Node("*", (left, right))

    def inner(self, shape: Shape, depth: int) -> Node:
        return self.product(SCALAR, depth)

    def outer(self, shape: Shape, depth: int) -> Node:
        return Node("*", (self.grow((shape[0], ()), depth), self.grow(((), shape[1]), depth)))

    def square(self, shape: Shape, depth: int) -> Node:
        rows = shape[0]
        kind = self.pick(["inv", "inv", "power", "power", "diag", "expm", "sqrtm", "logm", "adj", "trilled", "gram"])
        if kind == "diag":
            return call("diag", self.grow((rows, ()), depth))
        if kind == "gram":
            factor = self.grow((self.middle(shape), rows), depth)
            return Node("*", (Node("'", (factor,)), factor))
        if kind == "trilled" and len(rows) == 1:
            return Node(".*", (call(self.pick(["tril", "triu"]), size_text(rows)), self.grow(shape, depth)))
        inner = self.grow(shape, depth)
        if kind == "power":
            return Node("^", (inner, self.pick([number(2), number(-1), number(3), number(-2), name("n")])))
        if kind == "expm":
            return call("expm", Node("/", (inner, number(4))))
        if kind in ("sqrtm", "logm"):
            near = Node("add", (call("eye", size_text(rows)), Node("/", (inner, number(8)))), ("+", "+"))
            return call(kind, near if self.chance(2) else inner)
        if kind == "adj" and length(rows) <= 4:
            return call("adj", inner)
        return call("inv", inner)

    def kron(self, shape: Shape, depth: int) -> Node:
        rows, columns = shape
        splits = [
            ((rows[:i], columns[:j]), (rows[i:], columns[j:]))
            for i, j in cartesian(range(len(rows) + 1), range(len(columns) + 1))
        ]
        left, right = self.pick([pair for pair in splits if SCALAR not in pair] or splits)
        return call("kron", self.grow(left, depth), self.grow(right, depth))

    def vector_of(self, shape: Shape, depth: int) -> Node:
        rows = shape[0]
        kind = self.pick(["diag", "softmax", "sum", "mean", "softmax2", "logsumexp"])
        if kind == "diag":
            return call("diag", self.grow((rows, rows), depth))
        if kind == "softmax":
            return call("softmax", self.grow(shape, depth))
        columns = self.pick(BASIC)
        inner = self.grow((rows, columns), depth)
        if kind == "softmax2":
            return Node("*", (call("softmax", inner, number(self.pick([1, 2]))), self.grow((columns, ()), depth - 1)))
        return call(kind, inner, number(2))

    def row_of(self, shape: Shape, depth: int) -> Node:
        inner = self.grow((self.pick(BASIC), shape[1]), depth)
        return call(self.pick(["sum", "mean", "logsumexp"]), inner, number(1))

    def stacked(self, shape: Shape, depth: int) -> Node:
        (slow, fast), _ = shape
        kind = self.pick(["vec", "vec", "K", "D"])
        if kind == "K":
            return Node("*", (call("K", name(slow), name(fast)), self.grow(((fast, slow), ()), depth)))
        if kind == "D" and slow == fast:
            return Node("*", (call("D", name(slow)), call("vech", self.grow(((slow,), (slow,)), depth))))
        return call("vec", self.grow(((fast,), (slow,)), depth))

    def reduced(self, shape: Shape, depth: int) -> Node:
        kind = self.pick(["tr", "tr", "det", "logdet", "sum", "mean", "norm1", "norm2", "logsumexp", "vech"])
        group = self.pick(BASIC)
        if kind in ("tr", "det", "logdet"):
            return call(kind, self.grow((group, group), depth))
        if kind == "vech":
            weights = Node("'", (call("vech", self.grow((group, group), depth)),))
            return Node("*", (weights, Node("*", (call("L", name(group[0])), call("vec", self.grow((group, group), depth))))))
        if kind == "logsumexp":
            return call(kind, self.grow((group, ()), depth))
        shapes = [(group, ()), (group, self.pick(BASIC)), ((), group)]
        return call(kind, self.grow(self.pick(shapes), depth))

    def scalar_power(self, shape: Shape, depth: int) -> Node:
        base = self.grow(SCALAR, depth)
        if self.chance(3):
            return Node("^", (call("exp", call(self.pick(BOUNDED), base)), self.grow(SCALAR, depth - 1)))
        return Node("^", (base, self.pick([number(2), number(3), number(-1), number(Fraction(1, 2)), name("m")])))

    # Index notation. Letters are given with the groups of sizes that they run over.

    def contraction(self, shape: Shape, depth: int) -> Node:
        rows, columns = shape
        if not rows:
            return self.grow(shape, depth)
        return self.index_notation([rows, columns] if columns else [rows], depth)

    def full_contraction(self, shape: Shape, depth: int) -> Node:
        return self.index_notation([], depth)

    def literal_entry(self, shape: Shape, depth: int) -> Node:
        group, other = self.pick(BASIC), self.pick(BASIC)
        inner = self.grow((group, other), depth - 1)
        return Node("entry", (inner,), (self.pick(range(length(group))) + 1, self.pick(range(length(other))) + 1))

    def index_notation(self, axes: Sequence[Group], depth: int) -> Node:
        """Sums of products of entries; every output letter is in some term."""
        words = list(self.pick(["ijklst", "ijklst", "jiklst", "nxmAij", "srabtX"]))
        if self.chance(6):
            words[self.choose(len(words))] = "inner"
        output = dict(zip(words, axes, strict=False))
        sums = {word: self.pick([*BASIC, *BASIC, ("n", "m")]) for word in words[len(axes) : len(axes) + 2]}
        terms = [self.index_term(output, sums, depth, True)]
        while self.chance(3):
            terms.append(self.index_term(output, sums, depth, not self.chance(3)))
        signs = ("+", *(self.pick(["+", "-"]) for _ in terms[1:]))
        body = terms[0] if len(terms) == 1 else Node("add", tuple(terms), signs)
        return Node("contract", (body,), tuple(output))

    def index_term(self, output: Mapping[str, Group], sums: Mapping[str, Group], depth: int, full: bool) -> Node:
        inner = dict(list(sums.items())[: self.choose(3)])
        wanted = [letter for letter in output if full or self.chance(2)]
        pool = dict(output) | inner
        factors: list[Node] = []
        missing = [*wanted, *inner]
        while missing or not factors:
            factor, used = self.entry_factor(pool, missing, depth)
            factors.append(factor)
            missing = [letter for letter in missing if letter not in used]
        if self.chance(3):
            factors.append(self.entry_factor(pool, [], depth)[0])
        if self.chance(4):
            factors.insert(self.choose(len(factors) + 1), self.grow(SCALAR, depth - 1))
        node = factors[0]
        for factor in factors[1:]:
            node = Node("/" if self.chance(8) else "*", (node, factor) if not self.chance(6) else (factor, node))
        return node

    def entry_factor(self, pool: Mapping[str, Group], needed: Sequence[str], depth: int) -> tuple[Node, set[str]]:
        """An entry that has the first of the needed letters; the other letters are any of the pool that fit."""
        letters = list(pool)
        if not letters:
            return self.leaf(SCALAR), set()
        first = needed[0] if needed else self.pick(letters)
        second = self.pick(letters)
        kind = self.pick(["tensor", "matrix", "matrix", "vector", "delta"])
        if kind == "tensor":
            tensors = [groups_of for groups_of in GROUPS.items() if len(groups_of[1]) > 2]
            word, groups = self.pick(tensors)
            chosen: list[str | int] = []
            for group in groups:
                fitting: list[str | int] = [letter for letter in letters if pool[letter] == group]
                if first in fitting and first not in chosen and not self.chance(3):
                    chosen.append(first)
                else:
                    chosen.append(self.pick([*fitting, 1, length(group)]))
            if first in chosen:
                return self.wrap(Node("entry", (name(word),), tuple(chosen))), {x for x in chosen if isinstance(x, str)}
        if kind == "delta" and pool[first] == pool[second]:
            return Node("entry", (call("eye", size_text(pool[first])),), (first, second)), {first, second}
        if kind in ("vector", "tensor"):
            return self.entry_of((pool[first], ()), (first,), depth)
        pair = (first, second) if self.chance(2) else (second, first)
        return self.entry_of((pool[pair[0]], pool[pair[1]]), pair, depth)

    def entry_of(self, shape: Shape, letters: tuple[str, ...], depth: int) -> tuple[Node, set[str]]:
        inner = self.grow(shape, depth - 1) if self.chance(3) else self.leaf(shape)
        return self.wrap(Node("entry", (inner,), letters)), set(letters)

    def wrap(self, entry: Node) -> Node:
        if self.chance(5):
            return call(self.pick((*BOUNDED, "exp", "square")), entry)
        if self.chance(6):
            return Node("^", (entry, number(2)))
        return entry

    # Whole sentences.

    def define(self, count: int, depth: int) -> None:
        for word in ("M", "N", "g")[:count]:
            shape = self.pick([SCALAR] if word == "g" else [(("n",), ("n",)), (("n",), ("m",)), (("m",), ())])
            node = self.grow(shape, depth)
            self.where[word] = node
            self.where_shapes[word] = shape


TOP_SHAPES: list[Shape] = [
    SCALAR, SCALAR, (("n",), ()), (("m",), ()), (("n",), ("n",)), (("n",), ("m",)), (("m",), ("m",)), ((), ("m",)),
    (("n", "m"), ()), (("m", "n"), ("m",)), (("n", "p"), ("p", "n")),
]  # fmt: skip


def grow_sentence(
    choose: Callable[[int], int], shapes: Sequence[Shape] = tuple(TOP_SHAPES), depth: int = 3, tensors: bool = True
) -> Sentence:
    """A random expression with definitions, from a source of choices."""
    grower = Grower(choose)
    grower.define(grower.pick([0, 0, 1, 2, 3]), min(depth - 1, 2))
    if tensors and grower.chance(10):
        axes: list[Group] = [("n",), ("m",), ("p",)] if grower.chance(2) else [("n",), ("n",), ("m",), ("m",)]
        return Sentence(grower.index_notation(axes, depth), None, grower.where)
    shape = grower.pick(shapes)
    return Sentence(grower.grow(shape, depth), shape, grower.where)


@st.composite
def sentences(draw: st.DrawFn, **options: Any) -> Sentence:
    """Random expressions with definitions; options as of `grow_sentence`."""
    return grow_sentence(lambda n: draw(st.integers(0, n - 1)), **options)
