"""Eigenvalues and eigenvectors of symmetric matrices: one text for NumPy here, and for programs of every library.

All take the symmetric part of a matrix, or of each of a stack. What one eigenvalue has no derivative of, where it is repeated,
is an error in NumPy and NaN where entries are not known yet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

_TEXT = '''
def _eigh(a):
    return xp.linalg.eigh((a + a.swapaxes(-1, -2)) / 2)

def _eigval_max(a):
    return xp.linalg.eigvalsh((a + a.swapaxes(-1, -2)) / 2)[..., -1]

def _eigvec_max(a):
    """Of length 1, its entry of largest magnitude positive."""
    values, vectors = _eigh(a)
    last = vectors[..., -1]
    largest, magnitude = xp.amax(last, -1), xp.amax(abs(last), -1)
    last = xp.where((largest < magnitude)[..., None], -last, last)
    if a.shape[-1] == 1:
        return last
    return _apart(last, values[..., -1] - values[..., -2], values, "the largest eigenvalue is repeated")

def _gap_inverse(a):
    """The pseudo-inverse of lambda*I - a for the largest eigenvalue lambda."""
    if a.shape[-1] == 1:
        return xp.zeros_like(a)
    values, vectors = _eigh(a)
    gaps = values[..., -1:] - values[..., :-1]
    gaps = _apart(gaps, gaps[..., -1], values, "the largest eigenvalue is repeated")
    rest = vectors[..., :, :-1]
    return (rest / gaps[..., None, :]) @ rest.swapaxes(-1, -2)

def _eig_projectors(a, count):
    """u u' for every eigenvalue, in ascending order; so many are asked for, and have to be simple."""
    values, vectors = _eigh(a)
    columns = vectors.swapaxes(-1, -2)
    made = columns[..., :, :, None] * columns[..., :, None, :]
    if a.shape[-1] == 1:
        return made
    gaps = (values[..., 1:] - values[..., :-1])[..., : int(count)]
    return _apart(made, xp.amin(gaps, -1), values, "an eigenvalue is repeated")

def _eig_gap_inverses(a):
    """The pseudo-inverses of lambda*I - a for every eigenvalue lambda."""
    values, vectors = _eigh(a)
    gaps = values[..., :, None] - values[..., None, :]
    none = abs(gaps) <= 8 * values.shape[-1] * xp.finfo(values.dtype).eps * xp.amax(abs(values), -1)[..., None, None]
    inverse = xp.where(none, 0.0, 1 / xp.where(none, 1.0, gaps))
    return xp.einsum("...ka,...ia,...ja->...kij", inverse, vectors, vectors)

def _top_projector(a, count):
    """U U' for the eigenvectors of so many largest eigenvalues."""
    vectors = _top(a, count)[1][..., :, a.shape[-1] - int(count) :]
    return vectors @ vectors.swapaxes(-1, -2)

def _top_gaps(a, count):
    """1/(lambda_a - lambda_b) where a is one of so many largest eigenvalues and b is not, else 0."""
    values = _top(a, count)[0]
    place = xp.cumsum(xp.ones_like(values), -1) > a.shape[-1] - int(count)
    both = place[..., :, None] & ~place[..., None, :]
    return xp.where(both, 1 / xp.where(both, values[..., :, None] - values[..., None, :], 1.0), 0.0)

def _polar(a):
    """The orthonormal factor of a matrix of full rank."""
    u, s, vh = xp.linalg.svd(a, full_matrices=False)
    return _apart(u @ vh, s[..., -1], s, "a singular value is 0")

def _sign_gaps(a):
    values = _eigh(a)[0]
    least = 8 * values.shape[-1] * xp.finfo(values.dtype).eps * xp.amax(abs(values), -1)[..., None]
    signs = xp.where(abs(values) <= least, 0.0, xp.sign(values))
    apart = signs[..., :, None] - signs[..., None, :]
    return xp.where(apart == 0, 0.0, apart / xp.where(apart == 0, 1.0, values[..., :, None] - values[..., None, :]))

def _top(a, count):
    values, vectors = _eigh(a)
    if int(count) < a.shape[-1]:
        gap = values[..., -int(count)] - values[..., -int(count) - 1]
        values = _apart(values, gap, values, "the eigenvalues at the edge are repeated")
        vectors = vectors + 0 * values[..., None, :]
    return values, vectors
'''

_RAISES = '''
def _apart(result, gap, values, message):
    """The result where a gap between eigenvalues is none of rounding."""
    least = 8 * values.shape[-1] * np.finfo(values.dtype).eps * np.amax(abs(values), -1)
    if not (gap > least).all():
        raise np.linalg.LinAlgError(message)
    return result
'''

_MARKS = '''
def _apart(result, gap, values, message):
    """The result where a gap between eigenvalues is none of rounding, else NaN."""
    least = 8 * values.shape[-1] * xp.finfo(values.dtype).eps * xp.amax(abs(values), -1)
    fine = (gap > least).reshape(gap.shape + (1,) * (result.ndim - gap.ndim))
    return xp.where(fine, result, xp.nan)
'''

NAMES = (
    "eigh", "eigval_max", "eigvec_max", "gap_inverse", "eig_projectors", "eig_gap_inverses", "top_projector", "top_gaps",
    "polar", "sign_gaps",
)  # fmt: skip


def sources(module: str, raises: bool) -> dict[str, str]:
    """By name, the source of the helper functions of programs; those for stacks are the same."""
    text = (_TEXT + (_RAISES if raises else _MARKS)).replace("xp.", f"{module}.")
    found: dict[str, str] = {}
    for part in text.strip().split("\ndef "):
        source = "def " + part.strip().removeprefix("def ") + "\n"
        found[source.split("(", 1)[0].removeprefix("def ")] = source
    for name in NAMES:
        found[f"_batch_{name}"] = f"def _batch_{name}(*operands):\n    return _{name}(*operands)\n"
    return found


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """The same as functions of NumPy arrays."""
    import numpy as np

    namespace: dict[str, Any] = {"np": np}
    exec("\n".join(sources("np", raises=True).values()), namespace)
    return {name: namespace[f"_{name}"] for name in NAMES}
