"""The matrix between two groups of indices of a network in which nothing else is left.

Rows and columns are lists of indices, slowest first, so every layout is the same code with another order of terminals.
Connected pieces are the operands of a Kronecker product; K puts its axes in order. Inside a piece, one edge between a
row and a column is a matrix, one between two rows is vec of a matrix (or diag(vec(...)) beside others), several edges at
one index are a product entry by entry (Magnus and Neudecker 1979; Khatri and Rao 1968).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.network.network import Block, Vertices
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import call, commutation, eye, hadamard, kron, number, ones
from tensordiff.records import field, record
from tensordiff.tensor import Dim, Group

Link = tuple[int, int, Matrix]
"""An edge: the index of its rows, that of its columns, the matrix."""

_MAX_ORDERS = 4
"""Up to so many operands of a Kronecker product, every order is tried for the fewest commutations."""


@record(frozen=False)
class Graph:
    """A reduced network, or part of one: edges, at most one weight for each vertex, and blocks."""

    dims: dict[int, Dim]
    links: list[Link] = field(default_factory=list)
    weights: dict[int, Matrix] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    opened: int = 0
    """How many summed indices were cut open for a partial trace."""

    def group(self, vertices: Iterable[int]) -> Group:
        return tuple(self.dims[v] for v in vertices)

    def components(self, vertices: Iterable[int]) -> list[set[int]]:
        """The vertices in connected sets, in the order given."""
        around: dict[int, set[int]] = {v: set() for v in vertices}
        for joined in (*((tail, head) for tail, head, _ in self.links), *(block.vertices for block in self.blocks)):
            for vertex in joined:
                around[vertex].update(joined)
        found: list[set[int]] = []
        seen: set[int] = set()
        for start in around:
            if start in seen:
                continue
            members, stack = {start}, [start]
            while stack:
                for other in around[stack.pop()] - members:
                    members.add(other)
                    stack.append(other)
            seen |= members
            found.append(members)
        return found

    @property
    def is_bare(self) -> bool:
        """Whether there are no edges and blocks."""
        return not self.links and not self.blocks

    def part(self, vertices: set[int], *, weighted: bool = True) -> Graph:
        """What is among these vertices."""
        return Graph(
            self.dims,
            [link for link in self.links if link[0] in vertices and link[1] in vertices],
            {v: w for v, w in self.weights.items() if v in vertices} if weighted else {},
            [block for block in self.blocks if vertices.issuperset(block.vertices)],
            self.opened,
        )

    def without(self, other: Graph) -> Graph:
        """What is left without the edges and blocks of another."""
        links = [link for link in self.links if link not in other.links]
        return Graph(self.dims, links, self.weights, [block for block in self.blocks if block not in other.blocks])


@record
class Piece:
    """An operand of a Kronecker product: the matrix, and the indices of its rows and columns in its own order."""

    rows: Vertices
    columns: Vertices
    matrix: Matrix


def between(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Matrix | None:
    """The matrix with these rows and columns; all vertices of the graph are among them. None where there is no form."""
    pieces: list[Piece] = []
    for members in graph.components((*rows, *columns)):
        own_rows, own_columns = (tuple(v for v in side if v in members) for side in (rows, columns))
        piece = _piece(own_rows, own_columns, graph.part(members), flat)
        if piece is None:
            return None
        pieces.append(piece)
    return assemble(pieces, rows, columns, graph, flat)


def assemble(pieces: Sequence[Piece], rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Matrix:
    """The Kronecker product of the pieces with its axes in the order asked for."""
    if not pieces:
        return number(1)
    place = {v: p for p, v in enumerate((*rows, *columns))}
    ordered = sorted(pieces, key=lambda piece: min(place[v] for v in (*piece.rows, *piece.columns)))
    orders: Iterable[Sequence[Piece]] = permutations(ordered) if len(ordered) <= _MAX_ORDERS else [ordered]
    best: tuple[tuple[int, int, int], list[Matrix]] | None = None
    for order in orders:
        merged = _outer(order, flat)
        left = _reorder(rows, tuple(v for piece in merged for v in piece.rows), graph)
        right = _reorder(tuple(v for piece in merged for v in piece.columns), columns, graph)
        cost = (len(left) + len(right), len(merged), len(left))
        if best is None or cost < best[0]:
            best = cost, [*left, _kron([piece.matrix for piece in merged]), *right]
    assert best is not None
    return flat.product(best[1])


def _outer(order: Sequence[Piece], flat: Flat) -> list[Piece]:
    """Neighbours of rows only and of columns only as one outer product; kron(u, v') = kron(v', u) = u*v'."""
    if all(not (piece.rows and piece.columns) for piece in order):
        tall = [piece for piece in order if piece.rows]
        wide = [piece for piece in order if not piece.rows]
        made = [_kron([piece.matrix for piece in side]) for side in (tall, wide) if side]
        rows, columns = (tuple(v for piece in order for v in side(piece)) for side in (_rows, _columns))
        return [Piece(rows, columns, flat.product(made))]
    merged: list[Piece] = []
    for piece in order:
        last = merged[-1] if merged else None
        if last and not last.columns and not piece.rows:
            merged[-1] = Piece(last.rows, piece.columns, flat.product([last.matrix, piece.matrix]))
        elif last and not last.rows and not piece.columns:
            merged[-1] = Piece(piece.rows, last.columns, flat.product([piece.matrix, last.matrix]))
        else:
            merged.append(piece)
    return merged


