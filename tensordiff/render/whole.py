"""Whole tensors in matrix notation: what an inverse or a determinant in index notation is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tensordiff.functions import INVERSE, MATRIX_POWER, POWER, Place, keeps_symmetry
from tensordiff.matrix.writer import ATOM, POSTFIX, PRODUCT, SUM
from tensordiff.render.arrange import Chain, Slots, Step, chain_of, components
from tensordiff.render.pieces import Entry, Piece, Printed, Style, Word, joined, juxtapose
from tensordiff.tensor import Apply, Einsum, Extent, Named, Sum, Symbol, Tensor, as_number, einsum

Placed = tuple[Tensor, Slots]
"""A factor of a product with its indices."""


def word_pieces(style: Style, task: Word) -> Printed:
    """How a whole tensor prints: a matrix product where it reads as one, else [entry]_letters."""
    node, spelling = task.node, style.spelling
    match node:
        case Symbol() | Named():
            return [spelling.name(node.name)], ATOM
        case Sum() if node.children and 0 < node.rank <= 2:
            return style.sum(node, [task._replace(node=child, level=PRODUCT) for child in node.children])
        case Apply() if node.rank or not node.function.elementwise:
            return _apply_word(style, node, task)
        case Einsum() if node.rank and (printed := _product_word(style, node, task)) is not None:
            return printed
    if not node.rank:
        return [Entry(node, (), task.first, task.level, True)], ATOM
    letters = tuple(style.letter(task.first + axis) for axis in range(node.rank))
    left, right = spelling.matrix_of(letters)
    return [left, Entry(node, letters, task.first + node.rank, SUM, False), right], ATOM


def _apply_word(style: Style, node: Apply, task: Word) -> Printed:
    function, arguments, spelling = node.function, node.children, style.spelling
    if not arguments and (place := Place.of(node)) is not None and place.whole.terms:
        rest = Extent.of(place.whole) - place.end
        identity = spelling.identity() if place.part else "1"
        return [spelling.inclusion([*["0"][: len(place.start.terms)], identity, *["0"][: len(rest.terms)]])], ATOM
    if not arguments:
        return [spelling.constant(function, ())], ATOM
    first = Word(arguments[0], task.first, SUM)
    scalars = [Entry(argument, (), task.first, SUM, True) for argument in arguments[1:] if not argument.dims]
    if function == INVERSE:
        around = spelling.inverse()
        if around is not None:
            return [around[0], first, around[1]], ATOM
        return [first._replace(level=ATOM), *spelling.raised(Fraction(-1))], POSTFIX
    if function in (POWER, MATRIX_POWER) and scalars:
        value = as_number(arguments[1])
        before, after = spelling.raised(value, entrywise=function == POWER)
        exponent = [scalar._replace(level=spelling.exponent_level) for scalar in scalars] if value is None else []
        return [first._replace(level=ATOM), before, *exponent, after], POSTFIX
    whole = [Word(argument, task.first, SUM) for argument in arguments[1:] if argument.dims]
    before, after = spelling.around(function)
    return [before, *joined(", ", [first, *whole, *scalars]), after], ATOM


def _product_word(style: Style, node: Einsum, task: Word) -> Printed | None:
    """A product that reads as a matrix product from the first axis to the second, with scalars in front."""
    used = {index for _, slots in node.factors for index in slots}
    output = node.output
    if node.rank > 2 or any(index not in used for index in range(len(node.index_dims)) if index not in output):
        return None
    scalars: list[Piece] = []
    open_parts: list[tuple[list[Placed], Chain]] = []
    for factors, chain in parts(node):
        if any(index in output for _, slots in factors for index in slots):
            if chain is None:
                return None
            open_parts.append((factors, chain))
            continue
        scalars.append(Entry(einsum(factors, ()), (), task.first, POSTFIX, True))
    if output == (0, 0):
        if open_parts:
            return None
        return juxtapose([*scalars, style.spelling.identity()], task.level)
    if len(set(output)) != len(output) or not set(output) <= used:
        return None
    open_parts.sort(key=lambda part: part[1].ends[0])
    words = _open_word(style, open_parts, output, task.first)
    if words is None:
        return None
    pieces = [piece for scalar in scalars for piece in (scalar, " ")] + words
    if len(pieces) == 1 and isinstance(pieces[0], Word):
        return [pieces[0]._replace(level=task.level)], ATOM
    return pieces, PRODUCT if " " in pieces else POSTFIX


def _open_word(style: Style, open_parts: list[tuple[list[Placed], Chain]], output: Slots, first: int) -> list[Piece] | None:
    """A product from the first axis to the second, or an outer product of two."""
    if len(open_parts) == 1:
        factors, chain = open_parts[0]
        if chain.ends == output:
            return chain_word(style, factors, chain.steps, first)
        if chain.ends == output[::-1]:
            return chain_word(style, factors, [step.turned() for step in reversed(chain.steps)], first)
        return None
    if len(open_parts) == 2 and [chain.ends for _, chain in open_parts] == [(index,) for index in output]:
        column, row = [chain_word(style, factors, chain.steps, first) for factors, chain in open_parts]
        row = row if len(row) == 1 else [style.open, *row, style.close]
        return [*column, " ", *row, style.spelling.transposed()]
    return None


def chain_word(style: Style, factors: Sequence[Placed], steps: Sequence[Step], first: int) -> list[Piece]:
    """The factors of a chain one after the other, transposed where they are met backwards."""
    pieces: list[Piece] = []
    for position, step in enumerate(steps):
        factor, slots = factors[step.place]
        if step.weight:
            pieces.extend((" ", style.spelling.diag(), style.open, Word(factor, first, SUM), style.close))
            continue
        row = len(slots) == 1 and not position and len(steps) > 1
        turned = row or (len(slots) == 2 and step.backward and not is_symmetric(factor))
        pieces.append(" ")
        pieces.append(Word(factor, first, ATOM if turned else PRODUCT))
        if turned:
            pieces.append(style.spelling.transposed())
    return pieces[1:]


def parts(node: Einsum) -> Iterator[tuple[list[Placed], Chain | None]]:
    """The groups of factors that inner indices join, each with how it reads as a matrix product, if it does."""
    all_slots = [slots for _, slots in node.factors]
    for places in components(all_slots, node.output):
        factors = [node.factors[place] for place in places]
        slots = [all_slots[place] for place in places]
        yield factors, chain_of(slots, [is_symmetric(factor) for factor, _ in factors], node.output)


def is_symmetric(node: Tensor) -> bool:
    """Whether a factor is known to equal its transpose: a symmetric symbol, or a matrix function of one."""
    while isinstance(node, Apply) and node.rank == 2 and node.children and keeps_symmetry(node.function):
        node = node.children[0]
    return isinstance(node, Symbol) and node.rank == 2 and node.structure.symmetric
