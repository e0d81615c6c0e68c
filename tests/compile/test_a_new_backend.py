"""A backend is one class that spells operations and one that meets arrays: here NumPy again, never writing into an array."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile.run import backends
from tensordiff.compile.write.array_backend import extent_text, linear_algebra
from tensordiff.compile.write.numpy_backend import NumpyLibrary
from tensordiff.compile.write.numpy_helpers import HELPERS
from tensordiff.compile.write.numpy_stacks import STACKS
from tensordiff.compile.write.text import Scope, Text, atom, call, method
from tensordiff.compile.write.traced_backend import TracedBackend


class Backend(TracedBackend):
    name = "pure"
    module = "np"
    spelled = linear_algebra("np") | {"erf": "scipy.special.erf"}
    as_array = "np.asarray"
    imports = {name: f"import {name}" for name in ("math", "itertools", "warnings", "scipy.linalg", "scipy.special")} | {
        "np": "import numpy as np",
        "lapack": "from scipy.linalg import lapack",
    }

    def helpers(self) -> Mapping[str, str]:
        return HELPERS | STACKS

    def dtype_line(self, inputs: Sequence[str]) -> str:
        return f"np.result_type({', '.join([*inputs, '1.0'])})"

    def mask(self, size: str, scope: Scope) -> str:
        return f"np.eye({size}, dtype=bool)"

    def _inner(self, value: object, operands: Sequence[Text], scope: Scope) -> Text:
        return call("np.dot", *(method(text, "ravel") for text in operands))

    def _eye(self, value: object, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.eye({extent_text(value.shape[0], scope).text}, dtype={scope.dtype()})")


class Library(NumpyLibrary):
    def __init__(self, rows: bool = False) -> None:
        super().__init__(rows)
        self.backend = Backend()


TEXTS = ["inv(X'*inv(V)*X)", "logdet(V) + sum(exp(X)) + norm2(X)", "kron(X,X)", "x'*expm(V)*x", "D(n)*vech(V)", "det(V)*adj(V)"]


@pytest.mark.parametrize("text", TEXTS)
def test_programs_of_a_new_backend(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = backends.LIBRARIES["numpy"]._replace(file=__name__, backend="Backend", library="Library")
    monkeypatch.setitem(backends.LIBRARIES, "pure", entry)
    assert sys.modules[__name__].Library is Library
    f = td.parse(text, shapes={"X": "n m", "V": "n n", "x": "n"})
    J = td.diff(f, "V")
    rng = np.random.default_rng(1)
    point = {"X": rng.normal(size=(4, 3)), "V": np.eye(4) + 0.1 * rng.normal(size=(4, 4)), "x": rng.normal(size=4)}
    for found, expected in zip(td.compile([f, J], backend="pure")(**point), td.compile([f, J])(**point), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_arrays_are_known_by_their_packages() -> None:
    assert backends.backend_of({"x": np.ones(3), "n": 3}) == "numpy"
    with pytest.raises(td.TensordiffError, match="no backend 'pure'"):
        td.compile(td.parse("x'*x"), backend="pure")
