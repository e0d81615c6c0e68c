"""What is known of a symbol: the structure of a square matrix, and assumptions on the values of its entries."""

from __future__ import annotations

from enum import StrEnum


class Structure(StrEnum):
    GENERAL = "general"
    SYMMETRIC = "symmetric"
    SKEW = "skew"
    DIAGONAL = "diagonal"
    LOWER = "lower-triangular"
    UPPER = "upper-triangular"
    ORTHOGONAL = "orthogonal"
    POSITIVE_DEFINITE = "positive-definite"

    @property
    def symmetric(self) -> bool:
        """Whether a matrix of this structure equals its transpose."""
        return self in (Structure.SYMMETRIC, Structure.POSITIVE_DEFINITE, Structure.DIAGONAL)

    @property
    def has_zeros(self) -> bool:
        """Whether some entries are zero whatever is assumed of the others."""
        return self in (Structure.DIAGONAL, Structure.LOWER, Structure.UPPER, Structure.SKEW)


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
