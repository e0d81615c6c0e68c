"""Transposes where they read best: of a product and the reversed product of transposes, the one with fewer.

Every node of a flat expression is written in two ways, as it is and transposed, with the fewest transposes for each;
both are made from those of the operands, innermost first, so the whole costs linear time.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.fold.flat.factors import first_name, letters
from tensordiff.fold.flat.flat import Flat
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import block, call, entry, number, power, product, rebuild, transpose
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.triangles import triangle_of
from tensordiff.records import record
from tensordiff.tensor import bottom_up, postorder


@record
class Way:
    """A written form and how many transposes are in it."""

    cost: int
    node: Matrix


@record
class Ways:
    """The best ways to write a node and its transpose."""

    plain: Way
    turned: Way

    @property
    def least(self) -> Way:
        return min(self.plain, self.turned, key=lambda way: way.cost)


_TRIANGLES = 3
"""So many transposes more may stand in a triangle that is itself not transposed."""

Memo = dict[Matrix, Ways]


def orient(root: Matrix, flat: Flat) -> Matrix:
    """The flat expression with its transposes placed."""
    memo: Memo = {}
    flat.repeated = _repeated(root, flat)
    return bottom_up(root, lambda node, _: _ways(node, memo, flat), memo, _operands).plain.node


def _repeated(root: Matrix, flat: Flat) -> frozenset[Matrix]:
    """The sums that stand in more than one place, transposed or not."""
    places: dict[Matrix, int] = {}
    for node in postorder([root], _operands):
        for part in _operands(node):
            if part.op == "add":
                places[part] = places.get(part, 0) + 1
    for node in [node for node in places if (other := flat.flip(node)) is not node and other in places]:
        places[node] += 1
    return frozenset(node for node, count in places.items() if count > 1)


def _operands(node: Matrix) -> Sequence[Matrix]:
    if node.op == "product":  # also of long products, which nest
        return [letter for child in node.children for letter in letters(child)]
    if node.op == "tr":
        return letters(node.children[0])
    return () if node.op == "named" else node.children


def _ways(node: Matrix, memo: Memo, flat: Flat) -> Ways:
    if node.op == "product":
        return _product(node, memo, flat)
    if node.op == "tr":
        return _same(_trace([memo[letter] for letter in _operands(node)], flat))
    operands = [memo[child] for child in _operands(node)]
    if not operands:
        return _leaf(node, flat)
    if node.op == "entry":
        way = operands[0].turned
        other = Way(way.cost, entry(way.node, node.data[0][::-1]))
        return _same(min(_made(node, [operands[0].plain], flat), other, key=lambda way: way.cost))
    if node.op == "block":
        return _block(node, operands)
    if node.is_scalar:
        return _same(_made(node, [pair.least for pair in operands], flat))
    if node.op == "transpose":
        return Ways(operands[0].turned, operands[0].plain)
    if node.op == "diag":
        made = _made(node, [operands[0].plain if len(node.shape) == 2 else operands[0].least], flat)
        return _same(made) if len(node.shape) == 2 else _either(made)
    if OPERATIONS[node.op].transposes == "outside" and (len(operands) == 1 or node.op == "power"):  # not along an axis
        return _matrix_function(node, operands, flat)
    plain = _made(node, [pair.plain for pair in operands], flat)
    if not _is_pointwise(node):
        return _either(plain)
    below = operands[1:] if node.op == "divide" else []
    turned = [pair.turned for pair in operands[: len(operands) - len(below)]] + [pair.plain for pair in below]
    other = _made(node, turned, flat)
    outside = node.op in ("apply", "dot_power") or (node.op == "add" and node.is_vector)  # exp(A)', not exp(A')
    if outside and abs(plain.cost - other.cost) == 1:
        return _either(plain) if plain.cost < other.cost else Ways(_either(other).turned, other)
    if triangle_of(node) and abs(plain.cost - other.cost) <= _TRIANGLES:  # tril(A'*B), not triu(B'*A)'
        cost = min(plain.cost, other.cost)
        return Ways(Way(cost, plain.node), Way(cost, other.node))
    return _better(plain, other)


def _block(node: Matrix, operands: Sequence[Ways]) -> Ways:
    """A block matrix, or the transposes of its blocks the other way round."""
    across: int = node.data[0]
    plain = rebuild(node, tuple(pair.plain.node for pair in operands))
    turned = block([[pair.turned.node for pair in operands[column::across]] for column in range(across)])
    costs = sum(pair.plain.cost for pair in operands), sum(pair.turned.cost for pair in operands)
    return _better(Way(costs[0], plain), Way(costs[1], turned))


def _leaf(node: Matrix, flat: Flat) -> Ways:
    flipped = flat.flip(node)
    return Ways(Way(0, node), Way(1 if flipped.op == "transpose" else 0, flipped))


def _made(node: Matrix, operands: Sequence[Way], flat: Flat) -> Way:
    """The node's operation on these operands."""
    nodes = [way.node for way in operands]
    if node.op == "add":
        first = all(c < 0 for c in node.data)
        made = flat.ordered_sum(flat.without_sign(c, x, first) for c, x in zip(node.data, nodes, strict=True))
        made = flat.in_usual_order(made)
    else:
        made = rebuild(node, tuple(nodes))
    return Way(sum(way.cost for way in operands), made)


