"""Sums over the blocks of a matrix: a network that is a partial trace of one with two more indices, which has a form.

M_(i,a),(j,b) B_ba is the matrix of the traces of the blocks of M*kron(eye(n), B). A summed index with two ends is cut open:
its ends are a row and a column more, behind the others (the traces of blocks) or before them (the sum of the blocks on the
diagonal).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.network.network import Block, Vertices
from tensordiff.fold.network.terminals import Graph, Link
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import call, number, product, size
from tensordiff.records import replace
from tensordiff.tensor import Dim

MatrixOf = Callable[[Vertices, Vertices, Graph, Flat], tuple[list[Matrix], Matrix] | None]

_MOST_CUTS = 2
_MOST_INDICES = 12
"""Networks with more indices are not cut open, none more often than this."""


def partial_traces(rows: Vertices, columns: Vertices, graph: Graph, flat: Flat, matrix_of: MatrixOf) -> Iterator[Matrix]:
    """The partial traces that a connected network is. `matrix_of` gives the form of the network that is cut open."""
    if not rows:
        yield from (flat.flip(found) for found in partial_traces(columns, rows, graph, flat, matrix_of) if columns)
        return
    if graph.opened >= _MOST_CUTS:
        return
    outer = product(*(size(graph.dims[v]) for v in rows))
    for vertex in _summed_twice(rows, columns, graph):
        if not readable([graph.dims[v] for v in (vertex, *rows)]):
            continue
        inner = size(graph.dims[vertex])
        new = max(graph.dims) + 1
        opened = _opened(graph, vertex, new)
        for first, second in ((vertex, new), (new, vertex)):
            for ahead in (False, True):
                way = ((first, *rows), (second, *columns)) if ahead else ((*rows, first), (*columns, second))
                found = matrix_of(*way, opened, flat)
                if found is not None and not found[0]:
                    sizes = (inner, outer, number(1)) if ahead else (outer, inner)
                    yield call("ptrace", found[1], *sizes)


def readable(dims: Sequence[Dim]) -> bool:
    """Whether the sizes can be written where a size is read: triangular ones cannot."""
    return all(part.base is None for dim in dims for part in (dim, *(d for group, _ in dim.terms for d in group)))


def _summed_twice(rows: Vertices, columns: Vertices, graph: Graph) -> list[int]:
    """The summed indices with two ends."""
    ends = [v for tail, head, _ in graph.links for v in (tail, head)]
    ends += [v for block in graph.blocks for v in block.vertices]
    if len(set(ends)) > _MOST_INDICES:
        return []
    return [v for v in dict.fromkeys(ends) if ends.count(v) == 2 and v not in rows and v not in columns]


def _opened(graph: Graph, vertex: int, new: int) -> Graph:
    """The network with the second end of an index given to a new one."""
    seen = 0

    def end(v: int) -> int:
        nonlocal seen
        seen += v == vertex
        return new if v == vertex and seen == 2 else v

    links: list[Link] = [(end(tail), end(head), matrix) for tail, head, matrix in graph.links]
    blocks = [Block(b.matrix, tuple(map(end, b.rows)), tuple(map(end, b.columns))) for b in graph.blocks]
    return replace(graph, dims={**graph.dims, new: graph.dims[vertex]}, links=links, blocks=blocks, opened=graph.opened + 1)
