"""What a name is by its letters alone, as on matrixcalculus.org: capitals are matrices, a to g and small Greek letters scalars,
h to z vectors."""

from __future__ import annotations

from tensordiff.parse.names import GREEK, spelled

_GREEK_VECTORS = frozenset(("beta", "theta", "mu", "xi", "zeta", "phi", "psi"))


def usual_rank(name: str) -> int:
    """0 for a scalar, 1 for a vector, 2 for a matrix, by the first letter; a Greek letter goes by its English name."""
    full = spelled(name)
    if full[:1].isupper():
        return 2
    stem = full.partition("_")[0].rstrip("0123456789")
    if stem in GREEK:
        return 1 if stem in _GREEK_VECTORS else 0
    return 0 if full[:1] in "abcdefg" else 1