def _same(way: Way) -> Ways:
    """A form that equals its transpose."""
    return Ways(way, way)


def _either(plain: Way) -> Ways:
    """A form whose transpose has no spelling of its own."""
    return Ways(plain, Way(plain.cost + 1, transpose(plain.node)))


def _better(plain: Way, turned: Way) -> Ways:
    """Each of the two, or the other one transposed, whichever takes fewer transposes and brackets."""
    return Ways(
        plain if plain.cost <= turned.cost + _turning(turned.node) else _turned(turned),
        turned if turned.cost <= plain.cost + _turning(plain.node) else _turned(plain),
    )


def _turned(way: Way) -> Way:
    return Way(way.cost + _turning(way.node), transpose(way.node))


def _turning(node: Matrix) -> int:
    """What it costs to transpose a form as a whole: a product also needs brackets, x'*B rather than (B'*x)'; around
    brackets these are hard to read."""
    if (node.op == "add" and len(node.children) == 1) or node.op == "divide":
        return _turning(node.children[0])
    if node.op in ("kron", "add"):
        return 1 + any(operand.op in ("product", "kron") for operand in node.children)
    if node.op != "product":
        return 1
    return 3 if any(letter.op == "add" for letter in letters(node)) else 2


def _is_pointwise(node: Matrix) -> bool:
    """Whether the transpose is the operation on the transposed operands."""
    return OPERATIONS[node.op].transposes == "operands"


def _matrix_function(node: Matrix, operands: Sequence[Ways], flat: Flat) -> Ways:
    """f(A') = f(A)'; the transpose stands outside where it costs the same."""
    argument, others = operands[0], [pair.plain for pair in operands[1:]]
    if argument.plain.node is argument.turned.node:
        return _same(_made(node, [argument.plain, *others], flat))
    plain, turned = (_made(node, [way, *others], flat) for way in (argument.plain, argument.turned))
    return Ways(
        plain if plain.cost <= turned.cost else Way(turned.cost + 1, transpose(turned.node)),
        turned if turned.cost <= plain.cost else Way(plain.cost + 1, transpose(plain.node)),
    )


def _product(node: Matrix, memo: Memo, flat: Flat) -> Ways:
    """A product, cut behind every column: both parts of an outer product choose their own direction, and a row times a
    column is a scalar, which goes to the front."""
    scalars: list[Way] = []
    parts: list[Ways] = []
    open_part: list[Ways] = []
    for factor in _operands(node):
        pair = memo[factor]
        if factor.is_scalar:
            scalars.append(pair.least)
            continue
        open_part.append(pair)
        if not factor.cols:
            run = _run(open_part)
            if run.plain.node.is_scalar:  # x'*y, not y'*x
                ways = (run.plain, run.turned)
                scalars.append(min(ways, key=lambda way: (way.cost, way.node not in flat.habits, first_name(way.node))))
            else:
                parts.append(run)
            open_part = []
    if open_part:
        parts.append(_run(open_part))
    front, cost = [way.node for way in scalars], sum(way.cost for way in scalars)
    plain = Way(cost + sum(p.plain.cost for p in parts), product(*front, *(p.plain.node for p in parts)))
    if node.is_scalar:
        return _same(plain)
    turned = Way(cost + sum(p.turned.cost for p in parts), product(*front, *(p.turned.node for p in reversed(parts))))
    return _better(plain, turned)


def _run(factors: Sequence[Ways]) -> Ways:
    plain = Way(sum(f.plain.cost for f in factors), product(*(f.plain.node for f in factors)))
    turned = Way(sum(f.turned.cost for f in factors), product(*(f.turned.node for f in reversed(factors))))
    return Ways(plain, turned) if plain.node.is_scalar else _better(plain, turned)


def _trace(factors: list[Ways], flat: Flat) -> Way:
    """tr of a product, in the direction with fewer transposes, beginning at a letter that is transposed if there is one."""
    words = [[f.plain for f in factors], [f.turned for f in reversed(factors)]]
    costs = [sum(way.cost for way in word) for word in words]

    def appeal(choice: tuple[int, int]) -> tuple[int, int, tuple[str, bytes]]:
        word, start = words[choice[0]], choice[1]
        first, last = word[start].node, word[start - 1].node
        open_ended = first.op != "transpose" or last.op == "transpose"
        return int(open_ended), int(flat.flip(first) is not last), flat.text_key(first)

    choices = [(w, start) for w, word in enumerate(words) if costs[w] == min(costs) for start in range(len(word))]
    chosen, start = min(choices, key=appeal)
    word = words[chosen]
    nodes = [way.node for way in word[start:] + word[:start]]
    return Way(sum(way.cost for way in word), call("tr", _as_power(nodes, flat)))


def _as_power(word: Sequence[Matrix], flat: Flat) -> Matrix:
    """A product; as a power where it is a word of two letters or more several times, and that is shorter."""
    whole = product(*word)
    for period in range(2, len(word) // 2 + 1):
        if len(word) % period == 0 and all(letter is word[p % period] for p, letter in enumerate(word)):
            made = power(product(*word[:period]), number(len(word) // period))
            return made if flat.length(made) + 1 < flat.length(whole) else whole
    return whole
