"""Einsum strings into matrix form, as index notation: "ij,jk->ik" is A[i,j]*B[j,k] -> [i,k].

The rules are NumPy's: without an arrow the output is every letter that occurs once, in alphabetical order; a letter twice
in one operand is a diagonal; a letter twice in the output is refused, and so are ellipses, since every axis of an
expression has a size of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from tensordiff.errors import ParseError, ShapeError
from tensordiff.matrix import Matrix, Shape, brief, build, describe
from tensordiff.tensor import Group, group_text


def from_einsum(subscripts: str, operands: Sequence[Matrix]) -> Matrix:
    """The matrix form of numpy.einsum(subscripts, *operands).

    A column takes one letter, a row one or two (the first of size 1), a scalar none. Raises ParseError for a string
    that is malformed or does not fit the number of operands, ShapeError where sizes or numbers of axes do not fit.
    """
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


def _read(subscripts: str) -> tuple[list[str], str]:
    """The letters of each operand and of the output. Raises ParseError."""
    arrow = subscripts.find("->")
    if "..." in subscripts:
        _fail(
            subscripts, subscripts.index("..."), 3, "an ellipsis has no meaning here: every axis has a size of its own",
            "name every axis with a letter",
        )  # fmt: skip
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
