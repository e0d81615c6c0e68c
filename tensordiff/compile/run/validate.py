"""Whether given arrays have the structure, and keep the assumptions, that their symbols declare.

An exact test costs a few microseconds on small arrays and passes nearly all data. What fails it is compared within rounding:
sqrt(eps) of the type of its entries, relative to the largest entry. Costs grow with the number of entries: that a matrix is
orthogonal or positive definite is decided up to `_SMALL` rows; for larger ones a necessary condition is tested (Q'Q v = v for
one fixed v; a_ij^2 <= a_ii a_jj), and the Cholesky factorisations of programs see the rest. Complex entries have no sign: of
them the linear structures are tested alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from math import prod, sqrt
from typing import Any

from tensordiff.compile.plan.lengths import Joined, axes_of
from tensordiff.compile.write.library import ArrayLibrary
from tensordiff.errors import EvaluationError
from tensordiff.evaluate.matrices import ArrayMatrices
from tensordiff.tensor import Assumption, Structure, Symbol

_SMALL = 128
"""Matrices of so many rows are tested completely."""
_BYTES = 1 << 14
"""Arrays of so many bytes are compared with their transposes as bytes, which is quicker."""
_HINT = "entries are counted from 1; validate=False skips this check"

Check = Callable[[Any], None]


def check_of(symbol: Symbol, library: ArrayLibrary, axes: int | None = None) -> Check | None:
    """A function that raises EvaluationError for an array that breaks what the symbol declares; None where it declares
    nothing. Arrays have so many `axes`, by default one for each of the symbol's dimensions, and perhaps more in front; those
    that are traced have no entries yet and pass."""
    rank = symbol.rank if axes is None else axes
    parts: list[Callable[[Any, ArrayLibrary], None]] = []
    if not symbol.structure.general:
        parts.append(partial(_check_structure, symbol, rank))
    if symbol.assumption in _KEEPS:
        parts.append(partial(_check_assumption, symbol, rank))
    if not parts:
        return None

    def check(array: Any) -> None:
        if not library.is_traced(array):
            for part in parts:
                part(array, library)

    return check


def check_arrays(symbols: Iterable[Symbol], arrays: Mapping[str, Any], library: ArrayLibrary, compound: Joined) -> None:
    """Raises EvaluationError for arrays, given by name, that break what the symbols declare; `compound` is as for programs."""
    for symbol in symbols:
        if symbol.name in arrays:
            check = check_of(symbol, library, len(axes_of(symbol, compound)))
            if check is not None:
                check(library.array(symbol.name, arrays[symbol.name]))


# Structures. Each test takes matrices in the last two axes.


def _mirror(a: Any) -> Any:
    return a.swapaxes(-1, -2)


def _is_exact(structure: Structure, a: Any) -> bool:
    """Whether a matrix, or each of a stack, has a structure to the last bit; an orthonormal one within what double precision
    rounds, and only where it is small. The quick tests are of facts that have one, and false where there is none."""
    if structure.deviation is not None or structure.mask is not None or structure.symmetries:
        return False
    n = a.shape[-1]
    if structure.orthonormal:
        return n <= _SMALL and not _nonzeros(abs(_mirror(a) @ a - _eye(n)) > 1e-8)
    if structure.is_diagonal:
        return bool(_nonzeros(a) == _nonzeros(a.diagonal(0, -2, -1)))
    if structure.zeros:
        triangular = _is_lower(a if "above" in structure.zeros else _mirror(a))
    elif structure.mirror > 0 and a.nbytes <= _BYTES and a.ndim == 2:
        triangular = bool(a.tobytes() == a.tobytes("F"))
    else:
        triangular = not _nonzeros(a != (_mirror(a) if structure.mirror > 0 else -_mirror(a)))
    return triangular and (structure.diagonal == "free" or not _nonzeros(_diagonal(a) != (structure.diagonal == "unit")))


def _diagonal(a: Any) -> Any:
    return a.diagonal(0, -2, -1)


def _nonzeros(a: Any) -> int:
    import numpy as np

    return int(np.count_nonzero(a))


def _is_lower(a: Any) -> bool:
    import numpy as np

    n = a.shape[-1]
    return not _nonzeros(a[..., _above(n)] if n <= _SMALL else np.triu(a, 1))


@cache
def _eye(n: int) -> Any:
    import numpy as np

    return np.eye(n)


@cache
def _above(n: int) -> Any:
    """Marks the entries above the diagonal."""
    import numpy as np

    return ~np.tri(n, dtype=bool)


def _from_identity(a: Any, xp: Any) -> Any:
    """Q'Q - I; of large matrices (Q'Q - I) v / |v| for one v, whose entries no short relation ties."""
    if a.shape[-1] <= _SMALL:
        return next(Structure.ORTHOGONAL.deviations(ArrayMatrices(xp), a))
    v = xp.sqrt(xp.cumsum(xp.ones_like(a[..., :1, :]), -1)).swapaxes(-1, -2)
    return (_mirror(a) @ (a @ v) - v) / v.max()


def _offences(structure: Structure, a: Any, xp: Any, tolerance: float) -> Any:
    """Where entries are further from the structure than rounding takes them."""
    if structure.orthonormal:
        return ~(abs(_from_identity(a, xp)) <= tolerance)
    finite = xp.isfinite(a)
    scale = abs(xp.where(finite, a, 0.0)).max()
    found = None
    for distance in structure.deviations(ArrayMatrices(xp), a):
        off = ~(abs(distance) <= tolerance * scale)
        if (structure.mirror and not structure.zeros) or structure.symmetries:
            # Two infinities, or two NaN, that mirror each other have a difference that is NaN.
            off = off & ~(xp.isnan(distance) & ~finite & (_mirror(~finite) if structure.mirror else True))
        found = off if found is None else found | off
    return found


def _check_structure(symbol: Symbol, rank: int, array: Any, library: ArrayLibrary) -> None:
    structure, half = symbol.structure, rank // 2
    if rank > 2 and not structure.symmetries:
        batch = array.shape[: array.ndim - rank]
        rows = prod(array.shape[len(batch) : len(batch) + half])
        array = array.reshape((*batch, rows, rows))
    if 0 in array.shape:
        return
    entries = library.host(array)
    if entries is None:  # many entries, on a device: tested there
        xp = library.namespace
        tolerance = sqrt(float(xp.finfo(array.dtype).eps))
        good = not bool(_offences(structure, array, xp, tolerance).any())
        if good and structure.definite and not is_complex(array.dtype):
            good = not bool(_indefinite(array, xp).any())
        if good:
            return
        entries = library.host(array, always=True)
    if not _is_exact(structure, entries):
        import numpy as np

        tolerance = _rounding(array.dtype, library)
        with np.errstate(invalid="ignore", over="ignore"):
            found = _offences(structure, entries, np, tolerance)
        if found.any():
            raise _broken(symbol, entries, found)
    if structure.definite and not is_complex(array.dtype):
        _check_definite(symbol, entries)


def _broken(symbol: Symbol, a: Any, found: Any) -> EvaluationError:
    import numpy as np

    kind = symbol.structure
    if kind.orthonormal:
        distance = abs(_mirror(a) @ a - np.eye(a.shape[-1]))
        *batch, i, j = _first(distance > distance.max() / 2)
        value = (_mirror(a) @ a)[(*batch, i, j)]
        what = f"{symbol.name}'*{symbol.name} has entry [{i + 1},{j + 1}] = {value!s} where {int(i == j)} belongs"
    else:
        place = _first(found)
        axes = symbol.rank if kind.symmetries else 2
        batch, at = list(place[:-axes]), place[-axes:]
        what = _entry(symbol.name, at, a[place])
        tied = [tuple(at[p] for p in moved) for moved in kind.symmetries]
        if kind.mirror and not kind.is_diagonal:
            tied = [at[::-1]]
        others = [other for other in tied if other != at]
        if others:
            other = max(others, key=lambda other: abs(a[(*batch, *other)] - a[place]))
            what += f" and {_entry(symbol.name, other, a[(*batch, *other)])}"
    return _error(f"{symbol.name} is declared {kind}, but {what}", batch)


def _check_definite(symbol: Symbol, a: Any) -> None:
    """Cholesky decides for small matrices; entries against the diagonal for large ones."""
    if a.ndim == 2 and a.shape[-1] <= _SMALL:
        _check_pivots(symbol, a, ())
        return
    import numpy as np

    if a.shape[-1] > _SMALL:
        diagonal = a.diagonal(0, -2, -1)
        reached = np.count_nonzero(a * a >= diagonal[..., :, None] * diagonal[..., None, :])
        if reached == diagonal.size and not np.count_nonzero(diagonal <= 0):
            return
        found = _indefinite(a, np)
        if not found.any():
            return
        *batch, i, j = place = _first(found)
        what = _entry(symbol.name, [i, j], a[place])
        if i != j:
            what += f" where its diagonal has {a[(*batch, i, i)]!s} and {a[(*batch, j, j)]!s}"
        raise _error(f"{symbol.name} is declared {symbol.structure}, but {what}", batch)
    try:
        np.linalg.cholesky(a.astype(float, copy=False))
        return
    except np.linalg.LinAlgError:
        pass
    for place in np.ndindex(a.shape[:-2]):
        _check_pivots(symbol, a[place], place)


def _check_pivots(symbol: Symbol, a: Any, batch: Sequence[int]) -> None:
    failed = _potrf()(a.T, lower=1, clean=0)[1]
    if failed:
        import numpy as np

        k = failed - 1
        least = a[k, :k] @ np.linalg.solve(a[:k, :k].astype(float), a[:k, k]) if k else 0.0
        what = f"{_entry(symbol.name, [k, k], a[k, k])} where the rows before it require more than {least!s}"
        raise _error(f"{symbol.name} is declared {symbol.structure}, but {what}", batch)


@cache
def _potrf() -> Any:
    from scipy.linalg import lapack

    return lapack.dpotrf


def _indefinite(a: Any, xp: Any) -> Any:
    """Entries on or above the diagonal that no positive definite matrix has: where principal minors of one row, else of two,
    are not positive."""
    diagonal = a.diagonal(0, -2, -1)
    ones = xp.ones_like(a)
    low = xp.where(xp.triu(ones) == xp.tril(ones), diagonal[..., :, None], 1.0) <= 0
    if bool(low.any()):
        return low
    return xp.triu(a * a >= diagonal[..., :, None] * diagonal[..., None, :], 1)


# Assumptions

_KEEPS: dict[Assumption, Callable[[Any], Any]] = {
    Assumption.POSITIVE: lambda a: a > 0,
    Assumption.PROBABILITY: lambda a: a > 0,
    Assumption.NONZERO: lambda a: a != 0,
    Assumption.BINARY: lambda a: a * a == 1,
}
"""Which entries keep an assumption. (That matrices are near the identity shows when a logarithm or root of them is taken.)"""
_READS = {Assumption.PROBABILITY: "a probability (positive, sum one)", Assumption.BINARY: "binary (+1 or -1)"}


def _check_assumption(symbol: Symbol, rank: int, array: Any, library: ArrayLibrary) -> None:
    import numpy as np

    kind = symbol.assumption
    entries = library.host(array)
    a = array if entries is None else entries
    batch = a.ndim - rank
    if not (kind.positive and is_complex(array.dtype)):
        kept = _KEEPS[kind](a)
        if not kept.all():
            kept = np.asarray(kept)
            if kind is Assumption.BINARY:
                kept = abs(np.asarray(a) ** 2 - 1) <= _rounding(array.dtype, library)
            if not np.all(kept):
                place = _first(~kept)
                what = _entry(symbol.name, place[batch:], np.asarray(a)[place])
                raise _error(f"{symbol.name} is assumed {_READS.get(kind, kind)}, but {what}", place[:batch])
    if kind is Assumption.PROBABILITY:
        total = np.asarray(a.reshape((*a.shape[:batch], -1)).sum(-1))
        tolerance = _rounding(array.dtype, library)
        if (abs(total - 1) > tolerance).any():
            place = _first(abs(total - 1) > tolerance)
            raise _error(f"{symbol.name} is assumed {_READS[kind]}, but its entries sum to {total[place]!s}", place)


def is_complex(dtype: Any) -> bool:
    """Whether entries of this type are complex."""
    return dtype is complex or getattr(dtype, "kind", None) == "c" or getattr(dtype, "is_complex", False)


def _rounding(dtype: Any, library: ArrayLibrary) -> float:
    """What rounding may do to entries of size one."""
    return sqrt(float(library.namespace.finfo(dtype).eps))


# Messages


def _first(found: Any) -> tuple[int, ...]:
    """The first place, row by row, that is marked."""
    import numpy as np

    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.asarray(found))), np.shape(found)))


def _entry(name: str, place: Sequence[int], value: Any) -> str:
    where = f"[{','.join(str(i + 1) for i in place)}]" if len(place) else ""
    return f"{name}{where} = {value!s}"


def _error(message: str, batch: Sequence[int]) -> EvaluationError:
    if len(batch):
        message += f", in element {', '.join(str(i + 1) for i in batch)} of the batch"
    return EvaluationError(message, hint=_HINT)
