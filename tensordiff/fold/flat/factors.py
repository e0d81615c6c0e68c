"""Products taken apart: the letters of a product of matrices, the factors of a scalar, and those of an entrywise product."""

from __future__ import annotations

from fractions import Fraction

from tensordiff.matrix import Matrix
from tensordiff.matrix.build import as_number, call, dot_power, number, product, scale, split_coefficient


def entry_factors(node: Matrix) -> list[tuple[Matrix, Fraction]]:
    """A product entry by entry as (base, exponent) pairs; ones have none."""
    match node.op:
        case "ones":
            return []
        case "hadamard":
            return [pair for child in node.children for pair in entry_factors(child)]
        case "dot_divide":
            top, bottom = node.children
            above = [] if as_number(top) == 1 else entry_factors(top)
            return above + [(base, -exponent) for base, exponent in entry_factors(bottom)]
        case "dot_power":
            exponent = as_number(node.children[1])
            if exponent is not None and not node.children[0].is_scalar:
                return [(node.children[0], exponent)]
        case "apply" if node.data[0].name == "sqrt" and node.shape:
            return [(node.children[0], Fraction(1, 2))]
    return [(node, Fraction(1))]


_TANGENTS = {"sinh": ("cosh", "tanh"), "sin": ("cos", "tan")}


def with_tangents(powers: dict[Matrix, Fraction]) -> dict[Matrix, Fraction]:
    """sinh(x)./cosh(x) as tanh(x), sin(x)./cos(x) as tan(x)."""
    found = dict(powers)
    for base, exponent in powers.items():
        if base.op != "apply" or base.data[0].name not in _TANGENTS or exponent <= 0:
            continue
        below, quotient = _TANGENTS[base.data[0].name]
        other = call(below, base.children[0])
        if found.get(other, Fraction(0)) == -exponent:
            del found[base], found[other]
            tangent = call(quotient, base.children[0])
            found[tangent] = found.get(tangent, Fraction(0)) + exponent
    return found


def entry_power(base: Matrix, exponent: Fraction) -> Matrix:
    """base.^exponent for a positive exponent, roots as sqrt."""
    if exponent == Fraction(1, 2):
        return call("sqrt", base)
    return base if exponent == 1 else dot_power(base, number(exponent))


def first_name(node: Matrix) -> str:
    """The first symbol or name in a node, reading from the left."""
    while node.children and node.op != "named":
        node = node.children[0]
    if node.op == "symbol":
        return str(node.data[0].name)
    return str(node.data[0]) if node.op in ("named", "size") else node.op


def letters(node: Matrix) -> list[Matrix]:
    """The factors of a product from left to right, products of matrices inside opened; scalars stay closed, also a row
    times ... times a column."""
    if node.op != "product" or not node.shape:
        return [node]
    found: list[Matrix] = []
    row: int | None = None  # where the row began that is not yet ended by a column
    stack = [node]
    while stack:
        top = stack.pop()
        if top.op == "product" and not top.is_scalar:
            stack.extend(reversed(top.children))
            continue
        found.append(top)
        if top.is_scalar:
            continue
        if not top.rows:
            row = len(found) - 1
        if not top.cols:
            if row is not None:
                found[row:] = [product(*found[row:])]
            row = None
    return found


def scalar_factors(node: Matrix) -> list[Matrix]:
    """The factors of a scalar product: numbers, and rows times ... times columns."""
    found: list[Matrix] = []
    word: list[Matrix] = []
    for factor in node.children:
        if not word and factor.is_scalar:
            found.append(factor)
            continue
        word.append(factor)
        if not factor.is_scalar and not factor.cols:
            found.append(product(*word))
            word = []
    return [*found, *word]


def repeated(matrix: Matrix) -> Matrix | None:
    """The scalar that a matrix repeats in every entry."""
    coefficient, core = split_coefficient(matrix)
    if core.op == "ones":
        return number(coefficient)
    if core.op == "product" and all(x.is_scalar or x.op == "ones" for x in core.children):
        return scale(coefficient, product(*(x for x in core.children if x.is_scalar)))
    return None
