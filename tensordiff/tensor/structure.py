"""What is known of a symbol: the structure of a matrix, and assumptions on the values of its entries.

A structure is one record. Its maps are written in a few operations on matrices (`Matrices`), so that one text serves index
forms, exact numbers and arrays of every library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, Literal

from tensordiff.records import KW_ONLY, record
from tensordiff.tensor.matrices import Draws, Mask, Matrices, Matrix, Term
from tensordiff.tensor.permutations import Permutations, closed, generators

Map = Callable[[Matrices, Matrix, Matrix], Matrix]
"""Of a derivative by all entries (its last two axes), at a value of the variable."""


@record(eq=False, repr=False)
class Structure:
    """A structure of matrices, told by facts; maps that follow from them need not be given. Two of one name are the same."""

    name: str
    _: KW_ONLY
    square: bool = True
    mirror: Literal[-1, 0, 1] = 0
    """V' = mirror * V, where it is not 0."""
    zeros: tuple[Literal["above", "below"], ...] = ()
    """Where all entries are zero: above or below the diagonal."""
    diagonal: Literal["free", "zero", "unit"] = "free"
    """What the entries of the diagonal are."""
    mask: Mask | None = None
    """Where entries may be other than zero, in matrices of these very sizes."""
    symmetries: Permutations = ()
    """The permutations of axes that leave a tensor as it is."""
    orthonormal: bool = False
    """Whether V'V = I."""
    definite: bool = False
    """Whether it is positive definite."""
    change: str = ""
    """The structure of a change, where it is another."""
    free: Literal["triangle", "strict", "diagonal"] | None = None
    """The entries that say all others, in column order: of the lower triangle, strictly below the diagonal, of the diagonal."""
    projection: Map | None = None
    """The part of a derivative within the structure, where the facts do not tell."""
    tied: Map | None = None
    """The derivative by entries that are one variable with those that they are tied to, where the facts do not tell."""
    deviation: Callable[[Matrices, Matrix], Matrix] | None = None
    """What else is zero where a matrix has the structure."""
    drawn: Callable[[Draws], Matrix] | None = None
    """A random matrix, where the facts do not tell; every component of the set occurs."""

    GENERAL: ClassVar[Structure]
    SYMMETRIC: ClassVar[Structure]
    SKEW: ClassVar[Structure]
    DIAGONAL: ClassVar[Structure]
    LOWER: ClassVar[Structure]
    UPPER: ClassVar[Structure]
    ORTHOGONAL: ClassVar[Structure]
    POSITIVE_DEFINITE: ClassVar[Structure]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<structure {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return structure, (self.name,)

    @property
    def general(self) -> bool:
        """Whether nothing is known."""
        return self is Structure.GENERAL

    @property
    def symmetric(self) -> bool:
        """Whether a matrix of this structure equals its transpose."""
        return self.mirror == 1

    @property
    def is_diagonal(self) -> bool:
        return len(self.zeros) == 2

    @property
    def has_zeros(self) -> bool:
        """Whether some entries are zero whatever is assumed of the others."""
        masked = self.mask is not None and not all(map(all, self.mask))
        return masked or bool(self.zeros) or self.mirror < 0 or self.diagonal == "zero"

    @property
    def is_orthogonal(self) -> bool:
        """Whether V'V = VV' = I."""
        return self.orthonormal and self.square

    def has_shape(self, lengths: Sequence[int]) -> bool:
        """Whether there are such matrices with axes of these lengths: orthonormal columns are no more than rows, and a mask
        has its own lengths."""
        if self.mask is not None:
            return tuple(lengths) == (len(self.mask), len(self.mask[0]))
        return not self.orthonormal or len(lengths) != 2 or lengths[1] <= lengths[0]

    @property
    def rows_flip(self) -> bool:
        """Whether a row times -1 leaves it one: so the determinant takes either sign."""
        return self.deviation is None and self.diagonal == "free" and (not self.mirror or self.is_diagonal)

    @property
    def is_linear(self) -> bool:
        """Whether changes within the structure are the same at each of its matrices."""
        return not self.orthonormal

    @property
    def is_space(self) -> bool:
        """Whether its matrices form a linear space, or an open part of one."""
        return self.is_linear and self.diagonal != "unit"

    @property
    def has_identity(self) -> bool:
        """Whether the identity is one of its matrices."""
        unmasked = self.mask is None or all(row[place] for place, row in enumerate(self.mask))
        return unmasked and self.mirror >= 0 and self.diagonal != "zero"

    @property
    def is_invertible(self) -> bool:
        """Whether nearly all of its square matrices, of every size, are invertible."""
        if self.mask is not None:
            return _has_matching(self.mask)
        return self.mirror >= 0 and not (self.zeros and self.diagonal == "zero")

    @property
    def changes(self) -> Structure:
        """The structure of a change of such a matrix."""
        return structure(self.change) if self.change else self

    # Maps, in the operations of `m`.

    def masked(self, m: Matrices, a: Matrix) -> Matrix:
        """The entries that may change, zeros elsewhere."""
        if self.mask is not None:
            return m.keep(a, self.mask)
        if self.is_diagonal:
            return m.diagonal(a)
        if self.diagonal != "free" and not self.zeros:
            return m.combine((1, a), (-1, m.diagonal(a)))
        if "above" in self.zeros:
            return m.lower(a) if self.diagonal == "free" else m.below(a)
        if "below" in self.zeros:
            return m.upper(a) if self.diagonal == "free" else m.above(a)
        return a

    def project(self, m: Matrices, g: Matrix, v: Matrix) -> Matrix:
        """The part of a derivative g by all entries that lies within the structure, at a value v of the variable."""
        if self.projection is not None:
            return self.projection(m, g, v)
        if self.symmetries:
            return m.combine(*((Fraction(1, len(self.symmetries)), m.permute(g, axes)) for axes in self.symmetries))
        kept = self.masked(m, g)
        if not self.mirror or self.is_diagonal:
            return kept
        return m.combine((Fraction(1, 2), kept), (Fraction(self.mirror, 2), m.transpose(kept)))

    def tie(self, m: Matrices, g: Matrix, v: Matrix) -> Matrix | None:
        """The derivative by entries that are one variable with those that they are tied to: G + G' - G.*I for a symmetric
        one (Matrix Cookbook, eq. 138). None where that is not defined."""
        if self.tied is not None or not self.is_linear:
            return self.tied and self.tied(m, g, v)
        if self.symmetries:
            return m.over_orbits(g, self.symmetries)
        kept = self.masked(m, g)
        if not self.mirror or self.is_diagonal:
            return kept
        terms: list[Term] = [(1, kept), (self.mirror, m.transpose(kept))]
        if self.mirror > 0 and self.diagonal == "free":
            terms.append((-1, m.diagonal(kept)))
        return m.combine(*terms)

    def deviations(self, m: Matrices, a: Matrix) -> Iterator[Matrix]:
        """What is zero, entry by entry, where a matrix has the structure."""
        if self.mirror and not self.is_diagonal:
            yield m.combine((1, a), (-self.mirror, m.transpose(a)))
        if self.is_diagonal:
            yield m.combine((1, m.above(a)), (1, m.below(a)))
        elif self.mask is not None:
            yield m.combine((1, a), (-1, m.keep(a, self.mask)))
        elif self.zeros:
            yield m.above(a) if "above" in self.zeros else m.below(a)
        if self.diagonal != "free":
            yield m.combine((1, m.diagonal(a)), (-int(self.diagonal == "unit"), m.identity(a)))
        if self.orthonormal:
            yield m.combine((1, m.multiply(m.transpose(a), a)), (-1, m.identity(a)))
        for axes in generators(self.symmetries):
            yield m.combine((1, a), (-1, m.permute(a, axes)))
        if self.deviation is not None:
            yield self.deviation(m, a)

    def draw(self, d: Draws) -> Matrix:
        """A random matrix of the structure."""
        if self.drawn is not None:
            return self.drawn(d)
        m = d.matrices
        if self.symmetries:
            return m.from_orbits(d.entries(), self.symmetries)
        made = self.masked(m, d.entries())
        if self.mirror and not self.is_diagonal:
            below = m.below(made)
            terms: list[Term] = [(1, below), (self.mirror, m.transpose(below))]
            made = m.combine(*terms, (1, m.diagonal(made))) if self.mirror > 0 else m.combine(*terms)
        return m.combine((1, made), (1, m.identity(made))) if self.diagonal == "unit" else made


def _orthogonal(m: Matrices, g: Matrix, q: Matrix) -> Matrix:
    """(G - Q G' Q)/2, the projection on the tangent space at Q (Edelman, Arias and Smith 1998, eq. 2.53, halved)."""
    return m.combine((Fraction(1, 2), g), (Fraction(-1, 2), m.multiply(q, m.transpose(g), q)))


def _stiefel(m: Matrices, g: Matrix, x: Matrix) -> Matrix:
    """G - X sym(X'G) (Absil, Mahony and Sepulchre 2008, eq. 3.35)."""
    half = Fraction(1, 2)
    left, right = m.multiply(x, m.transpose(x), g), m.multiply(x, m.transpose(g), x)
    return m.combine((1, g), (-half, left), (-half, right))


def _correlation(d: Draws) -> Matrix:
    if not d.real:
        hollow = STRUCTURES["hollow-symmetric"].draw(d)
        return d.matrices.combine((1, hollow), (1, d.matrices.identity(hollow)))
    rows = d.unit_rows()
    return d.matrices.multiply(rows, d.matrices.transpose(rows))


STRUCTURES: dict[str, Structure] = {
    found.name: found
    for found in (
        Structure("general", square=False),
        Structure("symmetric", mirror=1, free="triangle"),
        Structure("skew", mirror=-1, free="strict"),
        Structure("diagonal", mirror=1, zeros=("above", "below"), free="diagonal"),
        Structure("lower-triangular", zeros=("above",), free="triangle"),
        Structure("upper-triangular", zeros=("below",)),
        Structure("orthogonal", orthonormal=True, projection=_orthogonal, drawn=lambda d: d.orthonormal()),
        Structure("positive-definite", mirror=1, definite=True, change="symmetric", free="triangle", drawn=lambda d: d.gram()),
        Structure("strictly-lower-triangular", zeros=("above",), diagonal="zero", free="strict"),
        Structure("strictly-upper-triangular", zeros=("below",), diagonal="zero"),
        Structure("hollow-symmetric", mirror=1, diagonal="zero", free="strict"),
        Structure(
            "unit-lower-triangular", zeros=("above",), diagonal="unit", change="strictly-lower-triangular", free="strict"
        ),
        Structure("unit-upper-triangular", zeros=("below",), diagonal="unit", change="strictly-upper-triangular"),
        Structure(
            "correlation", mirror=1, diagonal="unit", definite=True, change="hollow-symmetric", free="strict",
            drawn=_correlation,
        ),
        Structure(
            "toeplitz",
            projection=lambda m, g, v: m.means(g),
            tied=lambda m, g, v: m.along(g),
            deviation=lambda m, a: m.combine((1, a), (-1, m.from_edges(a))),
            drawn=lambda d: d.matrices.from_edges(d.entries()),
        ),
        Structure("stiefel", square=False, orthonormal=True, projection=_stiefel, drawn=lambda d: d.orthonormal()),
    )
}  # fmt: skip
"""By name; a new structure is one more."""

Structure.GENERAL = STRUCTURES["general"]
Structure.SYMMETRIC = STRUCTURES["symmetric"]
Structure.SKEW = STRUCTURES["skew"]
Structure.DIAGONAL = STRUCTURES["diagonal"]
Structure.LOWER = STRUCTURES["lower-triangular"]
Structure.UPPER = STRUCTURES["upper-triangular"]
Structure.ORTHOGONAL = STRUCTURES["orthogonal"]
Structure.POSITIVE_DEFINITE = STRUCTURES["positive-definite"]


def structure(name: str | Structure) -> Structure:
    """The structure of this name. Raises KeyError where there is none."""
    if isinstance(name, Structure):
        return name
    if _PATTERN.fullmatch(name):
        return masked(tuple(tuple(map(int, row)) for row in name[len("pattern[") : -1].split(";")))
    if _SYMMETRIES.fullmatch(name):
        return symmetric_under(tuple(tuple(map(int, axes.split(","))) for axes in _AXES.findall(name)))
    return STRUCTURES[name]


def is_told(name: str | Structure) -> bool:
    """Whether this is a structure told by a mask or by permutations, or the name of one, which says them."""
    if isinstance(name, Structure):
        return name.mask is not None or bool(name.symmetries)
    return (_PATTERN.fullmatch(name) or _SYMMETRIES.fullmatch(name)) is not None


_PATTERN = re.compile(r"pattern\[[01]+(?:;[01]+)*\]")
_SYMMETRIES = re.compile(r"symmetries\[\(\d+(?:,\d+)*\)(?:,\(\d+(?:,\d+)*\))*\]")
_AXES = re.compile(r"\((\d+(?:,\d+)*)\)")


@lru_cache(maxsize=1024)
def masked(mask: Mask) -> Structure:
    """The matrices with zeros where the mask has them; its name says the mask: pattern[110;011]."""
    name = ";".join("".join(map(str, row)) for row in mask)
    return Structure(f"pattern[{name}]", square=len(mask) == len(mask[0]), mask=mask)


def symmetric_under(permutations: Permutations) -> Structure:
    """The tensors that all these permutations of axes leave as they are; its name has the first that generate the group, so
    that equal groups are one structure. Raises ValueError for what is no permutation, or not of as many axes as the others."""
    rank = len(permutations[0]) if permutations else 0
    for axes in permutations:
        if sorted(axes) != list(range(rank)):
            raise ValueError(f"{axes} is no permutation of the axes {tuple(range(rank))}")
    group = closed(permutations, rank)
    if len(group) == 1:
        return Structure.GENERAL
    if rank == 2:
        return Structure.SYMMETRIC
    return _left_by(group)


@lru_cache(maxsize=1024)
def _left_by(group: Permutations) -> Structure:
    name = ",".join(f"({','.join(map(str, axes))})" for axes in generators(group))
    return Structure(f"symmetries[{name}]", square=False, symmetries=group)


def _has_matching(mask: Mask) -> bool:
    """Whether each row has a column of its own, so that nearly all matrices of the mask are invertible."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import structural_rank

    return bool(structural_rank(csr_array(list(mask))) == len(mask))


class Assumption(StrEnum):
    NONE = "none"
    POSITIVE = "positive"
    NONZERO = "nonzero"
    BINARY = "binary"
    """Entries are +1 or -1."""
    PROBABILITY = "probability"
    """Entries are positive and sum to one."""
    NEAR_IDENTITY = "near-identity"
    """Close enough to the identity that logm and sqrtm exist."""

    @property
    def positive(self) -> bool:
        return self in (Assumption.POSITIVE, Assumption.PROBABILITY)
