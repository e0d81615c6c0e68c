"""Entries of tensors in index notation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.functions import COMPARISONS, EXP, INVERSE, POWER, WHERE, Inclusion, Unit
from tensordiff.matrix.writer import ATOM, POSTFIX, PRODUCT, SUM
from tensordiff.render.arrange import Chain, contraction_order
from tensordiff.render.pieces import Entry, Piece, Printed, Style, Word, joined, juxtapose
from tensordiff.render.whole import Placed, chain_word, is_symmetric, parts, word_pieces
from tensordiff.tensor import Apply, Dim, Einsum, Factor, Named, Sum, Symbol, as_number, einsum, group_text, scale


def entry_pieces(style: Style, task: Entry) -> Printed:
    """How one entry prints."""
    node, spelling = task.node, style.spelling
    value = as_number(node)
    if value is not None:
        return style.number(value)
    match node:
        case Symbol() | Named():
            return [spelling.name(node.name) + spelling.lowered(task.letters)], ATOM
        case Sum():
            shown = _shown_letters(node, task) if task.explicit else frozenset()
            terms = [task._replace(node=child, level=PRODUCT, shown=shown) for child in node.children]
            return style.sum(node, terms)
        case Einsum():
            placed = _at_places(node, task)
            if placed is not None:
                return [placed], ATOM
            return _explicit_product(style, node, task) if task.explicit else _product(style, node, task)
        case Apply():
            return _apply(style, node, task)
    raise AssertionError(f"cannot print {node!r}")


def _at_places(node: Einsum, task: Entry) -> Entry | None:
    """A summed index with a unit vector is the place of its 1: A_ij (e_2)_i is A_2j."""
    fixed: dict[int, str] = {}
    kept: list[Factor] = []
    for factor, indices in node.factors:
        unit = factor.function if isinstance(factor, Apply) and isinstance(factor.function, Unit) else None
        if unit is not None and indices[0] not in node.output and indices[0] not in fixed:
            fixed[indices[0]] = str(unit.k)
        else:
            kept.append((factor, indices))
    used = {index for _, indices in kept for index in indices}
    if not fixed or not used.issuperset(fixed):
        return None
    made = einsum(kept, (*node.output, *fixed), dict(enumerate(node.index_dims)))
    return task._replace(node=made, letters=(*task.letters, *fixed.values()))


def _shown_letters(node: Sum, task: Entry) -> frozenset[str]:
    """The letters that some term of a sum has in it; the other terms are repeated along them without saying so."""
    return task.shown.union(
        letter
        for child in node.children
        for axis, letter in enumerate(task.letters)
        if not isinstance(child, Einsum) or axis not in _repeated_axes(child)
    )


def _around_factors(style: Style, node: Einsum, task: Entry) -> tuple[dict[int, str], list[Piece], list[Piece]]:
    """The letters of output indices; sizes of summed indices in no factor; deltas and ones of the others."""
    letters = task.letters
    letter_of: dict[int, str] = {}
    used = {index for _, indices in node.factors for index in indices}
    deltas: list[Piece] = []
    for index, letter in zip(node.output, letters, strict=True):
        if index in letter_of:
            deltas.append(style.spelling.delta(letter_of[index], letter))
        letter_of.setdefault(index, letter)
    ones = [letters[axis] for axis in _repeated_axes(node)]
    deltas.extend(style.spelling.one(letter) for letter in ones if letter not in task.shown)
    sizes: list[Piece] = [
        style.spelling.size(dim) for index, dim in enumerate(node.index_dims) if index not in used and index not in letter_of
    ]
    return letter_of, sizes, deltas


def _product(style: Style, node: Einsum, task: Entry) -> Printed:
    """Factors in the order of contraction, summed over the letters that are new."""
    letter_of, sizes, deltas = _around_factors(style, node, task)
    free = [i for i in node.output if not letter_of[i].isdigit()]
    slots_left = [tuple(i for i in slots if not letter_of.get(i, "").isdigit()) for _, slots in node.factors]
    closed, opened = contraction_order(slots_left, free)
    placed: list[Placed] = []
    first = task.first
    for step in closed + opened:
        factor, slots = node.factors[step.place]
        at_places = len(slots) - len(slots_left[step.place])
        matrix_at_places = at_places == len(slots) == 2
        backward = letter_of[slots[0]] > letter_of[slots[1]] if matrix_at_places else step.backward and not at_places
        if backward and is_symmetric(factor):
            slots = slots[::-1]
        for index in slots:
            if index not in letter_of:
                letter_of[index] = style.letter(first)
                first += 1
        placed.append((factor, slots))
    entries: list[Piece] = [
        Entry(factor, tuple(letter_of[index] for index in slots), first, POSTFIX, True) for factor, slots in placed
    ]
    return juxtapose([*sizes, *entries[: len(closed)], *deltas, *entries[len(closed) :]], task.level)


def _explicit_product(style: Style, node: Einsum, task: Entry) -> Printed:
    """Like `_product`, but each part with sums in it is a matrix product or has its sum sign."""
    letter_of, sizes, deltas = _around_factors(style, node, task)
    items: list[list[Piece]] = [[item] for item in (*sizes, *deltas)]
    groups = list(parts(node))
    alone = not items and len(groups) == 1
    for factors, chain in groups:
        inner = [i for i in dict.fromkeys(i for _, slots in factors for i in slots) if i not in letter_of]
        if not inner:
            factor, slots = factors[0]
            level = task.level if alone else POSTFIX
            items.append([Entry(factor, tuple(letter_of[i] for i in slots), task.first, level, True)])
        elif chain is not None:
            items.append(_chain_entry(style, factors, chain, letter_of, task.first))
        else:
            pieces, used = _summed(style, factors, letter_of, task.first)
            if alone:
                return [style.spelling.sigma(used), *pieces], SUM
            items.append([style.open, style.spelling.sigma(used), *pieces, style.close])
    if not items:
        return ["1"], ATOM
    pieces = [piece for item in items for piece in (" ", *item)][1:]
    if len(items) == 1:
        return pieces, ATOM if len(pieces) == 1 or not isinstance(pieces[0], Word) else PRODUCT
    return pieces, PRODUCT


def _summed(style: Style, factors: Sequence[Placed], letter_of: dict[int, str], first: int) -> tuple[list[Piece], list[str]]:
    """The entries of a product in the order of contraction, and the letters that they are summed over."""
    letters, used = dict(letter_of), list[str]()
    closed, opened = contraction_order([slots for _, slots in factors], tuple(letter_of))
    ordered = [factors[step.place] for step in closed + opened]
    for _, slots in ordered:
        for index in slots:
            if index not in letters:
                letters[index] = style.letter(first + len(used))
                used.append(letters[index])
    pieces: list[Piece] = []
    for factor, slots in ordered:
        pieces.append(" ")
        pieces.append(Entry(factor, tuple(letters[i] for i in slots), first + len(used), POSTFIX, True))
    return pieces[1:], used


def _chain_entry(style: Style, factors: Sequence[Placed], chain: Chain, letter_of: dict[int, str], first: int) -> list[Piece]:
    """(A B)_ij, (A x)_i, x' A y, tr(A B)."""
    pieces = chain_word(style, factors, chain.steps, first)
    if chain.ends:
        return [style.open, *pieces, style.close, style.spelling.lowered([letter_of[index] for index in chain.ends])]
    if len(factors[chain.steps[0].place][1]) == 1:
        return pieces
    return [style.spelling.trace(), style.open, *pieces, style.close]


