"""How each matrix that is inverted or has its determinant taken is factorised, once it is known what it is needed for.

An inverse is formed only where its entries are needed, or where it is multiplied with many more columns than it has itself:
one matrix product is then several times faster than two triangular solutions. Else systems are solved. A matrix needed more
than once is factorised once: Cholesky where it is positive definite, LU where not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tensordiff.compile.plan.graph import Graph, Value, live

FACTORISED = {"inv": "inverse", "inverse_times": "solve", "logdet": "logdet"}
"""Operations on a matrix that a factorisation serves, and what they are called then."""


_MANY = {True: 2, False: 4}
"""How many times as many columns as the matrix has make it worth to form the inverse of a definite and of another matrix."""


def choose_factorisations(
    graph: Graph,
    outputs: Sequence[Value],
    sizes: Mapping[str, int],
    batched: Collection[Value] = (),
    *,
    narrow: bool = False,
) -> tuple[Graph, list[Value]]:
    """The graph with inverses, products with inverses and determinants computed in the cheapest way that serves them all,
    for these sizes.

    Libraries share no factors of the matrices in a batch (`batched`): these are solved with once, or inverted; if they are
    `narrow`, always inverted, in closed form. A matrix that all points share is inverted once.
    """
    needed = live(outputs)
    users: dict[Value, list[Value]] = {}
    for value in needed:
        if value.operation in FACTORISED:
            users.setdefault(value.operands[0], []).append(value)
    if not users:
        return graph, list(outputs)
    result = Graph()
    new: dict[Value, Value] = {}
    for value in needed:
        operands = tuple(new[v] for v in value.operands)
        if value.operation in FACTORISED:
            matrix = value.operands[0]
            definite = matrix in graph.definite
            if matrix in batched:
                made = _one_by_one(result, value, operands, users[matrix], definite, narrow)
            else:
                inverted = any(
                    user.operation == "inv" or user.operands[-1] in batched or _has_many_columns(user, definite, sizes)
                    for user in users[matrix]
                )
                made = _factorised(result, value, operands, users[matrix], definite, inverted)
        else:
            made = result.emit(value.operation, operands, value.attributes, shape=value.shape)
        new[value] = made
        if value in graph.symmetric:
            result.symmetric.add(made)
        if value in graph.hints:
            result.hints.setdefault(made, graph.hints[value])
    return result, [new[value] for value in outputs]


def _has_many_columns(value: Value, definite: bool, sizes: Mapping[str, int]) -> bool:
    """Whether the value is a product of an inverse with a matrix of many columns."""
    if value.operation != "inverse_times" or value.rank != 2:
        return False
    rows, columns = (extent.value(sizes) for extent in value.shape)
    return rows > 0 and columns >= _MANY[definite] * rows


def _factorised(
    graph: Graph, value: Value, operands: Sequence[Value], users: Sequence[Value], definite: bool, inverted: bool
) -> Value:
    matrix = operands[0]
    products = sum(user.operation == "inverse_times" for user in users)
    others = sum(user.operation == "logdet" for user in users)
    shape = value.shape
    if value.operation == "inverse_times" and inverted:
        inverse = _inverse(graph, matrix, others > 0, definite)
        return graph.matmul(graph.transpose(inverse, (1, 0)) if value.attributes[0] else inverse, operands[1])
    if value.operation == "inv":
        return _inverse(graph, matrix, others > 0, definite)
    if definite:
        factor = graph.emit("cholesky", (matrix,), shape=matrix.shape)
        return graph.emit("cholesky_" + FACTORISED[value.operation], (factor, *operands[1:]), shape=shape)
    if inverted + products + others > 1:
        factor = graph.emit("lu", (matrix,), shape=matrix.shape)
        return graph.emit("lu_" + FACTORISED[value.operation], (factor, *operands[1:]), value.attributes, shape=shape)
    if value.operation == "inverse_times":
        matrix = graph.transpose(matrix, (1, 0)) if value.attributes[0] else matrix
        return graph.emit("solve", (matrix, operands[1]), shape=shape)
    return graph.emit(value.operation, operands, value.attributes, shape=shape)


def _one_by_one(
    graph: Graph, value: Value, operands: Sequence[Value], users: Sequence[Value], definite: bool, narrow: bool
) -> Value:
    """As `_factorised`, for the matrices of a batch."""
    matrix = operands[0]
    if definite:
        matrix = graph.emit("definite", (matrix,), shape=matrix.shape)
    if value.operation != "inverse_times":
        return graph.emit(value.operation, (matrix,), value.attributes, shape=value.shape)
    transposed = value.attributes[0]
    if narrow or sum(user.operation != "logdet" for user in users) > 1:
        inverse = graph.emit("inv", (matrix,), shape=matrix.shape)
        return graph.matmul(graph.transpose(inverse, (1, 0)) if transposed else inverse, operands[1])
    matrix = graph.transpose(matrix, (1, 0)) if transposed else matrix
    return graph.emit("solve", (matrix, operands[1]), shape=value.shape)


def _inverse(graph: Graph, matrix: Value, shared: bool, definite: bool) -> Value:
    """The inverse itself, from a factorisation that a determinant shares if there is one."""
    if definite:
        factor = graph.emit("cholesky", (matrix,), shape=matrix.shape)
        return graph.emit("cholesky_inverse", (factor,), shape=matrix.shape)
    if shared:
        factor = graph.emit("lu", (matrix,), shape=matrix.shape)
        return graph.emit("lu_inverse", (factor,), shape=matrix.shape)
    return graph.emit("inv", (matrix,), shape=matrix.shape)
