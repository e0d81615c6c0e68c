"""The operations in which the maps of structures are written, and the random matrices that theirs are made from."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

from tensordiff.tensor.permutations import Permutations

Matrix = Any
Term = tuple[int | Fraction, Matrix]
Mask = tuple[tuple[int, ...], ...]
"""Zeros and ones, row by row."""


class Matrices(Protocol):
    """Operations on matrices, perhaps with further axes."""

    def combine(self, *terms: Term) -> Matrix: ...
    def transpose(self, a: Matrix) -> Matrix: ...
    def multiply(self, *factors: Matrix) -> Matrix: ...
    def lower(self, a: Matrix) -> Matrix:
        """The entries on and below the diagonal, zeros elsewhere."""

    def upper(self, a: Matrix) -> Matrix: ...
    def diagonal(self, a: Matrix) -> Matrix:
        """The entries on the diagonal, zeros elsewhere."""

    def below(self, a: Matrix) -> Matrix:
        """The entries below the diagonal, zeros elsewhere."""

    def above(self, a: Matrix) -> Matrix: ...
    def along(self, a: Matrix) -> Matrix:
        """The sum over each diagonal, at each of its places."""

    def means(self, a: Matrix) -> Matrix:
        """The mean of each diagonal, at each of its places."""

    def from_edges(self, a: Matrix) -> Matrix:
        """The first row and the first column, repeated along the diagonals."""

    def keep(self, a: Matrix, mask: Mask) -> Matrix:
        """The entries where the mask has a 1, zeros elsewhere."""

    def identity(self, like: Matrix) -> Matrix:
        """The identity with as many rows as `like` has columns."""

    def permute(self, a: Matrix, axes: Sequence[int]) -> Matrix:
        """Of a tensor: that whose axis p is the axis axes[p]."""

    def over_orbits(self, a: Matrix, group: Permutations) -> Matrix:
        """Of a tensor: the sum over the entries that the group carries to each place, every one once."""

    def from_orbits(self, a: Matrix, group: Permutations) -> Matrix:
        """Of a tensor: the first of those entries, at all their places."""


class Draws(Protocol):
    """Random matrices, exact, from which those of a structure are made."""

    real: bool
    """Whether inequalities mean something: numbers of a finite field have no sign."""

    @property
    def matrices(self) -> Matrices: ...
    def entries(self) -> Matrix:
        """Of the shape and with the entries that are assumed."""

    def gram(self) -> Matrix:
        """Symmetric and positive definite, where inequalities mean something."""

    def orthonormal(self) -> Matrix:
        """Of orthonormal columns; square ones of determinant 1 or -1."""

    def unit_rows(self) -> Matrix:
        """Square, with rows of length 1."""
