"""Helper functions of NumPy programs, as source: a program holds those that it uses, and needs nothing of this package."""

from __future__ import annotations

from tensordiff.compile.write.helpers import Helpers
from tensordiff.evaluate.spectrum import sources

HELPERS = Helpers(sources("np", raises=True))


_define = HELPERS.define


_define("""
def _logsumexp(a, axes):
    if not a.size:
        return np.full([n for axis, n in enumerate(a.shape) if axis not in axes], -np.inf, a.dtype)
    largest = a.max(axes)
    return largest + np.log(np.exp(a - largest).sum(axes))
""")
_define('''
def _polygamma(order, a):
    """SciPy's function gives double precision for any type of entries."""
    value = scipy.special.polygamma(order, a)
    return value.astype(a.dtype, copy=False) if hasattr(a, "dtype") else value
''')
_define('''
def _cholesky(a):
    """Lower Cholesky factor of a symmetric positive definite matrix (LU factors of a complex one)."""
    if a.dtype.kind == "c":
        return _lu(a)
    if not a.size:
        return a
    potrf = lapack.spotrf if a.dtype.char == "f" else lapack.dpotrf
    factor, info = potrf(a.T, lower=1)
    if info:
        raise np.linalg.LinAlgError("the matrix is singular or not positive definite")
    return factor
''')
_define("""
def _cholesky_solve(factor, b):
    if isinstance(factor, tuple):
        return _lu_solve(factor, b, False)
    if not b.size:
        return b
    return (lapack.spotrs if factor.dtype.char == "f" else lapack.dpotrs)(factor, b, lower=1)[0]
""")
_define("""
def _cholesky_inverse(factor):
    if isinstance(factor, tuple):
        return _lu_inverse(factor)
    if not factor.size:
        return factor
    lower = (lapack.spotri if factor.dtype.char == "f" else lapack.dpotri)(factor, lower=1)[0]
    inverse = np.add(lower, lower.T, order="C")
    inverse.reshape(-1)[:: len(inverse) + 1] /= 2
    return inverse
""")
_define("""
def _cholesky_logdet(factor):
    if isinstance(factor, tuple):
        return _lu_logdet(factor)
    return 2 * np.log(factor.diagonal()).sum()
""")
_define('''
def _lu(a):
    """LU factors of a square matrix and the row exchanges."""
    if not a.size:
        return a, None
    getrf = lapack.dgetrf if a.dtype.char == "d" else getattr(lapack, _lapack_letter(a) + "getrf")
    factors, exchanges, info = getrf(a)
    if info:
        raise np.linalg.LinAlgError("the matrix is singular")
    return factors, exchanges
''')
_define('''
def _lu_solve(lu, b, transposed):
    """inv(A) @ b, or inv(A).T @ b."""
    if not b.size:
        return b
    if lu[0].dtype.char == b.dtype.char == "d":
        return lapack.dgetrs(*lu, b, transposed)[0]
    letter = max(_lapack_letter(lu[0]), _lapack_letter(b), key="sdcz".index)
    return getattr(lapack, letter + "getrs")(*lu, b, transposed)[0]
''')
_define("""
def _lu_inverse(lu):
    if not lu[0].size:
        return lu[0]
    return getattr(lapack, _lapack_letter(lu[0]) + "getri")(*lu)[0]
""")
_define("""
def _lu_logdet(lu):
    return np.log(np.abs(lu[0].diagonal())).sum()
""")
_define("""
def _lapack_letter(a):
    return {"f": "s", "F": "c", "D": "z"}.get(a.dtype.char, "d")
""")
_define("""
def _logdet(a):
    return _lu_logdet(_lu(a.T))
""")
_define("""
def _pinv(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    if s.size and s.min() <= s.max() * max(a.shape) * np.finfo(s.dtype).eps:
        raise np.linalg.LinAlgError("the matrix has not full rank")
    return (vh.conj().T / s) @ u.conj().T
""")
_define('''
def _adjugate(a):
    """Transposed cofactors, of singular matrices too: from a = u @ diag(s) @ vh."""
    u, s, vh = np.linalg.svd(a)
    others = np.array([np.delete(s, k).prod() for k in range(len(s))], s.dtype)
    return np.linalg.det(u) * np.linalg.det(vh) * (vh.conj().T * others) @ u.conj().T
''')
_define('''
def _real(value, a, name):
    """The principal value of a real matrix function."""
    if not np.isfinite(value).all():
        raise np.linalg.LinAlgError(name + " of a singular matrix")
    if np.iscomplexobj(value) and not np.iscomplexobj(a):
        if abs(value.imag).max(initial=0.0) > 1e-8 * abs(value).max(initial=1.0):
            raise np.linalg.LinAlgError(name + " is not real: an eigenvalue lies on the negative axis")
        value = value.real.copy()
    return value.astype(a.dtype, copy=False)
''')
_define("""
def _logm(a):
    if not a.size:
        return a
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return _real(scipy.linalg.logm(a.astype(np.promote_types(a.dtype, "d"))), a, "logm")
        except Warning as warning:
            raise np.linalg.LinAlgError(str(warning)) from None
""")
_define("""
def _sqrtm(a):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return _real(scipy.linalg.sqrtm(a), a, "sqrtm")
        except Warning as warning:
            raise np.linalg.LinAlgError(str(warning)) from None
""")
_define("""
def _expm(a):
    with np.errstate(all="ignore"):
        value = scipy.linalg.expm(a)
    if not np.isfinite(value).all():
        raise np.linalg.LinAlgError("the exponential is too large")
    return value
""")
_define('''
def _squared_distances(x, y, weights=1.0):
    """Of the rows of x from those of y, by one matrix product of centred rows; where that cancels, from the differences: all
    entries keep twelve digits (five in single precision)."""
    middle = (x.sum(0) + y.sum(0)) / max(len(x) + len(y), 1)
    a, b = np.empty((len(x), x.shape[1] + 2), x.dtype), np.empty((len(y), x.shape[1] + 2), x.dtype)
    for made, rows, column in ((a, x, -2), (b, y, -1)):
        centred = np.subtract(rows, middle, out=made[:, :-2])
        centred *= np.sqrt(weights)
        made[:, column] = np.einsum("ij,ij->i", centred, centred)
        made[:, -3 - column] = 1
    size = a[:, -2].max(initial=0.0) + b[:, -1].max(initial=0.0) if x.dtype.kind == "f" else np.inf
    if not np.isfinite(size):
        return ((x[:, None] - y) ** 2 * weights).sum(2)
    b[:, :-2] *= -2
    squares = a @ b.T
    close = np.flatnonzero(squares < size * np.finfo(x.dtype).eps ** 0.2)
    for start in range(0, len(close), 4096):
        some = close[start : start + 4096]
        i, j = np.divmod(some, len(y))
        differences = x[i] - y[j]
        squares.reshape(-1)[some] = np.einsum("ij,ij->i", differences, differences * weights)
    return squares
''')
_define('''
def _norm(x):
    """The root of the sum of squares, scaled where these would overflow or vanish."""
    x = x.ravel()
    with np.errstate(over="ignore"):
        square = np.dot(x, x)
    if x.dtype.kind == "c" or 1e-30 < square < 1e30 or not x.size:
        return np.sqrt(square)
    largest = np.abs(x).max()
    if not 0 < largest < np.inf:
        return largest
    x = x / largest
    return largest * np.sqrt(np.dot(x, x))
''')
_define('''
def _bounded(small):
    """The matrix of a low-rank update, where it is not so large that differences lose digits that matter."""
    if not np.abs(small).max(initial=0.0) <= 1e6:
        raise FloatingPointError("a low-rank update would lose digits")
    return small
''')
_define("""
def _matrix_power(a, exponent):
    if exponent != round(float(exponent)):
        raise ValueError(f"a matrix power needs an integer exponent, got {exponent}")
    return np.linalg.matrix_power(a, round(float(exponent)))
""")
_define('''
def _frechet(function, order, a, given, *parameters):
    """Derivatives of a matrix function along the directions given: entry [i, j, k1, l1, ...] by a[k1, l1], ... for the others;
    from the top right block of the function of the block triangular matrix of Mathias (1996)."""
    n, free = len(a), order - len(given)
    made = np.zeros((n, n) * (1 + free), np.result_type(a, *given, 1.0))
    for places in itertools.combinations_with_replacement(range(n * n), free):
        units = [np.zeros((n, n), a.dtype) for _ in places]
        for unit, place in zip(units, places):
            unit[divmod(place, n)] = 1
        big = a
        for direction in (*given, *units):
            size = len(big)
            block = np.zeros((2 * size, 2 * size), made.dtype)
            block[:size, :size] = block[size:, size:] = big
            for start in range(0, size, n):
                block[start : start + n, size + start : size + start + n] = direction
            big = block
        corner = function(big, *parameters)[:n, -n:]
        for arrangement in set(itertools.permutations(places)):
            made[(slice(None), slice(None), *(i for place in arrangement for i in divmod(place, n)))] = corner
    return made
''')
_define('''
def _expm_along(a, given):
    """The derivative of the exponential along directions; by blocks but for the last one, which the algorithm of Al-Mohy and
    Higham (2009) takes for less where matrices are large."""
    n = len(a)
    kind = np.result_type(a, *given, 1.0)
    *others, last = given
    big = a
    for number, direction in enumerate((*others, last)):
        size = len(big)
        spread = np.zeros((size, size), kind)
        for start in range(0, size, n):
            spread[start : start + n, start : start + n] = direction
        if number == len(others) and size >= 32:
            with np.errstate(all="ignore"):
                value = scipy.linalg.expm_frechet(big, spread, compute_expm=False)
            break
        big = np.block([[big, spread], [np.zeros_like(spread), big]])
    else:
        with np.errstate(all="ignore"):
            value = scipy.linalg.expm(big)
    if not np.isfinite(value).all():
        raise np.linalg.LinAlgError("the exponential is too large")
    return value[:n, -n:].astype(kind, copy=False)
''')
_define("""
def _unit(n, k, dtype):
    unit = np.zeros(n, dtype)
    if k > n:
        raise ValueError(f"index {k} is outside 1..{n}")
    unit[k - 1] = 1
    return unit
""")
_define('''
def _inclusion(start, shape, dtype):
    """The identity of a part of an axis, in its place on the whole: axes (whole, *part)."""
    return np.eye(shape[0], math.prod(shape[1:]), -start, dtype).reshape(shape)
''')
_define('''
def _duplication(n, dtype):
    """D with axes (column j, row i, place): 1 where the place is that of (max(i, j), min(i, j)) in the lower triangle."""
    made = np.zeros((n, n, n * (n + 1) // 2), dtype)
    columns, rows = np.triu_indices(n)
    places = np.arange(len(rows))
    made[columns, rows, places] = made[rows, columns, places] = 1
    return made
''')
_define("""
def _diagonals(n, dtype):
    rows, columns = np.indices((n, n))
    made = np.zeros((n, n, 2 * n), dtype)
    made[rows, columns, rows - columns + n] = 1
    return made
""")
_define('''
def _skew_duplication(n, dtype):
    """Axes (column j, row i, place): 1 where the place is that of (i, j), i > j, in the strict lower triangle, -1 at (j, i)."""
    made = np.zeros((n, n, n * (n - 1) // 2), dtype)
    columns, rows = np.triu_indices(n, 1)
    places = np.arange(len(rows))
    made[columns, rows, places] = 1
    made[rows, columns, places] = -1
    return made
''')
_define('''
def _elimination(n, dtype):
    """L with axes (place, column j, row i): 1 where the place is that of (i, j), i >= j, in the lower triangle."""
    made = np.zeros((n * (n + 1) // 2, n, n), dtype)
    columns, rows = np.triu_indices(n)
    made[np.arange(len(rows)), columns, rows] = 1
    return made
''')
