"""Index notation: entries of values, and the contraction that closes them (A[i,j]*B[j,k] -> [i,k])."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.errors import ShapeError
from tensordiff.matrix.leaves import number
from tensordiff.matrix.linear import Terms, terms_of
from tensordiff.matrix.node import Matrix, Shape, normalise, shape_text
from tensordiff.matrix.open_letters import merge_free, refuse_open
from tensordiff.matrix.shape import fixed_size
from tensordiff.matrix.text import brief
from tensordiff.tensor import Group, group_text

Letters = tuple[str | int, ...]


def entry(node: Matrix, letters: Letters) -> Matrix:
    """One entry of a value: a letter, or a place counted from 1, for each axis (`A[i,1]`).

    A row takes one letter or two; a repeated letter is a diagonal. Raises ShapeError.
    """
    refuse_open("indexing", [node])
    groups = _axes(node, letters)
    free: dict[str, Group] = {}
    for letter, group in zip(letters, groups, strict=True):
        if isinstance(letter, int):
            _check_place(node, letter, group)
        elif free.setdefault(letter, group) != group:
            raise ShapeError(
                f"the index {letter} of {brief(node)} runs over {group_text(free[letter])} and over {group_text(group)}"
            )
    return Matrix.make("entry", (), (tuple(letters), groups), (node,), tuple(free.items()))


def _axes(node: Matrix, letters: Letters) -> Shape:
    """The groups that the letters stand for."""
    groups = node.shape
    if node.is_vector and len(letters) == 1:
        groups = tuple(group for group in groups if group)
    if node.is_scalar or len(groups) != len(letters):
        axes = "a scalar has no indices" if node.is_scalar else f"it has {len(groups)} axes"
        raise ShapeError(f"{brief(node)} ({shape_text(node.shape)}) with {len(letters)} indices: {axes}")
    return groups


def _check_place(node: Matrix, place: int, group: Group) -> None:
    bounds = [fixed_size(dim) for dim in group]
    bound = 1
    for dim_bound in bounds:
        if dim_bound is None:
            bound = 0
            break
        bound *= dim_bound
    if place < 1 or (bound and place > bound):
        raise ShapeError(
            f"place {place} of {brief(node)} is outside an axis of size {group_text(group)}",
            hint="literal indices are counted from 1",
        )
    if not bound and len(group) > 1 and place > 1:
        raise ShapeError(
            f"place {place} of {brief(node)} is on a compound axis of size {group_text(group)}, whose split is not a number",
            hint="give the sizes as numbers, or index the factors",
        )


def contract(body: Matrix, output: Sequence[str]) -> Matrix:
    """The tensor whose axes are the letters on the right, in order; every other letter is summed.

    Sums are outermost, one for each term; a term that lacks a letter of the right-hand side is repeated along it.
    Raises ShapeError for a letter on the right that no term has, or that is there twice.
    """
    merge_free("index", [body])
    repeated = [letter for letter in dict.fromkeys(output) if list(output).count(letter) > 1]
    if repeated:
        raise ShapeError(
            f"the index {repeated[0]} is on the right-hand side twice",
            hint="multiply by an identity: A[i]*eye(n)[i,j] -> [i,j]",
        )
    terms = _expand(body)
    group_of = dict(merge_free("add", [node for _, node in terms]))
    for letter in output:
        if letter not in group_of:
            raise ShapeError(
                f"the index {letter} on the right-hand side is in no term",
                hint=f"its size is unknown: multiply a term by ones(n)[{letter}]",
            )
    shape = normalise(tuple(group_of[letter] for letter in output))
    data = (tuple(output), tuple(c for c, _ in terms))
    return Matrix.make("contract", shape, data, tuple(node for _, node in terms))


def _expand(body: Matrix) -> Terms:
    """The terms of a sum, opened through numeric multiples of sums: -(a + b) has two terms."""
    done: Terms = []
    pending: Terms = [(Fraction(1), body)]
    while pending:
        coefficient, node = pending.pop()
        if node.op == "add":
            pending.extend((coefficient * c, x) for c, x in reversed(terms_of(node)))
        elif node.op == "number":
            done.append((coefficient * node.data[0], number(1)))
        else:
            done.append((coefficient, node))
    return done
