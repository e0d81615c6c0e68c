"""Text syntax: what the parser reads, with the fewest brackets that leave no doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tensordiff.functions import COMPARISONS
from tensordiff.matrix.node import Matrix
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.triangles import triangle_of
from tensordiff.matrix.writer import ATOM, CONTRACTION, POSTFIX, PRODUCT, SUM, Operand, Piece, write
from tensordiff.tensor import group_text


def text(node: Matrix) -> str:
    """The node in text syntax; reads back as an equal node in the same scope. Raises BudgetError."""
    return write(node, _pieces, _level)


def sized_text(node: Matrix) -> str:
    """The same with the size of every block of zeros, as formulas are printed in books."""
    return write(node, lambda x: _block(x, blank=False) if x.op == "block" else _pieces(x), _level)


def brief(node: Matrix, limit: int = 60) -> str:
    """The node in text syntax for a message, cut after `limit` characters."""
    return write(node, _pieces, _level, limit=limit)


def number_text(value: Fraction) -> str:
    """A number as people write it: 3, 0.4, 1/2, -2/3; finite decimals where the denominator has a factor 5.

    >>> number_text(Fraction(1, 2)), number_text(Fraction(1, 10))
    ('1/2', '0.1')
    """
    return _decimal(value) or str(value)


def _decimal(value: Fraction) -> str | None:
    """A short finite decimal, where that is what people write."""
    rest, places = value.denominator, 0
    if rest % 5:
        return None
    while rest % 10 in (0, 2, 4, 5, 6, 8) and rest > 1:
        divisor = 10 if rest % 10 == 0 else 5 if rest % 5 == 0 else 2
        rest //= divisor
        places += 1
    if rest != 1 or places > 6:
        return None
    return f"{float(value):.{places}f}".rstrip("0")


def _level(node: Matrix) -> int:
    match node.op:
        case "contract":
            return CONTRACTION
        case "add":
            return SUM if len(node.children) > 1 or node.data[0] < 0 else PRODUCT
        case "hadamard" if triangle_of(node):
            return ATOM
        case "product" | "hadamard" | "divide" | "dot_divide":
            return PRODUCT
        case "transpose" | "power" | "dot_power":
            return POSTFIX
        case "ones" | "zeros":
            return POSTFIX if len(node.shape) == 2 and not node.shape[0] else ATOM
        case "size":
            return SUM if node.data[0].terms else PRODUCT if node.data[0].base is not None else ATOM
        case "number":
            value = node.data[0]
            return SUM if value < 0 else ATOM if value.denominator == 1 or _decimal(value) else PRODUCT
    return ATOM


def _pieces(node: Matrix) -> Sequence[Piece]:
    children = node.children
    match node.op:
        case "symbol":
            return [node.data[0].name]
        case "named":
            return [node.data[0]]
        case "number":
            return [number_text(node.data[0])]
        case "size":
            return [str(node.data[0])]
        case "pi" | "levi":
            return [node.op]
        case "add":
            return _sum(node.data, children)
        case "contract":
            letters, coefficients = node.data
            return [*_sum(coefficients, children), f" -> [{','.join(letters)}]"]
        case "product":
            return _chain("*", children, ("hadamard", "dot_divide"))
        case "hadamard":
            if (found := triangle_of(node)) is not None:
                return [found[0], "(", Operand(found[1], SUM), ")"]
            return _chain(".*", children, ("product", "divide"))
        case "divide":
            return [Operand(children[0], PRODUCT), "/", Operand(children[1], POSTFIX)]
        case "dot_divide":
            return _chain("./", children, ("product", "divide"))
        case "transpose":
            return [Operand(children[0], ATOM), "'"]
        case "power":
            return [Operand(children[0], ATOM), "^", *_exponent(children[1])]
        case "dot_power":
            return [Operand(children[0], ATOM), ".^", *_exponent(children[1])]
        case "entry":
            opening, closing = "()" if children[0].op == "levi" else "[]"
            return [Operand(children[0], ATOM), opening, ",".join(str(letter) for letter in node.data[0]), closing]
        case "kron":
            return ["kron(", *_commas(_kron_operands(node)), ")"]
        case "apply":
            return _applied(node)
        case "map":
            return [node.data[0].name, "(", *_commas(children), ")"]
        case "largest" | "smallest" if len(children) > 1:
            return [OPERATIONS[node.op].word, "(", Operand(children[0], SUM), ", axis=", Operand(children[1], SUM), ")"]
        case "block":
            return _block(node)
    if OPERATIONS[node.op].is_constant:
        return [constant_text(node)]
    return [OPERATIONS[node.op].word, "(", *_commas(children), ")"]


def _applied(node: Matrix) -> list[Piece]:
    """A function of entries; a comparison stands in a choice, by itself it chooses between 1 and 0."""
    name: str = node.data[0].name
    if name in COMPARISONS:
        return ["where(", *_comparison(node), ", 1, 0)"]
    if name == "where" and node.children[0].op == "apply" and node.children[0].data[0].name in COMPARISONS:
        return ["where(", *_comparison(node.children[0]), ", ", *_commas(node.children[1:]), ")"]
    return [name, "(", *_commas(node.children), ")"]


def _comparison(node: Matrix) -> list[Piece]:
    left, right = node.children
    return [Operand(left, SUM), f" {COMPARISONS[node.data[0].name]} ", Operand(right, SUM)]


def _kron_operands(node: Matrix) -> list[Matrix]:
    """kron(A, B, C) of kron(kron(A, B), C)."""
    found: list[Matrix] = []
    while node.op == "kron":
        node, last = node.children
        found.append(last)
    return [node, *reversed(found)]


def constant_text(node: Matrix) -> str:
    """A constant matrix by its name and sizes: eye(n*m), ones(n,m), ones(n)', K(m,n), D(n), unit(n,1)."""
    if node.op == "unit":
        dim, place = node.data
        return f"unit({dim},{place})"
    name = OPERATIONS[node.op].word
    if node.op == "commutation":
        return f"{name}({group_text(node.data[0])},{group_text(node.data[1])})"
    if node.op in ("ones", "zeros"):
        sizes = ",".join(group_text(group) for group in node.shape if group or len(node.shape) > 2)
        row = len(node.shape) == 2 and not node.shape[0]
        return f"{name}({sizes})" + ("'" if row else "")
    return f"{name}({group_text((node.data[0],) if node.data else node.rows)})"


