"""Syntax trees to matrix form: every name gets its meaning, every operation its constructor, every error its place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from tensordiff.errors import BlockError, ParseError, ShapeError, TensordiffError, nearest
from tensordiff.matrix import Matrix, Scope, build, describe
from tensordiff.matrix.operations import WORDS
from tensordiff.matrix.symmetric import refuse_unsymmetric
from tensordiff.parse.differentials import Differentials, Quotient
from tensordiff.parse.families import Families, Member, Value
from tensordiff.parse.names import LETTERS, SIZED, UNSIZED, is_callable, is_function, resolve_name, unknown_function
from tensordiff.parse.products import OPERATIONS, frobenius, power
from tensordiff.parse.slices import is_slice, sliced
from tensordiff.parse.sums import restricted, summed
from tensordiff.parse.syntax import Syntax, Tree, is_member
from tensordiff.parse.written_sizes import size_of
from tensordiff.tensor import Dim, Group


def elaborated(reading: Elaboration) -> Matrix:
    """The value of a tree in a scope. Raises TensordiffError, placed in the text."""
    tree = reading.tree
    for node in tree.nodes:
        try:
            value = reading.visit(node)
            if isinstance(value, Member):
                reading.members[node] = value
            else:
                reading.values[node] = refuse_unsymmetric(value)
        except TensordiffError as error:
            raise error.located(tree.text, node.start, node.end) from None
    if tree.root in reading.members:
        raise ParseError(
            "the index of a member is open", text=tree.text, start=tree.root.start, end=tree.root.end,
            hint=r"sum over it: \sum_i ...",
        )  # fmt: skip
    result = reading.values[tree.root]
    if result.free and not (reading.differentials is not None and reading.differentials.entries):
        letters = ",".join(letter for letter, _ in result.free)
        raise ParseError(
            f"the indices {letters} are open", text=tree.text, start=tree.root.start, end=tree.root.end,
            hint=f"say which remain, the others are summed: ... -> [{letters}], or ... -> [] for a scalar",
        )  # fmt: skip
    return result


class Elaboration:
    """A tree in a scope. `unsized` gives the shapes of vector(1), matrix(1), I and ones; `differentials` says what dX and
    d(...) stand for, where they stand for anything."""

    def __init__(
        self,
        tree: Tree,
        scope: Scope,
        unsized: Mapping[Syntax, tuple[Group, ...]],
        differentials: Differentials | None,
    ) -> None:
        self.tree = tree
        self.scope = scope
        self.unsized = unsized
        self.differentials = differentials
        self.values: dict[Syntax, Matrix] = {}
        self.members: dict[Syntax, Member] = {}
        """The values that are members of families."""
        self.rows = {node.children[0] for node in tree.nodes if is_member(node)}
        """What has one index below it: where X is known and x is not, x_i is a row of X."""
        self.triple = {node.children[0] for node in tree.nodes if node.op == "index" and len(node.data) == 3}
        """What has three indices: an epsilon that is not declared is the Levi-Civita symbol there."""
        self.notes: list[str] = []
        self.families = Families({*scope.names(), *(str(label) for x in tree.nodes if x.op == "index" for label in x.data)})

    def visit(self, node: Syntax) -> Matrix | Member:
        if any(child in self.members for child in node.children):
            return self.of_members(node, [self.members.get(child) or self.values[child] for child in node.children])
        children = [self.values[child] for child in node.children]
        match node.op:
            case "number":
                return build.number(node.data)
            case "name":
                return self.name(node)
            case "constant":
                return self.constant(node)
            case "negative":
                return build.scale(-1, children[0])
            case "sum":
                return summed(children[0], node.data, self.scope.dims)
            case "differential":
                return self.differential_of(node, children[0])
            case "derivative":
                return self.derivative_of(node, children)
            case "add":
                return self.add(node, children)
            case "product":
                return self.product(node, children)
            case "power":
                if node.data == ".^":
                    return build.dot_power(*children)
                return self.power(node, *children)
            case "transpose":
                return build.transpose(children[0])
            case "index":
                names = [str(label) for label in node.data]
                if node.data[0].mark == "below" and set(names) <= {letter for letter, _ in children[0].free}:
                    return build.contract(children[0], names)  # (A_{ij} x_j)_i, the tensor of these entries
                if is_slice(node.data):
                    return sliced(children[0], node.data, self.families)
                if is_member(node) and len(children[0].shape) == 2 and all(children[0].shape):
                    return self.families.member(children[0], self.letter(node.data[0]))
                return build.entry(children[0], tuple(self.label(token) for token in node.data))
            case "contract":
                return build.contract(children[0], [self.letter(token) for token in node.data])
            case "block":
                return self.block(node, children)
        assert node.op == "call"
        return self.call(node, children)

    def power(self, node: Syntax, base: Matrix, exponent: Matrix) -> Matrix:
        """A power; an exponent T that is a size transposes a vector, and is not clear on a matrix."""
        mark = node.children[1]
        if mark.op == "name" and mark.data in ("T", "t") and mark.data in self.scope.dims and base.shape:
            if base.is_vector:
                return build.transpose(base)
            raise self.error(
                f"{mark.data} is a size here, so it is not clear whether this is a power or the transpose",
                mark.start, mark.end, "write ' for the transpose, or call the size otherwise",
            )  # fmt: skip
        return power(base, exponent)

    def of_members(self, node: Syntax, values: list[Value]) -> Value:
        """An operation on members of families; a sum over the family makes matrices of them again."""
        if node.op == "sum":
            (member,) = (self.families.spread(value) for value in values)
            member = Member(member.rows, member.columns, restricted(member.body, node.data, self.scope.dims))
            return self.families.summed(member, [each.letter for each in node.data])
        if node.op == "contract" and isinstance(values[0], Member) and values[0].is_scalar:
            return build.contract(values[0].body, [self.letter(token) for token in node.data])
        if node.op == "call" and (function := self.scope.function(node.data)) is not None:
            (member,) = (self.families.spread(value) for value in values)
            return Member(member.rows, member.columns, build.call(function, member.body))
        return self.families.visit(node, values)

    def error(self, message: str, start: int, end: int, hint: str | None = None) -> ParseError:
        return ParseError(message, text=self.tree.text, start=start, end=end, hint=hint)

    # Names, indices, sizes.

    def name(self, node: Syntax) -> Matrix:
        name = resolve_name(node.data, self.scope)
        if name in self.scope:
            return self.scope.lookup(name)
        if name in ("pi", "π"):
            return build.pi()
        if name == "levi" or (node in self.triple and name in ("epsilon", "ε", "ϵ")):
            return build.levi()
        whole = name.upper()
        if node in self.rows and whole != name and whole in self.scope and len(self.scope.lookup(whole).shape) == 2:
            note = f"{name}_i read as the i-th row of {whole}"
            self.notes += [note] if note not in self.notes else []
            return self.scope.lookup(whole)
        if is_function(name):
            raise self.error(f"{name} is a function", node.start, node.end, f"write {name}(...)")
        known = self.scope.names()
        declared = f"declared are {', '.join(known)}" if known else "no name is declared"
        near = nearest(name, known)
        raise self.error(f"unknown name {name}", node.start, node.end, f"did you mean {near}?" if near else declared)

    def differential_of(self, node: Syntax, value: Matrix) -> Matrix:
        """dX is a name of its own where X varies; d(...) is worked out."""
        found = None
        if self.differentials is not None and node.data == 1:
            (child,) = node.children
            name = self.differentials.find(child.data) if child.op == "name" else None
            if name is not None:
                return self.scope.lookup(name)
            if self.differentials.of is not None:
                found = self.differentials.of(value)
        if found is None:
            raise self.error(
                "a differential cannot stand here", node.start, node.end, "claims in differentials are read by check"
            )
        return found

    def derivative_of(self, node: Syntax, values: list[Matrix]) -> Matrix:
        if self.differentials is not None and self.differentials.derivative is not None:
            return self.differentials.derivative(node, values)
        _, order, whole = node.data
        if Quotient.formula is None or not whole or len(values) < 2:
            raise self.error("a derivative cannot stand here", node.start, node.end, "write it out")
        f, *variables = values
        if f.op == "symbol" and f not in variables and node.data[0] == "∂":
            raise self.error(
                f"{self.tree.source(node.children[0]).strip()} does not depend on what it is differentiated by",
                node.start, node.end, "define it by `where`, or declare a name for its derivative",
            )  # fmt: skip
        return Quotient.formula(f, variables * order if len(variables) == 1 else variables)

    def constant(self, node: Syntax) -> Matrix:
        """An identity or a vector of ones of the size that its neighbours have."""
        sizes = self.unsized[node]
        return build.eye(sizes[0]) if node.data == "eye" else build.ones(*sizes)

    def label(self, token: str) -> str | int:
        if token.isdigit():
            return int(token)
        return self.letter(token)

    def letter(self, token: str) -> str:
        if not token.isidentifier():
            start = getattr(token, "start", 0)
            raise self.error(
                f"{token} is not an index here", start, start + len(token),
                "indices are letters, or whole numbers counted from 1 on the left of the arrow",
            )  # fmt: skip
        return str(token)

    # Chains.

    def add(self, node: Syntax, terms: list[Matrix]) -> Matrix:
        signs = [1, *(-1 if sign == "-" else 1 for sign, _, _ in node.data)]
        if any(not term.is_scalar for term in terms):
            for child in node.children:
                if child.op == "product" and child.data[-1][0] == ":" and not child.closed:
                    _, start, end = child.data[-1]
                    raise ShapeError(
                        "the inner product is a scalar, which is added to a matrix here", hint="put brackets around the factors"
                    ).located(self.tree.text, start, end)
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
        value, place = factors[0], 0
        while place < len(node.data):
            kind = node.data[place][0] or "*"
            end = place + 1
            while end < len(node.data) and (node.data[end][0] or "*") == kind and kind in ("*", ".*"):
                end += 1
            value = self.run(node, kind, place, [value, *factors[place + 1 : end + 1]])
            place = end
        return value

    def run(self, node: Syntax, kind: str, place: int, operands: list[Matrix]) -> Matrix:
        """One run of a chain; `place` is that of its first operator."""
        operation = OPERATIONS[kind]
        try:
            return operation(*operands)
        except TensordiffError as error:
            value = operands[0]
            for offset, operand in enumerate(operands[1:]):
                try:
                    value = operation(value, operand)
                except TensordiffError as first:
                    _, start, end = node.data[place + offset]
                    factor = node.children[place + offset + 1]
                    where = (start, end) if end > start else (factor.start, factor.end)
                    raise first.located(self.tree.text, *where) from None
            raise error

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
        if name == "e^":
            return build.call(
                "expm" if len(arguments[0].shape) == 2 and arguments[0].rows and arguments[0].cols else "exp", arguments[0]
            )
        if name == "⟨":
            return frobenius(*self.pair(node, arguments))
        if (function := self.scope.function(name)) is not None:
            return build.call(function, *arguments)
        if name in ("tril", "triu") and len(arguments) == 1 and not arguments[0].is_scalar:
            return build.triangle(name, arguments[0])
        if name in SIZED or name in LETTERS:
            return self.sized(node)
        if name in UNSIZED:
            return build.product(arguments[0], build.ones(*self.unsized[node]))
        if name == "‖n" and len(arguments) == 2:
            return build.call("norm", *arguments)
        if name[0] in "|‖":
            if len(arguments) > 1:
                raise self.error("a norm is of one expression", node.start, node.end, "write norm2(x), or norm(x, 1)")
            return self.bars(name, arguments[0])
        if name == "kron":
            return build.kron(*arguments)
        if name == "log" and node.children[0].op == "call" and node.children[0].data == "|" and len(arguments) == 1:
            # log|A| is written for log|det A|, which has a meaning where det A is negative too.
            inner = self.values[node.children[0].children[0]]
            if not inner.is_scalar:
                return build.call("logdet", inner)
        if name == "where":
            arguments = [build.condition(arguments[0]), *arguments[1:]]
        if is_function(name) or (is_callable(name) and resolve_name(name, self.scope) not in self.scope):
            return build.call(name, *arguments)
        if resolve_name(name, self.scope) in self.scope:
            raise self.error(
                f"{name} is not a function", node.start, node.start + len(name),
                f"write {name}*(...) for a product, {name}[...] for an entry",
            )  # fmt: skip
        raise unknown_function(self.tree, node, self.scope.functions)

    def pair(self, node: Syntax, arguments: list[Matrix]) -> tuple[Matrix, Matrix]:
        if len(arguments) != 2:
            raise self.error("an inner product is of two values", node.start, node.end, "write <A, B>")
        return arguments[0], arguments[1]

    def bars(self, name: str, operand: Matrix) -> Matrix:
        """|a|, |A| for the determinant, and norms: ‖x‖, ‖X‖_F, ‖x‖_1, the spectral ‖X‖_2, the nuclear ‖X‖_*."""
        if name == "|":
            if operand.is_scalar:
                return build.call("abs", operand)
            if operand.is_vector:
                raise ShapeError(f"|...| of {describe(operand)}", hint="write norm2(x) for its length, abs(x) entry by entry")
            return build.call("det", operand)
        matrix = len(operand.shape) == 2 and not operand.is_vector
        if name == "‖n" and matrix:
            raise ParseError(
                f"norm of {describe(operand)} is the Frobenius norm for some and the spectral norm for others",
                hint="write norm2(A), the Frobenius norm, norm_spec(A) or norm1(A)",
            )
        word = {"‖": "norm2", "‖n": "norm2", "‖F": "norm2", "‖2": "norm_spec" if matrix else "norm2"}.get(name)
        if name == "‖*" and matrix:
            word = "norm_nuc"
        elif name == "‖1" and not matrix:
            word = "norm1"
        if word is None:
            raise ShapeError(
                f"the norm of {describe(operand)} with the subscript {name[1:]} is not supported",
                hint="norm1(X) sums absolute values of all entries, norm2(X) is the Frobenius, norm_spec(X) the spectral norm",
            )
        return build.call(word, operand)

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