def _rows(piece: Piece) -> Vertices:
    return piece.rows


def _columns(piece: Piece) -> Vertices:
    return piece.columns


def _kron(matrices: Sequence[Matrix]) -> Matrix:
    """The Kronecker product, identities and ones beside each other joined."""
    joined: list[Matrix] = []
    for matrix in matrices:
        last = joined[-1] if joined else None
        if last is not None and last.op == matrix.op == "eye":
            joined[-1] = eye(last.rows + matrix.rows)
        elif last is not None and last.op == matrix.op == "ones":
            joined[-1] = ones(last.rows + matrix.rows, last.cols + matrix.cols)
        else:
            joined.append(matrix)
    return kron(*joined)


def _reorder(wanted: Vertices, have: Vertices, graph: Graph) -> list[Matrix]:
    """Permutation matrices whose product has rows grouped as `wanted` and columns grouped as `have`."""
    letters: list[Matrix] = []
    current = wanted
    for position in range(len(current)):
        if current[position] == have[position]:
            continue
        start = end = current.index(have[position])
        while end < len(current) and current[end] == have[position + end - start]:
            end += 1
        first, second = graph.group(current[position:start]), graph.group(current[start:end])
        before, after = graph.group(current[:position]), graph.group(current[end:])
        parts = [eye(before)] if before else []
        parts.append(commutation(first, second))
        parts += [eye(after)] if after else []
        letters.append(kron(*parts))
        current = current[:position] + current[start:end] + current[position:start] + current[end:]
    return letters


