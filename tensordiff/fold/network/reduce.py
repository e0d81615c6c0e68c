"""Reduction of a network: series, parallel, pendant, loop and isolated rules, until only open indices and hubs remain.

Every network without open indices whose treewidth is at most two reduces to a scalar (Duffin 1965 for the series and
parallel rules). Each step takes out a vertex or an edge, so there are at most as many steps as both.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction

from tensordiff.fold.flat.factors import entry_factors, entry_power, letters
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.network.network import Network
from tensordiff.fold.network.word import Word
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import call, product, size


def reduce(network: Network, flat: Flat) -> None:
    """Take out every summed index that a rule fits."""
    fixed = {*network.terminals, *(v for block in network.blocks for v in block.vertices)}
    pending = deque(v for v in network.dims if v not in fixed)
    while pending:
        vertex = pending.popleft()
        if vertex in network.dims:
            pending.extend(v for v in _step(network, vertex, flat) if v not in fixed)


def _step(network: Network, vertex: int, flat: Flat) -> list[int]:
    """Apply the first rule that fits at a summed index; the indices whose surroundings changed."""
    around = network.around(vertex)
    degree = sum(len(edges) for edges in around.values())
    bare = vertex not in network.weights and vertex not in network.loops
    if not degree:
        _isolated(network, vertex, flat)
        return []
    if degree == 2 and (bare or len(around) == 2):
        return _series(network, vertex, [n for edges in around.values() for n in edges], flat)
    doubled = [(other, edges) for other, edges in around.items() if len(edges) > 1]
    for other, edges in doubled:
        words = [network.cut(number, vertex).matrix(flat) for number in edges]
        network.connect(vertex, other, Word(flat.hadamard(words)))
    if doubled:
        return [vertex, *(other for other, _ in doubled)]
    return _pendant(network, vertex, next(iter(around)), flat) if degree == 1 else []


def _series(network: Network, vertex: int, edges: list[int], flat: Flat) -> list[int]:
    """A index with two edges: their product, with the weight as a diagonal matrix in between."""
    ends = [network.edges[n].head if network.edges[n].tail == vertex else network.edges[n].tail for n in edges]
    before, after = (network.cut(number, vertex) for number in edges)
    word = before.turn()
    weight = network.weight(vertex, flat)
    if weight is not None:
        word = word.then(Word(flat.diagonal_matrix(weight.matrix(flat))))
    network.drop(vertex)
    network.connect(ends[0], ends[1], word.then(after))
    return list(dict.fromkeys(ends))


def _pendant(network: Network, vertex: int, other: int, flat: Flat) -> list[int]:
    """An index with one edge: matrix times vector, a weight of the neighbour."""
    (number,) = network.at[vertex]
    matrix = network.cut(number, other)
    weight = network.weight(vertex, flat)
    column = Word(flat.ones(network.dims[vertex]))
    network.drop(vertex)
    network.weigh(other, matrix.then(weight) if weight else _row_sums(matrix, column, flat))
    return [other]


def _row_sums(matrix: Word, column: Word, flat: Flat) -> Word:
    """A*ones, which for A = B.*C is diag(B*C')."""
    if matrix.letter is not None:
        letter = flat.flip(matrix.letter) if matrix.turned else matrix.letter
        factors = entry_factors(letter)
        if len(factors) == 1 and factors[0][1] == 2:
            factors = [(factors[0][0], Fraction(1))] * 2
        if len(factors) == 2 and all(exponent == 1 for _, exponent in factors):
            return Word(flat.diagonal(flat.product([factors[0][0], flat.flip(factors[1][0])])))
    return matrix.then(column)


def _isolated(network: Network, vertex: int, flat: Flat) -> None:
    """An index without edges: a size, a trace, a dot product or a sum; a scalar factor."""
    weights, loops = network.weights.get(vertex, []), network.loops.get(vertex, [])
    if not weights and not loops:
        network.multiply(size(network.dims[vertex]), flat)
    elif not weights and len(loops) == 1:
        network.multiply(trace(loops[0].matrix(flat), flat), flat)
    else:
        vector = network.weight(vertex, flat)
        assert vector is not None
        for scalar, exponent in total(vector.matrix(flat), flat):
            network.multiply(scalar, flat, exponent)
    network.drop(vertex)


def trace(matrix: Matrix, flat: Flat) -> Matrix:
    """tr(matrix), in the rotation that all equal traces have."""
    if matrix.op == "eye":
        return product(*(size(dim) for dim in matrix.rows))
    return flat.trace(letters(matrix))


def total(vector: Matrix, flat: Flat) -> list[tuple[Matrix, Fraction]]:
    """The sum of the entries of a vector, as scalar factors with exponents."""
    factors = entry_factors(vector)
    if not factors:
        return [(product(*(size(dim) for dim in vector.rows)), Fraction(1))]
    if any(exponent < 0 for _, exponent in factors) or len({base for base, _ in factors}) > 2:
        return [(_dot(factors, flat) or call("sum", vector), Fraction(1))]
    first, exponent = factors[0]
    if len(factors) == 2:
        parts = [entry_power(base, power) for base, power in factors]
        return [(flat.scalar_word([flat.flip(parts[0]), parts[1]]), Fraction(1))]
    if exponent != 1:
        if exponent == 2:
            return [(flat.scalar_word([flat.flip(first), first]), Fraction(1))]
        return [(call("sum", vector), Fraction(1))]
    if first.op == "diag":
        return [(trace(first.children[0], flat), Fraction(1))]
    found = letters(first)
    if found[-1].op == "ones":
        return [(matrix_sum(product(*found[:-1]), flat), Fraction(1))]
    return [(call("sum", first), Fraction(1))]


def _dot(factors: list[tuple[Matrix, Fraction]], flat: Flat) -> Matrix | None:
    """(the others entry by entry)' * (the longest product among them); None where all are single letters."""
    products = [base for base, exponent in factors if exponent == 1 and len(letters(base)) > 1]
    if not products:
        return None
    right = max(products, key=lambda base: (len(letters(base)), flat.text_key(base)))
    left = flat.from_entry_factors([pair for pair in factors if pair[0] is not right], right)
    return flat.scalar_word([flat.flip(left), right])


def matrix_sum(matrix: Matrix, flat: Flat) -> Matrix:
    """The sum of all entries of a matrix: of A.*B it is tr(A'*B)."""
    factors = entry_factors(matrix)
    if len(factors) == 1 and factors[0][1] == 2:
        return flat.trace([flat.flip(factors[0][0]), factors[0][0]])
    if len(factors) == 2 and all(exponent == 1 for _, exponent in factors):
        return flat.trace([flat.flip(factors[0][0]), factors[1][0]])
    return call("sum", matrix)
