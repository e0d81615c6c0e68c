"""The network of one product: indices are vertices, factors of two axes edges, factors of one axis weights of a vertex."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.network.word import Word
from tensordiff.functions.radical import rational_power
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import as_number, eye
from tensordiff.records import field, record
from tensordiff.tensor import UNIT, Dim, Einsum, Tensor, times

Vertices = tuple[int, ...]


@record
class Letter:
    """A factor in matrix form: the matrix, and which of the factor's axes its rows and columns are, slowest first.

    A scalar has the exponent that it is raised to beside it.
    """

    matrix: Matrix
    rows: Vertices = ()
    columns: Vertices = ()
    exponent: Fraction = Fraction(1)


@record(frozen=False)
class Edge:
    """A matrix whose rows are the index `tail` and whose columns are the index `head`."""

    tail: int
    head: int
    word: Word


@record
class Block:
    """A matrix with compound axes: its rows and columns are several indices each, slowest first."""

    matrix: Matrix
    rows: Vertices
    columns: Vertices

    @property
    def vertices(self) -> Vertices:
        return self.rows + self.columns


@record(frozen=False)
class Network:
    """A product as a graph. `rows` and `columns` are the open indices, the terminals; all others are summed."""

    rows: Vertices
    columns: Vertices
    dims: dict[int, Dim]
    edges: dict[int, Edge] = field(default_factory=dict)
    at: dict[int, dict[int, None]] = field(default_factory=dict)
    weights: dict[int, list[Word]] = field(default_factory=dict)
    loops: dict[int, list[Word]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    coefficient: Fraction = UNIT
    scalars: dict[Matrix, Fraction] = field(default_factory=dict)
    made: int = 0

    @property
    def terminals(self) -> Vertices:
        return self.rows + self.columns

    def connect(self, tail: int, head: int, word: Word) -> None:
        """Add an edge; from a vertex to itself it is a loop."""
        if tail == head:
            self.loops.setdefault(tail, []).append(word)
            return
        self.edges[self.made] = Edge(tail, head, word)
        for vertex in (tail, head):
            self.at.setdefault(vertex, {})[self.made] = None
        self.made += 1

    def weigh(self, vertex: int, word: Word) -> None:
        """Multiply by a vector at a vertex."""
        self.weights.setdefault(vertex, []).append(word)

    def multiply(self, scalar: Matrix, flat: Flat, exponent: Fraction = Fraction(1)) -> None:
        """Multiply by scalar^exponent."""
        if exponent.denominator == 1:
            sign, scalar = flat.signed(scalar)
            self.coefficient *= sign if exponent.numerator % 2 else 1
        value = as_number(scalar)
        if value is not None and exponent.denominator == 1:
            found = rational_power(value, exponent)
            if found is not None:
                self.coefficient *= found[0]
                return
        self.scalars[scalar] = self.scalars.get(scalar, Fraction(0)) + exponent

    def around(self, vertex: int) -> dict[int, list[int]]:
        """The neighbours of a vertex, each with the edges to it."""
        found: dict[int, list[int]] = {}
        for number in self.at.get(vertex, ()):
            edge = self.edges[number]
            found.setdefault(edge.head if edge.tail == vertex else edge.tail, []).append(number)
        return found

    def cut(self, number: int, start: int) -> Word:
        """Take an edge out; the word read from `start`."""
        edge = self.edges.pop(number)
        del self.at[edge.tail][number], self.at[edge.head][number]
        return edge.word if edge.tail == start else edge.word.turn()

    def distinct(self, vertices: Vertices) -> Vertices:
        """The vertices, with new ones in the place of repetitions, each joined to the first by an identity."""
        found: list[int] = []
        for vertex in vertices:
            if vertex in found:
                new = max(self.dims) + 1
                self.dims[new] = self.dims[vertex]
                self.connect(vertex, new, Word(eye((self.dims[vertex],))))
                vertex = new
            found.append(vertex)
        return tuple(found)

    def weight(self, vertex: int, flat: Flat) -> Word | None:
        """All weights and loops of a vertex as one vector; None where there are none."""
        words = self.weights.get(vertex, []) + [Word(flat.diagonal(loop.matrix(flat))) for loop in self.loops.get(vertex, [])]
        if len(words) <= 1:
            return words[0] if words else None
        return Word(flat.hadamard([word.matrix(flat) for word in words]))

    def drop(self, vertex: int) -> None:
        """Take out a vertex that has no edges any more."""
        assert not self.at.get(vertex)
        for table in (self.dims, self.at, self.weights, self.loops):
            table.pop(vertex, None)


def network(
    node: Tensor, rows: Sequence[int], columns: Sequence[int], letter: Callable[[Tensor, Vertices], Letter], flat: Flat
) -> Network:
    """The network of a canonical product (or of a single factor); `rows` and `columns` are positions of its axes.

    `letter(factor, indices)` gives factors in matrix form. Every open axis gets a vertex of its own: an index that is
    open several times becomes a summed one, joined to each of its terminals by an identity.
    """
    product = node if isinstance(node, Einsum) else None
    factors = product.factors if product else ((node, tuple(range(node.rank))),)
    output = product.output if product else tuple(range(node.rank))
    dims = dict(enumerate(product.index_dims if product else node.dims))
    terminal = list(output)
    legs: list[tuple[int, int]] = []
    for position, index in enumerate(output):
        if output.count(index) > 1:
            terminal[position] = len(dims)
            dims[len(dims)] = dims[index]
            legs.append((index, terminal[position]))
    made = Network(tuple(terminal[p] for p in rows), tuple(terminal[p] for p in columns), dims)
    for index, end in legs:
        made.connect(index, end, Word(eye((dims[index],))))
    for factor, indices in factors:
        _place(made, letter(factor, indices), indices, flat)
    return made


def _place(made: Network, letter: Letter, indices: Vertices, flat: Flat) -> None:
    rows, columns = tuple(indices[a] for a in letter.rows), tuple(indices[a] for a in letter.columns)
    if not rows and not columns:
        made.multiply(letter.matrix, flat, letter.exponent)
        return
    coefficient, scalars, matrix = flat.split(letter.matrix)
    made.coefficient = times(made.coefficient, coefficient)
    for scalar, exponent in scalars:
        made.multiply(scalar, flat, exponent)
    if len(rows) == 1 and len(columns) == 1:
        made.connect(rows[0], columns[0], Word(matrix))
    elif len(rows) == 1 and not columns:
        made.weigh(rows[0], Word(matrix))
    else:
        vertices = made.distinct(rows + columns)
        made.blocks.append(Block(matrix, vertices[: len(rows)], vertices[len(rows) :]))
