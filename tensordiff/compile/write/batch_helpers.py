"""Helper functions of programs for batches, as source: matrix functions of stacks of matrices, and the loop over blocks.

Matrices of up to three rows have closed forms, with all points in one operation; those whose determinant suffers from
cancellation are left to LAPACK.
"""

from __future__ import annotations


def _defined(*sources: str) -> dict[str, str]:
    texts = [source.strip() + "\n" for source in sources]
    return {text.split("(", 1)[0].removeprefix("def "): text for text in texts}


NUMPY = _defined(
    '''
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
''',
    '''
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
''',
    '''
def _cofactors(a, adjugate=None):
    """Adjugates and determinants of matrices of one to three rows, and where cancellation spoils the determinant."""
    with np.errstate(all="ignore"):
        adjugate = _batch_adjugate(a) if adjugate is None else adjugate
        det = np.einsum("ij,ij->i", a[:, 0], adjugate[:, :, 0])
        scale = np.abs(a).max(axis=(1, 2))
        info = np.finfo(scale.dtype)
        fine = np.abs(det) > 1e-3 * scale ** a.shape[-1] + info.tiny / info.eps
    return adjugate, det, np.flatnonzero(~(fine & np.isfinite(det)))
''',
    """
def _batch_inv(a):
    if not 1 <= a.shape[-1] <= 3:
        return np.linalg.inv(a)
    adjugate, det, doubtful = _cofactors(a)
    det[doubtful] = 1
    inverse = np.divide(adjugate, det[:, None, None], out=adjugate)
    if doubtful.size:
        inverse[doubtful] = np.linalg.inv(a[doubtful])
    return inverse
""",
    """
def _batch_det(a, adjugate=None):
    if not 1 <= a.shape[-1] <= 3:
        return np.linalg.det(a)
    _, det, doubtful = _cofactors(a, adjugate)
    if doubtful.size:
        det[doubtful] = np.linalg.det(a[doubtful])
    return det
""",
    """
def _batch_logdet(a):
    sign, logdet = np.linalg.slogdet(a)
    if not sign.all():
        raise np.linalg.LinAlgError("the matrix is singular")
    return logdet
""",
    """
def _batch_det_sign(a):
    return np.linalg.slogdet(a)[0]
""",
    '''
def _batch_definite(a):
    """The matrices, which have to be positive definite (a complex one only symmetric)."""
    if a.dtype.kind != "c":
        try:
            np.linalg.cholesky(a)
        except np.linalg.LinAlgError:
            raise np.linalg.LinAlgError("the matrix is singular or not positive definite") from None
    return a
''',
    """
def _batch_cholesky_factor(a):
    return np.linalg.cholesky(a)
""",
    """
def _batch_solve(a, b):
    return np.linalg.solve(a, b)
""",
    """
def _batch_pinv(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    if (s.min(axis=1) <= s.max(axis=1) * max(a.shape[1:]) * np.finfo(s.dtype).eps).any():
        raise np.linalg.LinAlgError("the matrix has not full rank")
    return (vh.conj().transpose(0, 2, 1) / s[:, None]) @ u.conj().transpose(0, 2, 1)
""",
    """
def _batch_expm(a):
    return scipy.linalg.expm(a)
""",
    """
def _batch_logm(a):
    return np.array([_logm(matrix) for matrix in a], a.dtype).reshape(a.shape)
""",
    """
def _batch_sqrtm(a):
    return np.array([_sqrtm(matrix) for matrix in a], a.dtype).reshape(a.shape)
""",
    """
def _batch_matrix_power(a, exponent):
    return _matrix_power(a, exponent)
""",
    """
def _batch_frechet(function, order, a, *parameters):
    made = [_frechet(function, order, matrix, *parameters) for matrix in a]
    return np.array(made, np.result_type(a, 1.0)).reshape(len(a), *a.shape[1:] * (1 + order))
""",
)

