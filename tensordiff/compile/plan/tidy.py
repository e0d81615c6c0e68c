"""Matrix algebra on the finished graph: transposes moved to the operands, common factors of sums taken out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.compile.plan.assemble import combination
from tensordiff.compile.plan.graph import Graph, Value, live, number_of

_Term = tuple[Fraction, Value]


def tidy(graph: Graph, outputs: Sequence[Value]) -> tuple[Graph, list[Value]]:
    """The graph with (A B)' as B' A', and A B + A C as A (B + C), where these products have no other use."""
    needed = live(outputs)
    uses: dict[Value, int] = {}
    for used in [*(operand for value in needed for operand in value.operands), *outputs]:
        uses[used] = uses.get(used, 0) + 1
    inner = {
        operand
        for value in needed
        if value.operation in _LINEAR
        for operand in value.operands
        if uses[operand] == 1 and operand.shape == value.shape and operand not in graph.hints
    }
    result = Graph()
    new: dict[Value, Value] = {}
    for value in needed:
        operands = [new[v] for v in value.operands]
        made: Value | None = None
        if value.operation == "transpose" and value.rank == 2:
            made = _turned(result, value.operands[0], uses, new)
        elif value.operation in _LINEAR and value not in inner:
            made = _factored(result, value, inner, uses, new)
        if made is None:
            made = result.emit(value.operation, operands, value.attributes, shape=value.shape)
        new[value] = made
        if value in graph.symmetric:
            result.symmetric.add(made)
        if value in graph.hints:
            result.hints.setdefault(made, graph.hints[value])
    return result, [new[value] for value in outputs]


_LINEAR = frozenset({"add", "subtract", "negative"})


def _turned(graph: Graph, value: Value, uses: dict[Value, int], new: dict[Value, Value], depth: int = 8) -> Value:
    """The transpose of a matrix; of a product with no other use that of its factors, some levels down."""
    if value.operation == "transpose" and uses[value] == 1:
        return new[value.operands[0]]
    alone = uses[value] == 1 and value.operation == "matmul" and all(v.rank == 2 for v in value.operands)
    if not alone or not depth or new[value].operation != "matmul":
        return graph.transpose(new[value], (1, 0))
    left, right = (_turned(graph, v, uses, new, depth - 1) for v in value.operands)
    return graph.matmul(right, left)


def _factored(graph: Graph, root: Value, inner: set[Value], uses: dict[Value, int], new: dict[Value, Value]) -> Value | None:
    """A sum with common factors of its products taken out, None where it has none."""
    terms: list[_Term] = []
    shared: list[_Term] = []
    for coefficient, value in _terms(root, inner):
        product = value.operation == "matmul" or (value.operation == "transpose" and new[value].operation == "matmul")
        alone = product and uses[value] == 1 and all(v.rank in (1, 2) for v in (new[value], *new[value].operands))
        (terms if alone else shared).append((coefficient, new[value]))
    merged = _merged(graph, terms)
    if len(merged) == len(terms):
        return None
    return combination(graph, [*merged, *shared])


def _terms(root: Value, inner: set[Value]) -> list[_Term]:
    """The sum as coefficient * value, in order."""
    found: list[_Term] = []
    stack: list[tuple[Fraction, Value]] = [(Fraction(1), root)]
    while stack:
        coefficient, value = stack.pop()
        constant = number_of(value.operands[0]) if value.operation == "multiply" else None
        if value.operation in _LINEAR and (value is root or value in inner):
            sign = -1 if value.operation != "add" else 1
            *first, last = value.operands
            stack.append((coefficient * sign, last))
            stack += [(coefficient, v) for v in first]
        elif constant is not None and value in inner:
            found.append((coefficient * constant, value.operands[1]))
        else:
            found.append((coefficient, value))
    return found


def _merged(graph: Graph, terms: list[_Term]) -> list[_Term]:
    """c A B + d A C as A (c B + d C), as long as a factor is common to several terms; a common vector is not, as the sum
    of the matrices would cost more than a product with it."""
    while True:
        groups: dict[tuple[int, Value], list[_Term]] = {}
        for term in terms:
            for side in (0, 1):
                if term[1].operands[side].rank == 2:
                    groups.setdefault((side, term[1].operands[side]), []).append(term)
        if not groups:
            return terms
        (side, common), group = max(groups.items(), key=lambda entry: len(entry[1]))
        if len(group) == 1:
            return terms
        rest = combination(graph, [(coefficient, value.operands[1 - side]) for coefficient, value in group])
        made = graph.matmul(common, rest) if side == 0 else graph.matmul(rest, common)
        place = terms.index(group[0])
        terms = [term for term in terms if term not in group]
        terms.insert(place, (Fraction(1), made))
