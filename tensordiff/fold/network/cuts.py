"""Networks with summed indices that no rule takes out: they are cut into a product of matrices.

A set of indices that separates the rows from the columns is a compound index in the middle of a product. With one hub h
this is the Khatri-Rao form KR(B,A)*diag(w)*KR(E,C)'; with two hubs joined by M it is kron(B,A)*diag(vec(M))*kron(E,C)'.
The cuts are found by moving a front of indices from the rows to the columns, the shortest product first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import combinations

from tensordiff.fold.flat.factors import letters
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.network.network import Block, Vertices
from tensordiff.fold.network.partial_traces import partial_traces, readable
from tensordiff.fold.network.reduce import trace
from tensordiff.fold.network.terminals import Graph, Piece, assemble, between
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import call, eye, kron, size
from tensordiff.records import replace

_HADAMARD = 20
"""How much longer a product may be than a Hadamard product of compound matrices, and still be preferred."""
_MAX_FRONT = 3
_MAX_STEPS = 300
_MAX_SCALAR = 16
"""The widest front beside the terminals, the most fronts tried, the most indices in a scalar that is cut."""


def matrix_of(
    rows: Vertices, columns: Vertices, graph: Graph, flat: Flat, *, unstack: bool = False
) -> tuple[list[Matrix], Matrix] | None:
    """A reduced network with these terminals as (scalar factors, matrix); None where no form fits. With `unstack`, vectors
    of compound length are made matrices where there is no other way."""
    pieces: list[Piece] = []
    scalars: list[Matrix] = []
    vertices = dict.fromkeys((*rows, *columns, *_inner(rows, columns, graph)))
    for members in graph.components(vertices):
        own = graph.part(members)
        own_rows, own_columns = (tuple(v for v in side if v in members) for side in (rows, columns))
        if not own_rows and not own_columns:
            scalar = _scalar(own, members, flat)
            if scalar is None:
                return None
            scalars.append(scalar)
            continue
        direct = between(own_rows, own_columns, own, flat) if members == {*own_rows, *own_columns} else None
        cut = None if direct and direct.op != "hadamard" else _cut(own_rows, own_columns, own, flat)
        found = [m for m in (direct, cut) if m is not None]
        if not found or (own.blocks and not (own_rows and own_columns)):
            stacked = _stacked(own_rows, own_columns, own, flat)
            found += [] if stacked is None else [stacked]
        if not found and (joined := _weights_joined(own_rows, own_columns, own, flat)) is not None:
            joined_form = _cut(own_rows, own_columns, joined, flat)
            found += [] if joined_form is None else [joined_form]
        if not found and unstack and (unstacked := _unstacked(own, flat)) is not None:
            terminal = members == {*own_rows, *own_columns}
            way = between(own_rows, own_columns, unstacked, flat) if terminal else None
            way = way or _cut(own_rows, own_columns, unstacked, flat)
            found += [] if way is None else [way]
        if not found and own.blocks and (unstack or all(block.rows and block.columns for block in own.blocks)):
            found = list(partial_traces(own_rows, own_columns, own, flat, matrix_of))
        matrix = min(found, key=lambda m: _cost(m, flat), default=None)
        if matrix is None:
            return None
        pieces.append(Piece(own_rows, own_columns, matrix))
    return scalars, assemble(pieces, rows, columns, graph, flat)


def _weights_joined(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Graph | None:
    """Vectors at two axes of blocks as an outer product between them: D'*kron(x*x', A)*D."""
    linked = {v for tail, head, _ in graph.links for v in (tail, head)} | {*rows, *columns}
    axes = [v for block in graph.blocks for v in block.vertices]
    ends = [v for v in dict.fromkeys(axes) if v not in linked and axes.count(v) == 1]
    if not ends or len(ends) % 2:
        return None
    vectors = [graph.weights.get(v) or flat.ones(graph.dims[v]) for v in ends]
    outer = [flat.product([vectors[p], flat.flip(vectors[p + 1])]) for p in range(0, len(ends), 2)]
    links = [(ends[2 * p], ends[2 * p + 1], matrix) for p, matrix in enumerate(outer)]
    weights = {v: w for v, w in graph.weights.items() if v not in ends}
    return replace(graph, links=[*graph.links, *links], weights=weights)


def _unstacked(graph: Graph, flat: Flat) -> Graph | None:
    """Vectors of compound length n*m as m-by-n matrices, unvec(u, m, n), or kron(eye(n), vec(eye(m))')*kron(u, eye(m)) where a
    size is triangular and has no word; None without any."""
    vectors = [block for block in graph.blocks if len(block.rows) == 2 and not block.columns]
    if not vectors:
        return None
    links = list(graph.links)
    for block in vectors:
        slow, fast = block.rows
        if readable([graph.dims[v] for v in block.rows]):
            links.append((fast, slow, call("unvec", block.matrix, size(graph.dims[fast]), size(graph.dims[slow]))))
            continue
        left, right = (eye(graph.group((v,))) for v in block.rows)
        matrix = flat.product([kron(left, flat.flip(call("vec", right))), kron(block.matrix, right)])
        links.append((slow, fast, matrix))
    return replace(graph, links=links, blocks=[block for block in graph.blocks if block not in vectors])


def _stacked(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Matrix | None:
    """A vector that is vec of a matrix: the rows are the columns and the rows of the matrix, one after the other."""
    if not rows:
        turned = _stacked(columns, (), graph, flat) if columns else None
        return None if turned is None else flat.flip(turned)
    for cut in range(1, len(rows)) if not columns else ():
        found = matrix_of(rows[cut:], rows[:cut], graph, flat)
        if found is not None and not found[0]:
            return call("vec", found[1])
    return None


def _cost(matrix: Matrix, flat: Flat) -> int:
    """The length of the text, with the preference for products."""
    wide = matrix.op == "hadamard" and len(matrix.rows) > 1 and len(matrix.cols) > 1
    return flat.length(matrix) + (_HADAMARD if wide else 0)


def _inner(rows: Vertices, columns: Vertices, graph: Graph) -> Iterator[int]:
    terminals = {*rows, *columns}
    for tail, head, _ in graph.links:
        yield from (v for v in (tail, head) if v not in terminals)
    for block in graph.blocks:
        yield from (v for v in block.vertices if v not in terminals)


def _cut(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Matrix | None:
    """A connected network with summed indices, as a product over fronts that separate rows from columns; read from the
    columns to the rows where that is the only way."""
    found = _swept(rows, columns, graph, flat) if rows else None
    if found is None and columns:
        turned = _swept(columns, rows, graph, flat)
        found = None if turned is None else flat.flip(turned)
    return found


def _swept(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat) -> Matrix | None:
    """The product over the fronts on the cheapest way from the rows to the columns (Dijkstra 1959)."""
    best: dict[tuple[Vertices, frozenset[int]], int] = {}
    heap: list[tuple[int, int, Vertices, frozenset[int], tuple[Matrix, ...]]] = [(0, 0, rows, frozenset(), ())]
    made = 0
    while heap and made < _MAX_STEPS:
        length, _, front, done, factors = heappop(heap)
        if front == columns and done.issuperset(_vertices(graph) - set(columns)):
            return flat.product(factors)
        state = front, frozenset(v for v in done if v < 0)
        if best.get(state, length + 1) <= length:
            continue
        best[state] = length
        steps = [*_advance(front, done, columns, graph, flat), *_enter(front, done, columns, graph, flat)]
        for following, leaving, factor in steps:
            made += 1
            cost = length + _cost(factor, flat) + 1
            heappush(heap, (cost, made, following, done | leaving, (*factors, factor)))
    return None


def _vertices(graph: Graph) -> set[int]:
    found = set(graph.weights)
    for tail, head, _ in graph.links:
        found |= {tail, head}
    for block in graph.blocks:
        found.update(block.vertices)
    return found


def _advance(
    front: Vertices, done: frozenset[int], columns: Vertices, graph: Graph, flat: Flat
) -> Iterator[tuple[Vertices, frozenset[int], Matrix]]:
    """Every next front: some indices of this one are left behind, their neighbours come in."""
    columns_only, everything = set(columns), _vertices(graph)
    movable = [v for v in front if v not in columns_only]
    for count in range(1, len(movable) + 1):
        for chosen in combinations(movable, count):
            leaving = frozenset(chosen)
            new = _neighbours(leaving, graph) - set(front) - done
            following = [v for v in front if v not in leaving] + _in_block_order(new, graph)
            if len(following) > max(_MAX_FRONT, len(columns)):
                continue
            final = columns_only.issuperset(following) and everything <= done | leaving | columns_only
            following = list(columns) if final else following
            rest = graph.part(_vertices(graph) - done)
            rest.weights = {v: w for v, w in rest.weights.items() if ~v not in done}
            part, copy = _between_fronts(front, following, leaving, final, rest)
            for order in [columns] if final else _orders(front, following, part, copy):
                factor = between(front, tuple(copy.get(v, v) for v in order), part, flat)
                if factor is not None:
                    yield order, leaving, factor


def _enter(
    front: Vertices, done: frozenset[int], columns: Vertices, graph: Graph, flat: Flat
) -> Iterator[tuple[Vertices, frozenset[int], Matrix]]:
    """Rows or columns of compound length of which this front has some axes and vectors have the others: these come in
    with their vectors, as in kron(eye(n), z')*y. An index whose vector is used up is marked in `done` as its complement."""
    linked = {v for link in graph.links for v in link[:2]} | done | set(columns)
    ends = [v for block in graph.blocks for v in block.vertices]
    for side in (side for block in graph.blocks for side in (block.rows, block.columns)):
        new = [v for v in side if v not in front]
        if not new or len(new) == len(side) or linked.intersection(side):
            continue
        if any(v not in graph.weights and ends.count(v) > 1 for v in new):
            continue
        others = [v for v in front if v not in side]
        following = (*others, *side)
        part, copy = _between_fronts(front, [v for v in following if v in front], frozenset(), False, Graph(graph.dims))
        part.weights = {v: graph.weights.get(v) or flat.ones(graph.dims[v]) for v in new}
        factor = between(front, tuple(copy.get(v, v) for v in following), part, flat)
        if factor is not None:
            yield following, frozenset(~v for v in new), factor


def _neighbours(vertices: frozenset[int], graph: Graph) -> set[int]:
    found: set[int] = set()
    for tail, head, _ in graph.links:
        if tail in vertices or head in vertices:
            found |= {tail, head}
    for block in graph.blocks:
        if vertices.intersection(block.vertices):
            found.update(block.vertices)
    return found - vertices


def _in_block_order(vertices: set[int], graph: Graph) -> list[int]:
    """The vertices, the axes of a block in its own order."""
    groups = [side for block in graph.blocks for side in (block.rows, block.columns) if vertices.issuperset(side)]
    return list(dict.fromkeys([v for side in groups for v in side] + sorted(vertices)))


def _orders(front: Vertices, following: Sequence[int], part: Graph, copy: dict[int, int]) -> list[Vertices]:
    """The order of the next front that goes with the order of this one; for the two equal axes of a duplication matrix
    both."""
    ends = {copy.get(v, v): v for v in following}
    natural = tuple(ends[v] for members in part.components((*front, *ends)) for v in ends if v in members)
    found = [natural]
    for block in part.blocks:
        if block.matrix.op == "duplication" and set(block.rows) <= set(natural):
            swap = dict(zip(block.rows, reversed(block.rows), strict=True))
            found += [tuple(swap.get(v, v) for v in order) for order in found]
    return found


def _between_fronts(
    front: Vertices, following: Sequence[int], leaving: frozenset[int], final: bool, graph: Graph
) -> tuple[Graph, dict[int, int]]:
    """What lies between one front and the next: all that touches the indices left behind, and identities for those that
    stay, whose second copies are given."""
    offset = max(graph.dims) + 1
    copy = {v: v + offset for v in following if v in front}
    part = Graph({**graph.dims, **{c: graph.dims[v] for v, c in copy.items()}})
    part.links = [(v, c, eye(graph.group((v,)))) for v, c in copy.items()]
    for tail, head, matrix in graph.links:
        if tail in leaving or head in leaving:
            part.links.append((tail, head, matrix))
        elif final and tail in following and head in following:
            part.links.append((copy.get(tail, tail), copy.get(head, head), matrix))
    part.weights = {v: w for v, w in graph.weights.items() if v in leaving}
    if final:
        part.weights |= {copy.get(v, v): graph.weights[v] for v in following if v in graph.weights}
    part.blocks = [block for block in graph.blocks if leaving.intersection(block.vertices)]
    return part, copy


def _scalar(graph: Graph, members: set[int], flat: Flat) -> Matrix | None:
    """A closed network that no rule reduces: row * matrix * ... * column, or the trace of a matrix of compound axes."""
    if len(members) > _MAX_SCALAR:
        return None
    starts = dict.fromkeys(side for block in graph.blocks for side in (block.rows, block.columns))
    starts |= dict.fromkeys((tail, head) for tail, head, _ in graph.links)
    found: list[Matrix] = []
    for start in starts:
        if len(set(start)) == len(start):
            found += [value for row, rest in _rows_of(graph, start) if (value := _dot(start, row, rest, flat)) is not None]
    found += [value for block in graph.blocks if (value := _closed(block, graph, flat)) is not None]
    return min(found, key=lambda node: (flat.length(node), node.key), default=None)


def _rows_of(graph: Graph, start: Vertices) -> Iterator[tuple[Graph, Graph]]:
    """What may stand as a row on the indices `start`, with what is left: all that is among them, or one block of several."""
    inside = graph.part(set(start))
    outside = {v: w for v, w in graph.weights.items() if v not in start}
    blocks = [block for block in graph.blocks if not set(start).issuperset(block.vertices)]
    yield inside, Graph(graph.dims, [link for link in graph.links if link not in inside.links], outside, blocks)
    if len(inside.blocks) > 1:
        first = graph.blocks.index(inside.blocks[0])
        rest = Graph(graph.dims, graph.links, graph.weights, graph.blocks[:first] + graph.blocks[first + 1 :])
        yield Graph(graph.dims, blocks=inside.blocks[:1]), rest


def _dot(start: Vertices, first: Graph, rest: Graph, flat: Flat) -> Matrix | None:
    """row * column on the indices `start`; the sum of the entries where there is nothing for the column."""
    row = between((), start, first, flat)
    if row is None:
        return None
    if rest.is_bare and not rest.weights:
        return call("sum", flat.flip(row))
    column = _cut(start, (), rest, flat)
    return None if column is None else flat.scalar_word([row, *letters(column)])


def _closed(block: Block, graph: Graph, flat: Flat) -> Matrix | None:
    """tr(B*M) for a block B, M the rest of the network between the block's columns and its rows."""
    if len(set(block.rows)) != len(block.rows) or graph.group(block.rows) != graph.group(block.columns):
        return None
    offset = max(graph.dims) + 1
    if block.rows == block.columns and len(graph.blocks) == 1 and not graph.links and not graph.weights:
        return trace(block.matrix, flat)
    copy = {v: v + offset for v in block.rows}
    split = Graph({**graph.dims, **{c: graph.dims[v] for v, c in copy.items()}}, graph.links, graph.weights)
    split.blocks = [b for b in graph.blocks if b is not block]
    split.blocks.append(Block(block.matrix, tuple(copy[v] for v in block.rows), block.columns))
    ends = tuple(copy[v] for v in block.rows)
    matrix = _cut(ends, block.rows, split, flat)
    return None if matrix is None else trace(matrix, flat)
