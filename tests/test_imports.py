"""`import tensordiff` stays light: heavy libraries are imported when something needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "sympy", "mpmath", "scipy.linalg", "opt_einsum", "jax", "torch")


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import tensordiff",
        "import tensordiff as td; str(td.diff(td.parse(\"inv(X'*inv(V)*X)\"), 'V').matrix_form())",
        "import tensordiff.cli",
    ],
)
def test_heavy_libraries_are_not_imported(code: str) -> None:
    assert not loaded_after(code).intersection(HEAVY)


def test_every_public_name_is_there() -> None:
    import tensordiff

    assert len(set(tensordiff.__all__)) == len(tensordiff.__all__)
    for name in tensordiff.__all__:
        assert hasattr(tensordiff, name)