_CLOSED = """
def _batch_adjugate(a):
    n = a.shape[-1]
    if n > 3:
        return {vmap}(_adjugate)(a) if len(a) else a
    if n == 1:
        return {ones_like}(a)
    if n == 2:
        rows = [[a[:, 1, 1], -a[:, 0, 1]], [-a[:, 1, 0], a[:, 0, 0]]]
    else:
        turn = [(1, 2), (2, 0), (0, 1)]
        rows = [
            [a[:, p, r] * a[:, q, s] - a[:, p, s] * a[:, q, r] for p, q in turn] for r, s in turn
        ]
    return {stack}([{stack}(row, 1) for row in rows], 1)
"""
JAX = _defined(
    _CLOSED.format(vmap="jax.vmap", ones_like="jnp.ones_like", stack="jnp.stack"),
    '''
def _batch_inv(a):
    """By cofactors up to three rows, unless cancellation spoils a determinant."""
    if not 1 <= a.shape[-1] <= 3:
        return jnp.linalg.inv(a)
    adjugate = _batch_adjugate(a)
    det = jnp.einsum("ij,ij->i", a[:, 0], adjugate[:, :, 0])
    scale = jnp.abs(a).max(axis=(1, 2))
    info = jnp.finfo(scale.dtype)
    fine = jnp.abs(det) > 1e-3 * scale ** a.shape[-1] + info.tiny / info.eps
    inverse = adjugate / jnp.where(fine, det, 1)[:, None, None]
    return jax.lax.cond(
        fine.all(), lambda a: inverse, lambda a: jnp.where(fine[:, None, None], inverse, jnp.linalg.inv(a)), a
    )
''',
    """
def _batch_det(a):
    return jnp.linalg.det(a)
""",
    """
def _batch_logdet(a):
    return jnp.linalg.slogdet(a)[1]
""",
    """
def _batch_det_sign(a):
    return jnp.linalg.slogdet(a)[0]
""",
    """
def _batch_definite(a):
    return a
""",
    """
def _batch_cholesky_factor(a):
    return jnp.linalg.cholesky(a)
""",
    """
def _batch_solve(a, b):
    return jnp.linalg.solve(a, jnp.broadcast_to(b, (len(a), *b.shape[-2:])))
""",
    """
def _batch_pinv(a):
    return jax.vmap(_pinv)(a)
""",
    """
def _batch_expm(a):
    return jax.vmap(_expm)(a)
""",
    """
def _batch_logm(a):
    return jax.vmap(_logm)(a)
""",
    """
def _batch_sqrtm(a):
    return jax.vmap(_sqrtm)(a)
""",
    """
def _batch_matrix_power(a, exponent):
    return jax.vmap(lambda matrix: _matrix_power(matrix, exponent))(a)
""",
    """
def _batch_frechet(function, order, a, *parameters):
    return jax.vmap(lambda matrix: _frechet(function, order, matrix, *parameters))(a)
""",
)
TORCH = _defined(
    _CLOSED.format(vmap="torch.func.vmap", ones_like="torch.ones_like", stack="torch.stack"),
    """
def _batch_inv(a):
    return torch.linalg.inv(a)
""",
    """
def _batch_det(a):
    return torch.linalg.det(a)
""",
    """
def _batch_logdet(a):
    return torch.linalg.slogdet(a)[1]
""",
    """
def _batch_det_sign(a):
    return torch.linalg.slogdet(a)[0]
""",
    """
def _batch_definite(a):
    if not a.is_complex():
        torch.linalg.cholesky(a)
    return a
""",
    """
def _batch_cholesky_factor(a):
    return torch.linalg.cholesky(a)
""",
    """
def _batch_solve(a, b):
    return torch.linalg.solve(a, b.expand(len(a), *b.shape[-2:]))
""",
    """
def _batch_pinv(a):
    return torch.func.vmap(_pinv)(a) if len(a) else a.transpose(1, 2)
""",
    """
def _batch_expm(a):
    return torch.linalg.matrix_exp(a)
""",
    """
def _batch_logm(a):
    return torch.func.vmap(_logm)(a) if len(a) else a
""",
    """
def _batch_sqrtm(a):
    return torch.func.vmap(_sqrtm)(a) if len(a) else a
""",
    """
def _batch_matrix_power(a, exponent):
    return _matrix_power(a, exponent)
""",
    """
def _batch_frechet(function, order, a, *parameters):
    if not len(a):
        return a.new_empty((0, *a.shape[1:] * (1 + order)))
    return torch.func.vmap(lambda matrix: _frechet(function, order, matrix, *parameters))(a)
""",
)
