"""Sums of products by letters."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ParseError, ShapeError
from tensordiff.matrix import build, same_size
from tensordiff.parse.arrays.values import Array, shape_of
from tensordiff.tensor import Group, group_text


def einsum(inputs: Sequence[Sequence[str]], output: Sequence[str], operands: Sequence[Array]) -> Array:
    """The product of the operands with a letter for each axis, summed over the letters that the output lacks.

    Raises ParseError where the letters and operands do not fit, ShapeError where the lengths of a letter differ.
    """
    if len(inputs) != len(operands):
        raise ParseError(f"there are subscripts for {len(inputs)} arrays, and {len(operands)} arrays")
    sizes: dict[str, Group] = {}
    for letters, array in zip(inputs, operands, strict=True):
        if not isinstance(array, Array) or len(letters) != array.rank:
            found = f"an array of shape {shape_of(array)}" if isinstance(array, Array) else "no array"
            raise ParseError(f"the subscripts {''.join(letters)} stand for {len(letters)} axes, and there is {found}")
        for letter, group in zip(letters, array.shape, strict=True):
            known = sizes.get(letter, ())
            if known and group and not same_size(known, group):
                raise ShapeError(f"the letter {letter} runs over {group_text(known)} and over {group_text(group)}")
            sizes[letter] = known or group
    for letter in output:
        if letter not in sizes or list(output).count(letter) > 1:
            raise ParseError(f"the letter {letter} of the output is twice there, or in no array")
    factors = [array.entry(list(letters)) for letters, array in zip(inputs, operands, strict=True)]
    return Array(
        build.contract(build.product(*factors), [letter for letter in output if sizes[letter]]),
        tuple(sizes[letter] for letter in output),
    )
