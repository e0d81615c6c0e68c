"""What programs share for the libraries that differentiate, batch and compile them (JAX, PyTorch): nothing is written in place,
and helper functions go through automatic differentiation.

Nothing can be raised while entries are not known: where a function has no value, such programs give NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from tensordiff.compile.plan.graph import Value
from tensordiff.compile.write.array_backend import ArrayBackend, extent_text, masked_diagonal
from tensordiff.compile.write.helpers import Helpers
from tensordiff.compile.write.numpy_helpers import HELPERS as NUMPY_HELPERS
from tensordiff.compile.write.text import Scope, Text, atom
from tensordiff.evaluate.spectrum import sources


class TracedBackend(ArrayBackend):
    """Identities are masks."""

    as_array: ClassVar[str]
    """What makes an array of the program's type from a NumPy array or a number."""

    def helpers(self) -> Mapping[str, str]:
        raise NotImplementedError  # pragma: no cover - abstract

    def mask(self, size: str, scope: Scope) -> str:
        """The identity as truth values."""
        raise NotImplementedError  # pragma: no cover - abstract

    def _add_diagonal(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return masked_diagonal(
            self.module,
            value,
            operands,
            scope,
            lambda n: self.mask(n, scope),
            lambda x: self._created(self.as_array, scope, x),
        )

    def _sized(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        arguments = ", ".join([operands[0].text, *map(repr, value.attributes), "float"])
        return self._created(self.as_array, scope, f"_{value.operation}({arguments})")

    def _inclusion(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        start = extent_text(value.attributes[0], scope).text
        return self._created(self.as_array, scope, f"_inclusion({start}, {scope.shape(value.shape)}, float)")

    def _block(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        rows: int = value.attributes[0]
        width = len(operands) // rows
        texts = [", ".join(text.text for text in operands[r * width : (r + 1) * width]) for r in range(rows)]
        parts = [f"{self.module}.concatenate([{text}], -1)" for text in texts]
        return atom(f"{self.module}.concatenate([{', '.join(parts)}], -2)")


_SIZED = ("_unit", "_inclusion", "_duplication", "_skew_duplication", "_elimination", "_diagonals")

_SHARED = '''
def _squared_distances(x, y, weights=1.0):
    return ((x[:, None] - y) ** 2 * weights).sum(2)

def _cholesky_logdet(factor):
    return 2 * xp.log(factor.diagonal()).sum()

def _lu_logdet(lu):
    return xp.log(xp.abs(lu[0].diagonal())).sum()

def _logdet(a):
    return xp.linalg.slogdet(a)[1]

def _pinv(a):
    """NaN where the matrix has not full rank."""
    u, s, vh = xp.linalg.svd(a, full_matrices=False)
    s = xp.where(s > s.max() * max(a.shape) * xp.finfo(s.dtype).eps, s, xp.nan)
    return (vh.conj().T / s) @ u.conj().T

def _adjugate(a):
    """Transposed cofactors, of singular matrices too: from a = u @ diag(s) @ vh."""
    u, s, vh = xp.linalg.svd(a)
    others = xp.where(xp.eye(len(s), dtype=s.dtype<where>) > 0, 1.0, s).prod(1)
    return xp.linalg.det(u) * xp.linalg.det(vh) * (vh.conj().T * others) @ u.conj().T

def _logm(a):
    """The principal logarithm by inverse scaling and squaring: square roots until the matrix is near the identity, then the
    [16/16] Padé approximant in partial fractions (Higham, Functions of Matrices, eq. 11.18 and table 11.1); NaN where the
    matrix has none."""
    eye = xp.eye(len(a), dtype=a.dtype<where>)
    root, scale = _near_identity(a, eye)
    nodes, weights = np.polynomial.legendre.leggauss(16)
    parts = xp.stack([eye + (node / 2 + 0.5) * (root - eye) for node in nodes.tolist()])
    parts = xp.linalg.solve(parts, (root - eye)[None])
    return scale * sum(weight / 2 * part for weight, part in zip(weights.tolist(), parts))

def _batch_adjugate(a):
    n = a.shape[-1]
    if n > 3:
        return <vmap>(_adjugate)(a) if len(a) else a
    if n == 1:
        return xp.ones_like(a)
    if n == 2:
        rows = [[a[:, 1, 1], -a[:, 0, 1]], [-a[:, 1, 0], a[:, 0, 0]]]
    else:
        turn = [(1, 2), (2, 0), (0, 1)]
        rows = [
            [a[:, p, r] * a[:, q, s] - a[:, p, s] * a[:, q, r] for p, q in turn] for r, s in turn
        ]
    return xp.stack([xp.stack(row, 1) for row in rows], 1)
'''


def traced_helpers(module: str, vmap: str, where: str = "") -> Helpers:
    """The source of the shared helper functions for a library that maps over points by `vmap`; `where` says where arrays are
    made (", device=a.device")."""
    helpers = Helpers({name: NUMPY_HELPERS[name] for name in _SIZED} | sources(module, raises=False))
    text = _SHARED.replace("xp.", f"{module}.").replace("<where>", where).replace("<vmap>", vmap)
    for part in text.strip().split("\ndef "):
        helpers.define("def " + part.strip().removeprefix("def "))
    return helpers


class TracedLibrary:
    """What arrays of such libraries have in common."""

    def shape(self, array: Any) -> Sequence[int]:
        return tuple(array.shape)

    def errors(self, special: bool) -> AbstractContextManager[Any]:
        return nullcontext()