def _block(node: Matrix, blank: bool = True) -> list[Piece]:
    """[A B; 0 D], with commas where an entry is a sum."""
    separator = ", " if any(_level(x) < PRODUCT for x in node.children) else " "
    return ["[", *block_pieces(node, separator, "; ", blank), "]"]


def block_pieces(node: Matrix, separator: str, end: str, blank: bool = True) -> list[Piece]:
    """The entries of a block matrix, row by row; `blank`: 0 for a block of zeros whose size its neighbours say."""
    across: int = node.data[0]
    rows = [node.children[start : start + across] for start in range(0, len(node.children), across)]
    sized_rows = [any(x.op != "zeros" for x in row) for row in rows]
    sized_columns = [any(row[c].op != "zeros" for row in rows) for c in range(across)]
    pieces: list[Piece] = []
    for r, row in enumerate(rows):
        for c, x in enumerate(row):
            known = blank and x.op == "zeros" and sized_rows[r] and sized_columns[c]
            pieces += [separator if c else end, "0" if known else Operand(x, SUM)]
    return pieces[1:]


def _commas(children: Iterable[Matrix]) -> list[Piece]:
    pieces: list[Piece] = []
    for child in children:
        pieces.extend((", ", Operand(child, SUM)))
    return pieces[1:]


def _chain(sign: str, children: Sequence[Matrix], doubtful: tuple[str, ...]) -> list[Piece]:
    """Operands joined from left to right; a first operand of another kind of product is bracketed for the reader."""
    pieces: list[Piece] = []
    for place, child in enumerate(children):
        level = PRODUCT if not place and child.op not in doubtful else POSTFIX
        pieces.extend((sign, Operand(child, level)))
    return pieces[1:]


def _exponent(exponent: Matrix) -> list[Piece]:
    if exponent.op == "number" and exponent.data[0].denominator == 1:
        return [str(exponent.data[0])]
    return [Operand(exponent, ATOM)]


def _sum(coefficients: Sequence[Fraction], children: Sequence[Matrix]) -> list[Piece]:
    pieces: list[Piece] = []
    for place, (coefficient, child) in enumerate(zip(coefficients, children, strict=True)):
        if not place and coefficient == 1 and child.op == "add":
            pieces.append(Operand(child, SUM))  # an earlier chunk of the same sum
            continue
        if place:
            pieces.append(" - " if coefficient < 0 else " + ")
        elif coefficient < 0:
            pieces.append("-")
        pieces.extend(_multiple(abs(coefficient), child))
    return pieces


def _multiple(c: Fraction, node: Matrix) -> list[Piece]:
    """c * node for c >= 0, binding like a product: 2*A, A/2, 3/2*A, 0.1*A, 2./x, x/(2*a)."""
    if node.op == "number":
        return [number_text(c * node.data[0])]
    if c == 1:
        return [Operand(node, PRODUCT)]
    decimal = _decimal(c) if c.numerator != 1 or c.denominator > 10 else None
    if node.op == "divide" and c.denominator > 1 and decimal is None:
        above, below = node.children
        top = _multiple(Fraction(c.numerator), above)
        level = PRODUCT if below.op == "product" else POSTFIX
        return [*top, f"/({c.denominator}*", Operand(below, level), ")"]
    if c.numerator == 1 and decimal is None:
        return [Operand(node, PRODUCT), f"/{c.denominator}"]
    front = decimal or str(c)
    if node.op in ("divide", "dot_divide") and node.children[0].op == "number":
        sign = "/" if node.op == "divide" else "./"
        return [front, sign, Operand(node.children[1], POSTFIX)]
    return [front, "*", Operand(node, PRODUCT)]
