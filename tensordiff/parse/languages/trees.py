"""What the parser makes of operands and operators: one small function for each operation of the tree."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.parse.languages.tokens import Token
from tensordiff.parse.syntax import Syntax


class RefusedError(Exception):
    """What the grammar allows and the language does not: a message, its place, and what to do."""

    def __init__(self, message: str, start: int, end: int, hint: str) -> None:
        super().__init__(message)
        self.error = (message, start, end, hint)


def negative(sign: Token, operand: Syntax) -> Syntax:
    return Syntax("negative", sign.start, operand.end, (operand,))


def differential(sign: Token, operand: Syntax) -> Syntax:
    order, word = sign.mark
    made = Syntax("differential", sign.start, operand.end, (operand,), order)
    made.closed = word
    return made


def power(base: Syntax, operator: Token, exponent: Syntax) -> Syntax:
    """A power; dX^-1 is d(X^-1), and the 2 of d X^2 may belong to either; dX in one word is a name."""
    inverse = exponent.op == "negative" and exponent.children[0].data == 1
    if base.op == "differential" and not base.children[0].closed and (inverse or not base.closed):
        bars = base.children[0].op == "call" and base.children[0].data[0] in "|‖"
        if not inverse and not bars:
            message = "it is not clear whether the differential is raised to this power or the power differentiated"
            raise RefusedError(message, base.start, base.end, "put parentheses: d(X^2) or (dX)^2")
        (inner,) = base.children
        raised = Syntax("power", inner.start, exponent.end, (inner, exponent), str(operator))
        return Syntax("differential", base.start, exponent.end, (raised,), base.data)
    return Syntax("power", base.start, exponent.end, (base, exponent), str(operator))


def chain(operators: Sequence[Token], operands: Sequence[Syntax]) -> Syntax:
    """Operands of one level with the operators between them."""
    if operators[0].type == "COMPARE":
        return _compared(operators, operands)
    if operators[0].type in ("PLUS", "MINUS"):
        return _add(operators, operands)
    for place, operand in enumerate(operands[:-1]):
        if (sign := _waiting(operand)) is not None:
            return _taken(operators, operands, place, sign)
    if operators[0].type == "TIMES":
        return _times(operators, operands)
    if operators[0].type == "KRON":
        _refuse_circles(operators, operands)
    return _product(operators, operands)


def _compared(operators: Sequence[Token], operands: Sequence[Syntax]) -> Syntax:
    """A comparison, a function of two arguments."""
    if len(operators) > 1:
        message = "two comparisons in a row"
        raise RefusedError(message, operators[1].start, operators[1].end, "write where(a < x, where(x < b, u, v), v)")
    return Syntax("call", operands[0].start, operands[-1].end, tuple(operands), str(operators[0]))


def _product(operators: Sequence[Token], operands: Sequence[Syntax]) -> Syntax:
    data = tuple((str(token), token.start, token.end) for token in operators)
    return Syntax("product", operands[0].start, operands[-1].end, tuple(operands), data)


def _add(operators: Sequence[Token], operands: Sequence[Syntax]) -> Syntax:
    """A sum; a sum sign reaches on to the last term that holds its index."""
    terms, signs = [operands[0]], []
    for place, (token, term) in enumerate(zip(operators, operands[1:], strict=True), 1):
        sign = _last_sum(terms[-1])
        bare = _waiting(terms[-1])
        if bare is not None and waits(bare):  # \sum_i -x_i
            give(bare, negative(token, term) if token == "-" else term)
            _stretch(terms[-1], bare, term.end)
            continue
        if sign is not None and any(_holds(other, sign) for other in operands[place:]):
            (inside,) = sign.children
            data = (str(token), token.start, token.end)
            if inside.op == "add" and not inside.closed:
                joined = Syntax("add", inside.start, term.end, (*inside.children, term), (*inside.data, data))
            else:
                joined = Syntax("add", inside.start, term.end, (inside, term), (data,))
            sign.children = (joined,)
            _stretch(terms[-1], sign, term.end)
            continue
        terms.append(term)
        signs.append((str(token), token.start, token.end))
    if len(terms) == 1:
        return terms[0]
    return Syntax("add", terms[0].start, terms[-1].end, tuple(terms), tuple(signs))


def _last_sum(term: Syntax) -> Syntax | None:
    """The sum that a term ends with."""
    node = term
    while not node.closed and node.op in ("negative", "product"):
        node = node.children[-1]
    return node if node.op == "sum" and node.children and not node.closed else None


def _holds(term: Syntax, sign: Syntax) -> bool:
    """Whether a term holds an index of a sum that it does not sum over itself."""
    letters = {each.letter for each in sign.data}
    pending: list[tuple[Syntax, frozenset[str]]] = [(term, frozenset())]
    while pending:
        node, bound = pending.pop()
        if node.op == "sum":
            bound = bound | {each.letter for each in node.data}
        if node.op == "index" and any(str(label) in letters - bound for label in node.data):
            return True
        pending.extend((child, bound) for child in node.children)
    return False


def _times(operators: Sequence[Token], operands: Sequence[Syntax]) -> Syntax:
    """Products and quotients from left to right; 1/2 x is half of x, another a/b c is refused."""
    made_operators: list[Token] = list(operators)
    made = list(operands)
    for place, operator in enumerate(operators):
        right = made[place + 1]
        if operator != "/" or right.op != "product" or right.closed or right.data[0][0] != "":
            continue
        first, *rest = right.children
        if place == 0 and made[0].op == "number" and first.op == "number":
            half = _product([operator], [made[0], first])
            joined = Syntax("product", half.start, right.end, (half, *rest), right.data)
            made_operators, made = made_operators[1:], [joined, *made[2:]]
            return _times(made_operators, made) if made_operators else joined
        message = "it is not clear whether this factor is divided or divides"
        raise RefusedError(message, rest[0].start, rest[0].end, r"use parentheses or \frac")
    return _product(made_operators, made)


def _refuse_circles(operators: Sequence[Token], operands: Sequence[Syntax]) -> None:
    """An entrywise product beside a Kronecker product is read in different orders."""
    for place, operand in enumerate(operands):
        if operand.op == "product" and not operand.closed and operand.data[0][0] == ".*":
            token = operators[min(place, len(operators) - 1)]
            message = "products of two kinds in a row are read in different orders"
            raise RefusedError(message, token.start, token.end, "put parentheses around what comes first")


# Signs that stand before what they are of: sums and derivatives.


def _waiting(node: Syntax) -> Syntax | None:
    """The sign at the right end of a factor, which takes what stands behind it."""
    while not node.closed and node.children and node.op in ("negative", "product"):
        node = node.children[-1]
    return node if node.op in ("sum", "derivative") and not node.closed else None


def _taken(operators: Sequence[Token], operands: Sequence[Syntax], place: int, sign: Syntax) -> Syntax:
    """The chain in which a sign has taken all that stands behind it."""
    behind, between = list(operands[place + 1 :]), list(operators[place + 1 :])
    if waits(sign):
        if (operator := operators[place]) != "":
            hint = "put what it is of directly behind it"
            raise RefusedError(f"a sign stands before {operator} alone", sign.start, operator.end, hint)
        operand = chain(between, behind) if between else behind[0]
    else:
        operand = chain([operators[place], *between], [sign.children[0], *behind])
    give(sign, operand)
    _stretch(operands[place], sign, operand.end)
    before = list(operands[: place + 1])
    return _product(operators[:place], before) if place else before[0]


def _stretch(node: Syntax, sign: Syntax, end: int) -> None:
    """What ends with the sign ends where the sign now does."""
    while node is not sign:
        node.end = end
        node = node.children[-1]
    sign.end = end


def waits(sign: Syntax) -> bool:
    """Whether a sum sign or a derivative sign has nothing yet that it is of."""
    return not sign.children if sign.op == "sum" else not sign.data[2]


def give(sign: Syntax, operand: Syntax) -> None:
    """Makes `operand` what the sign is of."""
    if sign.op == "sum":
        sign.children = (operand,)
    else:
        variables = sign.children[1:] if sign.data[2] else sign.children
        sign.children, sign.data = (operand, *variables), (*sign.data[:2], True)