def _apply(style: Style, node: Apply, task: Entry) -> Printed:
    function, arguments, spelling = node.function, node.children, style.spelling
    if not arguments:
        if isinstance(function, Unit):
            return [spelling.delta(task.letters[0], str(function.k))], ATOM
        if isinstance(function, Inclusion):
            return [spelling.delta(task.letters[0], _shifted(function, task.letters[1:]))], ATOM
        return [spelling.constant(function, task.letters)], ATOM
    if not function.elementwise:
        if node.rank == 0:
            return word_pieces(style, Word(node, task.first, task.level))
        if function == INVERSE and spelling.inverse() is None:
            return [Word(node, task.first, POSTFIX), spelling.lowered(task.letters)], POSTFIX
        return [Word(node, task.first, ATOM), spelling.lowered(task.letters)], ATOM
    entries = [Entry(argument, task.letters if argument.dims else (), task.first, SUM, True) for argument in arguments]
    if function == POWER:
        return _power(style, entries[0], entries[1])
    before, after = spelling.around(function)
    if function.name in COMPARISONS:
        before, after = spelling.around(WHERE)
        return [before, *joined(f" {COMPARISONS[function.name]} ", entries), ", 1, 0", after], ATOM
    condition = arguments[0]
    if function == WHERE and isinstance(condition, Apply) and condition.function.name in COMPARISONS:
        sides = [entries[0]._replace(node=side, letters=task.letters if side.dims else ()) for side in condition.children]
        compared = joined(f" {COMPARISONS[condition.function.name]} ", sides)
        return [before, *compared, ", ", *joined(", ", entries[1:]), after], ATOM
    return [before, *joined(", ", entries), after], ATOM


def _shifted(function: Inclusion, letters: Sequence[str]) -> str:
    """The place in the whole, counted from 1, of a place in a part: n+i."""
    start = [str(Dim.sum(function.start.terms))] if function.start.terms else []
    if not letters:
        return "+".join([*start, "1"])
    places = []
    for axis, letter in enumerate(letters[:-1]):
        places.append(f"({letter}-1)*{group_text(function.part[axis + 1 :])}")
    return "+".join([*start, *places, letters[-1]])


def _power(style: Style, base: Entry, exponent: Entry) -> Printed:
    value = as_number(exponent.node)
    if value is not None and isinstance(base.node, Apply) and base.node.function == EXP:
        before, after = style.spelling.around(EXP)
        return [before, base._replace(node=scale(value, base.node.children[0])), after], ATOM
    root = style.spelling.root()
    if value == Fraction(1, 2) and root is not None:
        return [root[0], base, root[1]], ATOM
    before, after = style.spelling.raised(value)
    inner: list[Piece] = [exponent._replace(level=style.spelling.exponent_level)] if value is None else []
    return [base._replace(level=ATOM), before, *inner, after], POSTFIX


def _repeated_axes(node: Einsum) -> list[int]:
    """The axes along which a product is only repeated: their index is in no factor and in the output once."""
    used = {index for _, slots in node.factors for index in slots}
    return [axis for axis, index in enumerate(node.output) if index not in used and node.output.count(index) == 1]
