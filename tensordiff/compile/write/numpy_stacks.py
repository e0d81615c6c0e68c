"""Helper functions of NumPy programs for stacks of matrices, as source.

Matrices of up to three rows have closed forms, with all points in one operation; where cancellation spoils the determinant they
are left to LAPACK.
"""

from __future__ import annotations

from tensordiff.compile.write.helpers import Helpers

STACKS = Helpers()


_define = STACKS.define


_define('''
def _in_blocks(function, points, size):
    """What the function gives for all points, so many at a time that its intermediate results stay in cache."""
    if points <= size:
        return function(slice(None))
    results = None
    for start in range(0, points, size):
        block = slice(start, start + size)
        parts = function(block)
        listed = parts if isinstance(parts, tuple) else (parts,)
        if results is None:
            results = tuple(np.empty_like(part, shape=(points, *part.shape[1:])) for part in listed)
        for result, part in zip(results, listed):
            result[block] = part
    return results if isinstance(parts, tuple) else results[0]
''')
_define('''
def _batch_adjugate(a):
    """Transposed cofactors; of larger matrices from a = u @ diag(s) @ vh, which singular ones have too."""
    n = a.shape[-1]
    if n > 3:
        u, s, vh = np.linalg.svd(a)
        others = np.stack([np.delete(s, k, axis=1).prod(axis=1) for k in range(n)], axis=1)
        scaled = (np.linalg.det(u) * np.linalg.det(vh))[:, None, None] * vh.conj().transpose(0, 2, 1)
        return (scaled * others[:, None]) @ u.conj().transpose(0, 2, 1)
    made = np.empty_like(a)
    if n == 1:
        made[...] = 1
    elif n == 2:
        made[:, 0, 0], made[:, 1, 1] = a[:, 1, 1], a[:, 0, 0]
        made[:, 0, 1], made[:, 1, 0] = -a[:, 0, 1], -a[:, 1, 0]
    else:
        for i in range(n):
            for j in range(n):
                (p, q), (r, s) = ((i + 1) % 3, (i + 2) % 3), ((j + 1) % 3, (j + 2) % 3)
                np.subtract(a[:, p, r] * a[:, q, s], a[:, p, s] * a[:, q, r], out=made[:, j, i])
    return made
''')
_define('''
def _cofactors(a, adjugate=None):
    """Adjugates and determinants of matrices of one to three rows, and where cancellation spoils the determinant."""
    with np.errstate(all="ignore"):
        adjugate = _batch_adjugate(a) if adjugate is None else adjugate
        det = np.einsum("ij,ij->i", a[:, 0], adjugate[:, :, 0])
        scale = np.abs(a).max(axis=(1, 2))
        info = np.finfo(scale.dtype)
        fine = np.abs(det) > 1e-3 * scale ** a.shape[-1] + info.tiny / info.eps
    return adjugate, det, np.flatnonzero(~(fine & np.isfinite(det)))
''')
_define("""
def _batch_inv(a):
    if not 1 <= a.shape[-1] <= 3:
        return np.linalg.inv(a)
    adjugate, det, doubtful = _cofactors(a)
    det[doubtful] = 1
    inverse = np.divide(adjugate, det[:, None, None], out=adjugate)
    if doubtful.size:
        inverse[doubtful] = np.linalg.inv(a[doubtful])
    return inverse
""")
_define("""
def _batch_det(a, adjugate=None):
    if not 1 <= a.shape[-1] <= 3:
        return np.linalg.det(a)
    _, det, doubtful = _cofactors(a, adjugate)
    if doubtful.size:
        det[doubtful] = np.linalg.det(a[doubtful])
    return det
""")
_define("""
def _batch_logdet(a):
    sign, logdet = np.linalg.slogdet(a)
    if not sign.all():
        raise np.linalg.LinAlgError("the matrix is singular")
    return logdet
""")
_define("""
def _batch_det_sign(a):
    return np.linalg.slogdet(a)[0]
""")
_define('''
def _batch_definite(a):
    """The matrices, which have to be positive definite (a complex one only symmetric)."""
    if a.dtype.kind != "c":
        try:
            np.linalg.cholesky(a)
        except np.linalg.LinAlgError:
            raise np.linalg.LinAlgError("the matrix is singular or not positive definite") from None
    return a
''')
_define("""
def _batch_cholesky_factor(a):
    return np.linalg.cholesky(a)
""")
_define('''
def _batch_norm(x):
    """The root of the sum of squares of each point, scaled where these would overflow or vanish."""
    x = x.reshape(len(x), -1)
    with np.errstate(over="ignore", invalid="ignore"):
        square = np.einsum("ij,ij->i", x, x)
    root = np.sqrt(square)
    far = () if x.dtype.kind == "c" else np.flatnonzero(~((square > 1e-30) & (square < 1e30)))
    if len(far) and x.shape[1]:
        y = x[far]
        largest = np.abs(y).max(axis=1)
        usual = (0 < largest) & (largest < np.inf)
        y = y / np.where(usual, largest, 1)[:, None]
        root[far] = np.where(usual, largest * np.sqrt(np.einsum("ij,ij->i", y, y)), largest)
    return root
''')
_define("""
def _batch_solve(a, b):
    return np.linalg.solve(a, b)
""")
_define("""
def _batch_pinv(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    if (s.min(axis=1) <= s.max(axis=1) * max(a.shape[1:]) * np.finfo(s.dtype).eps).any():
        raise np.linalg.LinAlgError("the matrix has not full rank")
    return (vh.conj().transpose(0, 2, 1) / s[:, None]) @ u.conj().transpose(0, 2, 1)
""")
_define("""
def _batch_expm(a):
    return scipy.linalg.expm(a)
""")
_define("""
def _batch_logm(a):
    return np.array([_logm(matrix) for matrix in a], a.dtype).reshape(a.shape)
""")
_define("""
def _batch_sqrtm(a):
    return np.array([_sqrtm(matrix) for matrix in a], a.dtype).reshape(a.shape)
""")
_define("""
def _batch_matrix_power(a, exponent):
    return _matrix_power(a, exponent)
""")
_define("""
def _batch_frechet(function, order, a, given, *parameters):
    made = [_frechet(function, order, matrix, directions, *parameters) for matrix, *directions in zip(a, *given)]
    return np.array(made, np.result_type(a, *given, 1.0)).reshape(len(a), *a.shape[1:] * (1 + order - len(given)))
""")
