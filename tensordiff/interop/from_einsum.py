"""Einsum strings into matrix form, as index notation: "ij,jk->ik" is A[i,j]*B[j,k] -> [i,k].

The rules are NumPy's: without an arrow the output is every letter that occurs once, in alphabetical order; a letter twice
in one operand is a diagonal; a letter twice in the output is refused. An ellipsis stands for the leading axes of an operand,
which are aligned at the right and are the same in all operands that have one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from string import ascii_letters
from typing import NoReturn

from tensordiff.errors import ParseError, ShapeError
from tensordiff.matrix import Matrix, Shape, brief, build, describe
from tensordiff.tensor import Group, group_text


def from_einsum(subscripts: str, operands: Sequence[Matrix]) -> Matrix:
    """The matrix form of numpy.einsum(subscripts, *operands).

    A column takes one letter, a row one or two (the first of size 1), a scalar none. Raises ParseError for a string
    that is malformed or does not fit the number of operands, ShapeError where sizes or numbers of axes do not fit.
    """
    subscripts = _without_ellipses(subscripts, operands)
    terms, output = _read(subscripts)
    if len(terms) != len(operands):
        names = ", ".join(brief(x) for x in operands) or "none"
        raise ParseError(
            f"the subscripts are for {_count(len(terms), 'operand')}, and {_count(len(operands), 'operand')} given: {names}",
            text=subscripts, start=0, end=len(subscripts),
        )  # fmt: skip
    placed = [_axes(subscripts, term, operand) for term, operand in zip(terms, operands, strict=True)]
    single = _sizes(subscripts, terms, operands, placed)
    if not any(len(term) for term in terms):
        return build.product(*operands)
    letters = [tuple(letter for letter in term if letter not in single) for term in terms]
    factors = [build.entry(x, kept) if kept else x for x, kept in zip(operands, letters, strict=True)]
    kept = [letter for letter in output if letter not in single]
    if len(output) > 2 and len(kept) < len(output):
        raise ShapeError(
            f"the output {output} has an axis of size 1", hint="leave its letter out on the right-hand side of the arrow"
        )
    result = build.contract(build.product(*factors), kept)
    return build.transpose(result) if len(output) == 2 and output[0] in single and kept else result


def _without_ellipses(subscripts: str, operands: Sequence[Matrix]) -> str:
    """The string with letters in the place of every ellipsis. Raises ParseError where one cannot be expanded."""
    if "..." not in subscripts:
        return subscripts
    left, arrow, right = subscripts.partition("->")
    terms = left.split(",")
    if len(terms) != len(operands) or any(term.count("...") > 1 for term in (*terms, right)):
        _fail(subscripts, subscripts.index("..."), 3, "one ellipsis an operand, and an operand for each part of the string")
    hidden = [_hidden(term, x) if "..." in term else 0 for term, x in zip(terms, operands, strict=True)]
    for term, count, operand in zip(terms, hidden, operands, strict=True):
        if count < 0:
            letters = _count(len(_letters(term)), "subscript")
            _fail(subscripts, 0, len(subscripts), f"{describe(operand)} has fewer axes than {letters} ({term.strip()})")
    most = max(hidden)
    if arrow and most and "..." not in right:
        _fail(subscripts, len(left) + 2, len(right), "the axes of the ellipsis are missing on the right", "write ... there too")
    fresh = [letter for letter in (*ascii_letters, *_MORE) if letter not in subscripts][:most]
    made = [term.replace("...", "".join(fresh[most - count :])) for term, count in zip(terms, hidden, strict=True)]
    if not arrow:  # NumPy's order: the ellipsis, then every letter that occurs once
        counts = Counter(letter for term in terms for letter in _letters(term))
        right = "..." + "".join(sorted(letter for letter, count in counts.items() if count == 1))
    return f"{','.join(made)}->{right.replace('...', ''.join(fresh))}"


def _letters(term: str) -> str:
    return "".join(character for character in term if character.isalpha())


def _hidden(term: str, operand: Matrix) -> int:
    """How many axes the ellipsis of a term stands for."""
    rank = 1 if operand.is_vector and len(_letters(term)) < 2 else len(operand.shape)
    return rank - len(_letters(term))


_MORE = "".join(chr(code) for code in range(0x3B1, 0x3CA) if code != 0x3C2)
"""Letters for axes beyond the 52 of the alphabet."""


def _read(subscripts: str) -> tuple[list[str], str]:
    """The letters of each operand and of the output. Raises ParseError."""
    arrow = subscripts.find("->")
    left = subscripts if arrow < 0 else subscripts[:arrow]
    right = "" if arrow < 0 else subscripts[arrow + 2 :]
    for start, part, allowed in ((0, left, ","), (arrow + 2, right, "")):
        for match in re.finditer(r"[\W\d_]", part):
            if match[0] not in allowed and not match[0].isspace():
                _fail(subscripts, start + match.start(), 1, f"{match[0]!r} cannot stand here: subscripts are letters")
    terms = ["".join(term.split()) for term in left.split(",")]
    counts = Counter(letter for term in terms for letter in term)
    if arrow < 0:
        return terms, "".join(sorted(letter for letter, count in counts.items() if count == 1))
    output = "".join(right.split())
    for place, letter in enumerate(right):
        if letter.isspace():
            continue
        if letter not in counts:
            _fail(subscripts, arrow + 2 + place, 1, f"the output letter {letter} is in no operand")
        if letter in right[:place]:
            _fail(
                subscripts, arrow + 2 + place, 1, f"the letter {letter} is in the output twice",
                "for a diagonal matrix multiply by an identity: from_einsum('i,ij->ij', x, eye(n))",
            )  # fmt: skip
    return terms, output


def _fail(text: str, start: int, length: int, message: str, hint: str | None = None) -> NoReturn:
    raise ParseError(message, text=text, start=start, end=start + length, hint=hint)


def _axes(subscripts: str, term: str, operand: Matrix) -> Shape:
    """The group that each letter runs over."""
    shape = operand.shape
    if operand.is_vector and len(term) == 1:
        shape = tuple(group for group in shape if group)
    if len(shape) != len(term):
        axes = _count(len(operand.shape), "axis", "axes") if operand.shape else "no axes"
        raise ShapeError(
            f"{describe(operand)} has {axes}, but {_count(len(term), 'subscript')}" + (f" ({term})" if term else ""),
            text=subscripts, start=0, end=len(subscripts),
        )  # fmt: skip
    return shape


def _sizes(subscripts: str, terms: Sequence[str], operands: Sequence[Matrix], placed: Sequence[Shape]) -> set[str]:
    """The letters of size 1. Raises ShapeError where a letter runs over two sizes."""
    known: dict[str, tuple[Group, int]] = {}
    for place, (term, groups) in enumerate(zip(terms, placed, strict=True)):
        for letter, group in zip(term, groups, strict=True):
            first, other = known.setdefault(letter, (group, place))
            if first != group:
                where = "" if other == place else f" in {describe(operands[other])}"
                raise ShapeError(
                    f"the letter {letter} runs over {group_text(first)}{where} and over {group_text(group)}"
                    f" in {describe(operands[place])}",
                    text=subscripts, start=0, end=len(subscripts),
                )  # fmt: skip
    return {letter for letter, (group, _) in known.items() if not group}


def _count(number: int, word: str, plural: str | None = None) -> str:
    return f"{number} {word if number == 1 else plural or word + 's'}"