def _piece(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Piece | None:
    """A connected piece."""
    if len(graph.blocks) == 1 and not graph.links and (piece := _block_piece(rows, columns, graph, flat)) is not None:
        return piece
    matrix = _connected(rows, columns, graph, flat)
    return None if matrix is None else Piece(rows, columns, matrix)


def _connected(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Matrix | None:
    sizes = len(rows), len(columns)
    if not graph.blocks:
        if sizes == (1, 0):
            return _vector(rows[0], graph)
        if sizes == (0, 1):
            return flat.flip(_vector(columns[0], graph))
        if sizes == (1, 1):
            return _single(rows[0], columns[0], graph.links, graph, flat)
        if sizes == (2, 0) and len(graph.links) == 1:
            return call("vec", _single(rows[1], rows[0], graph.links, graph, flat))
        if sizes == (0, 2) and len(graph.links) == 1:
            return flat.flip(call("vec", _single(columns[1], columns[0], graph.links, graph, flat)))
    in_rows, in_columns = graph.part(set(rows), weighted=False), graph.part(set(columns), weighted=False)
    across = graph.without(in_rows).without(in_columns)
    if not across.is_bare and not (in_rows.is_bare and in_columns.is_bare):
        return _beside(rows, columns, in_rows, in_columns, across, flat)
    for link in across.links:
        if link[2].op == "eye" and not graph.blocks and (moved := _contracted(link, across.links, rows)) != across.links:
            return between(rows, columns, Graph(graph.dims, moved, graph.weights), flat)
    layers = _layers(graph)
    if len(layers) < 2:
        return None
    found = [matrix for layer in layers if (matrix := between(rows, columns, layer, flat)) is not None]
    return column_products(found) if len(found) == len(layers) else None


def column_products(factors: Sequence[Matrix]) -> Matrix:
    """The product entry by entry; kron(A, ones(m)).*kron(ones(n), B) as the Khatri-Rao product kr(A, B)."""
    if len(factors) == 2:
        for first, second in (factors, factors[::-1]):
            if first.op == second.op == "kron" and len(first.children) == len(second.children) == 2:
                (a, below), (above, b) = first.children, second.children
                column = above.op == below.op == "ones" and not (above.cols or below.cols) and a.rows and a.cols and b.cols
                if column and above.rows == a.rows and below.rows == b.rows and a.cols == b.cols:
                    return call("kr", a, b)
    return hadamard(*factors)


def _vector(vertex: int, graph: Graph) -> Matrix:
    return graph.weights.get(vertex) or ones(graph.group((vertex,)))


def _single(row: int, column: int, links: Sequence[Link], graph: Graph, flat: Flat) -> Matrix:
    """diag(w) * (A .* B ...) * diag(v)."""
    turned = [matrix if tail == row else flat.flip(matrix) for tail, _, matrix in links]
    factors = [turned[0] if len(turned) == 1 else flat.hadamard(turned)]
    if row in graph.weights:
        factors.insert(0, flat.diagonal_matrix(graph.weights[row]))
    if column in graph.weights:
        factors.append(flat.diagonal_matrix(graph.weights[column]))
    return flat.product(factors)


def _beside(rows: Vertices, columns: Vertices, in_rows: Graph, in_columns: Graph, across: Graph, flat: Flat) -> Matrix | None:
    """What is among the rows, or among the columns, beside others: diag(vec(...)) on the left or right."""
    factors = [between(rows, columns, across, flat)]
    for side, inside, place in ((rows, in_rows, 0), (columns, in_columns, 2)):
        if not inside.is_bare:
            vector = between(side, (), inside, flat)
            factors.insert(place, None if vector is None else flat.diagonal_matrix(vector))
    found = [factor for factor in factors if factor is not None]
    return flat.product(found) if len(found) == len(factors) else None


def _contracted(identity: Link, across: list[Link], rows: Vertices) -> list[Link]:
    """The other edges at the two ends of an identity, moved to its other end, where they join rows or columns."""
    row, column = identity[:2] if identity[0] in rows else identity[1::-1]
    moved: list[Link] = []
    for link in across:
        tail, head, matrix = link
        if link is identity or {tail, head} == {row, column}:
            moved.append(link)
        else:
            swap = {row: column, column: row}
            moved.append((swap.get(tail, tail), swap.get(head, head), matrix))
    return moved


def _layers(graph: Graph) -> list[Graph]:
    """The edges and blocks in layers in which no two share an index, the first as large as it comes and with the
    weights."""
    layers: list[Graph] = []
    taken: list[set[int]] = []
    items: list[Link | Block] = [*graph.links, *graph.blocks]
    for item in items:
        vertices = set(item.vertices if isinstance(item, Block) else item[:2])
        place = next((p for p, others in enumerate(taken) if not vertices & others), len(layers))
        if place == len(layers):
            layers.append(Graph(graph.dims))
            taken.append(set())
        taken[place] |= vertices
        if isinstance(item, Block):
            layers[place].blocks.append(item)
        else:
            layers[place].links.append(item)
    layers.sort(key=lambda layer: -len(layer.links) - len(layer.blocks))
    if layers:
        layers[0].weights = graph.weights
    return layers


def _in_order(block: Block, rows: Vertices, columns: Vertices) -> Block:
    """A duplication matrix is the same for both orders of its two axes: the one asked for is taken."""
    if block.matrix.op != "duplication":
        return block
    asked = [side for side in (rows, columns) if set(side) == set(block.rows)]
    return Block(block.matrix, asked[0], block.columns) if asked else block


def _block_piece(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Piece | None:
    """One block whose axes are exactly the rows and columns, with weights beside it."""
    (block,) = graph.blocks
    if len(set(block.vertices)) != len(block.vertices):
        return None
    block = _in_order(block, rows, columns)
    sides = set(block.rows), set(block.columns)
    if sides == (set(rows), set(columns)):
        core = Piece(block.rows, block.columns, block.matrix)
    elif sides == (set(columns), set(rows)):
        core = Piece(block.columns, block.rows, flat.flip(block.matrix))
    elif not columns and set(block.vertices) == set(rows):
        core = Piece(block.columns + block.rows, (), call("vec", block.matrix))
    elif not rows and set(block.vertices) == set(columns):
        core = Piece((), block.columns + block.rows, flat.flip(call("vec", block.matrix)))
    else:
        return None
    factors = [core.matrix]
    for side, place in ((core.rows, 0), (core.columns, 2)):
        weights = {v: graph.weights[v] for v in side if v in graph.weights}
        if weights:
            vector = between(side, (), Graph(graph.dims, weights=weights), flat)
            assert vector is not None
            factors.insert(place, flat.diagonal_matrix(vector))
    return Piece(core.rows, core.columns, flat.product(factors))
