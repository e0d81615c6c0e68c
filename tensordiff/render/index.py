"""Index notation of the index form: dF_ij/dV_kl = F_ia X_ba inv(V)_bk inv(V)_lc X_cd F_dj.

Letters that are not on the left-hand side are summed, one sum for each term. Inside a function, a power or a parenthesis
a sum is written out (sum_a ...) or as a matrix product with indices, (X W)_ij, so that its place leaves no doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from tensordiff.errors import BudgetError
from tensordiff.functions import EXP, INVERSE, MATRIX_POWER, POWER, Unit
from tensordiff.matrix.writer import ATOM, POSTFIX, PRODUCT, SUM
from tensordiff.render.arrange import Chain, Slots, Step, chain_of, components, contraction_order
from tensordiff.render.spelling import PLAIN, TEX, Spelling
from tensordiff.tensor import Apply, Einsum, Named, Sum, Symbol, Tensor, as_number, einsum, scale

_FREE = "ijklpqrstuvw"
_SUMMED = "abcdefghpqrstuvw"
_BUDGET = 10_000_000


def free_letters(count: int) -> tuple[str, ...]:
    """Letters for free indices: i j k l p q ..., and i1 i2 ... where they run out."""
    return tuple(_FREE[:count]) if count <= len(_FREE) else tuple(f"i{place + 1}" for place in range(count))


def index_notation(tensor: Tensor, letters: Sequence[str] | None = None, *, latex: bool = False) -> str:
    """One entry of the tensor, with these letters for its axes (by default i, j, k, l, p, ...).

    Works for every tensor; a canonical one reads best. Raises BudgetError past ten million characters.
    """
    given = free_letters(tensor.rank) if letters is None else tuple(letters)
    assert len(given) == tensor.rank, "one letter for each axis"
    writer = _Writer(TEX if latex else PLAIN, given)
    return writer.write(Entry(tensor, given, 0, SUM, False))


def index_latex(tensor: Tensor, letters: Sequence[str] | None = None) -> str:
    """One entry of the tensor in LaTeX, see `index_notation`."""
    return index_notation(tensor, letters, latex=True)


def derivative_notation(
    tensor: Tensor, of: str, rank: int, variables: Sequence[tuple[str, int]], *, latex: bool = False
) -> str:
    """The equation for an entry of a derivative: "dF_ij/dV_kl = ...".

    `of` and `rank` are the name and number of axes of what is differentiated, `variables` those of each variable; the axes
    of `tensor` are those of f, then those of each variable.
    """
    spelling = TEX if latex else PLAIN
    letters = free_letters(tensor.rank)
    names: list[str] = []
    place = 0
    for name, axes in ((of, rank), *variables):
        names.append(spelling.name(name) + spelling.lowered(letters[place : place + axes]))
        place += axes
    left = spelling.derivative(names[0], names[1:])
    return f"{left} = {index_notation(tensor, letters, latex=latex)}"


class Entry(NamedTuple):
    """An entry of a tensor to be printed; `first` is the first summed letter that may be used, `explicit` that sums are
    written out, `shown` are letters that need no 1_i since another term of the same sum has them."""

    node: Tensor
    letters: tuple[str, ...]
    first: int
    level: int
    explicit: bool
    shown: frozenset[str] = frozenset()


class Word(NamedTuple):
    """A whole tensor to be printed as a matrix expression."""

    node: Tensor
    first: int
    level: int


Piece = str | Entry | Word
Printed = tuple[list[Piece], int]
"""Pieces and how tightly they bind."""


class _Writer:
    def __init__(self, spelling: Spelling, free: tuple[str, ...]) -> None:
        self.spelling = spelling
        self.pool = [letter for letter in _SUMMED if letter not in free]
        self.open, self.close = spelling.brackets

    def write(self, root: Piece) -> str:
        """From left to right, without recursion."""
        out: list[str] = []
        length = 0
        stack: list[Piece] = [root]
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                out.append(piece)
                length += len(piece)
                if length > _BUDGET:
                    raise BudgetError(
                        f"the index notation is over {_BUDGET} characters long", hint="name parts with where, or evaluate it"
                    )
                continue
            pieces, level = self.entry(piece) if isinstance(piece, Entry) else self.word(piece)
            if level < piece.level:
                pieces = [self.open, *pieces, self.close]
            stack.extend(reversed(pieces))
        return "".join(out)

    def letter(self, place: int) -> str:
        return self.pool[place] if place < len(self.pool) else f"a{place - len(self.pool) + 1}"

    # Entries.

    def entry(self, task: Entry) -> Printed:
        node, spelling = task.node, self.spelling
        value = as_number(node)
        if value is not None:
            return self.number(value)
        match node:
            case Symbol() | Named():
                return [spelling.name(node.name) + spelling.lowered(task.letters)], ATOM
            case Sum():
                shown = self.shown_letters(node, task) if task.explicit else frozenset()
                terms = [task._replace(node=child, level=PRODUCT, shown=shown) for child in node.children]
                return self.sum(node, terms)
            case Einsum():
                return self.explicit_product(node, task) if task.explicit else self.product(node, task)
            case Apply():
                return self.apply(node, task)
        raise AssertionError(f"cannot print {node!r}")

    def number(self, value: Fraction) -> Printed:
        text = self.spelling.number(abs(value))
        if value < 0:
            return ["-", text], SUM
        return [text], ATOM if value.denominator == 1 else PRODUCT

    def sum(self, node: Sum, children: Sequence[Entry | Word]) -> Printed:
        if not children:
            return ["0"], ATOM
        pieces: list[Piece] = []
        for place, (coefficient, child) in enumerate(zip(node.coefficients, children, strict=True)):
            if place:
                pieces.append(" - " if coefficient < 0 else " + ")
            elif coefficient < 0:
                pieces.append("-")
            if as_number(child.node) == 1:
                pieces.append(self.spelling.number(abs(coefficient)))
                continue
            if abs(coefficient) != 1:
                pieces.append(self.spelling.number(abs(coefficient)) + " ")
            pieces.append(child)
        return pieces, SUM if len(children) > 1 or node.coefficients[0] < 0 else PRODUCT

    def shown_letters(self, node: Sum, task: Entry) -> frozenset[str]:
        """The letters that some term of a sum has in it; the other terms are repeated along them without saying so."""
        return task.shown.union(
            letter
            for child in node.children
            for axis, letter in enumerate(task.letters)
            if not isinstance(child, Einsum) or axis not in _repeated_axes(child)
        )

    def around_factors(self, node: Einsum, task: Entry) -> tuple[dict[int, str], list[Piece], list[Piece]]:
        """The letters of output indices; sizes of summed indices in no factor; deltas and ones of the others."""
        letters = task.letters
        letter_of: dict[int, str] = {}
        used = {index for _, indices in node.factors for index in indices}
        deltas: list[Piece] = []
        for index, letter in zip(node.output, letters, strict=True):
            if index in letter_of:
                deltas.append(self.spelling.delta(letter_of[index], letter))
            letter_of.setdefault(index, letter)
        ones = [letters[axis] for axis in _repeated_axes(node)]
        deltas.extend(self.spelling.one(letter) for letter in ones if letter not in task.shown)
        sizes: list[Piece] = [
            self.spelling.size(dim) for index, dim in enumerate(node.index_dims) if index not in used and index not in letter_of
        ]
        return letter_of, sizes, deltas

    def product(self, node: Einsum, task: Entry) -> Printed:
        """Factors in the order of contraction, summed over the letters that are new."""
        letter_of, sizes, deltas = self.around_factors(node, task)
        closed, opened = contraction_order([indices for _, indices in node.factors], node.output)
        placed: list[tuple[Tensor, Slots]] = []
        first = task.first
        for step in closed + opened:
            factor, slots = node.factors[step.place]
            if step.backward and is_symmetric(factor):
                slots = slots[::-1]
            for index in slots:
                if index not in letter_of:
                    letter_of[index] = self.letter(first)
                    first += 1
            placed.append((factor, slots))
        entries: list[Piece] = [
            Entry(factor, tuple(letter_of[index] for index in slots), first, POSTFIX, True) for factor, slots in placed
        ]
        return self.juxtapose([*sizes, *entries[: len(closed)], *deltas, *entries[len(closed) :]], task.level)

    def juxtapose(self, items: list[Piece], level: int) -> Printed:
        if not items:
            return ["1"], ATOM
        if len(items) == 1:
            only = items[0]
            return [only if isinstance(only, str) else only._replace(level=level)], ATOM
        pieces = [piece for item in items for piece in (" ", item)]
        return pieces[1:], PRODUCT

    def explicit_product(self, node: Einsum, task: Entry) -> Printed:
        """Like `product`, but each part with sums in it is a matrix product or has its sum sign."""
        letter_of, sizes, deltas = self.around_factors(node, task)
        items: list[list[Piece]] = [[item] for item in (*sizes, *deltas)]
        parts = list(self.parts(node))
        alone = not items and len(parts) == 1
        for factors, chain in parts:
            inner = [i for i in dict.fromkeys(i for _, slots in factors for i in slots) if i not in letter_of]
            if not inner:
                factor, slots = factors[0]
                level = task.level if alone else POSTFIX
                items.append([Entry(factor, tuple(letter_of[i] for i in slots), task.first, level, True)])
            elif chain is not None:
                items.append(self.chain_entry(factors, chain, letter_of, task.first))
            else:
                pieces, used = self.summed(factors, letter_of, task.first)
                if alone:
                    return [self.spelling.sigma(used), *pieces], SUM
                items.append([self.open, self.spelling.sigma(used), *pieces, self.close])
        if not items:
            return ["1"], ATOM
        pieces = [piece for item in items for piece in (" ", *item)][1:]
        if len(items) == 1:
            return pieces, ATOM if len(pieces) == 1 or not isinstance(pieces[0], Word) else PRODUCT
        return pieces, PRODUCT

    def summed(
        self, factors: Sequence[tuple[Tensor, Slots]], letter_of: dict[int, str], first: int
    ) -> tuple[list[Piece], list[str]]:
        """The entries of a product in the order of contraction, and the letters that they are summed over."""
        letters, used = dict(letter_of), list[str]()
        closed, opened = contraction_order([slots for _, slots in factors], tuple(letter_of))
        ordered = [factors[step.place] for step in closed + opened]
        for _, slots in ordered:
            for index in slots:
                if index not in letters:
                    letters[index] = self.letter(first + len(used))
                    used.append(letters[index])
        pieces: list[Piece] = []
        for factor, slots in ordered:
            pieces.append(" ")
            pieces.append(Entry(factor, tuple(letters[i] for i in slots), first + len(used), POSTFIX, True))
        return pieces[1:], used

    def parts(self, node: Einsum) -> Iterator[tuple[list[tuple[Tensor, Slots]], Chain | None]]:
        """The groups of factors that inner indices join, each with how it reads as a matrix product, if it does."""
        all_slots = [slots for _, slots in node.factors]
        for places in components(all_slots, node.output):
            factors = [node.factors[place] for place in places]
            slots = [all_slots[place] for place in places]
            yield factors, chain_of(slots, [is_symmetric(factor) for factor, _ in factors], node.output)

    def chain_entry(
        self, factors: Sequence[tuple[Tensor, Slots]], chain: Chain, letter_of: dict[int, str], first: int
    ) -> list[Piece]:
        """(A B)_ij, (A x)_i, x' A y, tr(A B)."""
        pieces = self.chain_word(factors, chain.steps, first)
        if chain.ends:
            return [self.open, *pieces, self.close, self.spelling.lowered([letter_of[index] for index in chain.ends])]
        if len(factors[chain.steps[0].place][1]) == 1:
            return pieces
        return [self.spelling.trace(), self.open, *pieces, self.close]

    def chain_word(self, factors: Sequence[tuple[Tensor, Slots]], steps: Sequence[Step], first: int) -> list[Piece]:
        pieces: list[Piece] = []
        for position, step in enumerate(steps):
            factor, slots = factors[step.place]
            if step.weight:
                pieces.extend((" ", self.spelling.diag(), self.open, Word(factor, first, SUM), self.close))
                continue
            row = len(slots) == 1 and not position and len(steps) > 1
            turned = row or (len(slots) == 2 and step.backward and not is_symmetric(factor))
            pieces.append(" ")
            pieces.append(Word(factor, first, ATOM if turned else POSTFIX))
            if turned:
                pieces.append(self.spelling.transposed())
        return pieces[1:]

    def apply(self, node: Apply, task: Entry) -> Printed:
        function, arguments, spelling = node.function, node.children, self.spelling
        if not arguments:
            if isinstance(function, Unit):
                return [spelling.delta(task.letters[0], str(function.k))], ATOM
            return [spelling.constant(function, task.letters)], ATOM
        if not function.elementwise:
            if node.rank == 0:
                return self.word(Word(node, task.first, task.level))
            if function == INVERSE and spelling.inverse() is None:
                return [Word(node, task.first, POSTFIX), spelling.lowered(task.letters)], POSTFIX
            return [Word(node, task.first, ATOM), spelling.lowered(task.letters)], ATOM
        entries = [Entry(argument, task.letters if argument.dims else (), task.first, SUM, True) for argument in arguments]
        if function == POWER:
            return self.power(entries[0], entries[1])
        before, after = spelling.around(function)
        return [before, *_commas(entries), after], ATOM

    def power(self, base: Entry, exponent: Entry) -> Printed:
        value = as_number(exponent.node)
        if value is not None and isinstance(base.node, Apply) and base.node.function == EXP:
            before, after = self.spelling.around(EXP)
            return [before, base._replace(node=scale(value, base.node.children[0])), after], ATOM
        root = self.spelling.root()
        if value == Fraction(1, 2) and root is not None:
            return [root[0], base, root[1]], ATOM
        before, after = self.spelling.raised(value)
        inner: list[Piece] = [exponent._replace(level=self.spelling.exponent_level)] if value is None else []
        return [base._replace(level=ATOM), before, *inner, after], POSTFIX

    # Whole tensors, in matrix notation.

    def word(self, task: Word) -> Printed:
        node, spelling = task.node, self.spelling
        match node:
            case Symbol() | Named():
                return [spelling.name(node.name)], ATOM
            case Sum() if node.children and node.rank:
                return self.sum(node, [task._replace(node=child, level=PRODUCT) for child in node.children])
            case Apply() if node.rank or not node.function.elementwise:
                return self.apply_word(node, task)
            case Einsum() if node.rank and (printed := self.product_word(node, task)) is not None:
                return printed
        if not node.rank:
            return [Entry(node, (), task.first, task.level, True)], ATOM
        letters = tuple(self.letter(task.first + axis) for axis in range(node.rank))
        left, right = spelling.matrix_of(letters)
        return [left, Entry(node, letters, task.first + node.rank, SUM, False), right], ATOM

    def apply_word(self, node: Apply, task: Word) -> Printed:
        function, arguments, spelling = node.function, node.children, self.spelling
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
        return [before, *_commas([first, *whole, *scalars]), after], ATOM

    def product_word(self, node: Einsum, task: Word) -> Printed | None:
        """A product that reads as a matrix product from the first axis to the second, with scalars in front."""
        used = {index for _, slots in node.factors for index in slots}
        output = node.output
        if node.rank > 2 or any(index not in used for index in range(len(node.index_dims)) if index not in output):
            return None
        scalars: list[Piece] = []
        open_parts: list[tuple[list[tuple[Tensor, Slots]], Chain]] = []
        for factors, chain in self.parts(node):
            if any(index in output for _, slots in factors for index in slots):
                if chain is None:
                    return None
                open_parts.append((factors, chain))
                continue
            scalars.append(Entry(einsum(factors, ()), (), task.first, POSTFIX, True))
        if output == (0, 0):
            if open_parts:
                return None
            return self.juxtapose([*scalars, self.spelling.identity()], task.level)
        if len(set(output)) != len(output) or not set(output) <= used:
            return None
        open_parts.sort(key=lambda part: part[1].ends[0])
        words = self.open_word(open_parts, output, task.first)
        if words is None:
            return None
        pieces = [piece for scalar in scalars for piece in (scalar, " ")] + words
        if len(pieces) == 1 and isinstance(pieces[0], Word):
            return [pieces[0]._replace(level=task.level)], ATOM
        return pieces, PRODUCT if " " in pieces else POSTFIX

    def open_word(self, parts: list[tuple[list[tuple[Tensor, Slots]], Chain]], output: Slots, first: int) -> list[Piece] | None:
        if len(parts) == 1:
            factors, chain = parts[0]
            if chain.ends == output:
                return self.chain_word(factors, chain.steps, first)
            if chain.ends == output[::-1]:
                return self.chain_word(factors, [step.turned() for step in reversed(chain.steps)], first)
            return None
        if len(parts) == 2 and [chain.ends for _, chain in parts] == [(index,) for index in output]:
            column, row = [self.chain_word(factors, chain.steps, first) for factors, chain in parts]
            row = row if len(row) == 1 else [self.open, *row, self.close]
            return [*column, " ", *row, self.spelling.transposed()]
        return None


def _commas(items: Sequence[Piece]) -> list[Piece]:
    return [piece for item in items for piece in (", ", item)][1:]


def _repeated_axes(node: Einsum) -> list[int]:
    """The axes along which a product is only repeated: their index is in no factor and in the output once."""
    used = {index for _, slots in node.factors for index in slots}
    return [axis for axis, index in enumerate(node.output) if index not in used and node.output.count(index) == 1]


def is_symmetric(node: Tensor) -> bool:
    """Whether a factor is known to equal its transpose: a symmetric symbol, or a matrix function of one."""
    while isinstance(node, Apply) and node.rank == 2 and node.children and not node.function.elementwise:
        node = node.children[0]
    return isinstance(node, Symbol) and node.rank == 2 and node.structure.symmetric
