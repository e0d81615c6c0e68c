"""Syntax trees to matrix form: every name gets its meaning, every operation its constructor, every error its place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from tensordiff.errors import BlockError, ParseError, ShapeError, TensordiffError, nearest
from tensordiff.matrix import Matrix, Scope, build, describe
from tensordiff.matrix.operations import WORDS
from tensordiff.matrix.shape import MalformedSizeError, SizeValue, added, halved, multiplied, raised
from tensordiff.parse.differentials import OPERATOR
from tensordiff.parse.names import LETTERS, SIZED, UNSIZED, is_function, spellings, unknown_function
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.tensor import Dim, Extent, Group


def elaborate(
    tree: Tree,
    scope: Scope,
    unsized: Mapping[Syntax, tuple[Group, ...]] | None = None,
    differential: Callable[[Matrix], Matrix] | None = None,
) -> Matrix:
    """The value of a tree in a scope. `unsized` gives the shapes of vector(1), matrix(1) and a bare `eye`; `differential`
    is what d(...) stands for, where it stands for anything.

    Raises TensordiffError, placed in the text.
    """
    reading = _Elaboration(tree, scope, unsized or {}, differential)
    for node in tree.nodes:
        try:
            reading.values[node] = reading.visit(node)
        except TensordiffError as error:
            raise error.located(tree.text, node.start, node.end) from None
    result = reading.values[tree.root]
    if result.free:
        letters = ",".join(letter for letter, _ in result.free)
        raise ParseError(
            f"the indices {letters} are open", text=tree.text, start=tree.root.start, end=tree.root.end,
            hint=f"say which remain, the others are summed: ... -> [{letters}], or ... -> [] for a scalar",
        )  # fmt: skip
    return result


class _Elaboration:
    def __init__(
        self,
        tree: Tree,
        scope: Scope,
        unsized: Mapping[Syntax, tuple[Group, ...]],
        differential: Callable[[Matrix], Matrix] | None,
    ) -> None:
        self.tree = tree
        self.scope = scope
        self.unsized = unsized
        self.differential = differential
        self.values: dict[Syntax, Matrix] = {}

    def visit(self, node: Syntax) -> Matrix:
        children = [self.values[child] for child in node.children]
        match node.op:
            case "number":
                return build.number(node.data)
            case "name":
                return self.name(node)
            case "negative":
                return build.scale(-1, children[0])
            case "add":
                return self.add(node, children)
            case "product":
                return self.product(node, children)
            case "power":
                return (build.dot_power if node.data == ".^" else build.power)(*children)
            case "transpose":
                return build.transpose(children[0])
            case "index":
                return build.entry(children[0], tuple(self.label(token) for token in node.data))
            case "contract":
                return build.contract(children[0], [self.letter(token) for token in node.data])
            case "block":
                return self.block(node, children)
        assert node.op == "call"
        return self.call(node, children)

    def error(self, message: str, start: int, end: int, hint: str | None = None) -> ParseError:
        return ParseError(message, text=self.tree.text, start=start, end=end, hint=hint)

    # Names, indices, sizes.

    def name(self, node: Syntax) -> Matrix:
        name = resolve_name(node.data, self.scope)
        if name in self.scope:
            return self.scope.lookup(name)
        if name in ("pi", "π"):
            return build.pi()
        if name == "eye" and node in self.unsized:
            return build.eye(self.unsized[node][0])
        if is_function(name):
            raise self.error(f"{name} is a function", node.start, node.end, f"write {name}(...)")
        known = self.scope.names()
        declared = f"declared are {', '.join(known)}" if known else "no name is declared"
        near = nearest(name, known)
        raise self.error(f"unknown name {name}", node.start, node.end, f"did you mean {near}?" if near else declared)

    def label(self, token: str) -> str | int:
        if token.isdigit():
            return int(token)
        return self.letter(token)

    def letter(self, token: str) -> str:
        if not token.isidentifier():
            start = getattr(token, "start_pos", 0)
            raise self.error(
                f"{token} is not an index here", start, start + len(token),
                "indices are letters, or whole numbers counted from 1 on the left of the arrow",
            )  # fmt: skip
        return str(token)

    # Chains.

    def add(self, node: Syntax, terms: list[Matrix]) -> Matrix:
        signs = [1, *(-1 if sign == "-" else 1 for sign, _, _ in node.data)]
        try:
            return build.add(list(zip(signs, terms, strict=True)))
        except TensordiffError as error:
            # The first term that does not fit the first one that is no number, or else the shortest sum that fails.
            first = next((term for term in terms if term.shape or term.free), terms[0])
            pairs = [[(1, first), (sign, term)] for sign, term in zip(signs[1:], terms[1:], strict=True)]
            place = next((place for place, pair in enumerate(pairs) if _failure(pair)), None)
            if place is None:
                lengths = range(2, len(terms) + 1)
                place = bisect_left(lengths, True, key=lambda k: bool(_failure(list(zip(signs[:k], terms[:k], strict=True)))))
            raise (_failure(pairs[place]) or error).located(self.tree.text, *node.data[place][1:]) from None

    def product(self, node: Syntax, factors: list[Matrix]) -> Matrix:
        """A chain from left to right, runs of one operator at once."""
        chain = _Chain(list(node.data), factors, [(child.start, child.end) for child in node.children])
        if any(operator == "" for operator, _, _ in node.data):
            self.refuse_unclear_division(node)
            if any(operator in _INFIX for operator, _, _ in node.data):
                chain = self.tightened(chain)
        value, place, joined = chain.factors[0], 0, ""
        while place < len(chain.operators):
            kind = _kind(chain.operators[place])
            end = place + 1
            while end < len(chain.operators) and _kind(chain.operators[end]) == kind and kind in ("*", ".*"):
                end += 1
            operands = [value, *chain.factors[place + 1 : end + 1]]
            if sum(not operand.is_scalar for operand in operands) > 1:
                if "kron" in (joined, kind) and joined not in ("", kind):
                    raise self.unclear_order(chain, place)
                joined = kind
            value = self.run(chain, kind, place, operands)
            place = end
        return value

    def run(self, chain: _Chain, kind: str, place: int, operands: list[Matrix]) -> Matrix:
        """One run of a chain; `place` is that of its first operator."""
        operation = _OPERATIONS[kind]
        try:
            return operation(*operands)
        except TensordiffError as error:
            value = operands[0]
            for offset, operand in enumerate(operands[1:]):
                try:
                    value = operation(value, operand)
                except TensordiffError as first:
                    raise first.located(self.tree.text, *chain.place(place + offset)) from None
            raise error

    def tightened(self, chain: _Chain) -> _Chain:
        """The chain with factors that stand side by side multiplied first: A \\odot 2 B. Scalars only may be among them,
        since print does not say how A \\odot B C is meant."""
        tight = _Chain([], [chain.factors[0]], [chain.spans[0]])
        for place, operator in enumerate(chain.operators):
            factor, span = chain.factors[place + 1], chain.spans[place + 1]
            if operator[0] or (place and chain.operators[place - 1][0] == "/"):
                tight.operators.append(operator)
                tight.factors.append(factor)
                tight.spans.append(span)
                continue
            if not tight.factors[-1].is_scalar and not factor.is_scalar:
                raise self.unclear_order(chain, place)
            tight.factors[-1] = build.product(tight.factors[-1], factor)
            tight.spans[-1] = (tight.spans[-1][0], span[1])
        return tight

    def unclear_order(self, chain: _Chain, place: int) -> ParseError:
        message = "products of two kinds in a row are read in different orders"
        return self.error(message, *chain.place(place), "put parentheses around what comes first")

    def refuse_unclear_division(self, node: Syntax) -> None:
        """Raises ParseError for a / b c; the 1/2 x of numbers is clear."""
        for place, ((before, _, _), (operator, _, _)) in enumerate(pairwise(node.data)):
            numbers = place == 0 and all(child.op == "number" for child in node.children[:2])
            if before == "/" and operator == "" and not numbers:
                right = node.children[place + 2]
                message = "it is not clear whether this factor is divided or divides"
                raise self.error(message, right.start, right.end, r"use parentheses or \frac")

    def block(self, node: Syntax, entries: list[Matrix]) -> Matrix:
        """A block matrix; 0 is a block of zeros."""
        across = node.data[0]
        if any(length != across for length in node.data):
            raise self.error("the rows of the block matrix have different lengths", node.start, node.end)
        try:
            return build.block([entries[start : start + across] for start in range(0, len(entries), across)])
        except BlockError as error:
            child = node.children[error.block]
            raise error.located(self.tree.text, child.start, child.end) from None

    # Calls.

    def call(self, node: Syntax, arguments: list[Matrix]) -> Matrix:
        name: str = node.data
        if (function := self.scope.function(name)) is not None:
            return build.call(function, *arguments)
        if name in SIZED or name in LETTERS:
            return self.sized(node)
        if name in UNSIZED:
            return build.product(arguments[0], build.ones(*self.unsized[node]))
        if name[0] in "|‖":
            return self.bars(name, arguments[0])
        if name == "kron":
            return build.kron(*arguments)
        if name == OPERATOR and self.differential is not None and len(arguments) == 1:
            return self.differential(arguments[0])
        if name == "log" and node.children[0].op == "call" and node.children[0].data == "|" and len(arguments) == 1:
            # log|A| is written for log|det A|, which has a meaning where det A is negative too.
            inner = self.values[node.children[0].children[0]]
            if not inner.is_scalar:
                return build.call("logdet", inner)
        if is_function(name):
            return build.call(name, *arguments)
        if resolve_name(name, self.scope) in self.scope:
            raise self.error(
                f"{name} is not a function", node.start, node.start + len(name),
                f"write {name}*(...) for a product, {name}[...] for an entry",
            )  # fmt: skip
        raise unknown_function(self.tree, node, self.scope.functions)

    def bars(self, name: str, operand: Matrix) -> Matrix:
        """|a|, |A| for the determinant, and norms: ‖x‖, ‖X‖_F, ‖x‖_1. Norms of operators are refused."""
        if name == "|":
            if operand.is_scalar:
                return build.call("abs", operand)
            if operand.is_vector:
                raise ShapeError(f"|...| of {describe(operand)}", hint="write norm2(x) for its length, abs(x) entry by entry")
            return build.call("det", operand)
        if name in ("‖1", "‖2") and not operand.is_scalar and not operand.is_vector:
            raise ShapeError(
                f"the operator norm of {describe(operand)} is not supported",
                hint="norm1(X) sums absolute values of all entries, norm2(X) is the Frobenius norm",
            )
        return build.call("norm1" if name == "‖1" else "norm2", operand)

    def sized(self, node: Syntax) -> Matrix:
        """A constant whose arguments are sizes."""
        name: str = node.data
        low, high = WORDS[name].arguments or (0, 0)
        if not low <= len(node.children) <= (high or 0):
            wanted = {(1, 1): "one size", (1, 2): "one or two sizes"}.get((low, high or 0), "a size and a place")
            raise self.error(f"{name} takes {wanted}", node.start, node.end)
        if name == "unit":
            return self.unit(node)
        groups = [size_of(self.tree, child, self.scope) for child in node.children]
        if name in ("ones", "zeros"):
            return (build.ones if name == "ones" else build.zeros)(*groups)
        if name == "eye" and groups[0] != groups[-1]:
            raise ShapeError(f"{self.tree.source(node)} is not square", hint="an identity matrix is eye(n)")
        if name == "eye":
            return build.eye(groups[0])
        if name == "K":
            return build.commutation(groups[0], groups[-1])
        dim = self.single(node, groups[0])
        constant = {
            "D": build.duplication, "Dskew": build.skew_duplication, "L": build.elimination,
            "tril": build.tril, "triu": build.triu,
        }  # fmt: skip
        return constant[name](dim)

    def unit(self, node: Syntax) -> Matrix:
        """unit(n,k), the k-th unit vector."""
        size, place = node.children
        if place.op != "number" or place.data.denominator != 1:
            raise self.error("the place of a unit vector is a whole number", place.start, place.end, "write unit(n,1)")
        return build.unit(self.single(node, size_of(self.tree, size, self.scope)), int(place.data))

    def single(self, node: Syntax, group: Group) -> Dim:
        """A size that is one dimension."""
        if len(group) > 1:
            raise ShapeError(f"{node.data} takes one dimension, not the product {self.tree.source(node.children[0])}")
        return group[0] if group else Dim.fixed(1)


def _failure(terms: list[tuple[int, Matrix]]) -> TensordiffError | None:
    """Why terms cannot be added."""
    try:
        build.add(terms)
    except TensordiffError as error:
        return error
    return None


class _Chain(NamedTuple):
    """Factors and the operators between them, each with its place."""

    operators: list[tuple[str, int, int]]
    factors: list[Matrix]
    spans: list[tuple[int, int]]

    def place(self, position: int) -> tuple[int, int]:
        """The place of an operator, of the factor after it where it is not written."""
        _, start, end = self.operators[position]
        return (start, end) if end > start else self.spans[position + 1]


def _kind(operator: tuple[str, int, int]) -> str:
    return operator[0] or "*"


_INFIX = frozenset((".*", "./", "kron"))

_OPERATIONS: dict[str, Callable[..., Matrix]] = {
    "*": build.product,
    ".*": build.hadamard,
    "/": build.divide,
    "./": build.dot_divide,
    "kron": build.kron,
}


def resolve_name(name: str, scope: Scope) -> str:
    """The name as it is declared: itself, or with a Greek letter written the other way."""
    if name in scope:
        return name
    return next((other for other in spellings(name) if other in scope), name)


def size_of(tree: Tree, root: Syntax, scope: Scope | None) -> Group:
    """The size that an argument such as n*m, n^2 or n*(n+1)/2 stands for; without a scope every name is a size.

    Raises ParseError for what is no size.
    """
    values: dict[Syntax, SizeValue] = {}
    for node in Tree(tree.text, root).nodes:
        try:
            values[node] = _size(node, values, scope)
        except MalformedSizeError:
            if node.op == "name" and scope is not None and resolve_name(node.data, scope) not in scope:
                known = list(scope.dims)
                near = nearest(node.data, known)
                raise ParseError(
                    f"unknown size {node.data}", text=tree.text, start=node.start, end=node.end,
                    hint=f"did you mean {near}?" if near else f"declared sizes are {', '.join(known)}" if known else None,
                ) from None  # fmt: skip
    found = values.get(root)
    if found is None or found.group is None:
        raise ParseError(
            f"{tree.source(root)} is not a size", text=tree.text, start=root.start, end=root.end,
            hint="a size is a number, a declared size, a product or a sum of sizes such as n*m, n^2, n+m, n*(n+1)/2",
        )  # fmt: skip
    return found.group


def _size(node: Syntax, values: Mapping[Syntax, SizeValue], scope: Scope | None) -> SizeValue:
    """What a part of a size stands for. Raises MalformedSizeError for what is no size."""
    if node.op == "number" and node.data.denominator == 1 and node.data >= 1:
        return SizeValue.number(int(node.data))
    if node.op == "name":
        name = node.data if scope is None else resolve_name(node.data, scope)
        if scope is None or name in scope.dims:
            return SizeValue.of((Dim.named(name) if scope is None else scope.dims[name],))
    if any(child not in values for child in node.children):
        raise MalformedSizeError
    parts = [values[child] for child in node.children]
    if node.op == "power" and node.data == "^" and node.children[1].op == "number":
        return raised(parts[0], int(node.children[1].data))
    if node.op == "add":
        return added([(1, parts[0]), *((1 if sign == "+" else -1, part) for (sign, _, _), part in _after(node, parts))])
    if node.op != "product":
        raise MalformedSizeError
    factors = parts[:1]
    for (operator, _, _), part in _after(node, parts):
        if operator == "/" and part.length == Extent.number(2):
            factors = halved(factors)
        elif operator in ("*", ""):
            factors.append(part)
        else:
            raise MalformedSizeError
    return multiplied(factors)


def _after(node: Syntax, parts: list[SizeValue]) -> Iterator[tuple[tuple[str, int, int], SizeValue]]:
    """The parts after the first, each with the operator before it."""
    return zip(node.data, parts[1:], strict=True)
